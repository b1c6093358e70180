"""Looking for stale copies of cells in the database file.

`PRAGMA secure_delete` overwrites what is deleted, but when SQLite moves cells between neighbouring pages it leaves the
old bytes in the unused middle of a page (btree.c, rebuildPage). What is deleted later from its new place may so stand
once more in such a gap. Only VACUUM writes those pages anew; this says whether it is needed.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

IMPERSONAL_TABLES = (
    *("alembic_version", "install", "brands", "guilds", "templates", "switches"),
    *("rollups", "term_counts", "reply_counts", "verdict_counts"),
    *("feeds", "gaps", "seen_names", "purges", "wishes"),
    *("case_mentions", "search_docsize", "search_config"),
)
"""Trees that hold no words and no names of people; whatever is not listed here is looked through."""

# File format: https://www.sqlite.org/fileformat2.html, "B-tree Pages".
_PAGE_SIZE = slice(16, 18)
_FIRST_PAGE_HEADER = 100
_INTERIOR = (0x02, 0x05)
_LEAVES = (0x0A, 0x0D)
_INTERIOR_HEADER, _LEAF_HEADER = 12, 8
_MAX_PAGE_SIZE = 65_536


def has_residue(path: Path) -> bool:
    """Say whether a page of a table that may be personal holds bytes between its cell pointers and its cells.

    Reads the file itself: call it when the log was just written back, and nobody writes.
    """
    with path.open("rb") as file:
        header = file.read(_FIRST_PAGE_HEADER)
        size = int.from_bytes(header[_PAGE_SIZE], "big")
        size = _MAX_PAGE_SIZE if size == 1 else size
        return any(_has_gap(page, start) for page, start in _pages(file.fileno(), size, _roots(path)))


def _roots(path: Path) -> list[int]:
    connection = sqlite3.connect(path, timeout=10)
    try:
        tables = connection.execute("SELECT name, rootpage FROM sqlite_master WHERE type = 'table' AND rootpage > 0")
        return [root for name, root in tables if name not in IMPERSONAL_TABLES]
    finally:
        connection.close()


def _pages(file: int, size: int, roots: list[int]) -> Iterator[tuple[bytes, int]]:
    """Yield all pages of some trees, each with the place of its header."""
    ahead = list(roots)
    while ahead:
        number = ahead.pop()
        page = os.pread(file, size, (number - 1) * size)
        start = _FIRST_PAGE_HEADER if number == 1 else 0
        if len(page) < size or page[start] not in (*_INTERIOR, *_LEAVES):
            continue  # changed under our eyes by another process: the next scrub looks again
        yield page, start
        if page[start] in _INTERIOR:
            ahead += _children(page, start)


def _children(page: bytes, start: int) -> Iterator[int]:
    for place in _pointers(page, start):
        yield int.from_bytes(page[place : place + 4], "big")
    yield int.from_bytes(page[start + 8 : start + 12], "big")


def _pointers(page: bytes, start: int) -> Iterator[int]:
    count = int.from_bytes(page[start + 3 : start + 5], "big")
    first = start + _INTERIOR_HEADER
    for place in range(first, first + 2 * count, 2):
        yield int.from_bytes(page[place : place + 2], "big")


def _has_gap(page: bytes, start: int) -> bool:
    count = int.from_bytes(page[start + 3 : start + 5], "big")
    cells = int.from_bytes(page[start + 5 : start + 7], "big") or _MAX_PAGE_SIZE
    header = _INTERIOR_HEADER if page[start] in _INTERIOR else _LEAF_HEADER
    gap = page[start + header + 2 * count : cells]
    return gap.count(0) != len(gap)
