"""Looking through a database for damage."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from core.errors import DatabaseDamagedError
from core.text import Phrase, mark
from storage.connect import DAMAGED, told_apart


def require_sound(path: Path) -> None:
    """Read all pages of a database. Raises DatabaseDamagedError naming the first thing found."""
    with told_apart(path):
        connection = sqlite3.connect(path, timeout=10)
        try:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
        finally:
            connection.close()
    if found != "ok":
        raise DatabaseDamagedError(DAMAGED, path=path, problem=found)
    if orphan is not None:
        stray = Phrase(mark("a row of {table} belongs to nothing in {other}"), {"table": orphan[0], "other": orphan[2]})
        raise DatabaseDamagedError(DAMAGED, path=path, problem=stray)
