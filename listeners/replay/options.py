"""What a replay is told, and what it says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from core.clock import Clock, SystemClock
from core.types.post import Source

FIELDS = ("text", "id", "source", "container", "author", "created_at", "title", "url", "parent_id")
"""Fields that `FileOptions.columns` may map to a column."""

BATCH_POSTS = 10_000
"""Posts handed over at once: at 5 % hits some 500 mentions share the statements of a commit, and nobody waits for them.

Where every post is a mention, a batch is a second or two of work. Scanning and judging give way in between.
"""


@dataclass(frozen=True, slots=True)
class FileOptions:
    """How files are read. What a line says itself always wins over these."""

    source: Source | None = None
    """Source of lines that name none; None means `reddit` for Reddit archive lines and `file` for all others."""
    container: str | None = None
    """Container of lines that name none; None means the file's name without its endings."""
    created_at: datetime | None = None
    """Date of lines that carry none; None rejects them. Without a zone it is UTC."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field (one of FIELDS) -> the column or key that holds it."""
    batch_posts: int = BATCH_POSTS
    clock: Clock = field(default_factory=SystemClock)
    """Tells which dates lie in the future."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a replay has come."""

    bytes_read: int
    """Bytes on disk, compressed where the file is."""
    bytes_total: int
    lines: int
    """Lines read, good and bad, without header and empty lines."""
    posts: int
    rejected: int
    rejects: tuple[Path, ...] = ()
    """Files that hold the numbers and reasons of rejected lines; only those that were written."""
