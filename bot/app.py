"""The composition root: the only place where the running system is built from its adapters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.brands import LiveBrands
from bot.config import database_path
from bot.guilds import GuildBook
from bot.lock import DatabaseLock
from bot.metrics import Metrics, MetricsServer
from bot.pipeline import Pipeline, open_pipeline
from bot.services import NOT_SERVED, ReportPosted, Services, Status
from bot.status import MOST_COUNTED, read_status
from bot.supervisor import Supervisor
from bot.weekly import WeeklyReports
from core.clock import Clock, SystemClock
from core.errors import ConfigError, CredentialsRejectedError, SourceError
from core.settings import Settings
from core.text import mark
from core.types.action import Action, ActionState, Receipt
from core.types.post import Batch, FeedHealth, Source
from engagement.desk.care import CaseCare
from engagement.desk.causes import Causes
from engagement.desk.crisis import CrisisMode
from engagement.desk.desk import Desk
from engagement.desk.explain import Explainer
from engagement.desk.moderation import Moderation
from engagement.desk.pledges import Pledges
from engagement.desk.replies import Replies
from engagement.desk.templates import Templates
from engagement.desk.verdicts import Verdicts
from engagement.desk.watch import DeskWatch
from engagement.intake.by_hand import ByHand
from engagement.members.chat import Chat
from engagement.members.knowledge import KnowledgeBase
from engagement.members.privacy import Privacy
from engagement.members.surveys import Surveys
from engagement.outgoing.gate import GatePolicy, SendGate
from engagement.outgoing.outbox import Held, Outbox
from storage.connect import database_path as file_of
from storage.connect import require_writable
from storage.memory import StoreMemory
from storage.store import SqlStore

if TYPE_CHECKING:
    from bot.client import MaeariBot
    from bot.connection import DiscordConnection
    from bot.probe import DiscordAccount
    from core.ports.listening import Listener
    from engagement.intake.pipeline import Taken
    from listeners.discord import DiscordListener
    from listeners.reddit.listener import RedditListener
    from listeners.reddit.transport import RedditTransport

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
    """One running Maeari. `open`, then `start`, then `run_until`, then `close`."""

    def __init__(
        self, settings: Settings, store: SqlStore, pipeline: Pipeline, clock: Clock, lock: DatabaseLock
    ) -> None:
        self.settings = settings
        self.store = store
        self.pipeline = pipeline
        self.clock = clock
        self._lock = lock
        self.metrics = Metrics()
        self.supervisor = Supervisor(on_restart=lambda name: self.metrics.restarts.labels(name).inc())
        self.gate = SendGate(store, GatePolicy.of(settings), clock)
        self.outbox = Outbox(store, {}, self.gate, clock, on_sent=self._sent, on_held=self._held)
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
        self.care = CaseCare(store, clock, self.desk.policy, wake=self.outbox.wake)
        self.pledges = Pledges(store, clock, settings.desk, settings.zone, wake=self.outbox.wake)
        self.watch = DeskWatch(store, clock, self.desk.policy, wake=self.outbox.wake)
        self.verdicts = Verdicts(store, clock, settings.zone, explainer=explainer)
        self.causes = Causes(store, clock, pipeline.catalogues, wake=self.outbox.wake)
        self.surveys = Surveys(
            store, clock, pipeline.catalogues, enabled=settings.surveys.enabled, wake=self.outbox.wake
        )
        self.weekly = WeeklyReports(store, settings, clock, pipeline.catalogues, wake=self.outbox.wake)
        self.crisis = CrisisMode(store, clock, self.desk, self.gate)
        self.guilds = GuildBook(store)
        self.moderation = Moderation(store, clock, self.desk, pipeline.catalogues)
        self.by_hand = ByHand(
            store, clock, self.desk, pipeline.judge, lambda: pipeline.intake.matcher, pipeline.catalogues
        )
        self.memory = StoreMemory(store, clock, timedelta(hours=settings.reddit.recheck_hours))
        self.connection: DiscordConnection | None = None
        self.reddit: RedditListener | None = None
        self.reddit_is_in = False
        """Whether Reddit has let us in at the start."""
        self.reddit_name: str | None = None
        """Our account there; None until Reddit has let us in, and without an account."""
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

        Raises ConfigError (also where no platform has credentials) and StorageError, each with its mend.
        """
        if settings.discord.token is None and settings.reddit.client_id is None:
            raise ConfigError(
                mark("there is nothing to serve: set discord.token, or reddit.client_id with its keys, or both"),
                key="discord.token",
            )
        clock = clock or SystemClock()
        path = file_of(database_path(settings))
        lock = await asyncio.to_thread(_locked, path)
        try:
            store = await SqlStore.open(path, clock=clock)
            try:
                return cls(settings, store, await open_pipeline(settings, store, clock=clock), clock, lock)
            except BaseException:
                await store.close()
                raise
        except BaseException:
            lock.release()
            raise

    @property
    def serves_discord(self) -> bool:
        """Whether there is a token."""
        return self.settings.discord.token is not None

    @property
    def serves_reddit(self) -> bool:
        """Whether there are keys."""
        return self.settings.reddit.client_id is not None

    @property
    def bot(self) -> MaeariBot | None:
        """The Discord client of the moment."""
        return None if self.connection is None else self.connection.bot

    @property
    def discord(self) -> DiscordListener | None:
        """The Discord listener of the moment."""
        return None if self.connection is None else self.connection.listener

    async def start(self) -> None:
        """Sign in where there are credentials, and start all workers.

        A platform that does not answer in time is tried again while the others are served. Raises ConfigError,
        CredentialsRejectedError and AddressInUseError; what was started before stays for `close`.
        """
        await self.crisis.load()
        await self._start_metrics()
        if self.serves_reddit:
            self._build_reddit()
        if self.serves_discord:
            self._build_discord()
        await asyncio.gather(self._sign_in("discord", self._discord_in), self._sign_in("reddit", self._reddit_in))
        if self.connection is not None:
            self.supervisor.start("discord", self.connection.serve)
            self._listen("discord", self.connection.batches)
        if self.reddit is not None:
            self._listen("reddit", self.reddit.batches)
        self.supervisor.start("outbox", self.outbox.run)
        self.supervisor.start("sweep", self._sweep)
        self.supervisor.start("watch", self._watch)
        self.supervisor.start("expiry", self._expire)
        self.supervisor.start("surveys", self._ask)
        self.supervisor.start("weekly_report", self.weekly.run)
        for name in self.supervisor.workers:
            self.metrics.restarts.labels(name)  # shown as 0 from now on: Prometheus misses a first step otherwise

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
        closing = [one.close() for one in (self.connection, self.reddit, self._reddit_transport) if one is not None]
        await asyncio.gather(*(asyncio.wait_for(one, CLOSED_WITHIN) for one in closing), return_exceptions=True)
        await self.supervisor.close(within=CLOSED_WITHIN / 2)
        if self._metrics_server is not None:
            await self._metrics_server.close()
        await self.store.close()
        self._lock.release()

    def listeners(self) -> list[Listener]:
        """The listeners that are there."""
        return [listener for listener in (self.discord, self.reddit) if listener is not None]

    def health(self) -> tuple[FeedHealth, ...]:
        """How each feed is doing; platforms without credentials say so."""
        parts = {"discord": self.connection, "reddit": self.reddit}
        feeds = [feed for part in parts.values() if part is not None for feed in part.health()]
        for name, served in (("discord", self.serves_discord), ("reddit", self.serves_reddit)):
            if not served:
                feeds.append(FeedHealth(name, NOT_SERVED, None, 0))
        return tuple(feeds)

    async def status(self) -> Status:
        """How the installation is doing."""
        return await read_status(self.store, self.clock.now(), self._started_at, self.health())

    async def report(self, week: str | None, locale: str) -> ReportPosted:
        """The weekly report for a channel."""
        return await self.weekly.posted(week, locale)

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
            server = MetricsServer(self.metrics, self.health, self.supervisor.workers.values, self._refresh_metrics)
            await server.start(section.metrics_host, section.metrics_port)
            self._metrics_server = server

    def _build_discord(self) -> None:
        from bot.connection import DiscordConnection
        from bot.endpoints import set_endpoints

        set_endpoints(self.settings.discord)
        self.connection = DiscordConnection(self._services(), self.memory, on_account=self._is_discord_account)
        self.outbox.senders[Source.DISCORD] = self.connection

    def _build_reddit(self) -> None:
        from listeners.reddit.listener import MOST_SINGLE, RedditListener
        from listeners.reddit.moderator import RedditModerator
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
        self.moderation.moderators[Source.REDDIT] = RedditModerator(self._reddit_transport)

    async def _sign_in(self, platform: str, sign_in: Callable[[], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(STARTED_WITHIN):
                await sign_in()
        except CredentialsRejectedError:
            raise
        except (SourceError, TimeoutError) as error:
            log.warning("platform_not_answering", platform=platform, kind=type(error).__name__)

    async def _discord_in(self) -> None:
        if self.connection is not None:
            await self.connection.sign_in()

    async def _reddit_in(self) -> None:
        if self._reddit_transport is None:
            return
        account = await self._reddit_transport.account()
        self.reddit_is_in = True
        if account is not None:
            self.reddit_name = account.name
            self._is_ours(Source.REDDIT, account.native_id)

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
            care=self.care,
            pledges=self.pledges,
            watch=self.watch,
            verdicts=self.verdicts,
            rules=self.pipeline.rules,
            causes=self.causes,
            surveys=self.surveys,
            status=self.status,
            report=self.report,
            templates=(templates := Templates(self.store, self.clock)),
            replies=Replies(self.store, self.clock, templates),
            crisis=self.crisis,
            moderation=self.moderation,
            by_hand=self.by_hand,
            guilds=self.guilds,
        )

    def _is_discord_account(self, account: DiscordAccount) -> None:
        self._is_ours(Source.DISCORD, account.id)

    def _is_ours(self, source: Source, native_id: str) -> None:
        self.gate.own_keys |= {self.store.author_key(source, native_id)}

    # -- workers

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

    async def _sweep(self) -> None:
        await self._every(SWEEP_EVERY, self.desk.sweep)

    async def _ask(self) -> None:
        await self._every(SWEEP_EVERY, self.surveys.ask)

    async def _watch(self) -> None:
        await self._every(WATCH_EVERY, self.watch.sweep)

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

    def _held(self, action: Action, outcome: Held) -> None:
        self.metrics.sends.labels(action.draft.target.source.value, outcome.value).inc()

    async def _refresh_metrics(self) -> None:
        now = self.clock.now()
        for feed in self.health():
            if feed.last_seen_at is not None:
                self.metrics.feed_age.labels(feed.feed).set((now - feed.last_seen_at).total_seconds())
        async with self.store.read() as unit:
            waiting = await unit.outbox.find(states=(ActionState.PENDING, ActionState.SENDING), limit=MOST_COUNTED)
        self.metrics.waiting.set(len(waiting))


def _locked(database: Path) -> DatabaseLock:
    """Return the lock of a database, taken; its folder is made where only that is missing."""
    lock = DatabaseLock(database)
    lock.take()
    return lock
