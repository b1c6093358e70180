"""How far each feed was read, as the store holds it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from core.types.post import Batch, Gap, PostRef, Source


class LedgerRepository(Protocol):
    """Cursors, seen names and gaps of the feeds."""

    async def advance(self, batch: Batch) -> None:
        """Store a batch's seen names, cursor and gaps; the ledger stays bounded per feed."""
        ...

    async def cursor(self, feed: str) -> str | None:
        """Return a feed's cursor."""
        ...

    async def known(self, feed: str, native_ids: Collection[str]) -> set[str]:
        """Return those ids that the ledger holds."""
        ...

    async def gaps(self, *, since: datetime, until: datetime | None = None) -> list[Gap]:
        """Return gaps that touch a span of time."""
        ...

    async def due_for_recheck(self, source: Source, now: datetime, *, limit: int) -> list[PostRef]:
        """Return stored posts whose re-check is due."""
        ...

    async def mark_checked(self, refs: Collection[PostRef], *, next_at: datetime) -> None:
        """Set when these posts are to be checked again."""
        ...
