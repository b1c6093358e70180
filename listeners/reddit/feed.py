"""One feed: a listing that is polled for as long as we live, and never takes its neighbours down."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

import structlog

from core.clock import Clock
from core.errors import CredentialsRejectedError, FeedClosedError, SourceError
from core.ports.listening import FeedMemory
from core.types.post import Batch, FeedHealth, Gap, Post, ReplyCount
from listeners.handover import Handover
from listeners.reddit.pace import Pace, wait_or_poke
from listeners.reddit.things import Listing, People, Thing, read_listing, ref_of, to_post
from listeners.reddit.transport import RedditTransport, TransportClosedError
from listeners.reddit.walk import PAGE, BrokenWalkError, Walk, walk

_log = structlog.get_logger(__name__)

BATCH_THINGS = 100
LIVE_SPAN = timedelta(hours=1)
"""At the very first poll of a feed, older posts are history: stored and judged, nobody is thanked or paged."""
CURSOR_EVERY = timedelta(minutes=10)
"""A quiet feed notes this often that it was read, so that a later gap is told with its true start."""
LATE_AFTER = timedelta(minutes=5)
"""A feed that was not read for so long, and for three of its pauses, is late."""

_REMEMBERED = 2_000
"""Things whose edits and reply counts are compared: twice what a listing holds."""


@dataclass(frozen=True, slots=True)
class FeedPlan:
    """What a feed reads."""

    name: str
    path: str
    subreddits: tuple[str, ...] = ()
    parent: str | None = None
    """The multi this one was split from: what it handed over is known here as well."""

    def split(self) -> list[FeedPlan]:
        """Return one plan for each subreddit of a multi."""
        kind = self.path.rpartition("/")[2]
        return [replace(listing_plan(kind, (name,)), parent=self.name) for name in self.subreddits]


def listing_plan(kind: str, subreddits: Sequence[str]) -> FeedPlan:
    """Return the plan of `comments` or `new` of some subreddits, read as one."""
    ordered = tuple(sorted(name.casefold() for name in subreddits))
    joined = "+".join(ordered)
    return FeedPlan(name=f"reddit:{kind}:{joined}", path=f"r/{joined}/{kind}", subreddits=ordered)


class _Sight(NamedTuple):
    """What was last seen of a thing that may change."""

    edited_at: datetime | None
    replies: int | None


@dataclass(slots=True)
class FeedState:
    """What `/status` and the lab want to know of a feed."""

    state: str = "ok"
    detail: str = ""
    last_seen_at: datetime | None = None
    """When the listing was last read."""
    posts_seen: int = 0
    polls_begun: int = 0
    polls_done: int = 0
    """Polls that came to an end, well or badly, with all they found committed."""
    polls_failed: int = 0
    """Those of them that were refused, not answered, or answered with nonsense."""
    pages: int = 0
    gaps: int = 0
    malformed: int = 0


class Feed:
    """Polls one listing."""

    def __init__(
        self,
        plan: FeedPlan,
        transport: RedditTransport,
        memory: FeedMemory,
        clock: Clock,
        handover: Handover,
        *,
        pace: Pace,
        on_poll: Callable[[], Awaitable[None]],
    ) -> None:
        self.plan = plan
        self.state = FeedState()
        self.has_overflowed = False
        """Set where a multi lost ground: its subreddits have to be read one by one."""
        self._transport = transport
        self._memory = memory
        self._clock = clock
        self._handover = handover
        self._on_poll = on_poll
        self._pace = pace
        self._pause = pace.floor
        self._poked = asyncio.Event()
        self._sights: OrderedDict[str, _Sight] = OrderedDict()
        self._was_cut = False
        self._read_at: datetime | None = None
        self._noted_at: datetime | None = None

    async def run(self, people: People) -> None:
        """Poll until cancelled, or until the feed has overflowed."""
        while not self.has_overflowed:
            self._poked.clear()
            self.state.polls_begun += 1
            self._pause = await self._try_poll(people)
            if not self.has_overflowed:
                self.state.polls_done += 1
                await self._on_poll()
                await wait_or_poke(self._clock, self._pause, self._poked)

    def poke(self) -> None:
        """Poll now instead of at the end of the pause."""
        self._poked.set()

    def health(self, now: datetime) -> FeedHealth:
        """Say how the feed is doing."""
        state, seen = self.state, self.state.last_seen_at
        patience = max(LATE_AFTER, timedelta(seconds=3 * self._pause))
        is_late = state.state == "ok" and seen is not None and now - seen > patience
        return FeedHealth(self.plan.name, "late" if is_late else state.state, seen, state.posts_seen, state.detail)

    async def _try_poll(self, people: People) -> float:
        """Poll once; return the pause until the next time."""
        state = self.state
        try:
            pause = await self._poll(people)
        except TransportClosedError:
            state.state, state.detail = "stopped", ""
            return self._pace.closed()
        except SourceError as error:
            state.polls_failed += 1
            return self._failed(error)
        state.state, state.detail = "ok", ""
        return pause

    def _failed(self, error: SourceError) -> float:
        """Note how a poll failed; return the pause until the next."""
        state = self.state
        match error:
            case FeedClosedError():
                state.state, state.detail = "closed", error.reason
                _log.warning("feed is closed", feed=self.plan.name, reason=error.reason)
                return self._pace.closed()
            case CredentialsRejectedError():
                state.state, state.detail = "no_credentials", "rejected"
                _log.error("Reddit does not accept our credentials", feed=self.plan.name)
                return self._pace.closed()
            case _:
                state.state, state.detail = "late", type(error).__name__
                _log.warning("poll failed", feed=self.plan.name, error=type(error).__name__)
                return self._pace.failed()

    async def _poll(self, people: People) -> float:
        found = await self._read()
        self.state.malformed += found.malformed
        last_read = await self._last_read()
        gap: Gap | None = None
        if found.has_lost_ground and last_read is not None:
            if len(self.plan.subreddits) > 1:
                self.has_overflowed = True
                return 0.0
            gap = self._gap(found, last_read)
            self.state.gaps += 1
        await self._hand_over(found, gap, people, is_first=last_read is None)
        now = self._clock.now()
        elapsed = 0.0 if last_read is None else (now - last_read).total_seconds()
        self.state.last_seen_at = self._read_at = now
        return self._pace.heard(len(found.fresh), elapsed)

    async def _read(self) -> Walk:
        """Read the listing; one that was cut off above known ground is read a second time before that is believed.

        Raises BrokenWalkError the first time.
        """
        found = await walk(self._page, self._known)
        if found.is_cut and not found.known:
            self._was_cut = not self._was_cut
            if self._was_cut:
                raise BrokenWalkError("the listing changed too much while it was read")
        else:
            self._was_cut = False
        return found

    async def _page(self, after: str | None) -> Listing:
        params: dict[str, str | int] = {"limit": PAGE}
        if after is not None:
            params["after"] = after
        self.state.pages += 1
        return read_listing(await self._transport.get(self.plan.path, params))

    async def _known(self, names: Collection[str]) -> set[str]:
        known = await self._memory.known(self.plan.name, names)
        if self.plan.parent is not None and len(known) < len(names):
            known |= await self._memory.known(self.plan.parent, names)
        return known

    async def _last_read(self) -> datetime | None:
        """Return when this feed was last read to its known ground, by what is durable; None for never."""
        if self._read_at is None:
            cursor = await self._memory.cursor(self.plan.name)
            if cursor is None and self.plan.parent is not None:
                cursor = await self._memory.cursor(self.plan.parent)
            self._read_at = None if cursor is None else datetime.fromisoformat(cursor)
        return self._read_at

    def _gap(self, found: Walk, last_read: datetime) -> Gap:
        """Return the span between the last reading and the oldest thing still listed, with a guess by the rate."""
        moments = [thing.created_utc for thing in found.things.values()]
        oldest, newest = min(moments), max(moments)
        ended_at = max(datetime.fromtimestamp(oldest, UTC), last_read)
        rate = len(moments) / max(newest - oldest, 1.0)
        estimate = max(round(rate * (ended_at - last_read).total_seconds()), 1)
        _log.warning("gap in a feed", feed=self.plan.name, estimate=estimate)
        return Gap(self.plan.name, last_read, ended_at, estimate, "listing_window")

    async def _hand_over(self, found: Walk, gap: Gap | None, people: People, *, is_first: bool) -> None:
        """Hand everything over, oldest first: what is committed is always ground that a later reading can rest on."""
        now = self._clock.now()
        fresh = found.fresh
        old = bisect_left(fresh, (now - LIVE_SPAN).timestamp(), key=attrgetter("created_utc")) if is_first else 0
        parts = [(part, True) for part in _parts(fresh[:old])] + [(part, False) for part in _parts(fresh[old:])]
        edits, counts = self._changes(found.again, people)
        if edits or counts or gap is not None:
            parts.append(([], False))
        is_due = self._noted_at is None or now - self._noted_at >= CURSOR_EVERY
        if not parts and is_due:
            parts.append(([], False))
        for place, (things, is_history) in enumerate(parts):
            is_first_part, is_last = place == 0, place == len(parts) - 1
            posts = [post for thing in things if (post := to_post(thing, people)) is not None]
            await self._handover.put(
                Batch(
                    feed=self.plan.name,
                    posts=tuple(posts + edits) if is_last else tuple(posts),
                    seen=tuple(thing.name for thing in things),
                    cursor=now.isoformat() if is_last else None,
                    reply_counts=counts if is_last else (),
                    # With the first part: once anything is known again, nothing would tell of the gap any more.
                    gaps=(gap,) if is_first_part and gap is not None else (),
                    history=is_history,
                )
            )
            self._sight(things)
            self.state.posts_seen += len(posts)
            if is_last:
                self._noted_at = now
        self._sight(found.again)

    def _changes(self, again: list[Thing], people: People) -> tuple[list[Post], tuple[ReplyCount, ...]]:
        """Return edits and reply counts that a page shows of known things, free of charge."""
        edits: list[Post] = []
        counts: list[ReplyCount] = []
        for thing in again:
            before, sight = self._sights.get(thing.name), _Sight(thing.edited_at, thing.num_comments)
            if before == sight:
                continue
            if sight.edited_at is not None and (before is None or before.edited_at != sight.edited_at):
                post = to_post(thing, people)
                edits += [post] if post is not None else []
            if sight.replies and (before is None or before.replies != sight.replies):
                counts.append(ReplyCount(ref_of(thing), sight.replies))
        return edits, tuple(counts)

    def _sight(self, things: list[Thing]) -> None:
        for thing in things:
            self._sights[thing.name] = _Sight(thing.edited_at, thing.num_comments)
            self._sights.move_to_end(thing.name)
        while len(self._sights) > _REMEMBERED:
            self._sights.popitem(last=False)


def _parts(things: list[Thing]) -> list[list[Thing]]:
    return [things[start : start + BATCH_THINGS] for start in range(0, len(things), BATCH_THINGS)]
