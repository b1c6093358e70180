"""What a listener may ask of the store."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from core.clock import Clock
from core.ports.storing import Store
from core.types.post import PostRef, Source


class StoreMemory:
    """The port FeedMemory, over a store."""

    def __init__(self, store: Store, clock: Clock, recheck: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._recheck = recheck

    async def cursor(self, feed: str) -> str | None:
        """Return the feed's committed cursor."""
        async with self._store.read() as unit:
            return await unit.ledger.cursor(feed)

    async def known(self, feed: str, native_ids: Collection[str]) -> set[str]:
        """Return those of `native_ids` that the feed's bounded ledger holds."""
        async with self._store.read() as unit:
            return await unit.ledger.known(feed, native_ids)

    async def watched(self, source: Source, *, limit: int) -> list[PostRef]:
        """Return stored posts whose text lives and whose re-check is due, the longest unchecked first."""
        async with self._store.read() as unit:
            return await unit.ledger.due_for_recheck(source, self._clock.now(), limit=limit)

    async def mark_checked(self, refs: Collection[PostRef]) -> None:
        """Note that these posts were re-checked now; the next time is one interval away."""
        next_at = self._clock.now() + self._recheck
        await self._store.write(lambda unit: unit.ledger.mark_checked(refs, next_at=next_at))
