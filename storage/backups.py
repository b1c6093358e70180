"""Backups: a copy of the database file with a manifest beside it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import structlog

from core.errors import DatabaseDamagedError, DatabaseUnwritableError, InputError, StorageError
from core.text import mark
from storage import schema
from storage.connect import require_database, told_apart
from storage.integrity import require_sound

BACKUP_DAYS = 30
"""Days a backup is kept unless asked otherwise: it holds texts that were deleted since."""
_STEP_PAGES = 1_000
"""Pages copied at once: writers get their turn in between."""
_STEP_PAUSE = 0.005
_READ_BYTES = 1 << 20

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is, written beside it as `<file>.manifest.json`."""

    made_at: datetime
    keep_until: datetime
    """From then on it is deleted by the next backup into the same folder."""
    schema: str
    size: int
    """Bytes."""
    sha256: str
    mentions: int
    cases: int
    actions: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    schema: str
    """Schema of the backup; the restored database has the newest."""
    made_at: datetime | None
    """When the backup was made; None for a copy without a manifest."""
    replayed_purges: int
    """Posts of the backup that had been purged since, and were purged again."""
    purges_known: bool
    """False where no readable database stood there: purges since the backup could not be replayed."""
    replaced: Path | None
    """Where the database that stood there was put."""


def manifest_path(backup: Path) -> Path:
    """Return where a backup's manifest stands."""
    return backup.with_name(backup.name + ".manifest.json")


def read_manifest(backup: Path) -> Manifest | None:
    """Return a backup's manifest, or None for a copy without one. Raises InputError for an unreadable one."""
    path = manifest_path(backup)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        said = mark("{path} is no manifest ({problem}); delete it to restore without one")
        raise InputError(said, path=path, problem=error) from None


def write(path: Path, target: Path, now: datetime, keep: timedelta) -> Manifest:
    """Do what `maintenance.backup` promises, outside the event loop."""
    require_database(path)
    found = schema.revision_of(path)
    if target.exists():
        raise DatabaseUnwritableError(mark("{path} exists already; name a new file"), path=target)
    if not target.parent.is_dir():
        missing = mark("the folder {folder} does not exist; create it or name another")
        raise DatabaseUnwritableError(missing, folder=target.parent)
    part = target.with_name(target.name + ".part")
    try:
        with _as_ours(part):
            _copy(path, part)
            require_sound(part)
            manifest = _manifest(part, now, now + keep, found or schema.REVISION)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            os.replace(part, target)
            _write_manifest(target, manifest)
    finally:
        part.unlink(missing_ok=True)
    drop_expired(target.parent, now)
    _log.info("storage.backed_up", bytes=manifest.size, mentions=manifest.mentions)
    return manifest


def drop_expired(folder: Path, now: datetime) -> int:
    """Delete the backups of a folder whose time is over; return how many."""
    dropped = 0
    for path in folder.glob("*.manifest.json"):
        backup = path.with_name(path.name.removesuffix(".manifest.json"))
        with contextlib.suppress(InputError):
            manifest = read_manifest(backup)
            if manifest is not None and manifest.keep_until <= now:
                backup.unlink(missing_ok=True)
                path.unlink()
                dropped += 1
    if dropped:
        _log.info("storage.backups_expired", backups=dropped)
    return dropped


def verify(backup: Path) -> Manifest | None:
    """Check that a backup is what was written, and that this program can read it.

    Raises DatabaseDamagedError, DatabaseNewerError, or InputError for an unreadable manifest.
    """
    manifest = read_manifest(backup)
    if manifest is not None and (backup.stat().st_size != manifest.size or digest(backup) != manifest.sha256):
        changed = mark("{path} is not what was backed up (its digest differs); use another backup")
        raise DatabaseDamagedError(changed, path=backup)
    if schema.revision_of(backup) is None:
        raise DatabaseDamagedError(mark("{path} is empty; use another backup"), path=backup)
    require_sound(backup)
    return manifest


def digest(path: Path) -> str:
    """Return a file's SHA-256, read piece by piece."""
    running = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_READ_BYTES):
            running.update(piece)
    return running.hexdigest()


def keep_as_backup(path: Path, now: datetime, keep: timedelta) -> None:
    """Give a database file that was put aside a manifest, so that it goes when its time is over; it may be damaged."""
    size, sum_of_bytes = path.stat().st_size, digest(path)
    try:
        manifest = _manifest(path, now, now + keep, schema.revision_of(path) or "")
    except (StorageError, sqlite3.DatabaseError):
        manifest = Manifest(now, now + keep, "", size, sum_of_bytes, 0, 0, 0)
    _write_manifest(path, manifest)


def _write_manifest(backup: Path, manifest: Manifest) -> None:
    manifest_path(backup).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")


@contextlib.contextmanager
def _as_ours(path: Path) -> Iterator[None]:
    with told_apart(path):
        try:
            yield
        except OSError as error:
            said = mark("{path} cannot be written ({problem}); free the place")
            raise DatabaseUnwritableError(said, path=path, problem=error.strerror) from error


def _copy(path: Path, part: Path) -> None:
    """Copy page by page with SQLite's online backup; what is written meanwhile is copied too."""
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    source, copy = sqlite3.connect(path, timeout=10), sqlite3.connect(part)
    try:
        source.backup(copy, pages=_STEP_PAGES, sleep=_STEP_PAUSE)
        # A copy is one file, without a log beside it.
        copy.execute("PRAGMA journal_mode = DELETE")
    finally:
        copy.close()
        source.close()


def _manifest(path: Path, made_at: datetime, keep_until: datetime, revision: str) -> Manifest:
    return Manifest(made_at, keep_until, revision, path.stat().st_size, digest(path), *_counts(path))


def _counts(path: Path) -> list[int]:
    connection = sqlite3.connect(path)
    try:
        return [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - our own names
            for table in ("mentions", "cases", "actions")
        ]
    finally:
        connection.close()
