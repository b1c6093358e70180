"""One bot at a time on one database: two would send everything twice."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from core.errors import DatabaseUnwritableError, StorageError
from core.text import mark


class DatabaseLock:
    """Held from `take` to `release`; the system lets go of it when the process dies, however it dies."""

    def __init__(self, database: Path) -> None:
        """Prepare; the lock is a file beside the database, which stays there."""
        self._path = database.with_name(database.name + ".lock")
        self._file: int | None = None

    def take(self) -> None:
        """Take the lock; the database's folder is made where only that is missing.

        Raises StorageError where another process holds it, DatabaseUnwritableError where the file cannot be made.
        """
        _make_folder(self._path.parent)
        try:
            opened = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DatabaseUnwritableError(
                mark("the folder {folder} cannot be written to ({problem}); change its owner, or maeari.data_dir"),
                folder=self._path.parent,
                problem=error.strerror,
            ) from None
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(opened, 20).decode("ascii", "replace").strip() or "?"
            os.close(opened)
            raise StorageError(
                mark("another Maeari (process {process}) runs on {folder}; stop it, or set another maeari.data_dir"),
                process=holder,
                folder=self._path.parent,
            ) from None
        os.truncate(opened, 0)
        os.write(opened, f"{os.getpid()}\n".encode())
        self._file = opened

    def release(self) -> None:
        """Let go of it; nothing happens where it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _make_folder(folder: Path) -> None:
    """Make the folder itself, not those above it: a mistyped path shall not grow a tree."""
    file = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    if not file.is_dir():
        raise DatabaseUnwritableError(
            mark("{path} is a file, so that {folder} cannot be a folder; change maeari.data_dir"),
            path=file,
            folder=folder,
        )
    with suppress(OSError):  # opening the lock says what is wrong
        folder.mkdir(exist_ok=True)
    if not folder.is_dir() and not folder.parent.is_dir():
        raise DatabaseUnwritableError(
            mark("the folder {folder} does not exist; create it, or change maeari.data_dir"), folder=folder.parent
        )
