"""Putting a backup back without bringing back what was deleted, and without sending anything twice."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from core.clock import Clock
from core.errors import DatabaseDamagedError, DatabaseUnwritableError, StorageError
from storage import backups, schema
from storage.backups import Restored
from storage.connect import require_writable, told_apart
from storage.store import SqlStore

KEEP_REPLACED = timedelta(days=7)
"""How long the database that was replaced is kept, in case the wrong backup was taken."""
_AT_ONCE = 200
"""Purges replayed in one unit of work."""
_CARRIED = (
    # What people told us about being written to, and what was purged, is never forgotten.
    "INSERT INTO wishes SELECT * FROM live.wishes WHERE true ON CONFLICT DO UPDATE"
    " SET given_at = max(given_at, excluded.given_at)",
    "INSERT INTO purges SELECT * FROM live.purges WHERE true ON CONFLICT DO NOTHING",
    # What was sent since is not sent again.
    "UPDATE actions SET (state, sent_id, sent_at, detail, attempts) = (SELECT state, sent_id, sent_at, detail, attempts"
    " FROM live.actions AS now WHERE now.key = actions.key)"
    " WHERE key IN (SELECT key FROM live.actions WHERE state IN ('sent', 'refused', 'cancelled'))",
)
# What the backup held as waiting may have been sent since: the outbox looks for our own message before it sends.
_LOOK_FIRST = "UPDATE actions SET state = 'sending' WHERE state = 'pending'"

_log = structlog.get_logger(__name__)


async def put_back(source: Path, path: Path, clock: Clock) -> Restored:
    """Do what `maintenance.restore` promises."""
    manifest = await asyncio.to_thread(backups.verify, source)
    found = await asyncio.to_thread(schema.revision_of, source)
    assert found is not None
    await asyncio.to_thread(require_writable, path)
    part = path.with_name(path.name + ".restoring")
    try:
        known = await asyncio.to_thread(_prepare, source, part, path)
        replayed = await _replay(part, clock)
        replaced = await asyncio.to_thread(_swap, part, path, clock.now())
    finally:
        _remove(part)
    _log.info("storage.restored", schema=found, replayed_purges=replayed, purges_known=known)
    return Restored(found, None if manifest is None else manifest.made_at, replayed, known, replaced)


def _prepare(source: Path, part: Path, path: Path) -> bool:
    """Make an up-to-date copy of the backup; return whether the living database could be asked what happened since."""
    _remove(part)
    try:
        shutil.copyfile(source, part)
        os.chmod(part, 0o600)
    except OSError as error:
        raise DatabaseUnwritableError(f"{part} cannot be written: {error.strerror}; free the place") from error
    schema.bring_up(part, schema.revision_of(part))
    living = _close_living(path)
    with told_apart(part):
        connection = sqlite3.connect(part, isolation_level=None)
        try:
            connection.execute("PRAGMA secure_delete = ON")
            living = living and _attach_living(connection, path)
            connection.execute("BEGIN")
            for statement in (*(_CARRIED if living else ()), _LOOK_FIRST):
                connection.execute(statement)
            connection.execute("COMMIT")
        finally:
            connection.close()
    return living


def _attach_living(connection: sqlite3.Connection, path: Path) -> bool:
    """Attach the living database as `live`; False where it is another installation's, whose names say nothing here."""
    connection.execute("ATTACH ? AS live", (str(path),))
    salts = connection.execute(
        "SELECT value FROM main.install WHERE name = 'salt' UNION SELECT value FROM live.install WHERE name = 'salt'"
    )
    return len(salts.fetchall()) == 1


def _close_living(path: Path) -> bool:
    """Fold the living database's log into its file; return False where there is none that can be read.

    Raises StorageError while another process has it open.
    """
    try:
        if schema.revision_of(path) is None:
            return False
        schema.bring_up(path, schema.revision_of(path))
    except DatabaseDamagedError:
        return False
    connection = sqlite3.connect(path, timeout=1, isolation_level=None)
    try:
        # Leaving WAL mode needs the file for oneself: this is how we learn whether somebody has it open.
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        raise StorageError(f"{path} is in use; stop `maeari run` before restoring") from error
    finally:
        connection.close()
    return True


async def _replay(part: Path, clock: Clock) -> int:
    """Purge again what the purge log names; return how many posts that were."""
    store = await SqlStore.open(part, clock=clock)
    try:
        removals = await store.purged_before()
        for start in range(0, len(removals), _AT_ONCE):
            some = removals[start : start + _AT_ONCE]
            await store.write(lambda unit, some=some: unit.mentions.purge(some))  # type: ignore[misc]
        await store.scrub()
    finally:
        await store.close()
    return len(removals)


def _swap(part: Path, path: Path, now: datetime) -> Path | None:
    """Put the copy in its place, and what stood there aside."""
    aside = path.with_name(f"{path.stem}.replaced-{now:%Y%m%dT%H%M%S}{path.suffix}")
    stood = path.exists()
    try:
        if stood:
            os.replace(path, aside)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        os.replace(part, path)
    except OSError as error:
        raise DatabaseUnwritableError(f"{path} cannot be replaced: {error.strerror}; stop what uses it") from error
    if stood:
        backups.keep_as_backup(aside, now, KEEP_REPLACED)
    return aside if stood else None


def _remove(part: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        part.with_name(part.name + suffix).unlink(missing_ok=True)
