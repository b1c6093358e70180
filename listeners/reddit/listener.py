"""The Reddit listener: its feeds, the inbox and the re-checks, as one iteration of batches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import structlog

from core.clock import Clock
from core.errors import CredentialsRejectedError, FeedClosedError, SourceError
from core.ports.listening import FeedMemory
from core.settings import RedditSection
from core.types.post import Batch, FeedHealth
from listeners.handover import Handover
from listeners.reddit.feed import Feed, FeedPlan, FeedState, listing_plan
from listeners.reddit.pace import Pace, slowest_pause, wait_or_poke
from listeners.reddit.recheck import Recheck
from listeners.reddit.things import People
from listeners.reddit.transport import Account, RedditTransport
from listeners.tasks import Tasks

_log = structlog.get_logger(__name__)

MOST_SINGLE = 12
"""Up to so many subreddits each has feeds of its own; at one poll a minute that is a quarter of the budget."""
MULTI_SIZE = 20
"""Subreddits that share a feed beyond that."""
PROBE_EVERY = timedelta(hours=6)
"""How often the members of a multi are looked at: Reddit leaves closed ones out of it without a word."""
LOOK_AT_ACCOUNT_EVERY = timedelta(hours=6)
"""How often we ask whether our account still stands and strangers see it."""
INBOX = FeedPlan(name="reddit:inbox", path="message/inbox")


class RedditListener:
    """Follows subreddits, the inbox, and what became of stored posts."""

    name = "reddit"

    def __init__(
        self,
        section: RedditSection,
        memory: FeedMemory,
        clock: Clock,
        *,
        transport: RedditTransport | None = None,
        most_single: int = MOST_SINGLE,
    ) -> None:
        """Prepare; nothing is sent before `batches()`.

        Raises ConfigError without client id or user agent. A `transport` that is given is shared (with the sender)
        and stays open; one of our own is closed with us.
        """
        self._section = section
        self._memory = memory
        self._clock = clock
        self._owns_transport = transport is None
        self._transport = transport or RedditTransport(section)
        self._handover = Handover()
        self._polled = asyncio.Condition()
        self._recheck = Recheck(self._transport, memory, clock, self._handover, self._note_poll)
        self._account: Account | None = None
        self._poked = asyncio.Event()
        self._closed_members: dict[str, str] = {}
        self._tasks = Tasks(self._handover.fail)
        plans = _plans(section, most_single)
        self._slowest = slowest_pause(len(plans) + 1)  # and the inbox
        self.feeds: list[Feed] = [self._feed(plan) for plan in plans]

    async def batches(self) -> AsyncIterator[Batch]:
        """Yield batches until closed.

        Raises CredentialsRejectedError at the start where Reddit does not accept us.
        """
        await self._tasks.end()  # an iteration that was dropped half-way
        tasks = self._tasks = Tasks(self._handover.fail)
        tasks.start(self._begin(tasks))
        try:
            async for batch in self._handover.batches():
                yield batch
        finally:
            await tasks.end()

    async def close(self) -> None:
        """Stop within 5 seconds, also in the middle of a request."""
        self._handover.end()
        await self._tasks.end()
        if self._owns_transport:
            await self._transport.close()

    def health(self) -> tuple[FeedHealth, ...]:
        """Say how each feed is doing; closed members of a multi stand for themselves."""
        now = self._clock.now()
        feeds = [feed.health(now) for feed in self.feeds]
        members = [FeedHealth(f"reddit:{name}", "closed", None, 0, why) for name, why in self._closed_members.items()]
        account: list[FeedHealth] = []
        if self._account is not None:
            is_well = not self._account.is_hidden
            state = "suspended" if self._account.is_suspended else "ok" if is_well else "shadow_banned"
            account.append(FeedHealth("reddit:account", state, None, 0))
        return (*feeds, *members, self._recheck.health(), *account)

    def states(self) -> dict[str, FeedState]:
        """Return the running counts of each feed, by its name: polls, pages, gaps, entries that could not be read."""
        return {feed.plan.name: feed.state for feed in self.feeds}

    def poke(self) -> None:
        """Poll every feed, and look at what is due for a re-check, now instead of at the end of the pause."""
        self._poked.set()
        self._recheck.poke()
        for feed in self.feeds:
            feed.poke()

    async def polled(self) -> None:
        """Poke, and return once everything was read from now on and all that was found is committed.

        For the lab: somebody else has to pull `batches()` meanwhile.
        """
        before = {id(feed): feed.state.polls_begun for feed in self.feeds}
        looks = self._recheck.counts.looks_begun
        self.poke()
        async with self._polled:
            await self._polled.wait_for(
                lambda: (
                    self._recheck.counts.looks_done > looks
                    and all(feed.state.polls_done > before.get(id(feed), 0) for feed in self.feeds)
                )
            )

    # -- inside

    async def _begin(self, tasks: Tasks) -> None:
        people = await self._sign_in()
        if self._account is not None and all(feed.plan != INBOX for feed in self.feeds):
            self.feeds.append(self._feed(INBOX))
        for feed in self.feeds:
            tasks.start(self._serve(feed, people, tasks))
        tasks.start(self._recheck.run(people))
        if self._account is not None:
            tasks.start(self._look_at_account())
        if any(len(feed.plan.subreddits) > 1 for feed in self.feeds):
            tasks.start(self._probe_members())

    async def _sign_in(self) -> People:
        """Learn who we are; while Reddit is down nothing is read, lest we take our own words for a stranger's."""
        section = self._section
        pace = Pace(section.poll_seconds)
        while True:
            try:
                self._account = await self._transport.account()
                break
            except CredentialsRejectedError:
                raise
            except SourceError as error:
                _log.warning("Reddit does not say who we are", error=type(error).__name__)
                for feed in self.feeds:
                    feed.state.state, feed.state.detail = "late", type(error).__name__
            self._poked.clear()
            await wait_or_poke(self._clock, pace.failed(), self._poked)
        own = section.username if self._account is None else self._account.name
        return People.of(own=own, staff=section.staff_accounts, followed=section.subreddits)

    def _feed(self, plan: FeedPlan) -> Feed:
        return Feed(
            plan,
            self._transport,
            self._memory,
            self._clock,
            self._handover,
            pace=Pace(self._section.poll_seconds, self._slowest),
            on_poll=self._note_poll,
        )

    async def _note_poll(self) -> None:
        async with self._polled:
            self._polled.notify_all()

    async def _serve(self, feed: Feed, people: People, tasks: Tasks) -> None:
        await feed.run(people)
        # It has overflowed: each of its subreddits has a window of its own.
        children = [self._feed(plan) for plan in feed.plan.split()]
        _log.warning("a multi has lost ground and is read one by one", feed=feed.plan.name, feeds=len(children))
        place = self.feeds.index(feed)
        self.feeds[place : place + 1] = children
        for child in children:
            tasks.start(self._serve(child, people, tasks))

    async def _look_at_account(self) -> None:
        while True:
            try:
                self._account = await self._transport.standing() or self._account
            except SourceError as error:
                _log.debug("Reddit does not say how our account stands", error=type(error).__name__)
            else:
                if self._account is not None and (self._account.is_hidden or self._account.is_suspended):
                    _log.error("our Reddit account is suspended or shadow-banned")
            await self._clock.sleep_until(self._clock.now() + LOOK_AT_ACCOUNT_EVERY)

    async def _probe_members(self) -> None:
        while True:
            multis = [feed.plan.subreddits for feed in self.feeds if len(feed.plan.subreddits) > 1]
            for name in sorted({name for multi in multis for name in multi}):
                await self._probe(name)
            await self._clock.sleep_until(self._clock.now() + PROBE_EVERY)

    async def _probe(self, name: str) -> None:
        try:
            await self._transport.get(f"r/{name}/new", {"limit": 1})
        except FeedClosedError as error:
            self._closed_members[name] = error.reason
            _log.warning("subreddit is closed", subreddit=name, reason=error.reason)
        except SourceError as error:
            _log.debug("probe failed", subreddit=name, error=type(error).__name__)
        else:
            self._closed_members.pop(name, None)


def _plans(section: RedditSection, most_single: int) -> list[FeedPlan]:
    names = sorted({name.casefold().removeprefix("r/") for name in section.subreddits})
    size = 1 if len(names) <= most_single else MULTI_SIZE
    groups = [names[start : start + size] for start in range(0, len(names), size)]
    return [listing_plan(kind, group) for group in groups for kind in ("new", "comments")]
