"""Right and wrong: verdicts by staff, their week, and the words that decided."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.errors import NotFoundError
from core.types.action import ActionKind
from core.types.case import CaseKind, Dismissal
from core.types.decision import DecisionKind, Reason
from core.types.learning import Correction, PrecisionRow
from core.types.post import Removal, RemovalReason
from engagement.desk.explain import Explainer
from engagement.desk.verdicts import Precision, Verdicts, weekly
from engagement.desk.view import case_view
from tests.engagement.world import World, message, ref

SEOUL = ZoneInfo("Asia/Seoul")


def verdicts(world: World) -> Verdicts:
    explainer = Explainer(world.judge, lambda: world.intake.matcher)
    return Verdicts(world.store, world.clock, ZoneInfo("UTC"), explainer=explainer)


async def test_precision_is_the_share_of_right_ones(world: World) -> None:
    desk = verdicts(world)
    for number in range(4):
        taken = await world.take(message(f"i hate lumora {number}", f"m{number}", author=f"a{number}"))
        await desk.give(taken.stored[0].id, "7", None if number else Correction.QUESTION)
    (found,) = await desk.precision(weeks=1)
    assert found == Precision("2026-W46", "Lumora", Reason.COMPLAINT, 3, 1)
    assert found.share == 0.75
    assert await desk.precision(weeks=4, brand="Nimbus") == []


async def test_a_verdict_shows_on_the_card(world: World) -> None:
    stored = (await world.take(message("i hate lumora", "m1"))).stored[0]
    await world.outbox.drain()
    await verdicts(world).give(stored.id, "7", Correction.QUESTION)
    await world.outbox.drain()
    assert ActionKind.CARD_EDIT in [action.draft.kind for action in world.discord.effects]
    async with world.store.read() as unit:
        case = await unit.cases.get(stored.case_id or 0)
        assert case is not None
        view = await case_view(unit, case, now=world.clock.now(), explainer=None)
    assert view.mention_id == stored.id
    assert view.verdict is not None
    assert view.verdict.should_be is Correction.QUESTION


async def test_a_mention_in_full(world: World) -> None:
    stored = (await world.take(message("i hate lumora", "m1"))).stored[0]
    desk = verdicts(world)
    await desk.give(stored.id, "7")
    view = await desk.view(stored.id)
    assert view.mention.text == "i hate lumora"
    assert view.case is not None
    assert view.verdict is not None
    assert view.verdict.right


async def test_nothing_is_left_to_judge_once_the_post_is_gone(world: World) -> None:
    stored = (await world.take(message("i hate lumora", "m1"))).stored[0]
    gone = Removal(ref("m1"), RemovalReason.DELETED_BY_AUTHOR, world.clock.now())
    await world.store.write(lambda unit: unit.mentions.purge([gone]))
    desk = verdicts(world)
    for mention_id in (stored.id, 99):
        with pytest.raises(NotFoundError):
            await desk.give(mention_id, "7")
    assert (await desk.view(stored.id)).evidence == ()
    with pytest.raises(NotFoundError):
        await desk.view(99)


@pytest.mark.parametrize(
    ("why", "should_be"),
    [
        (Dismissal.NOT_A_COMPLAINT, Correction.NOTHING),
        (Dismissal.SPAM, Correction.ABUSE),
        (Dismissal.WRONG_BRAND, Correction.WRONG_BRAND),
        (Dismissal.DUPLICATE, None),
        (None, None),
    ],
)
async def test_a_dismissal_counts_as_a_verdict_once(
    world: World, why: Dismissal | None, should_be: Correction | None
) -> None:
    stored = (await world.take(message("i hate lumora", "m1"))).stored[0]
    assert stored.case_id is not None
    await world.desk.dismiss(stored.case_id, "7", why=why)
    given = (await verdicts(world).view(stored.id)).verdict
    assert (None if given is None else given.should_be) == should_be
    await world.desk.reopen(stored.case_id, "8")
    await world.desk.dismiss(stored.case_id, "8", why=why)
    again = (await verdicts(world).view(stored.id)).verdict
    assert again == given, "one verdict a mention, that of who said it first"
    counted = [(one.right, one.wrong) for one in await verdicts(world).precision(weeks=1)]
    assert counted == ([] if should_be is None else [(0, 1)])


async def test_a_dismissal_does_not_overrule_who_judged_before(world: World) -> None:
    stored = (await world.take(message("i hate lumora", "m1"))).stored[0]
    await verdicts(world).give(stored.id, "7")
    await world.desk.dismiss(stored.case_id or 0, "8", why=Dismissal.NOT_A_COMPLAINT)
    given = (await verdicts(world).view(stored.id)).verdict
    assert given is not None
    assert (given.right, given.actor) == (True, "7")


async def test_dismissing_a_question_says_nothing_about_the_decision(world: World) -> None:
    """It was decided to leave it to the community: that nobody answered is not the rule's fault."""
    stored = (await world.take(message("where is my lumora parcel?", "m1"))).stored[0]
    world.pass_minutes(60 * 5)
    (case,) = await world.desk.sweep()
    assert (case.kind, stored.judged.decision.kind) == (CaseKind.QUESTION, DecisionKind.IGNORE)
    await world.desk.dismiss(case.id, "7", why=Dismissal.NOT_A_COMPLAINT)
    assert (await verdicts(world).view(stored.id)).verdict is None


async def test_every_post_of_a_dismissed_case_is_judged(world: World) -> None:
    taken = await world.take(message("i hate lumora", "m1"), message("hate the lumora app, too", "m2"))
    first, second = taken.stored
    assert taken.cases == (1,), "one author, one case"
    await world.desk.dismiss(1, "7", why=Dismissal.WRONG_BRAND)
    for stored in (first, second):
        given = (await verdicts(world).view(stored.id)).verdict
        assert given is not None
        assert given.should_be is Correction.WRONG_BRAND


def test_weeks_are_those_of_the_installation() -> None:
    """Sunday evening in UTC is Monday morning in Seoul: another ISO week."""
    hour = datetime(2026, 11, 15, 16, tzinfo=UTC)
    rows = [PrecisionRow(hour, "Lumora", Reason.COMPLAINT, 1, 0), PrecisionRow(hour, "Lumora", Reason.COMPLAINT, 2, 1)]
    assert weekly(rows, SEOUL) == [Precision("2026-W47", "Lumora", Reason.COMPLAINT, 3, 1)]
    assert [one.week for one in weekly(rows, ZoneInfo("UTC"))] == ["2026-W46"]
