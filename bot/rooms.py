"""The domain's services over one store, and how they hang together; nothing here knows a platform."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.brands import LiveBrands
from bot.guilds import GuildBook
from bot.pipeline import Pipeline
from bot.services import ReportPosted, Services, Status
from bot.weekly import WeeklyReports
from core.clock import Clock
from core.settings import Settings
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
from engagement.outgoing.gate import SendGate
from storage.memory import StoreMemory
from storage.store import SqlStore


class Rooms:
    """One object of each service."""

    def __init__(
        self,
        settings: Settings,
        store: SqlStore,
        pipeline: Pipeline,
        clock: Clock,
        gate: SendGate,
        *,
        wake: Callable[[], None],
    ) -> None:
        """Build them. `wake` tells the outbox that there is something to send. Raises InputError for bad articles."""
        self._settings = settings
        self._store = store
        self._pipeline = pipeline
        self._clock = clock
        catalogues = pipeline.catalogues
        explainer = Explainer(pipeline.judge, lambda: pipeline.intake.matcher)
        self.desk = Desk(
            store,
            clock,
            pipeline.intake.desk,
            explainer=explainer,
            wake=wake,
            reddit_mode=settings.reddit.mode,
        )
        knowledge = KnowledgeBase.load(settings.chat.knowledge_dir)
        self.chat = Chat(store, self.desk, knowledge, clock, settings.chat, wake=wake)
        self.privacy = Privacy(store, clock, settings.privacy.text_days)
        self.brands = LiveBrands(store, pipeline.intake)
        self.care = CaseCare(store, clock, self.desk.policy, wake=wake)
        self.pledges = Pledges(store, clock, settings.desk, settings.zone, wake=wake)
        self.watch = DeskWatch(store, clock, self.desk.policy, wake=wake)
        self.verdicts = Verdicts(store, clock, settings.zone, explainer=explainer)
        self.causes = Causes(store, clock, catalogues, wake=wake)
        self.surveys = Surveys(store, clock, catalogues, enabled=settings.surveys.enabled, wake=wake)
        self.weekly = WeeklyReports(store, settings, clock, catalogues, wake=wake)
        self.crisis = CrisisMode(store, clock, self.desk, gate)
        self.guilds = GuildBook(store)
        self.moderation = Moderation(store, clock, self.desk, catalogues)
        self.templates = Templates(store, clock)
        self.replies = Replies(store, clock, self.templates)
        self.by_hand = ByHand(store, clock, self.desk, pipeline.judge, lambda: pipeline.intake.matcher, catalogues)
        self.memory = StoreMemory(store, clock, timedelta(hours=settings.reddit.recheck_hours))

    def services(self, status: Callable[[], Awaitable[Status]]) -> Services:
        """Return what the Discord face may call."""
        return Services(
            settings=self._settings,
            clock=self._clock,
            store=self._store,
            catalogues=self._pipeline.catalogues,
            desk=self.desk,
            chat=self.chat,
            privacy=self.privacy,
            brands=self.brands,
            care=self.care,
            pledges=self.pledges,
            watch=self.watch,
            verdicts=self.verdicts,
            rules=self._pipeline.rules,
            causes=self.causes,
            surveys=self.surveys,
            status=status,
            report=self._report,
            templates=self.templates,
            replies=self.replies,
            crisis=self.crisis,
            moderation=self.moderation,
            by_hand=self.by_hand,
            guilds=self.guilds,
        )

    async def _report(self, week: str | None, locale: str) -> ReportPosted:
        return await self.weekly.posted(week, locale)
