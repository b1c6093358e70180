"""One question after a resolved case: of whom, when, how often, and what becomes of the answer."""

from __future__ import annotations

import pytest

from core.errors import InputError, NotAllowedError, NotFoundError
from core.types.action import ActionKind, ActionState, Purpose
from core.types.case import Case
from core.types.member import ContactRule, ContactWish
from core.types.post import Source
from engagement.members.privacy import Privacy
from engagement.members.surveys import Surveys
from tests.engagement.world import CATALOGUES, World, message


def surveys(world: World, *, enabled: bool = True) -> Surveys:
    return Surveys(world.store, world.clock, CATALOGUES, enabled=enabled)


async def agree(world: World, author: str = "ann", source: Source = Source.DISCORD) -> None:
    """Let an author agree to be asked."""
    key = world.store.author_key(source, f"id-{author}")
    wish = ContactWish(key, source, ContactRule.CONSENT, Purpose.SURVEY, world.clock.now())
    await world.store.write(lambda unit: unit.members.wish(wish))


async def resolved(
    world: World, native_id: str = "m1", *, author: str = "ann", source: Source = Source.DISCORD
) -> Case:
    """Take a complaint in and resolve its case."""
    taken = await world.take(message(f"i hate lumora {native_id}", native_id, author=author, source=source))
    case_id = taken.stored[0].case_id
    assert case_id is not None
    return await world.desk.resolve(case_id, "7")


async def asked(world: World) -> int:
    """Let ten minutes and more pass, then ask and send; return how many questions are out in all."""
    world.pass_minutes(11)
    await surveys(world).ask()
    await world.outbox.drain()
    return len(world.discord.texts(Purpose.SURVEY)) + len(world.reddit.texts(Purpose.SURVEY))


async def test_who_agreed_is_asked_once(world: World) -> None:
    await agree(world)
    case = await resolved(world)
    assert await surveys(world).ask() == 0, "not at once: the case may have been closed by mistake"
    assert await asked(world) == 1
    assert await asked(world) == 1
    (action,) = [one for one in world.discord.effects if one.draft.purpose is Purpose.SURVEY]
    assert (action.draft.kind, action.draft.case_id) == (ActionKind.SURVEY, case.id)
    assert "id-ann" not in repr(action), "no row of the outbox names the person"


async def test_without_consent_nobody_is_asked(world: World) -> None:
    await resolved(world)
    assert await asked(world) == 0
    assert await world.actions(ActionState.PENDING) == []


async def test_nobody_is_asked_on_reddit(world: World) -> None:
    await agree(world, source=Source.REDDIT)
    await resolved(world, source=Source.REDDIT)
    assert await asked(world) == 0
    assert await world.actions(ActionState.DRAFT) == []


async def test_it_can_be_switched_off(world: World) -> None:
    await agree(world)
    await resolved(world)
    world.pass_minutes(11)
    assert await surveys(world, enabled=False).ask() == 0


async def test_a_case_that_was_opened_again_is_not_asked_about(world: World) -> None:
    await agree(world)
    case = await resolved(world)
    await world.desk.reopen(case.id, "7")
    assert await asked(world) == 0


async def test_a_person_is_asked_about_one_case_in_a_month(world: World) -> None:
    await agree(world)
    await resolved(world)
    assert await asked(world) == 1
    world.pass_minutes(120)
    await resolved(world, "m2")
    assert await asked(world) == 1


async def test_only_the_author_answers_and_may_change_it(world: World) -> None:
    case = await resolved(world)
    desk = surveys(world)
    await desk.answer(case.id, "id-ann", 2)
    await desk.explain(case.id, "id-ann", "  took too long ")
    await desk.answer(case.id, "id-ann", 4)
    with pytest.raises(NotAllowedError):
        await desk.answer(case.id, "id-bob", 1)
    with pytest.raises(NotAllowedError):
        await desk.explain(case.id, "id-bob", "me too")
    with pytest.raises(InputError):
        await desk.answer(case.id, "id-ann", 6)
    found = await desk.satisfaction(days=1)
    assert found.counts.by_score == (0, 0, 0, 1, 0)
    assert (found.counts.satisfied, found.counts.response_rate) == (1.0, None)
    assert [answer.why for answer in found.whys] == ["took too long"]


async def test_words_need_a_number_first(world: World) -> None:
    case = await resolved(world)
    with pytest.raises(NotFoundError):
        await surveys(world).explain(case.id, "id-ann", "because")


async def test_shares_and_rates(world: World) -> None:
    for number, score in enumerate((1, 4, 5)):
        author = f"a{number}"
        await agree(world, author)
        case = await resolved(world, f"m{number}", author=author)
        await asked(world)
        await surveys(world).answer(case.id, f"id-{author}", score)
    await agree(world, "quiet")
    await resolved(world, "m9", author="quiet")
    assert await asked(world) == 4
    counts = (await surveys(world).satisfaction(days=1)).counts
    assert counts.satisfied == pytest.approx(2 / 3)
    assert counts.response_rate == 0.75


async def test_a_forgotten_person_leaves_a_number_and_no_words(world: World) -> None:
    case = await resolved(world)
    desk = surveys(world)
    await desk.answer(case.id, "id-ann", 1)
    await desk.explain(case.id, "id-ann", "my address is secret")
    privacy = Privacy(world.store, world.clock, {})
    await privacy.forget(privacy.key(Source.DISCORD, "id-ann"))
    found = await desk.satisfaction(days=1)
    assert (found.counts.answers, found.whys) == (1, ())
    with pytest.raises(NotFoundError):
        await desk.answer(case.id, "id-ann", 5)


async def test_consent_is_given_and_taken_back(world: World) -> None:
    privacy = Privacy(world.store, world.clock, {})
    await privacy.consent(Source.DISCORD, "id-ann", Purpose.SURVEY)
    world.pass_minutes(1)
    await privacy.withdraw(Source.DISCORD, "id-ann", Purpose.SURVEY)
    await resolved(world)
    assert await asked(world) == 0
