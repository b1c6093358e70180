"""Tables of the learning desk, as the first schema makes them."""

from __future__ import annotations

STATEMENTS = (
    """
    CREATE TABLE applied_rules (
        id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        brand TEXT NOT NULL,
        term TEXT NOT NULL,
        value FLOAT NOT NULL,
        actor TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT one_rule_each UNIQUE (kind, brand, term)
    )
    """,
    """
    CREATE TABLE cause_cases (
        cause_id INTEGER NOT NULL,
        case_id INTEGER NOT NULL,
        linked_at INTEGER NOT NULL,
        linked_by TEXT NOT NULL,
        PRIMARY KEY (cause_id, case_id),
        FOREIGN KEY(cause_id) REFERENCES causes (id),
        FOREIGN KEY(case_id) REFERENCES cases (id)
    )
     WITHOUT ROWID
    """,
    "CREATE INDEX cause_cases_by_case ON cause_cases (case_id)",
    """
    CREATE TABLE causes (
        id INTEGER NOT NULL,
        title TEXT NOT NULL,
        added_at INTEGER NOT NULL,
        added_by TEXT NOT NULL,
        fixed_at INTEGER,
        fixed_by TEXT,
        place INTEGER NOT NULL,
        PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX causes_by_place ON causes (place, id)",
    """
    CREATE TABLE csat_answers (
        case_id INTEGER NOT NULL,
        score INTEGER NOT NULL,
        why TEXT NOT NULL,
        answered_at INTEGER NOT NULL,
        PRIMARY KEY (case_id),
        FOREIGN KEY(case_id) REFERENCES cases (id)
    )
    """,
    "CREATE INDEX csat_answers_by_time ON csat_answers (answered_at)",
    "CREATE INDEX csat_answers_why ON csat_answers (answered_at) WHERE why != ''",
    """
    CREATE TABLE verdict_counts (
        hour INTEGER NOT NULL,
        brand TEXT NOT NULL,
        reason TEXT NOT NULL,
        correct INTEGER NOT NULL,
        wrong INTEGER NOT NULL,
        PRIMARY KEY (hour, brand, reason)
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE verdicts (
        mention_id INTEGER NOT NULL,
        correct BOOLEAN NOT NULL,
        should_be TEXT,
        brand TEXT NOT NULL,
        decision TEXT NOT NULL,
        reason TEXT NOT NULL,
        hour INTEGER NOT NULL,
        actor TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (mention_id),
        FOREIGN KEY(mention_id) REFERENCES mentions (id)
    )
    """,
    "CREATE INDEX verdicts_by_brand ON verdicts (brand, at)",
    "CREATE INDEX verdicts_by_time ON verdicts (at)",
)
