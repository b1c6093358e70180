"""Many people at once: their complaints stand on one case, and each of them can still be answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.types.action import ActionKind, ActionState
from core.types.assessment import Label
from core.types.case import Case, CaseEvent, CaseEventKind, CaseKind, CaseState, JoinReason, Severity
from core.types.decision import DecisionKind, Reason
from core.types.post import Batch, ReplyCount, Source
from engagement.desk import burst
from engagement.desk.opening import open_case
from engagement.desk.policy import Opening
from tests import make
from tests.engagement.world import World, build, message, ref

DOWN = (
    "I hate this, the Lumora app is down again",
    "hate it: Lumora app down for anyone else?",
    "the app of Lumora went down, hate that",
    "Lumora app down, hate",
    "app down again, Lumora, I hate it",
)


@pytest.fixture
async def crowd(tmp_path: Path) -> AsyncIterator[World]:
    world = await build(tmp_path, burst_minutes=30)
    yield world
    await world.store.close()


async def complain(world: World, number: int, text: str, **sides: object) -> int | None:
    """Let another person complain; return the case their post stands on."""
    given = {"author": f"author{number}", **sides}
    taken = await world.take(message(text, str(number), **given))  # type: ignore[arg-type]
    await world.outbox.drain()
    return taken.stored[0].case_id


async def case_of(world: World, case_id: int | None) -> Case:
    async with world.store.read() as unit:
        case = await unit.cases.get(case_id or 0)
    assert case is not None
    return case


async def test_the_third_and_all_further_join_the_first_case(crowd: World) -> None:
    cases = [await complain(crowd, number, text, minutes=number) for number, text in enumerate(DOWN)]
    assert cases[0] != cases[1], "two people are no burst yet"
    assert set(cases[2:]) == {cases[0]}
    case = await case_of(crowd, cases[0])
    assert len(case.mention_ids) == 4
    assert case.severity is Severity.HIGH, "many people at once"
    trail = [event for event in await crowd.desk.trail(case.id) if event.kind is CaseEventKind.JOINED]
    assert {event.reason for event in trail} == {JoinReason.BURST}
    cards = [one for one in crowd.discord.effects if one.draft.kind is ActionKind.CARD]
    assert len(cards) == 2, "no card for those who joined"


async def test_other_causes_brands_and_platforms_stay_apart(crowd: World) -> None:
    for number in range(3):
        await complain(crowd, number, DOWN[number], minutes=number)
    other_cause = await complain(crowd, 10, "I hate how late my Lumora parcel is", minutes=4)
    elsewhere = await complain(crowd, 11, DOWN[0], minutes=4, source=Source.REDDIT)
    assert len((await case_of(crowd, other_cause)).mention_ids) == 1
    assert len((await case_of(crowd, elsewhere)).mention_ids) == 1


async def test_what_was_written_long_before_is_no_burst(crowd: World) -> None:
    cases = []
    for number in range(3):
        cases.append(await complain(crowd, number, DOWN[number], minutes=45 * number))
        crowd.pass_minutes(45)
    assert len(set(cases)) == 3


async def test_one_person_alone_makes_no_burst(crowd: World) -> None:
    first = await complain(crowd, 1, DOWN[0], author="ann")
    crowd.pass_minutes(61)
    await complain(crowd, 2, DOWN[1], author="ann", minutes=61)
    crowd.pass_minutes(61)
    third = await complain(crowd, 3, DOWN[2], author="ben", minutes=70)
    assert third != first


async def test_a_closed_case_takes_no_more(crowd: World) -> None:
    cases = [await complain(crowd, number, DOWN[number], minutes=number) for number in range(3)]
    await crowd.desk.resolve(cases[0] or 0, "7")
    fourth = await complain(crowd, 3, DOWN[3], minutes=4)
    assert fourth == cases[1], "the next one about it"
    await crowd.desk.resolve(cases[1] or 0, "7")
    fifth = await complain(crowd, 4, DOWN[4], minutes=5)
    assert fifth not in cases


async def test_a_burst_of_days_is_told_anew(crowd: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(burst, "OLDEST_CASE", timedelta(hours=1))
    cases = []
    for number in range(8):
        cases.append(await complain(crowd, number, DOWN[number % 5], minutes=14 * number))
        crowd.pass_minutes(14)
    assert len(set(cases[:5])) == 2, "two before it was a burst"
    assert len(set(cases)) == 3, "and one more when the first is old"


async def test_a_full_case_is_followed_by_another(crowd: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(burst, "MOST_POSTS", 3)
    cases = [await complain(crowd, number, DOWN[number % 5], minutes=number) for number in range(9)]
    held = [len((await case_of(crowd, number)).mention_ids) for number in sorted({one or 0 for one in cases})]
    assert max(held) == 3
    assert sum(held) == 9


async def test_a_full_case_takes_no_more_of_its_thread_but_for_its_own_people(
    crowd: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(burst, "MOST_POSTS", 3)
    words = ("the hinge", "my parcel", "this invoice", "their hotline")
    cases = [
        await complain(crowd, number, f"I hate {word} of Lumora", minutes=number, thread="55")
        for number, word in enumerate(words)
    ]
    assert len(set(cases[:3])) == 1
    assert cases[3] != cases[0]
    again = await crowd.take(message("and I hate my Lumora", "9", author="author0", minutes=9))
    assert again.stored[0].case_id == cases[0]


async def test_who_joined_and_writes_again_stays_on_the_case(crowd: World) -> None:
    cases = [await complain(crowd, number, DOWN[number], minutes=number) for number in range(3)]
    again = await complain(crowd, 30, "and now I hate the Lumora hinge", author="author2", minutes=9)
    assert again == cases[0]
    trail = await crowd.desk.trail(cases[0] or 0)
    assert [event.reason for event in trail if event.kind is CaseEventKind.JOINED] == ["burst", "author"]


async def test_a_case_that_waits_is_ours_again_when_one_more_joins(crowd: World) -> None:
    cases = [await complain(crowd, number, DOWN[number], minutes=number) for number in range(3)]
    case_id = cases[0] or 0
    await crowd.desk.reply(case_id, "7", "We are on it.")
    await crowd.outbox.drain()
    assert (await case_of(crowd, case_id)).state is CaseState.WAITING
    crowd.pass_minutes(10)
    await complain(crowd, 3, DOWN[3], minutes=10)
    case = await case_of(crowd, case_id)
    assert (case.state, case.paused_at) == (CaseState.CLAIMED, None)


@pytest.mark.parametrize("kind", [CaseKind.REVIEW, CaseKind.QUESTION])
async def test_what_nobody_is_sure_about_joins_too_and_abuse_does_not(crowd: World, kind: CaseKind) -> None:
    for number in range(3):
        await complain(crowd, number, DOWN[number], minutes=number)
    unsure = await an_opening(crowd, DOWN[3], kind=kind)
    abuse = replace(unsure, kind=CaseKind.ABUSE, mention_id=unsure.mention_id)
    _, new = await crowd.store.write(lambda unit: open_case(unit, abuse, crowd.desk.policy))
    assert new
    other = replace(await an_opening(crowd, DOWN[4], native_id="901", kind=kind), author_key="max")
    case, new = await crowd.store.write(lambda unit: open_case(unit, other, crowd.desk.policy))
    assert (new, case.kind) == (False, CaseKind.COMPLAINT)


async def test_the_severity_that_a_person_set_stays(crowd: World) -> None:
    first = await complain(crowd, 0, DOWN[0])
    await _calm(crowd, first or 0, by_hand=True)
    for number in range(1, 4):
        opening = await an_opening(crowd, DOWN[number], native_id=f"90{number}")
        opening = replace(opening, author_key=f"zoe{number}")
        await crowd.store.write(lambda unit, opening=opening: open_case(unit, opening, crowd.desk.policy))  # type: ignore[misc]
    case = await case_of(crowd, first)
    assert len(case.mention_ids) == 3
    assert case.severity is Severity.NORMAL, "as their own posts are, not more"


@pytest.mark.parametrize(("by_hand", "new"), [(True, True), (False, False)])
async def test_what_staff_open_by_hand_is_a_case_of_its_own(crowd: World, by_hand: bool, new: bool) -> None:
    for number in range(3):
        await complain(crowd, number, DOWN[number], minutes=number)
    opening = await an_opening(crowd, DOWN[3], by_hand=by_hand)
    _, opened = await crowd.store.write(lambda unit: open_case(unit, opening, crowd.desk.policy))
    assert opened is new


@pytest.mark.parametrize(("replies", "severity"), [(19, Severity.NORMAL), (20, Severity.HIGH)])
async def test_a_post_that_drew_many_replies_already_opens_a_grave_case(
    crowd: World, replies: int, severity: Severity
) -> None:
    opening = await an_opening(crowd, "the hinge squeaks", reach=replies)
    case, _ = await crowd.store.write(lambda unit: open_case(unit, opening, crowd.desk.policy))
    assert case.severity is severity


async def an_opening(world: World, text: str, native_id: str = "900", **sides: object) -> Opening:
    """Store a mild complaint and return what asks for its case."""
    post = message(text, native_id, author="zoe" if native_id == "900" else f"zoe{native_id}")
    judged = make.judged(post, label=Label.NEGATIVE, kind=DecisionKind.FLAG, reason=Reason.COMPLAINT)
    (mention_id,) = await world.store.write(lambda unit: unit.mentions.add_many([judged]))
    assert mention_id is not None
    mild = make.assessment(Label.NEGATIVE, complaint=0.6)
    opening = Opening(
        mention_id=mention_id,
        kind=CaseKind.COMPLAINT,
        brand="Lumora",
        source=Source.DISCORD,
        text=text,
        assessment=mild,
        author_key="zoe",
        thread_id=None,
        opened_at=world.clock.now(),
    )
    return replace(opening, **sides)  # type: ignore[arg-type]


async def test_many_replies_make_a_case_grave_unless_a_person_said_otherwise(world: World) -> None:
    taken = await world.take(message("I hate my Lumora", "1"), message("I hate Lumora's hinge", "2", author="ben"))
    first, second = taken.cases
    counts = (ReplyCount(ref("1"), 19), ReplyCount(ref("2"), 500))
    await world.intake.take(Batch("discord:1", reply_counts=counts))
    assert (await case_of(world, first)).severity is Severity.HIGH, "sure and bitter already"
    await _calm(world, first)
    await _calm(world, second, by_hand=True)
    await world.intake.take(Batch("discord:1", reply_counts=(ReplyCount(ref("1"), 19),)))
    assert (await case_of(world, first)).severity is Severity.LOW
    before = await case_of(world, first)
    await world.intake.take(Batch("discord:1", reply_counts=(ReplyCount(ref("1"), 20), ReplyCount(ref("2"), 501))))
    raised = await case_of(world, first)
    assert raised.severity is Severity.HIGH
    assert raised.due_at < before.due_at
    assert (await case_of(world, second)).severity is Severity.LOW


async def _calm(world: World, case_id: int, *, by_hand: bool = False) -> None:
    """Set a case to low severity, by a person or as if it had been judged so."""
    kind = CaseEventKind.PRIORITISED if by_hand else CaseEventKind.RAISED
    case = await case_of(world, case_id)
    due = case.opened_at + timedelta(days=1)
    changed = replace(case, severity=Severity.LOW, due_at=due)
    event = CaseEvent(case_id, kind, world.clock.now(), "7" if by_hand else None, Severity.LOW)
    await world.store.write(lambda unit: unit.cases.save(changed, event))


async def test_edits_of_the_card_of_a_burst_are_few(crowd: World) -> None:
    await crowd.take(*(message(text, str(number), author=f"a{number}") for number, text in enumerate(DOWN * 4)))
    waiting = await crowd.actions(ActionState.PENDING)
    assert [one.draft.kind for one in waiting] == [ActionKind.CARD, ActionKind.CARD]
    await crowd.outbox.drain()
    edits = [one for one in crowd.discord.effects if one.draft.kind is ActionKind.CARD_EDIT]
    assert edits == []


async def test_the_name_of_the_brand_alone_puts_no_question_into_a_burst(crowd: World) -> None:
    texts = ("루모라 앱 먹통 hate", "앱이 먹통이네 루모라 hate", "루모라 앱 또 먹통 hate")
    for number, text in enumerate(texts):
        await complain(crowd, number, text, minutes=number)
    same = await an_opening(crowd, "루모라 앱 지금 먹통인가요", kind=CaseKind.QUESTION)
    other = await an_opening(crowd, "루모라 앱 어디서 받나요", native_id="901", kind=CaseKind.QUESTION)
    for opening, new in ((same, False), (replace(other, author_key="max"), True)):
        _, opened = await crowd.store.write(lambda unit, one=opening: open_case(unit, one, crowd.desk.policy))  # type: ignore[misc]
        assert opened is new, opening.text
