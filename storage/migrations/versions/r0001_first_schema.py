"""Reason: the first schema.

Revision 0001
"""

from __future__ import annotations

from alembic import op

from storage.migrations import learning, queue, reply

revision = "0001"
down_revision = None

STATEMENTS = (
    """
    CREATE TABLE authors (
        id INTEGER NOT NULL,
        author_key TEXT NOT NULL,
        source TEXT NOT NULL,
        native_id TEXT NOT NULL,
        name TEXT NOT NULL,
        folded_name TEXT NOT NULL,
        is_bot BOOLEAN NOT NULL,
        is_staff BOOLEAN NOT NULL,
        is_self BOOLEAN NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (author_key)
    )
    """,
    """
    CREATE TABLE brands (
        id INTEGER NOT NULL,
        name TEXT NOT NULL,
        terms TEXT NOT NULL,
        exclusions TEXT NOT NULL,
        competitor BOOLEAN NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (name)
    )
    """,
    """
    CREATE TABLE cases (
        id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        severity TEXT NOT NULL,
        brand TEXT NOT NULL,
        opened_at INTEGER NOT NULL,
        due_at INTEGER NOT NULL,
        author_key TEXT,
        claimed_by TEXT,
        claimed_at INTEGER,
        answered_at INTEGER,
        answered_by TEXT,
        resolved_at INTEGER,
        resolution TEXT NOT NULL,
        card_channel TEXT,
        card_message TEXT,
        target TEXT,
        note TEXT NOT NULL,
        resolve_due_at INTEGER,
        paused_at INTEGER,
        snoozed_until INTEGER,
        dismissal TEXT,
        version INTEGER NOT NULL,
        place INTEGER NOT NULL,
        PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX cases_by_author ON cases (author_key, opened_at) WHERE author_key IS NOT NULL",
    "CREATE INDEX cases_by_brand ON cases (brand, place)",
    "CREATE INDEX cases_by_holder ON cases (claimed_by, place) WHERE claimed_by IS NOT NULL",
    "CREATE INDEX cases_by_opening ON cases (opened_at)",
    "CREATE INDEX cases_by_snooze ON cases (place, snoozed_until) WHERE snoozed_until IS NOT NULL",
    "CREATE INDEX cases_by_resolution ON cases (resolved_at) WHERE resolved_at IS NOT NULL",
    "CREATE INDEX cases_by_state_and_opening ON cases (state, opened_at)",
    "CREATE INDEX cases_free ON cases (place) WHERE claimed_by IS NULL",
    "CREATE INDEX cases_by_place ON cases (place)",
    "CREATE INDEX cases_by_severity ON cases (severity, place)",
    "CREATE INDEX cases_by_state ON cases (state, place)",
    """
    CREATE TABLE feeds (
        id INTEGER NOT NULL,
        name TEXT NOT NULL,
        cursor TEXT,
        seen INTEGER NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (name)
    )
    """,
    """
    CREATE TABLE gaps (
        id INTEGER NOT NULL,
        feed TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        ended_at INTEGER NOT NULL,
        estimate INTEGER,
        reason TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT one_row_per_gap UNIQUE (feed, started_at, ended_at, reason)
    )
    """,
    "CREATE INDEX gaps_by_end ON gaps (ended_at)",
    """
    CREATE TABLE guilds (
        guild_id TEXT NOT NULL,
        locale TEXT,
        staff_channel TEXT,
        report_channel TEXT,
        staff_roles TEXT NOT NULL,
        listen TEXT NOT NULL,
        "ignore" TEXT NOT NULL,
        timezone TEXT,
        PRIMARY KEY (guild_id)
    )
    """,
    """
    CREATE TABLE install (
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (name)
    )
    """,
    """
    CREATE TABLE mentions (
        id INTEGER NOT NULL,
        source TEXT NOT NULL,
        container TEXT NOT NULL,
        native_id TEXT,
        brand TEXT NOT NULL,
        author_key TEXT,
        created_at INTEGER NOT NULL,
        label TEXT NOT NULL,
        score FLOAT NOT NULL,
        intent TEXT NOT NULL,
        language TEXT NOT NULL,
        decision TEXT NOT NULL,
        reason TEXT NOT NULL,
        reply_count INTEGER NOT NULL,
        thanked BOOLEAN DEFAULT 0 NOT NULL,
        container_name TEXT,
        recheck_at INTEGER,
        purged_at INTEGER,
        PRIMARY KEY (id),
        CONSTRAINT one_mention_per_post_and_brand UNIQUE (native_id, container, source, brand)
    )
    """,
    "CREATE INDEX mentions_by_author ON mentions (author_key) WHERE author_key IS NOT NULL",
    "CREATE INDEX mentions_by_brand ON mentions (brand, created_at)",
    "CREATE INDEX mentions_by_recheck ON mentions (source, recheck_at) WHERE recheck_at IS NOT NULL",
    "CREATE INDEX mentions_by_score ON mentions (score, created_at)",
    "CREATE INDEX mentions_by_time ON mentions (created_at)",
    "CREATE INDEX mentions_living ON mentions (source, created_at) WHERE purged_at IS NULL",
    """
    CREATE TABLE purges (
        name TEXT NOT NULL,
        reason TEXT NOT NULL,
        purged_at INTEGER NOT NULL,
        PRIMARY KEY (name)
    )
     WITHOUT ROWID
    """,
    "CREATE INDEX purges_by_time ON purges (purged_at)",
    """
    CREATE TABLE reply_counts (
        hour INTEGER NOT NULL,
        kind TEXT NOT NULL,
        source TEXT NOT NULL,
        container TEXT NOT NULL,
        brand TEXT NOT NULL,
        replies INTEGER NOT NULL,
        PRIMARY KEY (hour, kind, source, container, brand)
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE rollups (
        hour INTEGER NOT NULL,
        source TEXT NOT NULL,
        container TEXT NOT NULL,
        brand TEXT NOT NULL,
        label TEXT NOT NULL,
        intent TEXT NOT NULL,
        decision TEXT NOT NULL,
        mentions INTEGER NOT NULL,
        replies_received INTEGER NOT NULL,
        PRIMARY KEY (hour, source, container, brand, label, intent, decision)
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE term_counts (
        day INTEGER NOT NULL,
        brand TEXT NOT NULL,
        term TEXT NOT NULL,
        mentions INTEGER NOT NULL,
        PRIMARY KEY (day, brand, term)
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE wishes (
        author_key TEXT NOT NULL,
        rule TEXT NOT NULL,
        purpose TEXT NOT NULL,
        source TEXT NOT NULL,
        given_at INTEGER NOT NULL,
        PRIMARY KEY (author_key, rule, purpose)
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE actions (
        id INTEGER NOT NULL,
        "key" TEXT NOT NULL,
        kind TEXT NOT NULL,
        purpose TEXT NOT NULL,
        source TEXT NOT NULL,
        container TEXT NOT NULL,
        reply_to TEXT,
        guild_id TEXT,
        thread_id TEXT,
        text TEXT NOT NULL,
        text_digest TEXT NOT NULL,
        author_key TEXT,
        case_id INTEGER,
        mention_id INTEGER,
        actor TEXT,
        needs_approval BOOLEAN NOT NULL,
        not_before INTEGER,
        locale TEXT NOT NULL,
        attachment TEXT,
        about INTEGER,
        state TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        attempts INTEGER DEFAULT 0 NOT NULL,
        due_at INTEGER NOT NULL,
        sent_id TEXT,
        sent_at INTEGER,
        detail TEXT DEFAULT '' NOT NULL,
        approved_by TEXT,
        PRIMARY KEY (id),
        UNIQUE ("key"),
        FOREIGN KEY(case_id) REFERENCES cases (id),
        FOREIGN KEY(mention_id) REFERENCES mentions (id)
    )
    """,
    "CREATE INDEX actions_by_author ON actions (author_key, purpose, sent_at) WHERE author_key IS NOT NULL",
    "CREATE INDEX actions_by_case ON actions (case_id) WHERE case_id IS NOT NULL",
    "CREATE INDEX actions_by_mention ON actions (mention_id) WHERE mention_id IS NOT NULL",
    "CREATE INDEX actions_by_message ON actions (sent_id) WHERE sent_id IS NOT NULL",
    "CREATE INDEX actions_by_place ON actions (container, purpose, id)",
    "CREATE INDEX actions_by_purpose ON actions (purpose, sent_at)",
    "CREATE INDEX actions_by_state ON actions (state, id)",
    "CREATE INDEX actions_by_subject ON actions (about, kind) WHERE about IS NOT NULL",
    "CREATE INDEX actions_sent ON actions (sent_at) WHERE sent_at IS NOT NULL",
    """
    CREATE TABLE case_events (
        id INTEGER NOT NULL,
        case_id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        at INTEGER NOT NULL,
        actor TEXT,
        reason TEXT NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(case_id) REFERENCES cases (id)
    )
    """,
    "CREATE INDEX case_events_by_case ON case_events (case_id, id)",
    """
    CREATE TABLE case_mentions (
        case_id INTEGER NOT NULL,
        mention_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        PRIMARY KEY (case_id, mention_id),
        FOREIGN KEY(case_id) REFERENCES cases (id),
        FOREIGN KEY(mention_id) REFERENCES mentions (id)
    )
     WITHOUT ROWID
    """,
    "CREATE INDEX case_mentions_by_mention ON case_mentions (mention_id, case_id)",
    """
    CREATE TABLE received_replies (
        mention_id INTEGER NOT NULL,
        native_id TEXT NOT NULL,
        PRIMARY KEY (mention_id, native_id),
        FOREIGN KEY(mention_id) REFERENCES mentions (id)
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE seen_names (
        feed_id INTEGER NOT NULL,
        upto INTEGER NOT NULL,
        names TEXT NOT NULL,
        PRIMARY KEY (feed_id, upto),
        FOREIGN KEY(feed_id) REFERENCES feeds (id)
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE texts (
        mention_id INTEGER NOT NULL,
        text TEXT NOT NULL,
        words TEXT,
        terms TEXT NOT NULL,
        url TEXT,
        guild_id TEXT,
        parent_id TEXT,
        thread_id TEXT,
        edited_at INTEGER,
        verdict TEXT NOT NULL,
        PRIMARY KEY (mention_id),
        FOREIGN KEY(mention_id) REFERENCES mentions (id)
    )
    """,
    "CREATE INDEX texts_by_thread ON texts (thread_id) WHERE thread_id IS NOT NULL",
    "CREATE VIEW search_words AS SELECT mention_id, coalesce(words, text) AS words FROM texts",
    "CREATE VIRTUAL TABLE search USING fts5(words, content='search_words', content_rowid='mention_id',"
    " tokenize='unicode61 remove_diacritics 2')",
    "INSERT INTO search (search, rank) VALUES ('automerge', 8)",
)


def upgrade() -> None:
    for statement in (*STATEMENTS, *learning.STATEMENTS, *queue.STATEMENTS, *reply.STATEMENTS):
        op.execute(statement)
