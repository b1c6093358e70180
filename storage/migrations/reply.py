"""Part of the first schema: canned replies, live switches and the moderation log."""

from __future__ import annotations

STATEMENTS = (
    """
    CREATE TABLE templates (
        id INTEGER NOT NULL,
        name TEXT NOT NULL,
        folded_name TEXT NOT NULL,
        brand TEXT NOT NULL,
        locale TEXT NOT NULL,
        text TEXT NOT NULL,
        changed_by TEXT,
        changed_at INTEGER,
        PRIMARY KEY (id),
        CONSTRAINT one_template_per_name UNIQUE (folded_name, brand, locale)
    )
    """,
    """
    CREATE TABLE switches (
        switch TEXT NOT NULL,
        is_on BOOLEAN NOT NULL,
        actor TEXT NOT NULL,
        turned_at INTEGER NOT NULL,
        PRIMARY KEY (switch)
    )
    """,
    """
    CREATE TABLE measures (
        number INTEGER NOT NULL,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        source TEXT NOT NULL,
        container TEXT NOT NULL,
        guild_id TEXT,
        moderator TEXT NOT NULL,
        reason TEXT NOT NULL,
        at INTEGER NOT NULL,
        author_key TEXT,
        until INTEGER,
        case_id INTEGER,
        detail TEXT NOT NULL,
        appeal TEXT,
        appeal_text TEXT NOT NULL,
        appealed_at INTEGER,
        decided_by TEXT,
        decided_at INTEGER,
        decision TEXT NOT NULL,
        PRIMARY KEY (number),
        FOREIGN KEY(case_id) REFERENCES cases (id)
    )
    """,
    "CREATE INDEX measures_by_author ON measures (author_key, number) WHERE author_key IS NOT NULL",
)
