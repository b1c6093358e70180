"""What an operator does to a database: check, migrate, back up, restore."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from core.clock import Clock, SystemClock
from storage import backups, schema
from storage.backups import BACKUP_DAYS, Manifest, Restored, read_manifest
from storage.connect import database_path, require_database, require_writable
from storage.integrity import require_sound

__all__ = [
    "BACKUP_DAYS",
    "Manifest",
    "Restored",
    "backup",
    "check_database",
    "migrate",
    "read_manifest",
    "restore",
]


async def check_database(url_or_path: str | Path) -> str | None:
    """Return the schema revision of a database after looking through all its pages; None where there is none yet.

    Raises ConfigError for an address that is no SQLite file, and StorageError: DatabaseDamagedError,
    DatabaseNewerError, DatabaseUnwritableError.
    """
    path = database_path(url_or_path)
    return await asyncio.to_thread(_check, path)


def _check(path: Path) -> str | None:
    if not path.parent.exists() and path.parent.parent.is_dir():
        require_writable(path.parent)  # the folder is made at the first start
        return None
    require_writable(path)
    found = schema.revision_of(path)
    if found is not None:
        require_sound(path)
    return found


async def migrate(url_or_path: str | Path) -> tuple[str | None, str]:
    """Bring a database to this program's schema; return the revisions before (None: it was made) and after.

    Raises as `check_database` does.
    """
    path = database_path(url_or_path)
    return await asyncio.to_thread(_migrate, path)


def _migrate(path: Path) -> tuple[str | None, str]:
    require_writable(path)
    found = schema.revision_of(path)
    schema.bring_up(path, found)
    return found, schema.REVISION


async def backup(
    url_or_path: str | Path, target: Path, *, clock: Clock | None = None, keep: timedelta = timedelta(days=BACKUP_DAYS)
) -> Manifest:
    """Copy a database, also while it is written to, into the new file `target` with a manifest beside it.

    The manifest says until when the copy may be kept; older copies in the same folder whose time is over are deleted.
    Raises StorageError where there is no sound database, and DatabaseUnwritableError where `target` exists or cannot
    be written.
    """
    path = database_path(url_or_path)
    now = (clock or SystemClock()).now()
    return await asyncio.to_thread(backups.write, path, target, now, keep)


async def restore(source: Path, url_or_path: str | Path, *, clock: Clock | None = None) -> Restored:
    """Put a backup in the place of a database, after checking it and deleting again what was purged since.

    Nothing of the old database changes until the copy is ready. What it knew and the backup does not, is lost but
    for: purges, opt-outs, and what was sent. The replaced file is kept beside as a backup of its own.
    Raises InputError or StorageError naming the file and the mend; the bot must be stopped.
    """
    path = database_path(url_or_path)
    require_database(source)
    from storage.restoring import put_back

    return await put_back(source, path, clock or SystemClock())
