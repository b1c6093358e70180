"""Tables of the queue: alarms, targets, duty, the board, and what staff write beside a case."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, text

from storage.tables import metadata

case_alarms = Table(
    "case_alarms",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("ref", Integer, primary_key=True),
    Column("due_at", Integer),  # nothing while its clock stands still
    Column("rung_at", Integer),
    Index("case_alarms_by_time", "due_at", sqlite_where=text("rung_at IS NULL AND due_at IS NOT NULL")),
    sqlite_with_rowid=False,
)
"""When staff are told about a case; a row that rang, or was void at its time, stays and never rings again."""

sla_targets = Table(
    "sla_targets",
    metadata,
    Column("severity", Text, primary_key=True),
    Column("first_minutes", Integer, nullable=False),
    Column("resolve_minutes", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Targets that staff set live; they win over the configuration."""

duty = Table(
    "duty",
    metadata,
    Column("member", Text, primary_key=True),
    Column("since", Integer, nullable=False),
    Column("last_given_at", Integer),
    sqlite_with_rowid=False,
)
"""Who is on duty."""

boards = Table(
    "boards",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1: there is one staff channel
    Column("channel", Text, nullable=False),
    Column("message", Text),
    Column("guild_id", Text),
    Column("locale", Text, nullable=False),
    Column("action_id", Integer),
    Column("changed_at", Integer),
)
"""Where the live queue board stands."""

case_notes = Table(
    "case_notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Index("case_notes_by_case", "case_id", "id"),
)
"""Internal notes of staff."""

case_tags = Table(
    "case_tags",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("tag", Text, primary_key=True),
    Index("case_tags_by_tag", "tag", "case_id"),
    sqlite_with_rowid=False,
)
"""Tags on cases."""

case_promises = Table(
    "case_promises",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("due_at", Integer, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("settled_at", Integer),
    Index("case_promises_by_case", "case_id", "due_at"),
    Index("case_promises_by_time", "made_at"),
)
"""What we told customers we would do."""

goodwill_offers = Table(
    "goodwill_offers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("offered_by", Text, nullable=False),
    Column("offered_at", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Integer),
    Index("goodwill_offers_by_case", "case_id", "id"),
    Index("goodwill_offers_by_time", "offered_at"),
)
"""Goodwill offered to customers; the amount stays for the budget when the words go."""
