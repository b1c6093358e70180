"""The proof of what was deleted: name, time and reason, never content."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from core.types.post import PostRef, PurgeEntry


class PurgeLog(Protocol):
    """Reads the log that purging writes. It names posts by salted hashes: nobody can read a post's id out of it."""

    async def entries(self, *, since: datetime | None = None, limit: int, offset: int = 0) -> list[PurgeEntry]:
        """Return a page of the log, the newest first."""
        ...

    async def of_post(self, ref: PostRef) -> PurgeEntry | None:
        """Return when and why a post was purged; None where the log does not know it."""
        ...
