"""Deleted there, gone here: stored posts are looked at again for as long as their text lives."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime

import structlog

from core.clock import Clock
from core.errors import SourceError
from core.ports.listening import FeedMemory
from core.types.post import Batch, FeedHealth, Post, PostRef, Removal, RemovalReason, ReplyCount, Source
from listeners.handover import Handover
from listeners.reddit.budget import Lane
from listeners.reddit.pace import wait_or_poke
from listeners.reddit.things import Gone, People, Thing, fate, read_listing, ref_of, to_post
from listeners.reddit.transport import RedditTransport

_log = structlog.get_logger(__name__)

FEED = "reddit:recheck"
NAMES_PER_REQUEST = 100
"""What /api/info takes at once."""
LOOK_EVERY_SECONDS = 300.0
"""How often the store is asked what is due."""


@dataclass(slots=True)
class RecheckCounts:
    """What re-checking has done so far."""

    looks_begun: int = 0
    looks_done: int = 0
    checked: int = 0
    removed: int = 0
    failures: int = 0


class Recheck:
    """Asks /api/info about what is due and reports what has changed."""

    def __init__(
        self,
        transport: RedditTransport,
        memory: FeedMemory,
        clock: Clock,
        handover: Handover,
        on_look: Callable[[], Awaitable[None]],
    ) -> None:
        self.counts = RecheckCounts()
        self._transport = transport
        self._memory = memory
        self._clock = clock
        self._handover = handover
        self._on_look = on_look
        self._poked = asyncio.Event()
        self._state = "ok"
        self._looked_at: datetime | None = None

    async def run(self, people: People) -> None:
        """Look until cancelled."""
        while True:
            due = 0
            self._poked.clear()
            self.counts.looks_begun += 1
            try:
                due = await self.look(people)
                self._state = "ok"
            except SourceError as error:
                self.counts.failures += 1
                self._state = "late"
                _log.warning("re-check failed", error=type(error).__name__)
            self.counts.looks_done += 1
            await self._on_look()
            if due < NAMES_PER_REQUEST:
                await wait_or_poke(self._clock, LOOK_EVERY_SECONDS, self._poked)

    def poke(self) -> None:
        """Look now instead of at the end of the pause."""
        self._poked.set()

    async def look(self, people: People) -> int:
        """Check one request's worth of what is due; return how many posts that were.

        Raises SourceError; nothing is marked as checked then.
        """
        due = await self._memory.watched(Source.REDDIT, limit=NAMES_PER_REQUEST)
        if due:
            found = await self._info([ref.native_id for ref in due])
            missing = [ref.native_id for ref in due if ref.native_id not in found]
            # An answer may be short for reasons of its own: what is missing is asked for twice before it is purged.
            found |= await self._info(missing) if missing else {}
            await self._handover.put(self._batch(due, found, people))
            await self._memory.mark_checked(due)
            self.counts.checked += len(due)
        self._looked_at = self._clock.now()
        return len(due)

    async def _info(self, names: Collection[str]) -> dict[str, Thing]:
        answer = await self._transport.get("api/info", {"id": ",".join(names)}, lane=Lane.RECHECK)
        return {thing.name: thing for thing in read_listing(answer).things}

    def _batch(self, due: Collection[PostRef], found: dict[str, Thing], people: People) -> Batch:
        posts: list[Post] = []
        removals: list[Removal] = []
        counts: list[ReplyCount] = []
        now = self._clock.now()
        for ref in due:
            thing = found.get(ref.native_id)
            reason = RemovalReason.VANISHED if thing is None else fate(thing).removal
            if reason is not None:
                removals.append(Removal(ref, reason, now))
            if thing is None:
                continue
            if thing.num_comments:
                counts.append(ReplyCount(ref, thing.num_comments))
            if fate(thing) is Gone.LIVE and thing.edited_at is not None:
                post = to_post(thing, people)
                posts += [post] if post is not None and ref_of(thing) == ref else []
        self.counts.removed += len(removals)
        if removals:
            _log.info("posts are gone at their source", removed=len(removals))
        return Batch(FEED, posts=tuple(posts), removals=tuple(removals), reply_counts=tuple(counts))

    def health(self) -> FeedHealth:
        """Say how re-checking is doing."""
        detail = f"{self.counts.checked} checked, {self.counts.removed} gone"
        return FeedHealth(FEED, self._state, self._looked_at, self.counts.checked, detail)
