"""Measures and appeals as the service keeps them, whatever the platform does; and crisis mode at gate and desk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from core.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    SendRefusedError,
    SendUnknownError,
)
from core.ports.storing import Unit
from core.types.action import ActionKind, ActionState, Purpose
from core.types.assessment import AbuseKind, Assessment
from core.types.brand import Brand
from core.types.case import CaseKind
from core.types.mention import Hit
from core.types.moderation import AppealState, Measure, MeasureKind, MeasureRecord, MeasureState
from core.types.post import PostRef, Source
from core.types.reply import Template
from engagement.desk.crisis import CrisisMode
from engagement.desk.moderation import Moderation
from engagement.desk.replies import Replies
from engagement.desk.templates import Templates
from engagement.outgoing.gate import VerdictKind
from tests import make
from tests.engagement.world import CATALOGUES, ScriptedJudge, World, build, message

BAN = Measure(
    MeasureKind.BAN, Source.DISCORD, "100", "42", "  insults,\n again ", "800", "9", member_id="77", member_name="troll"
)


@dataclass
class Platform:
    """A moderator that remembers what it was asked."""

    source: Source = Source.DISCORD
    kinds: frozenset[MeasureKind] = frozenset(MeasureKind) - {MeasureKind.LOCK}
    taken: list[tuple[MeasureKind, int]] = field(default_factory=list)
    members: list[tuple[str | None, str | None]] = field(default_factory=list)
    """Whom each measure met, and which post."""
    lifted: list[str | None] = field(default_factory=list)
    failure: Exception | None = None
    channel: str | None = "555"

    async def remove(self, ref: PostRef, *, reason: str) -> None:
        raise AssertionError("measures go through take")

    async def check(self, measure: Measure) -> None:
        if measure.moderator == "nobody":
            raise NotAllowedError("no right")

    async def take(self, measure: Measure, *, number: int) -> None:
        if self.failure is not None:
            raise self.failure
        self.taken.append((measure.kind, number))
        self.members.append((measure.member_id, measure.post_id))

    async def lift(self, measure: Measure, *, number: int) -> None:
        if self.failure is not None:
            raise self.failure
        self.lifted.append(measure.member_id)

    async def channel_of(self, member_id: str) -> str | None:
        return self.channel


@dataclass
class Bench:
    world: World
    moderation: Moderation
    platform: Platform

    async def record(self, number: int = 1) -> MeasureRecord:
        return await self.moderation.get(number)


@pytest.fixture
async def bench(world: World) -> Bench:
    platform = Platform()
    moderation = Moderation(world.store, world.clock, world.desk, CATALOGUES)
    moderation.moderators[Source.DISCORD] = platform
    return Bench(world, moderation, platform)


async def test_a_measure_is_noted_before_it_is_taken(bench: Bench) -> None:
    done = await bench.moderation.order(BAN)
    assert bench.platform.taken == [(MeasureKind.BAN, 1)]
    assert (done.state, done.reason) == (MeasureState.DONE, "insults, again")
    assert done.author_key == bench.world.store.author_key(Source.DISCORD, "77")


@pytest.mark.parametrize(
    ("failure", "state", "detail"),
    [
        (SendRefusedError("no", reason="forbidden"), MeasureState.FAILED, "forbidden"),
        (NotFoundError("gone"), MeasureState.FAILED, "failed"),
        (SendUnknownError("?"), MeasureState.BEGUN, ""),
    ],
)
async def test_what_became_of_it_stands_in_the_log(
    bench: Bench, failure: Exception, state: MeasureState, detail: str
) -> None:
    bench.platform.failure = failure
    with pytest.raises(type(failure)):
        await bench.moderation.order(BAN)
    record = await bench.record()
    assert (record.state, record.detail) == (state, detail)
    with pytest.raises(InputError):
        await bench.moderation.appeal(1, "why?")


async def test_what_cannot_be_ordered_leaves_no_line(bench: Bench) -> None:
    for wrong, error in (
        (replace(BAN, reason=" \n"), InputError),
        (replace(BAN, kind=MeasureKind.LOCK), InputError),
        (replace(BAN, source=Source.REDDIT), InputError),
        (replace(BAN, moderator="nobody"), NotAllowedError),
    ):
        with pytest.raises(error):
            await bench.moderation.order(wrong)
    assert await bench.moderation.history() == ([], 0)
    for minutes in (None, 0, 28 * 24 * 60 + 1):
        with pytest.raises(InputError):
            bench.moderation.end_of(minutes)


async def test_a_warning_is_told_through_the_outbox(bench: Bench) -> None:
    await bench.moderation.order(replace(BAN, kind=MeasureKind.WARN))
    await bench.world.outbox.drain()
    (notice,) = [one for one in bench.world.discord.effects if one.draft.kind is ActionKind.NOTICE]
    assert (notice.draft.target.container, notice.draft.about) == ("555", 1)
    assert "insults, again" in notice.draft.text


async def test_a_notice_that_does_not_arrive_is_said(bench: Bench) -> None:
    bench.platform.channel = None
    assert (await bench.moderation.order(replace(BAN, kind=MeasureKind.WARN))).detail == "notice_undelivered"
    bench.platform.channel = "555"
    await bench.moderation.order(replace(BAN, kind=MeasureKind.WARN))
    bench.world.discord.failures.append(SendRefusedError("closed", reason="forbidden"))
    await bench.world.outbox.drain()
    assert (await bench.record(2)).detail == "notice_undelivered"


async def test_of_many_who_decide_at_once_one_wins(bench: Bench) -> None:
    await bench.moderation.order(BAN)
    await bench.moderation.appeal(1, "a joke")
    answers = await asyncio.gather(
        *(bench.moderation.decide(1, str(person), grant=person % 2 == 0) for person in range(100, 120)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, MeasureRecord) for answer in answers) == 1
    assert all(isinstance(answer, MeasureRecord | ConflictError) for answer in answers)
    record = await bench.record()
    assert len(bench.platform.lifted) == (record.appeal is AppealState.GRANTED)


async def test_a_measure_that_cannot_be_taken_back_says_so(bench: Bench) -> None:
    await bench.moderation.order(BAN)
    await bench.moderation.appeal(1, "a joke")
    bench.platform.failure = SendRefusedError("no", reason="forbidden")
    with pytest.raises(SendRefusedError):
        await bench.moderation.decide(1, "43", grant=True)
    record = await bench.record()
    assert (record.state, record.appeal, record.detail) == (MeasureState.DONE, AppealState.GRANTED, "not_lifted")


async def test_the_one_who_took_it_never_decides(bench: Bench) -> None:
    await bench.moderation.order(BAN)
    await bench.moderation.appeal(1, "a joke")
    with pytest.raises(NotAllowedError):
        await bench.moderation.decide(1, "42", grant=False)
    assert (await bench.record()).appeal is AppealState.OPEN


async def test_only_abuse_cases_are_moderated(bench: Bench) -> None:
    taken = await bench.world.take(message("I hate my lumora", "1"))
    (case_id,) = taken.cases
    assert (await bench.world.desk.view(case_id)).case.kind is CaseKind.COMPLAINT
    for kind in MeasureKind:
        with pytest.raises(NotAllowedError, match="never punished"):
            await bench.moderation.order_on_case(case_id, kind, "42", "rude", minutes=5)
    assert bench.platform.taken == []


class AbuseJudge(ScriptedJudge):
    """Finds abuse where somebody is called a worm."""

    def assess(self, text: str, brand: Brand | None, hits: Sequence[Hit], *, evidence: bool = False) -> Assessment:
        judged = super().assess(text, brand, hits, evidence=evidence)
        return replace(judged, abuse_kinds=(AbuseKind.HATE,)) if "worm" in text else judged


async def test_a_measure_meets_who_wrote_what_the_card_shows(bench: Bench) -> None:
    """Two people rage in one thread: each has a case of their own, and the card's post is the one that counts."""
    world = bench.world
    world.intake._judge = AbuseJudge()
    posts = [
        message("lumora people are worms", "1", author="eve", thread="t"),
        message("all of you at lumora are worms", "2", author="mallory", thread="t"),
        message("worms, lumora worms", "3", author="eve", thread="t"),
    ]
    taken = await world.take(*posts)
    views = [await world.desk.view(case_id) for case_id in dict.fromkeys(taken.cases)]
    assert [(view.case.kind, view.author_name, view.joined) for view in views] == [
        (CaseKind.ABUSE, "eve", 1),
        (CaseKind.ABUSE, "mallory", 0),
    ]
    for view in views:
        record = await bench.moderation.order_on_case(view.case.id, MeasureKind.BAN, "42", "insults")
        assert record.author_key == world.store.author_key(Source.DISCORD, f"id-{view.author_name}")
        assert bench.platform.members[-1] == (f"id-{view.author_name}", "1" if view.author_name == "eve" else "2")


async def test_crisis_mode_reaches_gate_and_desk_and_is_read_at_the_start(world: World) -> None:
    crisis = CrisisMode(world.store, world.clock, world.desk, world.gate)
    await crisis.load()
    assert not crisis.on
    (case_id,) = (await world.take(message("I hate my lumora", "1"))).cases
    early = await world.desk.reply(case_id, "7", "Sorry!")
    await crisis.turn(True, "1")
    verdict = await world.gate.check(early)
    assert (verdict.kind, verdict.code) == (VerdictKind.REFUSE, "needs_second_person")

    anew = CrisisMode(world.store, world.clock, world.desk, world.gate)
    world.desk.policy = replace(world.desk.policy, crisis=False)
    world.gate.policy = replace(world.gate.policy, crisis=False)
    await anew.load()
    assert anew.on
    assert world.gate.policy.crisis
    await world.outbox.drain()
    assert world.discord.texts(Purpose.STAFF_REPLY) == []


async def test_a_draft_has_one_card_and_one_edit_however_often_it_changes(tmp_path: Path) -> None:
    world = await build(tmp_path, crisis=True)
    (case_id,) = (await world.take(message("I hate my lumora", "1"))).cases
    draft = await world.desk.reply(case_id, "7", "Sorry!")
    await world.outbox.drain()
    assert [one.draft.about for one in world.discord.effects if one.draft.kind is ActionKind.DRAFT_CARD] == [draft.id]
    await world.desk.approve(draft.id, "8")
    await world.outbox.drain()
    updates = [one for one in world.discord.effects if one.draft.kind is ActionKind.CARD_UPDATE]
    assert len(updates) == 1
    assert world.discord.texts(Purpose.STAFF_REPLY) == ["Sorry!"]
    async with world.store.read() as unit:
        assert await unit.outbox.find(states=(ActionState.DRAFT,), limit=5) == []
    await world.store.close()


async def test_a_canned_reply_is_filled_in_for_its_case(world: World) -> None:
    templates = Templates(world.store, world.clock)
    replies = Replies(world.store, world.clock, templates)
    (case_id,) = (await world.take(message("I hate my lumora", "1", author="ann"))).cases
    added = await templates.add(Template("a", "ko", "{author}님, {brand:을/를} … {case} {link}"), "1")
    prepared = await replies.prepare(case_id, "", template_id=added.id)
    assert prepared.text == f"ann님, Lumora를 … {case_id} https://example.com/1"
    assert prepared.findings == ()

    async def forget(unit: Unit) -> None:
        await unit.mentions.erase_author(world.store.author_key(Source.DISCORD, "id-ann"), make.START)

    await world.store.write(forget)
    assert not (await replies.prepare(case_id, "", template_id=added.id)).can_be_sent, "nobody is named any more"
    with pytest.raises(NotFoundError):
        await replies.prepare(case_id, "", template_id=99)
