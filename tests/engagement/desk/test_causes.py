"""Closing the loop: a cause that is fixed is told to who wrote and agreed, each once, through the gate."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.errors import ConflictError, InputError, NotFoundError
from core.types.action import ActionState, Purpose
from core.types.case import Case
from core.types.member import ContactRule, ContactWish
from core.types.post import Removal, RemovalReason, Source
from engagement.desk.causes import Causes
from tests.engagement.world import CATALOGUES, World, message, ref


def causes(world: World) -> Causes:
    return Causes(world.store, world.clock, CATALOGUES, wake=world.outbox.wake)


async def agree(world: World, author: str, *rules: ContactRule, source: Source = Source.DISCORD) -> None:
    """Let an author tell their wishes, one a minute."""
    for rule in rules:
        world.pass_minutes(1)
        purpose = None if rule is ContactRule.OPT_OUT else Purpose.FOLLOW_UP
        wish = ContactWish(world.store.author_key(source, f"id-{author}"), source, rule, purpose, world.clock.now())
        await world.store.write(lambda unit, wish=wish: unit.members.wish(wish))  # type: ignore[misc]


async def complaints(world: World, authors: Sequence[str], *, source: Source = Source.DISCORD) -> list[Case]:
    """Take a complaint of each author in; return their cases."""
    found = []
    for number, author in enumerate(authors):
        world.pass_minutes(120)
        taken = await world.take(message(f"i hate my lumora {number}", f"m{number}", author=author, source=source))
        case_id = taken.stored[0].case_id
        assert case_id is not None
        async with world.store.read() as unit:
            case = await unit.cases.get(case_id)
        assert case is not None
        found.append(case)
    return found


async def fixed(world: World, cases: Sequence[Case]) -> tuple[int, int]:
    """Link cases to a cause and mark it fixed; return how many are told and how many are not."""
    desk = causes(world)
    cause = await desk.add("  the  hinge broke ", "7")
    for case in cases:
        await desk.link(cause.id, case.id, "7")
    told = await desk.fix(cause.id, "7")
    await world.outbox.drain()
    return told.told, told.silent


async def test_only_those_who_agreed_are_told(world: World) -> None:
    cases = await complaints(world, ["ann", "bob", "cid", "dee"])
    await agree(world, "ann", ContactRule.CONSENT)
    await agree(world, "bob", ContactRule.CONSENT, ContactRule.WITHDRAWN)
    await agree(world, "cid", ContactRule.CONSENT, ContactRule.OPT_OUT)
    assert await fixed(world, cases) == (1, 3)
    (sent,) = world.discord.texts(Purpose.FOLLOW_UP)
    assert "“the hinge broke” is fixed now" in sent
    assert "Answer “stop”" in sent
    (action,) = [one for one in world.discord.effects if one.draft.purpose is Purpose.FOLLOW_UP]
    assert action.draft.target.reply_to == "m0"


async def test_somebody_with_two_cases_is_told_once(world: World) -> None:
    cases = await complaints(world, ["ann", "ann", "bob"])
    assert len({case.id for case in cases}) == 3
    await agree(world, "ann", ContactRule.CONSENT)
    await agree(world, "bob", ContactRule.CONSENT)
    assert await fixed(world, cases) == (2, 0)
    assert len(world.discord.texts(Purpose.FOLLOW_UP)) == 2


async def test_a_cause_is_fixed_once_and_takes_no_cases_then(world: World) -> None:
    (case,) = await complaints(world, ["ann"])
    await agree(world, "ann", ContactRule.CONSENT)
    desk = causes(world)
    cause = await desk.add("hinge", "7")
    assert (await desk.link(cause.id, case.id, "7")).cases == 1
    assert (await desk.link(cause.id, case.id, "7")).cases == 1
    await desk.fix(cause.id, "7")
    for attempt in (desk.fix(cause.id, "8"), desk.link(cause.id, case.id, "7")):
        with pytest.raises(ConflictError, match="fixed already"):
            await attempt
    await world.outbox.drain()
    assert len(world.discord.texts(Purpose.FOLLOW_UP)) == 1


async def test_quiet_hours_hold_it_back(world: World) -> None:
    cases = await complaints(world, ["ann"])
    await agree(world, "ann", ContactRule.CONSENT)
    world.pass_minutes(12 * 60)
    assert await fixed(world, cases) == (1, 0)
    assert world.discord.texts(Purpose.FOLLOW_UP) == []
    world.pass_minutes(11 * 60)
    await world.outbox.drain()
    assert len(world.discord.texts(Purpose.FOLLOW_UP)) == 1


async def test_who_takes_it_back_while_it_waits_is_left_alone(world: World) -> None:
    cases = await complaints(world, ["ann"])
    await agree(world, "ann", ContactRule.CONSENT)
    world.pass_minutes(12 * 60)
    await fixed(world, cases)
    await agree(world, "ann", ContactRule.WITHDRAWN)
    world.pass_minutes(11 * 60)
    await world.outbox.drain()
    assert world.discord.texts(Purpose.FOLLOW_UP) == []


async def test_a_post_that_is_gone_is_not_answered(world: World) -> None:
    cases = await complaints(world, ["ann"])
    await agree(world, "ann", ContactRule.CONSENT)
    gone = Removal(ref("m0"), RemovalReason.DELETED_BY_AUTHOR, world.clock.now())
    await world.store.write(lambda unit: unit.mentions.purge([gone]))
    assert await fixed(world, cases) == (0, 1)


async def test_on_reddit_a_person_presses_send(world: World) -> None:
    cases = await complaints(world, ["ann"], source=Source.REDDIT)
    await agree(world, "ann", ContactRule.CONSENT, source=Source.REDDIT)
    assert await fixed(world, cases) == (1, 0)
    assert world.reddit.texts(Purpose.FOLLOW_UP) == []
    assert [one.draft.purpose for one in await world.actions(ActionState.DRAFT)] == [Purpose.FOLLOW_UP]


async def test_what_is_not_there_is_said(world: World) -> None:
    desk = causes(world)
    cause = await desk.add("hinge", "7")
    for attempt in (desk.link(99, 1, "7"), desk.link(cause.id, 99, "7"), desk.fix(99, "7")):
        with pytest.raises(NotFoundError):
            await attempt
    for title in ("  ", "x" * 201):
        with pytest.raises(InputError):
            await desk.add(title, "7")
    found, total = await desk.find(limit=5)
    assert ([one.title for one in found], total) == (["hinge"], 1)


async def test_of_several_people_on_a_case_those_who_agreed_are_told_under_their_own_posts(world: World) -> None:
    await world.take(message("i hate my lumora", "1", author="ann", thread="t"))
    taken = await world.take(
        message("i hate my lumora, too", "2", author="ben", thread="t"),
        message("same here, i hate this lumora", "3", author="cid", thread="t"),
    )
    async with world.store.read() as unit:
        case = await unit.cases.get(taken.stored[0].case_id or 0)
    assert case is not None
    assert len(case.mention_ids) == 3
    await agree(world, "ann", ContactRule.CONSENT)
    await agree(world, "ben", ContactRule.CONSENT)
    assert await fixed(world, [case]) == (2, 1)
    told = [one.draft for one in world.discord.effects if one.draft.purpose is Purpose.FOLLOW_UP]
    assert {(one.target.reply_to, one.author_key) for one in told} == {
        (number, world.store.author_key(Source.DISCORD, f"id-{author}"))
        for number, author in (("1", "ann"), ("2", "ben"))
    }
    assert sorted(one.text.partition(")")[0].rpartition(" ")[2] for one in told) == ["1", "1-2"], (
        "a number of their own"
    )
