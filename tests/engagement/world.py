"""A small world for the engagement rooms: a real store, a stepped clock, a scripted judge, recording senders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.i18n import Catalogues
from core.clock import SteppedClock
from core.errors import SendUnknownError
from core.ports.storing import Unit
from core.settings import FlagsPolicy, RedditMode, SlaSection, ThanksPolicy
from core.types.action import Action, ActionState, Purpose, Receipt
from core.types.assessment import Assessment, Intent, Label
from core.types.brand import Brand, Term
from core.types.mention import Hit
from core.types.post import Author, Batch, Post, PostRef, Source
from engagement.desk.desk import Desk
from engagement.desk.explain import Explainer
from engagement.desk.opening import DeskPolicy
from engagement.intake.decide import IntakePolicy
from engagement.intake.pipeline import Intake, Taken
from engagement.outgoing.gate import GatePolicy, SendGate
from engagement.outgoing.outbox import Outbox
from matching.matcher import BrandMatcher
from storage.store import SqlStore
from tests import make

STAFF_CHANNEL = "900"
BRANDS = (make.LUMORA, Brand("Glimmer", (Term("glimmer"),), competitor=True))
CATALOGUES = Catalogues()


class ScriptedJudge:
    """Judges by plain words: `hate` complains, `love` praises, `?` asks, everything else is neutral."""

    def __init__(self) -> None:
        self.judged = 0

    def assess(self, text: str, brand: Brand | None, hits: Sequence[Hit], *, evidence: bool = False) -> Assessment:
        self.judged += 1
        if "hate" in text:
            return make.assessment(Label.NEGATIVE, complaint=0.9)
        if "love" in text:
            return make.assessment(Label.POSITIVE)
        if "?" in text:
            return make.assessment(Label.NEUTRAL, intent=Intent.QUESTION)
        return make.assessment(Label.NEUTRAL)


@dataclass
class RecordingSender:
    """A platform that remembers what was sent to it; failures can be scripted per call."""

    source: Source
    clock: SteppedClock
    effects: list[Action] = field(default_factory=list)
    """What really happened, in order."""
    failures: list[Exception] = field(default_factory=list)
    """Raised by the next sends, before anything happens."""
    lost_answers: int = 0
    """So many next sends happen, and then their answer is lost."""
    looks: int = 0

    async def send(self, action: Action) -> Receipt:
        if self.failures:
            raise self.failures.pop(0)
        self.effects.append(action)
        if self.lost_answers:
            self.lost_answers -= 1
            raise SendUnknownError("the connection broke")
        return self._receipt(len(self.effects) - 1)

    async def find(self, action: Action) -> Receipt | None:
        self.looks += 1
        places = [place for place, sent in enumerate(self.effects) if sent.draft.key == action.draft.key]
        return self._receipt(places[0]) if places else None

    def _receipt(self, place: int) -> Receipt:
        return Receipt(f"sent-{self.source}-{place}", self.clock.now())

    def texts(self, purpose: Purpose) -> list[str]:
        return [action.draft.text for action in self.effects if action.draft.purpose is purpose]


@dataclass
class World:
    """Everything, wired as the composition root wires it."""

    store: SqlStore
    clock: SteppedClock
    judge: ScriptedJudge
    intake: Intake
    desk: Desk
    gate: SendGate
    outbox: Outbox
    discord: RecordingSender
    reddit: RecordingSender

    async def take(
        self, *posts: Post, feed: str = "discord:1", history: bool = False, cursor: str | None = None
    ) -> Taken:
        return await self.intake.take(Batch(feed=feed, posts=posts, history=history, cursor=cursor))

    def pass_minutes(self, minutes: float) -> None:
        self.clock.advance_to(self.clock.now() + timedelta(minutes=minutes))

    async def actions(self, *states: ActionState) -> list[Action]:
        async with self.store.read() as unit:
            return await unit.outbox.find(states=states or tuple(ActionState), limit=1_000)


async def build(
    folder: Path, *, crisis: bool = False, reddit_mode: RedditMode = RedditMode.DRAFT, burst_minutes: int = 0
) -> World:
    """Build it. Without `burst_minutes` the same words of many people are as many cases, which tests want mostly."""
    clock = SteppedClock(make.START)
    store = await SqlStore.open(folder / "maeari.db", clock=clock, secret=b"x" * 32)

    async def seed(unit: Unit) -> None:
        for brand in BRANDS:
            await unit.brands.put(brand)

    await store.write(seed)
    judge = ScriptedJudge()
    thanks, flags = ThanksPolicy(), FlagsPolicy(burst_minutes=burst_minutes)
    gate_policy = GatePolicy(thanks, (time(22), time(8)), ZoneInfo("UTC"), reddit_mode, crisis=crisis)
    gate = SendGate(store, gate_policy, clock)
    senders = {source: RecordingSender(source, clock) for source in (Source.DISCORD, Source.REDDIT)}
    outbox = Outbox(store, senders, gate, clock)
    desk_policy = DeskPolicy(SlaSection(), flags, home_guild="800", staff_channel=STAFF_CHANNEL, crisis=crisis)
    intake_policy = IntakePolicy(thanks, flags, CATALOGUES, reddit_mode, competitors=frozenset({"Glimmer"}))
    intake = Intake(store, BrandMatcher(BRANDS), judge, clock, intake_policy, desk_policy, wake=outbox.wake)
    await intake.start()
    outbox.on_sent = intake.track_sent
    explainer = Explainer(judge, lambda: intake.matcher)
    desk = Desk(store, clock, desk_policy, explainer=explainer, wake=outbox.wake, reddit_mode=reddit_mode)
    return World(store, clock, judge, intake, desk, gate, outbox, senders[Source.DISCORD], senders[Source.REDDIT])


def message(
    text: str,
    native_id: str,
    *,
    author: str | None = "ann",
    minutes: float = 0,
    parent: str | None = None,
    thread: str | None = None,
    channel: str = "100",
    is_self: bool = False,
    is_staff: bool = False,
    is_bot: bool = False,
    edited_minutes: float | None = None,
    source: Source = Source.DISCORD,
) -> Post:
    """Return a Discord message (or a Reddit comment)."""
    post = make.post(text, native_id=native_id, source=source, container=channel, author=author, minutes=minutes)
    who = None if author is None else Author(f"id-{author}", author, is_bot=is_bot, is_staff=is_staff, is_self=is_self)
    edited = None if edited_minutes is None else make.START + timedelta(minutes=edited_minutes)
    return replace(post, author=who, parent_id=parent, thread_id=thread, edited_at=edited)


def ref(native_id: str, *, channel: str = "100", source: Source = Source.DISCORD) -> PostRef:
    return PostRef(source, channel, native_id)
