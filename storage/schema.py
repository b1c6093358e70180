"""Which schema a file has, and making a fresh one."""

from __future__ import annotations

import secrets
import sqlite3
from pathlib import Path

from sqlalchemy.engine import Connection

from core.errors import DatabaseDamagedError, DatabaseNewerError
from core.text import mark
from storage import tables, tables_learning, tables_queue, tables_reply
from storage.connect import require_writable, sync_engine, told_apart

APPLICATION_ID = 0x4D616572
"""`Maer`, in the file's header (PRAGMA application_id): tells our files from all others."""
REVISION = "0001"
"""The schema of this program: the newest file in storage/migrations/versions."""
TABLES = (tables, tables_learning, tables_queue, tables_reply)
"""The modules whose tables make up `tables.metadata`."""
EMPTY = ""
"""What a file without any table has for a revision: its maker died before the first commit."""


def revision_of(path: Path) -> str | None:
    """Return the schema revision of a file; None for a missing or empty one.

    Raises DatabaseDamagedError for what is no Maeari database, DatabaseNewerError for one of a newer program.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    with told_apart(path):
        found = _read_revision(path)
    if found == EMPTY:
        return None
    if found is None:
        foreign = mark("{path} is an SQLite file, but no Maeari database; choose another storage.url")
        raise DatabaseDamagedError(foreign, path=path)
    if found > REVISION:
        raise DatabaseNewerError(
            mark("{path} was written by a newer Maeari (schema {found}, this one knows {known}); update Maeari"),
            path=path,
            found=found,
            known=REVISION,
        )
    return found


def _read_revision(path: Path) -> str | None:
    connection = sqlite3.connect(path, timeout=10)
    try:
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            return None if connection.execute("SELECT 1 FROM sqlite_master").fetchone() else EMPTY
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if row is None else str(row[0])
    finally:
        connection.close()


def bring_up(path: Path, found: str | None) -> None:
    """Bring a file of revision `found` to this program's schema, making it where there is none."""
    if found is None:
        create(path)
    elif found != REVISION:
        from storage.upgrade import upgrade  # Alembic takes a while to import and is rarely needed

        upgrade(path)


def create(path: Path) -> None:
    """Make a new database at the newest schema, all of it or nothing."""
    require_writable(path)
    # Nobody but the owner reads what people wrote; the log beside the file takes over its mode.
    path.touch(mode=0o600)
    engine = sync_engine(path)
    try:
        with told_apart(path), engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            if not connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'install'").first():
                fill(connection)
            connection.commit()
    finally:
        engine.dispose()


def fill(connection: Connection) -> None:
    """Create all tables, the search index and the version stamp, inside the caller's transaction."""
    tables.metadata.create_all(connection, checkfirst=False)
    for statement in tables.SEARCH_DDL:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
        "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (REVISION,))
    stamp(connection)


def stamp(connection: Connection) -> None:
    """Mark the file as ours and give it its salt."""
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql("INSERT INTO install VALUES ('salt', ?)", (secrets.token_hex(16),))
