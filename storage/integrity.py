"""Looking through a database for damage."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from core.errors import DatabaseDamagedError
from storage.connect import told_apart


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
        raise DatabaseDamagedError(f"{path} is damaged ({found}); restore a backup with `maeari restore`")
    if orphan is not None:
        raise DatabaseDamagedError(
            f"{path} is damaged (a row of {orphan[0]} belongs to nothing in {orphan[2]});"
            " restore a backup with `maeari restore`"
        )
