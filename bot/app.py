"""The composition root: the only place where the running system is built from its adapters."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.config import database_path
from bot.feed_metrics import FeedFigures
from bot.lock import DatabaseLock
from bot.metrics import Metrics, MetricsServer
from bot.pipeline import Pipeline, open_pipeline
from bot.rooms import Rooms
from bot.services import NOT_SERVED, Status
from bot.status import MOST_COUNTED, read_status
from bot.supervisor import Supervisor
from bot.zone import with_chosen_zone
from core.clock import Clock, SystemClock
from core.errors import ConfigError, CredentialsRejectedError, SourceError
from core.heap import freeze_heap
from core.settings import Settings
from core.text import mark
from core.types.action import Action, ActionState, Receipt
from core.types.post import Batch, FeedHealth, Source
from engagement.outgoing.gate import GatePolicy, SendGate
from engagement.outgoing.outbox import Held, Outbox
from storage.connect import database_path as file_of
from storage.store import SqlStore

if TYPE_CHECKING:
    from bot.client import MaeariBot
    from bot.connection import DiscordConnection
    from bot.reddit_connection import RedditConnection
    from engagement.intake.pipeline import Taken
    from listeners.discord import DiscordListener
    from listeners.reddit.listener import RedditListener

SWEEP_EVERY = timedelta(minutes=1)
"""How often the desk looks for questions nobody answered."""
WATCH_EVERY = timedelta(seconds=15)
"""How often the clocks of cases are looked at: the top severity has five minutes."""
EXPIRE_EVERY = timedelta(hours=1)
"""How often texts whose days are over are purged."""
STARTED_WITHIN = 10.0
"""Seconds a platform may take to let us in before `start` goes on without it; its worker goes on trying."""
CLOSED_WITHIN = 2.0
"""Seconds that connections get to close, and the workers after them: together below the five of SIGTERM."""

log = structlog.get_logger(__name__)


class Application:
    """One running Maeari. `open`, then `start` and `close`; or `run_until` in between, which starts by itself."""

    def __init__(
        self,
        settings: Settings,
        store: SqlStore,
        pipeline: Pipeline,
        clock: Clock,
        lock: DatabaseLock,
        metrics: Metrics,
    ) -> None:
        self.settings = settings
        self.store = store
        self.pipeline = pipeline
        self.clock = clock
        self._lock = lock
        self.metrics = metrics
        metrics.watch(self._feed_figures)
        self.supervisor = Supervisor(on_restart=lambda name: self.metrics.restarts.labels(name).inc())
        self.gate = SendGate(store, GatePolicy.of(settings), clock)
        self.outbox = Outbox(store, {}, self.gate, clock, on_sent=self._sent, on_held=self._held)
        pipeline.intake.wake = self.outbox.wake
        self.rooms = Rooms(settings, store, pipeline, clock, self.gate, wake=self.outbox.wake)
        self.weekly = self.rooms.weekly
        self.discord_side: DiscordConnection | None = None
        self.reddit_side: RedditConnection | None = None
        self._metrics_server: MetricsServer | None = None
        self._started_at = clock.now()
        self.on_taken: Callable[[Batch, Taken], None] | None = None
        """Called after each batch that was committed."""
        self.on_sent: Callable[[Action], None] | None = None
        """Called after each action that was sent."""
        self.batches_under_way = 0
        self.single_feeds: int | None = None
        """Up to so many subreddits get feeds of their own; None leaves it to the listener."""

    @classmethod
    async def open(cls, settings: Settings, *, clock: Clock | None = None) -> Application:
        """Open the database and build everything; nothing is connected yet.

        Raises ConfigError (also where no platform has credentials) and StorageError, each with its mend.
        """
        if settings.discord.token is None and settings.reddit.client_id is None:
            raise ConfigError(
                mark("there is nothing to serve: set discord.token, or reddit.client_id with its keys, or both"),
                key="discord.token",
            )
        clock, metrics = clock or SystemClock(), Metrics()
        path = file_of(database_path(settings))
        lock = await asyncio.to_thread(_locked, path)
        try:
            store = await SqlStore.open(path, clock=clock)
            try:
                settings = await with_chosen_zone(settings, store)
                scored = metrics.scoring_seconds.observe
                pipeline = await open_pipeline(settings, store, clock=clock, scored=scored)
                return cls(settings, store, pipeline, clock, lock, metrics)
            except BaseException:
                await store.close()
                raise
        except BaseException:
            lock.release()
            raise

    @property
    def bot(self) -> MaeariBot | None:
        """The Discord client of the moment."""
        return None if self.discord_side is None else self.discord_side.bot

    @property
    def discord(self) -> DiscordListener | None:
        """The Discord listener of the moment."""
        return None if self.discord_side is None else self.discord_side.listener

    @property
    def reddit(self) -> RedditListener | None:
        """The Reddit listener."""
        return None if self.reddit_side is None else self.reddit_side.listener

    async def start(self) -> None:
        """Sign in where there are credentials, and start all workers.

        A platform that does not answer in time is tried again while the others are served. Raises ConfigError,
        CredentialsRejectedError and AddressInUseError; what was started before stays for `close`.
        """
        await self.rooms.crisis.load()
        await self._start_metrics()
        self._build_sides()
        sides = [one for one in (self.discord_side, self.reddit_side) if one is not None]
        await asyncio.gather(*(_sign_in(one.sign_in) for one in sides))
        self._start_workers()
        freeze_heap()

    async def run_until(self, stop: asyncio.Event, *, started: Callable[[], None] = lambda: None) -> None:
        """Start and serve until `stop` is set, also in the middle of starting; `started` is called in between.

        Raises what `start` raises, and what a worker failed of for good.
        """
        stopped = asyncio.create_task(stop.wait())
        serving = asyncio.create_task(self._serve(started))
        try:
            await asyncio.wait({stopped, serving}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()
        finally:
            for task in (stopped, serving):
                task.cancel()
            await asyncio.wait({stopped, serving}, timeout=CLOSED_WITHIN)

    async def close(self) -> None:
        """Stop everything, within five seconds."""
        gc.unfreeze()
        closing = [one.close() for one in (self.discord_side, self.reddit_side) if one is not None]
        await asyncio.gather(*(asyncio.wait_for(one, CLOSED_WITHIN) for one in closing), return_exceptions=True)
        await self.supervisor.close(within=CLOSED_WITHIN / 2)
        if self._metrics_server is not None:
            await self._metrics_server.close()
        await self.store.close()
        self._lock.release()

    async def _expire(self) -> None:
        """End what has had its days, and drive from the disk what was deleted or edited at its source meanwhile."""
        await self.rooms.privacy.expire()
        await self.store.scrub()

    def health(self) -> tuple[FeedHealth, ...]:
        """How each feed is doing; platforms without credentials say so."""
        feeds: list[FeedHealth] = []
        for name, side in (("discord", self.discord_side), ("reddit", self.reddit)):
            feeds += [FeedHealth(name, NOT_SERVED, None, 0)] if side is None else side.health()
        return tuple(feeds)

    async def status(self) -> Status:
        """How the installation is doing."""
        return await read_status(self.store, self.clock.now(), self._started_at, self.health())

    async def refresh_metrics(self) -> None:
        """Bring the gauges up to date, before they are read."""
        async with self.store.read() as unit:
            waiting = await unit.outbox.find(states=(ActionState.PENDING, ActionState.SENDING), limit=MOST_COUNTED)
        self.metrics.waiting.set(len(waiting))

    def _feed_figures(self) -> FeedFigures:
        now, feeds, reddit = self.clock.now(), self.health(), self.reddit_side
        seen = {feed.feed: feed.last_seen_at for feed in feeds}
        return FeedFigures(
            feeds=feeds,
            ages={name: (now - at).total_seconds() for name, at in seen.items() if at is not None},
            polls={} if reddit is None else reddit.listener.states(),
            requests=0 if reddit is None else reddit.transport.requests,
            requests_waiting=0 if reddit is None else reddit.transport.waiting,
            discord=None if self.discord is None else self.discord.counts(),
        )

    # -- starting

    async def _serve(self, started: Callable[[], None]) -> None:
        await self.start()
        started()
        failed = await self.supervisor.wait_failed()
        assert failed.error is not None
        raise failed.error

    async def _start_metrics(self) -> None:
        section = self.settings.maeari
        if section.metrics_port:
            server = MetricsServer(self.metrics, self.health, self.supervisor.workers.values, self.refresh_metrics)
            await server.start(section.metrics_host, section.metrics_port)
            self._metrics_server = server

    def _build_sides(self) -> None:
        """Build the way to each platform that has credentials. Raises ConfigError."""
        settings = self.settings
        if settings.reddit.client_id is not None:
            from bot.reddit_connection import RedditConnection

            reddit = self.reddit_side = RedditConnection(
                settings.reddit,
                self.rooms.memory,
                self.clock,
                most_single=self.single_feeds,
                on_account=lambda account: self._is_ours(Source.REDDIT, account.native_id),
            )
            self.outbox.senders[Source.REDDIT] = reddit.sender
            self.rooms.moderation.moderators[Source.REDDIT] = reddit.moderator
        if settings.discord.token is not None:
            from bot.connection import DiscordConnection
            from bot.endpoints import set_endpoints

            set_endpoints(settings.discord)
            self.discord_side = DiscordConnection(
                self.rooms.services(self.status),
                self.rooms.memory,
                on_account=lambda account: self._is_ours(Source.DISCORD, account.id),
            )
            self.outbox.senders[Source.DISCORD] = self.discord_side

    def _is_ours(self, source: Source, native_id: str) -> None:
        self.gate.own_keys |= {self.store.author_key(source, native_id)}

    # -- workers

    def _start_workers(self) -> None:
        start, rooms = self.supervisor.start, self.rooms
        if self.discord_side is not None:
            start("discord", self.discord_side.serve)
            self._listen("discord", self.discord_side.batches)
        if self.reddit is not None:
            self._listen("reddit", self.reddit.batches)
        start("outbox", self.outbox.run)
        start("sweep", lambda: self._every(SWEEP_EVERY, rooms.desk.sweep))
        start("watch", lambda: self._every(WATCH_EVERY, rooms.watch.sweep))
        start("expiry", lambda: self._every(EXPIRE_EVERY, self._expire))
        start("surveys", lambda: self._every(SWEEP_EVERY, rooms.surveys.ask))
        start("weekly_report", rooms.weekly.run)
        for name in self.supervisor.workers:
            self.metrics.restarts.labels(name)  # shown as 0 from now on: Prometheus misses a first step otherwise

    def _listen(self, source: str, batches: Callable[[], AsyncIterator[Batch]]) -> None:
        self.supervisor.start(f"listen:{source}", lambda: self._take_all(batches(), source))

    async def _take_all(self, batches: AsyncIterator[Batch], source: str) -> None:
        async for batch in batches:
            self.batches_under_way += 1
            try:
                with self.metrics.batch_seconds.time():
                    taken = await self.pipeline.intake.take(batch)
            finally:
                self.batches_under_way -= 1
            self._count(batch, taken, source)
            if self.on_taken is not None:
                self.on_taken(batch, taken)

    def _count(self, batch: Batch, taken: Taken, source: str) -> None:
        self.metrics.posts.labels(source).inc(taken.posts)
        for stored in taken.stored:
            self.metrics.mentions.labels(source, stored.judged.decision.kind.value).inc()
        for gap in batch.gaps:
            self.metrics.gaps.labels(gap.feed).inc()
        if batch.posts and not batch.history:
            newest = max(post.created_at for post in batch.posts)
            self.metrics.lag.labels(source).set(max(0.0, (self.clock.now() - newest).total_seconds()))

    async def _every(self, pause: timedelta, work: Callable[[], Awaitable[object]]) -> None:
        while True:
            await work()
            await self.clock.sleep_until(self.clock.now() + pause)

    def _sent(self, action: Action, receipt: Receipt) -> None:
        self.pipeline.intake.track_sent(action, receipt)
        self.metrics.sends.labels(action.draft.target.source.value, "sent").inc()
        if self.on_sent is not None:
            self.on_sent(action)

    def _held(self, action: Action, outcome: Held) -> None:
        self.metrics.sends.labels(action.draft.target.source.value, outcome.value).inc()


async def _sign_in(sign_in: Callable[[], Awaitable[None]]) -> None:
    """Sign in within the time there is; a platform that does not answer is left to its worker."""
    try:
        async with asyncio.timeout(STARTED_WITHIN):
            await sign_in()
    except CredentialsRejectedError:
        raise
    except (SourceError, TimeoutError) as error:
        log.warning("platform_not_answering", kind=type(error).__name__)


def _locked(database: Path) -> DatabaseLock:
    """Return the lock of a database, taken."""
    lock = DatabaseLock(database)
    lock.take()
    return lock
