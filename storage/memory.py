"""What a listener may ask of the store."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from core.clock import Clock
from core.ports.storing import Store
from core.types.mention import MentionQuery
from core.types.post import PostRef, Source

_PAGE = 500
"""Mentions read at once: other tasks get their turns in between."""


class StoreMemory:
    """The ports FeedMemory and StoredPosts, over a store."""

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

    async def stored(
        self, source: Source, container: str, *, since: datetime, until: datetime | None = None, limit: int
    ) -> list[PostRef]:
        """Return the posts of one container written in [since, until) whose text lives, the newest first."""
        query = MentionQuery(source=source, container=container, since=since, until=until)
        refs: dict[PostRef, None] = {}  # a post may stand there for several brands
        read = 0
        async with self._store.read() as unit:
            while len(refs) < limit:
                page = await unit.mentions.find(query, limit=_PAGE, offset=read)
                read += len(page)
                refs |= {PostRef(source, container, one.native_id): None for one in page if one.native_id is not None}
                if len(page) < _PAGE:
                    break
        return list(refs)[:limit]
