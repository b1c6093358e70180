"""Tables of the queue, as the first schema makes them."""

from __future__ import annotations

STATEMENTS = (
    """
    CREATE TABLE boards (
        id INTEGER NOT NULL,
        channel TEXT NOT NULL,
        message TEXT,
        guild_id TEXT,
        locale TEXT NOT NULL,
        action_id INTEGER,
        changed_at INTEGER,
        PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE case_alarms (
        case_id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        ref INTEGER NOT NULL,
        due_at INTEGER,
        rung_at INTEGER,
        PRIMARY KEY (case_id, kind, ref),
        FOREIGN KEY(case_id) REFERENCES cases (id)
    )
     WITHOUT ROWID
    """,
    "CREATE INDEX case_alarms_by_time ON case_alarms (due_at) WHERE rung_at IS NULL AND due_at IS NOT NULL",
    """
    CREATE TABLE case_notes (
        id INTEGER NOT NULL,
        case_id INTEGER NOT NULL,
        author TEXT NOT NULL,
        at INTEGER NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(case_id) REFERENCES cases (id)
    )
    """,
    "CREATE INDEX case_notes_by_case ON case_notes (case_id, id)",
    """
    CREATE TABLE case_promises (
        id INTEGER NOT NULL,
        case_id INTEGER NOT NULL,
        text TEXT NOT NULL,
        due_at INTEGER NOT NULL,
        made_by TEXT NOT NULL,
        made_at INTEGER NOT NULL,
        state TEXT NOT NULL,
        settled_at INTEGER,
        PRIMARY KEY (id),
        FOREIGN KEY(case_id) REFERENCES cases (id)
    )
    """,
    "CREATE INDEX case_promises_by_case ON case_promises (case_id, due_at)",
    "CREATE INDEX case_promises_by_time ON case_promises (made_at)",
    """
    CREATE TABLE case_tags (
        case_id INTEGER NOT NULL,
        tag TEXT NOT NULL,
        PRIMARY KEY (case_id, tag),
        FOREIGN KEY(case_id) REFERENCES cases (id)
    )
     WITHOUT ROWID
    """,
    "CREATE INDEX case_tags_by_tag ON case_tags (tag, case_id)",
    """
    CREATE TABLE duty (
        member TEXT NOT NULL,
        since INTEGER NOT NULL,
        last_given_at INTEGER,
        PRIMARY KEY (member)
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE goodwill_offers (
        id INTEGER NOT NULL,
        case_id INTEGER NOT NULL,
        amount INTEGER NOT NULL,
        text TEXT NOT NULL,
        offered_by TEXT NOT NULL,
        offered_at INTEGER NOT NULL,
        state TEXT NOT NULL,
        decided_by TEXT,
        decided_at INTEGER,
        PRIMARY KEY (id),
        FOREIGN KEY(case_id) REFERENCES cases (id)
    )
    """,
    "CREATE INDEX goodwill_offers_by_case ON goodwill_offers (case_id, id)",
    "CREATE INDEX goodwill_offers_by_time ON goodwill_offers (offered_at)",
    """
    CREATE TABLE sla_targets (
        severity TEXT NOT NULL,
        first_minutes INTEGER NOT NULL,
        resolve_minutes INTEGER NOT NULL,
        PRIMARY KEY (severity)
    )
     WITHOUT ROWID
    """,
)
