"""Tables of the learning desk: verdicts with their counts, confirmed rules, causes, satisfaction."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from storage.tables import metadata

verdicts = Table(
    "verdicts",
    metadata,
    Column("mention_id", ForeignKey("mentions.id"), primary_key=True),
    Column("correct", Boolean, nullable=False),
    Column("should_be", Text),
    Column("brand", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("hour", Integer, nullable=False),  # of the mention: the cell of verdict_counts this verdict is counted in
    Column("actor", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Index("verdicts_by_time", "at"),
    Index("verdicts_by_brand", "brand", "at"),
)
"""What people said about decisions; a row goes with its mention."""

verdict_counts = Table(
    "verdict_counts",
    metadata,
    Column("hour", Integer, primary_key=True),
    Column("brand", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("correct", Integer, nullable=False),
    Column("wrong", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Verdicts counted by the hour of their mentions, brand and rule; they outlive the mentions."""

applied_rules = Table(
    "applied_rules",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("brand", Text, nullable=False),
    Column("term", Text, nullable=False),
    Column("value", Float, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Integer, nullable=False),
    UniqueConstraint("kind", "brand", "term", name="one_rule_each"),
)
"""Rules that people confirmed: thresholds win over the configuration, exclusions stand in `brands` as well."""

causes = Table(
    "causes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("added_at", Integer, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("fixed_at", Integer),
    Column("fixed_by", Text),
    Column("place", Integer, nullable=False),  # 0 open, 1 fixed
    Index("causes_by_place", "place", "id"),
)
"""What lies behind cases."""

cause_cases = Table(
    "cause_cases",
    metadata,
    Column("cause_id", ForeignKey("causes.id"), primary_key=True),
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("linked_at", Integer, nullable=False),
    Column("linked_by", Text, nullable=False),
    Index("cause_cases_by_case", "case_id"),
    sqlite_with_rowid=False,
)
"""Which cases a cause explains."""

csat_answers = Table(
    "csat_answers",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("score", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("answered_at", Integer, nullable=False),
    Index("csat_answers_by_time", "answered_at"),
    Index("csat_answers_why", "answered_at", sqlite_where=text("why != ''")),
)
"""Answers to the question after a resolved case; `why` goes with the texts of the case."""
