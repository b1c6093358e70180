"""All tables. Moments are microseconds since 1970 in UTC (storage.times); lists are JSON arrays.

What dies with a post stands in `texts` and `authors`; what a tombstone keeps stands in `mentions`.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

install = Table(
    "install",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""Facts about this database: the salt of the purge log and a fingerprint of the install secret."""

authors = Table(
    "authors",
    metadata,
    # A plain counter as key: rows are appended, so their pages are never rebuilt with names left in the gaps.
    Column("id", Integer, primary_key=True),
    Column("author_key", Text, nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("native_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("folded_name", Text, nullable=False),  # without an index, which would keep names in its gaps
    Column("is_bot", Boolean, nullable=False),
    Column("is_staff", Boolean, nullable=False),
    Column("is_self", Boolean, nullable=False),
)
"""The only place where names and platform ids of people stand; a row goes with the last living post."""

mentions = Table(
    "mentions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("container", Text, nullable=False),
    Column("native_id", Text),
    Column("brand", Text, nullable=False),
    Column("author_key", Text),
    Column("created_at", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("intent", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reply_count", Integer, nullable=False),
    Column("thanked", Boolean, nullable=False, server_default=text("0")),
    Column("container_name", Text),
    Column("recheck_at", Integer),
    Column("purged_at", Integer),
    # The id first: it finds a post alone, and new ids mostly stand behind the old ones.
    UniqueConstraint("native_id", "container", "source", "brand", name="one_mention_per_post_and_brand"),
    Index("mentions_by_time", "created_at"),
    Index("mentions_by_brand", "brand", "created_at"),
    Index("mentions_by_score", "score", "created_at"),
    Index("mentions_by_author", "author_key", sqlite_where=text("author_key IS NOT NULL")),
    Index("mentions_by_recheck", "source", "recheck_at", sqlite_where=text("recheck_at IS NOT NULL")),
    Index("mentions_living", "source", "created_at", sqlite_where=text("purged_at IS NULL")),
)
"""One row per post and brand. A tombstone has neither native id nor author, and its time is cut to the hour."""

texts = Table(
    "texts",
    metadata,
    Column("mention_id", ForeignKey("mentions.id"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("words", Text),  # search text where it differs from `text`
    Column("terms", Text, nullable=False),
    Column("url", Text),
    Column("guild_id", Text),
    Column("parent_id", Text),
    Column("thread_id", Text),
    Column("edited_at", Integer),
    Column("verdict", Text, nullable=False),  # the rest of the assessment, see storage.mention_rows
    Index("texts_by_thread", "thread_id", sqlite_where=text("thread_id IS NOT NULL")),
)
"""What lives as long as a mention's text."""

received_replies = Table(
    "received_replies",
    metadata,
    Column("mention_id", ForeignKey("mentions.id"), primary_key=True),
    Column("native_id", Text, primary_key=True),
    sqlite_with_rowid=False,
)
"""Replies that were counted already, so that each counts once."""

purges = Table(
    "purges",
    metadata,
    Column("name", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("purged_at", Integer, nullable=False),
    Index("purges_by_time", "purged_at"),
    sqlite_with_rowid=False,
)
"""Salted names of purged posts: keeps them from coming back by a repeated file or an old backup."""

rollups = Table(
    "rollups",
    metadata,
    Column("hour", Integer, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("container", Text, primary_key=True),
    Column("brand", Text, primary_key=True),
    Column("label", Text, primary_key=True),
    Column("intent", Text, primary_key=True),
    Column("decision", Text, primary_key=True),
    Column("mentions", Integer, nullable=False),
    Column("replies_received", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Mentions and the replies they received, per hour; always equal to a recount of `mentions`."""

term_counts = Table(
    "term_counts",
    metadata,
    Column("day", Integer, primary_key=True),
    Column("brand", Text, primary_key=True),
    Column("term", Text, primary_key=True),
    Column("mentions", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""How many mentions of a day held a term; outlives the posts."""

cases = Table(
    "cases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("brand", Text, nullable=False),
    Column("opened_at", Integer, nullable=False),
    Column("due_at", Integer, nullable=False),
    Column("author_key", Text),
    Column("claimed_by", Text),
    Column("claimed_at", Integer),
    Column("answered_at", Integer),
    Column("answered_by", Text),
    Column("resolved_at", Integer),
    Column("resolution", Text, nullable=False),
    Column("card_channel", Text),
    Column("card_message", Text),
    Column("target", Text),
    Column("note", Text, nullable=False),
    Column("resolve_due_at", Integer),
    Column("paused_at", Integer),
    Column("snoozed_until", Integer),
    Column("dismissal", Text),
    Column("version", Integer, nullable=False),
    Column("place", Integer, nullable=False),  # position in the queue, see storage.cases
    Index("cases_by_place", "place"),
    Index("cases_by_state", "state", "place"),
    Index("cases_by_brand", "brand", "place"),
    Index("cases_by_severity", "severity", "place"),
    Index("cases_by_holder", "claimed_by", "place", sqlite_where=text("claimed_by IS NOT NULL")),
    Index("cases_by_opening", "opened_at"),
    Index("cases_by_state_and_opening", "state", "opened_at"),
    Index("cases_free", "place", sqlite_where=text("claimed_by IS NULL")),
    Index("cases_by_snooze", "place", "snoozed_until", sqlite_where=text("snoozed_until IS NOT NULL")),
    Index("cases_by_resolution", "resolved_at", sqlite_where=text("resolved_at IS NOT NULL")),
    Index("cases_by_author", "author_key", "opened_at", sqlite_where=text("author_key IS NOT NULL")),
)
"""Cases as they stand."""

case_mentions = Table(
    "case_mentions",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("mention_id", ForeignKey("mentions.id"), primary_key=True),
    Column("position", Integer, nullable=False),  # 0 opened the case
    Index("case_mentions_by_mention", "mention_id", "case_id"),
    sqlite_with_rowid=False,
)
"""Which mentions a case holds."""

case_events = Table(
    "case_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("actor", Text),
    Column("reason", Text, nullable=False),
    Index("case_events_by_case", "case_id", "id"),
)
"""The audit trail of cases."""

actions = Table(
    "actions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("container", Text, nullable=False),
    Column("reply_to", Text),
    Column("guild_id", Text),
    Column("thread_id", Text),
    Column("text", Text, nullable=False),
    Column("text_digest", Text, nullable=False),
    Column("author_key", Text),
    Column("case_id", ForeignKey("cases.id")),
    Column("mention_id", ForeignKey("mentions.id")),
    Column("actor", Text),
    Column("needs_approval", Boolean, nullable=False),
    Column("not_before", Integer),
    Column("locale", Text, nullable=False),
    Column("attachment", Text),
    Column("about", Integer),
    Column("state", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("due_at", Integer, nullable=False),
    Column("sent_id", Text),
    Column("sent_at", Integer),
    Column("detail", Text, nullable=False, server_default=text("''")),
    Column("approved_by", Text),
    Index("actions_by_state", "state", "id"),
    Index("actions_by_purpose", "purpose", "sent_at"),
    Index("actions_by_place", "container", "purpose", "id"),
    Index("actions_by_author", "author_key", "purpose", "sent_at", sqlite_where=text("author_key IS NOT NULL")),
    Index("actions_by_mention", "mention_id", sqlite_where=text("mention_id IS NOT NULL")),
    Index("actions_by_case", "case_id", sqlite_where=text("case_id IS NOT NULL")),
    Index("actions_by_message", "sent_id", sqlite_where=text("sent_id IS NOT NULL")),
    Index("actions_by_subject", "about", "kind", sqlite_where=text("about IS NOT NULL")),
    Index("actions_sent", "sent_at", sqlite_where=text("sent_at IS NOT NULL")),
)
"""The outbox."""

reply_counts = Table(
    "reply_counts",
    metadata,
    Column("hour", Integer, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("container", Text, primary_key=True),
    Column("brand", Text, primary_key=True),  # empty: of no brand
    Column("replies", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Our replies that have no outbox row."""

feeds = Table(
    "feeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("cursor", Text),
    Column("seen", Integer, nullable=False),  # names seen since ever
)
"""Where each feed was left."""

seen_names = Table(
    "seen_names",
    metadata,
    Column("feed_id", ForeignKey("feeds.id"), primary_key=True),
    Column("upto", Integer, primary_key=True),  # value of feeds.seen after this row's names
    Column("names", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""The bounded ledger: the newest names of each feed, one row per batch."""

gaps = Table(
    "gaps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed", Text, nullable=False),
    Column("started_at", Integer, nullable=False),
    Column("ended_at", Integer, nullable=False),
    Column("estimate", Integer),
    Column("reason", Text, nullable=False),
    UniqueConstraint("feed", "started_at", "ended_at", "reason", name="one_row_per_gap"),
    Index("gaps_by_end", "ended_at"),
)
"""Spans that nobody can read any more."""

brands = Table(
    "brands",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("terms", Text, nullable=False),
    Column("exclusions", Text, nullable=False),
    Column("competitor", Boolean, nullable=False),
)
"""Brands as moderators set them."""

wishes = Table(
    "wishes",
    metadata,
    Column("author_key", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("purpose", Text, primary_key=True),  # empty: everything
    Column("source", Text, nullable=False),
    Column("given_at", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""What people told us about being written to; the newest per rule and purpose."""

guilds = Table(
    "guilds",
    metadata,
    Column("guild_id", Text, primary_key=True),
    Column("locale", Text),
    Column("staff_channel", Text),
    Column("report_channel", Text),
    Column("staff_roles", Text, nullable=False),
    Column("listen", Text, nullable=False),
    Column("ignore", Text, nullable=False),
    Column("timezone", Text),
)
"""What moderators set per Discord guild."""

SEARCH_DDL = (
    "CREATE VIEW search_words AS SELECT mention_id, coalesce(words, text) AS words FROM texts",
    "CREATE VIRTUAL TABLE search USING fts5(words, content='search_words', content_rowid='mention_id',"
    " tokenize='unicode61 remove_diacritics 2')",
    # Eight segments before a merge instead of four: a third less writing while posts pour in.
    "INSERT INTO search (search, rank) VALUES ('automerge', 8)",
)
"""The search index. It keeps no text of its own: `texts` holds what was indexed, so that it can be taken out again."""
