"""Opening the database file: addresses, PRAGMAs, and errors a person can act on."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from core.errors import ConfigError, DatabaseDamagedError, DatabaseUnwritableError, StorageError
from core.text import mark

BUSY_MILLISECONDS = 10_000
"""How long a connection waits for another process, such as `replay` beside `run`."""
WRITER_CACHE_KIBIBYTES, READER_CACHE_KIBIBYTES = 16_000, 4_000
"""Pages that a connection keeps in memory; fixed, so that memory stays flat however many posts there are."""
CHECKPOINT_PAGES = 4_000
"""Pages in the log before it is written back: four times SQLite's own, since busy index pages then move less often."""
LOG_BYTES = 64 << 20
"""What the log file is cut to after a long read had made it grow."""
READERS = 4
"""Reading connections kept open."""
MORE_READERS = 12
"""Reading connections opened beyond those when many read at once."""
DAMAGED = mark("{path} is damaged ({problem}); restore a backup with `maeari restore`")
_OURS = (
    "PRAGMA foreign_keys = ON",
    # Freed pages and cells are overwritten with zeros: a purge reaches the bytes on disk.
    "PRAGMA secure_delete = ON",
    # Sorting and VACUUM leave no copies of texts in the machine's folder for temporary files.
    "PRAGMA temp_store = MEMORY",
    f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}",
)


def database_path(url_or_path: str | Path) -> Path:
    """Return the file that a path or a SQLAlchemy URL names.

    Raises ConfigError with the key `storage.url` for any database but an SQLite file.
    """
    if isinstance(url_or_path, Path) or "://" not in url_or_path:
        name = str(url_or_path)
    else:
        try:
            url = make_url(url_or_path)
        except ArgumentError:
            raise ConfigError(mark("storage.url is not a database address; write a path"), key="storage.url") from None
        if url.get_backend_name() != "sqlite":
            raise ConfigError(
                mark("storage.url asks for {database}, but only SQLite is served; write a path"),
                key="storage.url",
                database=url.get_backend_name(),
            )
        name = url.database or ""
    if not name or name == ":memory:":
        raise ConfigError(mark("storage.url names no file; write a path such as maeari.db"), key="storage.url")
    return Path(name).expanduser()


def require_writable(path: Path) -> None:
    """Check, before SQLite is asked, that the file can be opened or made.

    Raises DatabaseUnwritableError naming the folder or file and the mend.
    """
    folder = path.parent
    if path.is_dir():
        raise DatabaseUnwritableError(mark("{path} is a folder, not a database file; name a file inside it"), path=path)
    if not folder.exists():
        raise DatabaseUnwritableError(
            mark("the folder {folder} does not exist; create it or change storage.url"), folder=folder
        )
    if not folder.is_dir():
        raise DatabaseUnwritableError(mark("{folder} is not a folder; change storage.url"), folder=folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise DatabaseUnwritableError(
            mark("the folder {folder} cannot be written to; change its owner or storage.url"), folder=folder
        )
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        raise DatabaseUnwritableError(mark("{path} cannot be read and written; change its owner or mode"), path=path)


def require_database(path: Path) -> None:
    """Check that there is a database file at all. Raises StorageError."""
    if not path.is_file():
        raise StorageError(mark("there is no database at {path}; check the path or storage.url"), path=path)


@contextmanager
def told_apart(path: Path) -> Iterator[None]:
    """Turn the driver's errors into ours, each naming the file and the mend."""
    try:
        yield
    except (sqlite3.DatabaseError, DatabaseError) as error:
        raise explained(error, path) from error


def explained(error: BaseException, path: Path) -> StorageError:
    """Return our error for one of the driver's."""
    said = str(getattr(error, "orig", None) or error)
    low = said.lower()
    given = {"path": path, "problem": said}
    if "malformed" in low or "not a database" in low or "corrupt" in low:
        return DatabaseDamagedError(DAMAGED, **given)
    if "readonly" in low or "unable to open" in low:
        denied = mark("{path} cannot be written to ({problem}); change the owner of file and folder")
        return DatabaseUnwritableError(denied, **given)
    if "disk is full" in low or "disk i/o" in low:
        return DatabaseUnwritableError(mark("{path} cannot be written to ({problem}); make room on the disk"), **given)
    if "locked" in low or "busy" in low:
        return StorageError(mark("{path} is held by another process ({problem}); stop it or try again"), **given)
    return StorageError(mark("{path}: the database refused ({problem})"), **given)


# `hide_parameters` below: an error of the driver is logged with its statement, never with the texts it was given.


def sync_engine(path: Path) -> Engine:
    """Return an engine for work outside the event loop: creation, migrations. One transaction holds all of it."""
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool, hide_parameters=True)
    _prepare(engine, writable=True)
    event.listen(engine, "begin", _begin)
    return engine


def writer_engine(path: Path) -> AsyncEngine:
    """Return the engine of the single writer, which begins and commits by itself."""
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)), poolclass=NullPool, hide_parameters=True
    )
    _prepare(engine.sync_engine, writable=True)
    return engine


def reader_engine(path: Path) -> AsyncEngine:
    """Return the engine of the readers: a transaction each, and no way to write."""
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        pool_size=READERS,
        max_overflow=MORE_READERS,
        hide_parameters=True,
    )
    _prepare(engine.sync_engine, writable=False)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    # The driver would begin only at the first write: a reader would then see every statement at another moment.
    connection.exec_driver_sql("BEGIN")


def _prepare(engine: Engine, *, writable: bool) -> None:
    def on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # Transactions are ours to begin and end, also around DDL, which the driver would commit behind our back.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _OURS:
            cursor.execute(pragma)
        if writable:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = NORMAL")
            cursor.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            cursor.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
            cursor.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIBIBYTES}")
        else:
            cursor.execute("PRAGMA query_only = ON")
            cursor.execute(f"PRAGMA cache_size = -{READER_CACHE_KIBIBYTES}")
        cursor.close()

    event.listen(engine, "connect", on_connect)
