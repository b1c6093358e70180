"""One bot at a time on one database: two would send everything twice."""

from __future__ import annotations

import fcntl
import os
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
        """Take the lock.

        Raises StorageError where another process holds it, DatabaseUnwritableError where the file cannot be made.
        """
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
