"""The composition root: the only place where the running system is built from its adapters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot.brands import LiveBrands
from bot.config import database_path
from bot.metrics import Metrics, MetricsServer
from bot.pipeline import Pipeline, open_pipeline
from bot.services import ReportPosted, Services, Status
from bot.status import read_status
from bot.supervisor import Supervisor
from bot.weekly import WeeklyReports
from core.clock import Clock, SystemClock
from core.errors import CredentialsRejectedError
from core.settings import Settings
from core.types.action import Action, Receipt
from core.types.post import Batch, FeedHealth, Source
from engagement.desk.desk import Desk
from engagement.desk.explain import Explainer
from engagement.members.chat import Chat
from engagement.members.knowledge import KnowledgeBase
from engagement.members.privacy import Privacy
from engagement.outgoing.gate import GatePolicy, SendGate
from engagement.outgoing.outbox import Outbox
from storage.memory import StoreMemory
from storage.store import SqlStore

if TYPE_CHECKING:
    from bot.client import MaeariBot
    from core.ports.listening import Listener
    from engagement.intake.pipeline import Taken
    from listeners.discord import DiscordListener
    from listeners.reddit.listener import RedditListener
    from listeners.reddit.transport import RedditTransport

SWEEP_EVERY = timedelta(minutes=1)
"""How often the desk looks for questions nobody answered."""
EXPIRE_EVERY = timedelta(hours=1)
"""How often texts whose days are over are purged."""
STARTED_WITHIN = 60.0
"""Seconds a platform may take to let us in before `start` gives up waiting; the worker goes on trying."""

log = structlog.get_logger(__name__)


class Application:
    """One running Maeari. `open`, then `start`, then `serve_until`, then `close`."""

    def __init__(self, settings: Settings, store: SqlStore, pipeline: Pipeline, clock: Clock) -> None:
        self.settings = settings
        self.store = store
        self.pipeline = pipeline
        self.clock = clock
        self.metrics = Metrics()
        self.supervisor = Supervisor()
        self.gate = SendGate(store, GatePolicy.of(settings), clock)
        self.outbox = Outbox(store, {}, self.gate, clock, on_sent=self._sent)
        pipeline.intake.wake = self.outbox.wake
        explainer = Explainer(pipeline.judge, lambda: pipeline.intake.matcher)
        self.desk = Desk(
            store,
            clock,
            pipeline.intake.desk,
            explainer=explainer,
            wake=self.outbox.wake,
            reddit_mode=settings.reddit.mode,
        )
        knowledge = KnowledgeBase.load(settings.chat.knowledge_dir)
        self.chat = Chat(store, self.desk, knowledge, clock, settings.chat, wake=self.outbox.wake)
        self.privacy = Privacy(store, clock, settings.privacy.text_days)
        self.brands = LiveBrands(store, pipeline.intake)
        self.weekly = WeeklyReports(store, settings, clock, pipeline.catalogues, wake=self.outbox.wake)
        self.memory = StoreMemory(store, clock, timedelta(hours=settings.reddit.recheck_hours))
        self.bot: MaeariBot | None = None
        self.discord: DiscordListener | None = None
        self.reddit: RedditListener | None = None
        self._reddit_transport: RedditTransport | None = None
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

        Raises ConfigError and StorageError, each with its mend.
        """
        clock = clock or SystemClock()
        store = await SqlStore.open(database_path(settings), clock=clock)
        try:
            return cls(settings, store, await open_pipeline(settings, store, clock=clock), clock)
        except BaseException:
            await store.close()
            raise

    @property
    def serves_discord(self) -> bool:
        """Whether there is a token."""
        return self.settings.discord.token is not None

    @property
    def serves_reddit(self) -> bool:
        """Whether there are keys."""
        return self.settings.reddit.client_id is not None

    async def start(self) -> None:
        """Sign in where there are credentials, and start all workers.

        Raises CredentialsRejectedError and AddressInUseError; what was started before stays for `close`.
        """
        await self._start_metrics()
        if self.serves_discord:
            await self._start_discord()
        if self.serves_reddit:
            self._start_reddit()
        self.supervisor.start("outbox", self.outbox.run)
        self.supervisor.start("sweep", self._sweep)
        self.supervisor.start("expiry", self._expire)
        self.supervisor.start("weekly_report", self.weekly.run)

    async def serve_until(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set. Raises what a worker failed of for good."""
        stopped = asyncio.create_task(stop.wait())
        failed = asyncio.create_task(self.supervisor.wait_failed())
        try:
            await asyncio.wait({stopped, failed}, return_when=asyncio.FIRST_COMPLETED)
            if failed.done() and not stop.is_set():
                raise CredentialsRejectedError(failed.result().problem)
        finally:
            stopped.cancel()
            failed.cancel()

    async def close(self) -> None:
        """Stop everything, within five seconds."""
        closing = [listener.close() for listener in self.listeners()]
        if self.bot is not None:
            closing.append(self.bot.close())
        await asyncio.gather(*(asyncio.wait_for(one, 2.0) for one in closing), return_exceptions=True)
        await self.supervisor.close(within=1.5)
        if self._reddit_transport is not None:
            await self._reddit_transport.close()
        if self._metrics_server is not None:
            await self._metrics_server.close()
        await self.store.close()

    def listeners(self) -> list[Listener]:
        """The listeners that are there."""
        return [listener for listener in (self.discord, self.reddit) if listener is not None]

    def health(self) -> tuple[FeedHealth, ...]:
        """How each feed is doing; platforms without credentials say so."""
        feeds = [feed for listener in self.listeners() for feed in listener.health()]
        for name, served in (("discord", self.serves_discord), ("reddit", self.serves_reddit)):
            if not served:
                feeds.append(FeedHealth(name, "no_credentials", None, 0))
        return tuple(feeds)

    async def status(self) -> Status:
        """How the installation is doing."""
        return await read_status(self.store, self.clock.now(), self._started_at, self.health())

    async def report(self, week: str | None, locale: str) -> ReportPosted:
        """The weekly report for a channel."""
        return await self.weekly.posted(week, locale)

    # -- starting

    async def _start_metrics(self) -> None:
        section = self.settings.maeari
        if section.metrics_port:
            server = MetricsServer(self.metrics, self.health, self._refresh_metrics)
            await server.start(section.metrics_host, section.metrics_port)
            self._metrics_server = server

    async def _start_discord(self) -> None:
        from bot.client import MaeariBot
        from bot.endpoints import set_endpoints
        from bot.probe import discord_account
        from bot.sender import DiscordSender
        from listeners.discord import DiscordListener

        section = self.settings.discord
        assert section.token is not None
        token = section.token.get_secret_value()
        set_endpoints(section)
        account = await discord_account(token)
        self._is_ours(Source.DISCORD, account.id)
        services = self._services()
        self.bot = MaeariBot(services, message_content=account.message_content)
        self.discord = DiscordListener(self.bot, section, self.memory, self.clock)
        self.discord.attach()
        self.outbox.senders[Source.DISCORD] = DiscordSender(self.bot, services)
        self.supervisor.start("discord", lambda: self._serve_discord(token))
        self._listen(self.discord)

    async def _serve_discord(self, token: str) -> None:
        assert self.bot is not None
        await self.bot.start(token)

    def _start_reddit(self) -> None:
        from listeners.reddit.listener import MOST_SINGLE, RedditListener
        from listeners.reddit.sender import RedditSender
        from listeners.reddit.transport import RedditTransport

        section = self.settings.reddit
        self._reddit_transport = RedditTransport(section)
        self.reddit = RedditListener(
            section,
            self.memory,
            self.clock,
            transport=self._reddit_transport,
            most_single=MOST_SINGLE if self.single_feeds is None else self.single_feeds,
        )
        self.outbox.senders[Source.REDDIT] = RedditSender(section, self.clock, transport=self._reddit_transport)
        self._listen(self.reddit)

    def _services(self) -> Services:
        return Services(
            settings=self.settings,
            clock=self.clock,
            store=self.store,
            catalogues=self.pipeline.catalogues,
            desk=self.desk,
            chat=self.chat,
            privacy=self.privacy,
            brands=self.brands,
            status=self.status,
            report=self.report,
        )

    def _is_ours(self, source: Source, native_id: str) -> None:
        self.gate.own_keys |= {self.store.author_key(source, native_id)}

    # -- workers

    def _listen(self, listener: Listener) -> None:
        self.supervisor.start(f"listen:{listener.name}", lambda: self._take_all(listener.batches(), listener.name))

    async def _take_all(self, batches: AsyncIterator[Batch], source: str) -> None:
        async for batch in batches:
            self.batches_under_way += 1
            try:
                with self.metrics.batch_seconds.time():
                    taken = await self.pipeline.intake.take(batch)
            finally:
                self.batches_under_way -= 1
            self.metrics.posts.labels(source).inc(taken.posts)
            for stored in taken.stored:
                self.metrics.mentions.labels(source, stored.judged.decision.kind.value).inc()
            for gap in batch.gaps:
                self.metrics.gaps.labels(gap.feed).inc()
            if self.on_taken is not None:
                self.on_taken(batch, taken)

    async def _sweep(self) -> None:
        await self._every(SWEEP_EVERY, self.desk.sweep)

    async def _expire(self) -> None:
        await self._every(EXPIRE_EVERY, self.privacy.expire)

    async def _every(self, pause: timedelta, work: Callable[[], object]) -> None:
        while True:
            result = work()
            if asyncio.iscoroutine(result):
                await result
            await self.clock.sleep_until(self.clock.now() + pause)

    def _sent(self, action: Action, receipt: Receipt) -> None:
        self.pipeline.intake.track_sent(action, receipt)
        self.metrics.sends.labels(action.draft.target.source.value, "sent").inc()
        if self.on_sent is not None:
            self.on_sent(action)

    def _refresh_metrics(self) -> None:
        now: datetime = self.clock.now()
        for feed in self.health():
            if feed.last_seen_at is not None:
                self.metrics.feed_age.labels(feed.feed).set((now - feed.last_seen_at).total_seconds())
        for worker in self.supervisor.workers.values():
            self.metrics.restarts.labels(worker.name).inc(0)
