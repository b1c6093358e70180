"""Putting a backup back without bringing back what was deleted, and without sending anything twice."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from core.clock import Clock
from core.errors import DatabaseDamagedError, DatabaseUnwritableError, InputError, StorageError
from core.ports.storing import Unit
from core.text import mark
from storage import backups, schema
from storage.backups import Manifest, Restored
from storage.connect import DAMAGED, require_writable, told_apart
from storage.store import SqlStore

KEEP_REPLACED = timedelta(days=7)
"""How long the database that was replaced is kept, in case the wrong backup was taken."""
_AT_ONCE = 200
"""Purges replayed in one unit of work."""
_CARRIED = (
    # What people told us about being written to, and what was purged, is never forgotten.
    "INSERT INTO wishes SELECT * FROM live.wishes WHERE true ON CONFLICT DO UPDATE"
    " SET given_at = max(given_at, excluded.given_at)",
    "INSERT INTO purges SELECT * FROM live.purges WHERE true ON CONFLICT DO UPDATE"
    " SET reason = excluded.reason, purged_at = excluded.purged_at WHERE excluded.purged_at > purged_at",
    # What was sent since is not sent again.
    "UPDATE actions SET (state, sent_id, sent_at, detail, attempts) = (SELECT state, sent_id, sent_at, detail, attempts"
    " FROM live.actions AS now WHERE now.key = actions.key)"
    " WHERE key IN (SELECT key FROM live.actions WHERE state IN ('sent', 'refused', 'cancelled'))",
)
_ERASED_SINCE = (
    "SELECT substr(now.name, length('person:') + 1) FROM live.purges AS now LEFT JOIN main.purges AS before"
    " ON before.name = now.name WHERE now.name LIKE 'person:%' AND now.purged_at > coalesce(before.purged_at, -1 << 62)"
)
# What the backup held as waiting may have been sent since: the outbox looks for our own message before it sends.
_LOOK_FIRST = "UPDATE actions SET state = 'sending' WHERE state = 'pending'"

_log = structlog.get_logger(__name__)


async def put_back(source: Path, path: Path, clock: Clock) -> Restored:
    """Do what `maintenance.restore` promises."""
    manifest, found = await asyncio.to_thread(_looked_at, source, path)
    part = path.with_name(path.name + ".restoring")
    try:
        erased = await asyncio.to_thread(_prepare, source, part, path)
        known = erased is not None
        replayed = await _replay(part, clock, erased or [])
        await asyncio.to_thread(_settle, part)
        replaced = await asyncio.to_thread(_swap, part, path, clock.now())
    finally:
        _remove(part)
    _log.info("storage.restored", schema=found, replayed_purges=replayed, purges_known=known)
    return Restored(found, None if manifest is None else manifest.made_at, replayed, known, replaced)


def _looked_at(source: Path, path: Path) -> tuple[Manifest | None, str]:
    """Check what is to be put where; return the backup's manifest and schema."""
    if path.exists() and source.samefile(path):
        same = mark("{path} is the database itself; name a file written by `maeari backup`")
        raise InputError(same, path=source)
    try:
        manifest = backups.verify(source)
        found = schema.revision_of(source)
    except DatabaseDamagedError as error:
        if error.phrase.message != DAMAGED:
            raise
        # "Restore a backup" is no advice to somebody who is doing it.
        bad = mark("the backup {path} is damaged ({problem}); use another backup")
        raise DatabaseDamagedError(bad, **error.phrase.values) from error
    assert found is not None
    require_writable(path)
    return manifest, found


def _prepare(source: Path, part: Path, path: Path) -> list[str] | None:
    """Make an up-to-date copy of the backup that knows what the living database knows.

    Returns the keys of the people who were erased since, or None where there is no living database to ask.
    """
    _remove(part)
    try:
        shutil.copyfile(source, part)
        os.chmod(part, 0o600)
    except OSError as error:
        said = mark("{path} cannot be written ({problem}); free the place")
        raise DatabaseUnwritableError(said, path=part, problem=error.strerror) from error
    schema.bring_up(part, schema.revision_of(part))
    living = _close_living(path)
    with told_apart(part):
        connection = sqlite3.connect(part, isolation_level=None)
        try:
            connection.execute("PRAGMA secure_delete = ON")
            living = living and _attach_living(connection, path)
            connection.execute("BEGIN")
            erased = [row[0] for row in connection.execute(_ERASED_SINCE)] if living else None
            for statement in (*(_CARRIED if living else ()), _LOOK_FIRST):
                connection.execute(statement)
            connection.execute("COMMIT")
        finally:
            connection.close()
    return erased


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
        raise StorageError(mark("{path} is in use; stop `maeari run` before restoring"), path=path) from error
    finally:
        connection.close()
    return True


async def _replay(part: Path, clock: Clock, erased: Sequence[str]) -> int:
    """Purge again what the purge log names, and forget who was erased; return how many posts that were."""

    async def forget(unit: Unit, author_key: str) -> None:
        await unit.mentions.erase_author(author_key, clock.now())
        await unit.outbox.forget(author_key)
        await unit.members.forget(author_key)

    store = await SqlStore.open(part, clock=clock)
    try:
        removals = await store.purged_before()
        for start in range(0, len(removals), _AT_ONCE):
            some = removals[start : start + _AT_ONCE]
            await store.write(lambda unit, some=some: unit.mentions.purge(some))  # type: ignore[misc]
        for author_key in erased:
            await store.write(lambda unit, author_key=author_key: forget(unit, author_key))  # type: ignore[misc]
        await store.scrub()
    finally:
        await store.close()
    return len(removals)


def _settle(part: Path) -> None:
    """Make one file of the copy, and have it on the disk before it takes the place of another."""
    connection = sqlite3.connect(part, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
    finally:
        connection.close()
    with part.open("rb") as file:
        os.fsync(file.fileno())


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
        said = mark("{path} cannot be replaced ({problem}); stop what uses it")
        raise DatabaseUnwritableError(said, path=path, problem=error.strerror) from error
    if stood:
        backups.keep_as_backup(aside, now, KEEP_REPLACED)
    return aside if stood else None


def _remove(part: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        part.with_name(part.name + suffix).unlink(missing_ok=True)
