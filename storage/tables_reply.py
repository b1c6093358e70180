"""Tables of canned replies, live switches and the moderation log."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from storage.tables import metadata

templates = Table(
    "templates",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("folded_name", Text, nullable=False),
    Column("brand", Text, nullable=False),  # empty: every brand
    Column("locale", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("changed_by", Text),
    Column("changed_at", Integer),
    UniqueConstraint("folded_name", "brand", "locale", name="one_template_per_name"),
)
"""Canned replies."""

switches = Table(
    "switches",
    metadata,
    Column("switch", Text, primary_key=True),
    Column("is_on", Boolean, nullable=False),
    Column("actor", Text, nullable=False),
    Column("turned_at", Integer, nullable=False),
)
"""What staff switched while the installation ran."""

measures = Table(
    "measures",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("container", Text, nullable=False),
    Column("guild_id", Text),
    Column("moderator", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("author_key", Text),
    Column("until", Integer),
    Column("case_id", ForeignKey("cases.id")),
    Column("detail", Text, nullable=False),
    Column("appeal", Text),
    Column("appeal_text", Text, nullable=False),
    Column("appealed_at", Integer),
    Column("decided_by", Text),
    Column("decided_at", Integer),
    Column("decision", Text, nullable=False),
    Index("measures_by_author", "author_key", "number", sqlite_where=text("author_key IS NOT NULL")),
)
"""The moderation log. The person stands in `authors` as long as a measure is about them."""
