"""A guild with people, channels and the real bot over the real services, for journeys through simcord.

Workers are not running: `world.drain()` sends what stands in the outbox. simcord's clock is the installation's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import discord
from pydantic import SecretStr
from simcord import interactions as simcord_interactions
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle
from simcord.env import Env
from simcord.results import InteractionResult

from bot.client import MaeariBot
from bot.guilds import GuildBook
from bot.i18n import Catalogues
from bot.sender import DiscordSender
from bot.services import ReportPosted, Services, Status
from core.clock import Clock
from core.errors import MaeariError, NotFoundError
from core.ports.storing import Unit
from core.settings import (
    BrandSection,
    DeskSection,
    DiscordSection,
    FlagsPolicy,
    MaeariSection,
    PolicySection,
    Settings,
    SlaSection,
)
from core.types.assessment import Label
from core.types.brand import Brand
from core.types.case import Case, CaseQuery
from core.types.decision import DecisionKind, Reason
from core.types.post import FeedHealth, Source
from engagement.desk.care import CaseCare
from engagement.desk.causes import Causes
from engagement.desk.crisis import CrisisMode
from engagement.desk.desk import Desk
from engagement.desk.explain import Explainer
from engagement.desk.moderation import Moderation
from engagement.desk.opening import DeskPolicy, Opening, kind_of, open_case
from engagement.desk.pledges import Pledges
from engagement.desk.replies import Replies
from engagement.desk.templates import Templates
from engagement.desk.verdicts import Verdicts
from engagement.desk.watch import DeskWatch
from engagement.intake.by_hand import ByHand
from engagement.intake.decide import IntakePolicy
from engagement.intake.pipeline import Intake
from engagement.intake.rules import RuleDesk
from engagement.members.chat import Chat
from engagement.members.knowledge import KnowledgeBase
from engagement.members.privacy import Privacy
from engagement.members.surveys import Surveys
from engagement.outgoing.gate import GatePolicy, SendGate
from engagement.outgoing.outbox import Outbox
from matching.matcher import BrandMatcher
from storage.store import SqlStore
from tests import make
from tests.engagement.world import ScriptedJudge

ARTICLES = Path(__file__).parent / "articles"
Locale = Literal["en", "ko"]
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(32)


class EnvClock:
    """simcord's simulated time."""

    def __init__(self) -> None:
        self.env: Env | None = None

    def now(self) -> datetime:
        assert self.env is not None
        return self.env.now()

    async def sleep_until(self, moment: datetime) -> None:
        raise AssertionError("nothing in these tests may sleep")


class StoredBrands:
    """The brand service over the store."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def all(self) -> list[Brand]:
        async with self._store.read() as unit:
            return await unit.brands.all()

    async def put(self, brand: Brand) -> None:
        await self._store.write(lambda unit: unit.brands.put(brand))

    async def remove(self, name: str) -> bool:
        return await self._store.write(lambda unit: unit.brands.remove(name))


@dataclass(slots=True)
class World:
    """What a journey needs."""

    env: Env
    guild: GuildHandle
    staff_channel: ChannelHandle
    help_channel: ChannelHandle
    staff_role: Any
    escalation_role: Any
    sora: MemberActor
    """On the staff."""
    minho: MemberActor
    """On the staff, too."""
    guest: MemberActor
    """A member without any role."""
    boss: MemberActor
    """May manage the server."""
    store: SqlStore
    services: Services
    desk: Desk
    clock: EnvClock
    outbox: Outbox
    reports: list[tuple[str | None, str]]

    async def drain(self) -> int:
        """Send what is due; the tasks of the outbox are not the bot's."""
        return await self.outbox.drain()

    async def restart(self) -> None:
        """Stop the bot and start a new one over the same database and Discord."""
        await self.env.restart_bot(MaeariBot(self.services))
        self.outbox.senders[Source.DISCORD] = DiscordSender(self.env.bot, self.services)

    async def complaint(
        self,
        text: str = "My Lumora lamp broke after two days, I want a refund!",
        *,
        native_id: str = "t1_a",
        author: str | None = None,
    ) -> Case:
        """Store a flagged Reddit complaint with its case, and post the card."""
        case = await flagged(self.store, self.desk, self.clock, text, native_id=native_id, author=author)
        await self.drain()
        return case

    async def case(self, case_id: int) -> Case:
        """Return a case as it stands."""
        async with self.store.read() as unit:
            case = await unit.cases.get(case_id)
        assert case is not None
        return case

    @property
    def bot(self) -> MaeariBot:
        """Return the bot that runs now."""
        assert isinstance(self.env.bot, MaeariBot)
        return self.env.bot

    @property
    def me(self) -> str:
        """Return how people mention the bot."""
        assert self.env.bot.user is not None
        return self.env.bot.user.mention

    def card(self) -> discord.Message:
        """Return the newest message of the staff channel."""
        message = self.staff_channel.last_message
        assert message is not None
        return message


async def flagged(
    store: SqlStore, desk: Desk, clock: Clock, text: str, *, native_id: str = "t1_a", author: str | None = None
) -> Case:
    """Store a Reddit complaint as the pipeline would: a mention, its case, and the card in the outbox."""
    name = author or f"author of {native_id}"
    about = make.post(text, native_id=native_id, author=name, created_at=clock.now())
    judged = make.judged(about, label=Label.NEGATIVE, kind=DecisionKind.FLAG, reason=Reason.COMPLAINT)

    async def work(unit: Unit) -> Case:
        (mention_id,) = await unit.mentions.add_many([judged])
        assert mention_id is not None
        opening = Opening(
            mention_id=mention_id,
            kind=kind_of(judged.decision),
            brand="Lumora",
            source=Source.REDDIT,
            text=about.full_text,
            assessment=judged.assessment,
            author_key=store.author_key(Source.REDDIT, f"id-{name}"),
            thread_id=None,
            opened_at=clock.now(),
        )
        case, _ = await open_case(unit, opening, desk.policy)
        return case

    return await store.write(work)


def settings_for(
    section: DiscordSection,
    data_dir: Path,
    locale: Locale = "en",
    *,
    escalation_role: int | None = None,
    burst_minutes: int = 0,
) -> Settings:
    """Return settings with one brand, and some goodwill to give.

    Without `burst_minutes` the same words of many people are as many cases, which journeys want mostly.
    """
    return Settings(
        maeari=MaeariSection(data_dir=data_dir, locale=locale),
        discord=section,
        sla=SlaSection(escalation_role=escalation_role),
        desk=DeskSection(goodwill_month=100, goodwill_alone=10),
        policy=PolicySection(flags=FlagsPolicy(burst_minutes=burst_minutes)),
        brands=(BrandSection(name="Lumora", terms=("lumora", "루모라")),),
    )


@asynccontextmanager
async def running(
    tmp_path: Path, *, locale: Locale = "en", explainer: Explainer | None = None, burst_minutes: int = 0
) -> AsyncIterator[World]:
    """Open a store, build the guild and start the bot; errors that nobody meant fail the test."""
    clock = EnvClock()
    store = await SqlStore.open(tmp_path / "maeari.db", clock=clock, secret=b"s" * 32)
    try:
        world = await _build(tmp_path, clock, store, locale, explainer, burst_minutes)
        await world.env.start()
        try:
            yield world
        finally:
            await world.env.shutdown()
        unexpected = [error for error in world.env.errors if not _is_meant(error)]
        assert not unexpected, unexpected
    finally:
        await store.close()


async def _build(
    tmp_path: Path, clock: EnvClock, store: SqlStore, locale: Locale, explainer: Explainer | None, burst_minutes: int
) -> World:
    placeholder: Any = None
    bot = MaeariBot(placeholder)
    env = Env(bot, settle_timeout=10)
    env.backend.bot_user.name = "Maeari"
    clock.env = env
    guild = env.create_guild("Lumora Home")
    staff_role = guild.create_role("Staff", permissions=discord.Permissions(manage_messages=True))
    manager_role = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    staff_channel, help_channel = guild.create_text_channel("staff"), guild.create_text_channel("help")
    section = DiscordSection(
        token=SecretStr("x"), home_guild=guild.id, staff_channel=staff_channel.id, staff_roles=(staff_role.id,)
    )
    escalation_role = guild.create_role("Leads")
    settings = settings_for(section, tmp_path, locale, escalation_role=escalation_role.id, burst_minutes=burst_minutes)
    policy = DeskPolicy.of(settings)
    desk = Desk(store, clock, policy, explainer=explainer)
    reports: list[tuple[str | None, str]] = []
    gate = SendGate(store, GatePolicy.of(settings), clock)
    services = services_for(settings, clock, store, desk, reports, gate)
    bot.services = services
    outbox = Outbox(store, {Source.DISCORD: DiscordSender(bot, services)}, gate, clock)
    await store.write(lambda unit: unit.brands.put(settings.brands[0].brand()))
    return World(
        env=env,
        guild=guild,
        staff_channel=staff_channel,
        help_channel=help_channel,
        staff_role=staff_role,
        escalation_role=escalation_role,
        sora=guild.add_member(env.create_user("sora"), roles=[staff_role]),
        minho=guild.add_member(env.create_user("minho"), roles=[staff_role]),
        guest=guild.add_member(env.create_user("guest")),
        boss=guild.add_member(env.create_user("boss"), roles=[staff_role, manager_role]),
        store=store,
        services=services,
        desk=desk,
        clock=clock,
        outbox=outbox,
        reports=reports,
    )


def _nothing() -> None:
    """Wake nobody: journeys drain the outbox themselves."""


def services_for(
    settings: Settings,
    clock: Clock,
    store: SqlStore,
    desk: Desk,
    reports: list[tuple[str | None, str]],
    gate: SendGate | None = None,
) -> Services:
    """Return services over the real store and rooms; only health and reports are made up."""

    async def status() -> Status:
        async with store.read() as unit:
            waiting = await unit.cases.count(CaseQuery())
        feed = FeedHealth("reddit:comments:gadgets", "late", clock.now() - timedelta(minutes=3), 1200)
        return Status(clock.now() - timedelta(hours=5), (feed,), 3, waiting, 0, 1, 2, 0, 1)

    async def report(week: str | None, locale: str) -> ReportPosted:
        reports.append((week, locale))
        if week == "2020-W01":
            raise NotFoundError("There is no post in that week.")
        return ReportPosted(week or "2026-W01", "7 mentions", PICTURE)

    knowledge, catalogues, judge = KnowledgeBase.load(ARTICLES), Catalogues(), ScriptedJudge()
    matcher = BrandMatcher(section.brand() for section in settings.brands)
    intake = Intake(store, matcher, judge, clock, IntakePolicy.of(settings, catalogues), desk.policy)
    policy = settings.policy
    return Services(
        settings=settings,
        clock=clock,
        store=store,
        catalogues=catalogues,
        desk=desk,
        chat=Chat(store, desk, knowledge, clock, settings.chat),
        privacy=Privacy(store, clock, settings.privacy.text_days),
        brands=StoredBrands(store),
        care=CaseCare(store, clock, desk.policy, wake=_nothing),
        pledges=Pledges(store, clock, settings.desk, settings.zone, wake=_nothing),
        watch=DeskWatch(store, clock, desk.policy, wake=_nothing),
        verdicts=Verdicts(store, clock, settings.zone, explainer=Explainer(judge, lambda: intake.matcher)),
        rules=RuleDesk(store, intake, judge, clock, thanks=policy.thanks, flags=policy.flags),
        causes=Causes(store, clock, catalogues),
        surveys=Surveys(store, clock, catalogues, enabled=True),
        templates=(templates := Templates(store, clock)),
        replies=Replies(store, clock, templates),
        crisis=CrisisMode(store, clock, desk, gate or SendGate(store, GatePolicy.of(settings), clock)),
        moderation=Moderation(store, clock, desk, catalogues),
        by_hand=ByHand(store, clock, desk, judge, lambda: intake.matcher, catalogues),
        guilds=GuildBook(store),
        status=status,
        report=report,
    )


def _is_meant(error: BaseException) -> bool:
    """Say whether an error is one of those that become a friendly line."""
    cause = getattr(error, "original", error)
    return isinstance(cause, MaeariError | discord.app_commands.CheckFailure)


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Let actors use Discord in another language; simcord always says `en-US` by itself."""
    original = simcord_interactions.base_payload

    def localised(*args: Any, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        record, wire = original(*args, **kwargs)
        wire["locale"] = locale
        return record, wire

    simcord_interactions.base_payload = localised
    try:
        yield
    finally:
        simcord_interactions.base_payload = original


def said(result: InteractionResult) -> str:
    """Return the whole text that a person reads after an interaction: the response and what followed."""
    messages = [message for message in (result.response, *result.followups) if message is not None]
    return "\n".join(
        filter(None, [part for message in messages for part in (message.content, _text(message.components))])
    )


def _text(components: list[dict[str, Any]]) -> str:
    parts = []
    for component in components:
        parts.append(component.get("content", ""))
        parts.append(_text(component.get("components", [])))
    return "\n".join(filter(None, parts))


def text_of(message: discord.Message) -> str:
    """Return the whole text of a message, components included."""
    return "\n".join(filter(None, [message.content, _text([dict(part.to_dict()) for part in message.components])]))


def only_for_them(result: InteractionResult) -> bool:
    """Say whether every answer was ephemeral."""
    messages = [message for message in (result.response, *result.followups) if message is not None]
    return bool(messages) and all(message.ephemeral for message in messages)
