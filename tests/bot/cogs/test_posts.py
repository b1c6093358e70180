"""A burst on one card: everybody who joined is seen and answered one by one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest

from core.types.action import Action, ActionState, Purpose, Receipt
from core.types.case import Case, CaseState
from engagement.outgoing.records import record_sent
from tests.bot.cogs.test_case_work import answer, pick
from tests.bot.limits import require_request
from tests.bot.world import World, only_for_them, running, said, speaking, text_of

DOWN = (
    "The Lumora app is down again, I want a refund",
    "Lumora app down for anyone else? So angry",
    "the app of Lumora went down",
    "Lumora app down. Great.",
)


@pytest.fixture
async def built(tmp_path: Path) -> AsyncIterator[World]:
    """The guild, with bursts."""
    async with running(tmp_path, burst_minutes=30) as world:
        yield world
        for request in world.env.http_requests:
            require_request(request.method, request.path, request.json)


async def burst(world: World) -> Case:
    """Let four people complain about the same thing; return the case that holds three of them."""
    cases = [
        await world.complaint(text, native_id=f"t1_{number}", author=f"author{number}")
        for number, text in enumerate(DOWN)
    ]
    assert cases[2].id == cases[3].id == cases[0].id
    return await world.case(cases[0].id)


def card_of(world: World, case: Case) -> discord.Message:
    """Return the card of a case as it stands now."""
    return next(one for one in world.staff_channel.history() if f"Case {case.id} ·" in text_of(one))


async def replies(world: World) -> list[Action]:
    async with world.store.read() as unit:
        found = await unit.outbox.find(states=tuple(ActionState), limit=100)
    return [one for one in found if one.draft.purpose is Purpose.STAFF_REPLY]


async def arrives(world: World, action: Action) -> None:
    """Let Reddit take a reply."""
    receipt = Receipt(f"t1_sent{action.id}", world.clock.now())
    await world.store.write(lambda unit: record_sent(unit, action, receipt))
    await world.drain()


async def test_each_of_many_is_answered_from_the_list(world: World) -> None:
    case = await burst(world)
    cards = [one for one in world.staff_channel.history() if f"Case {case.id} ·" in text_of(one)]
    assert len(cards) == 1, "no card for those who joined"
    assert "People: 3, without an answer: 3 (More › Posts)" in text_of(cards[0])
    assert "Severity: high" in text_of(cards[0])
    await world.restart()

    shown = await pick(world, world.sora, cards[0], f"case:pick-more:{case.id}", "posts")
    assert only_for_them(shown)
    assert "Posts of case 1: 3" in said(shown)
    assert all(f"author{number}" in said(shown) for number in (0, 2, 3))
    assert "author1" not in said(shown), "on a case of their own"
    third = case.mention_ids[2]
    opened = await pick(world, world.sora, answer(shown), f"case:pick-post:{case.id}", str(third))
    assert opened.modal is not None
    assert opened.modal["custom_id"] == f"case:reply:{case.id}:{third}"
    await world.restart()
    sent = await world.sora.submit_modal(opened, {"text": "Sorry, author3: it is up again."})
    assert said(sent) == f"Your reply to case {case.id} is on its way."
    (reply,) = await replies(world)
    assert reply.draft.target.reply_to == "t1_3"
    assert reply.draft.author_key == world.store.author_key(reply.draft.target.source, "id-author3")

    await arrives(world, reply)
    assert "People: 3, without an answer: 2" in text_of(card_of(world, case))
    again = await world.sora.slash(
        world.staff_channel, "case reply", case=case.id, text="Sorry, author2!", post=case.mention_ids[1]
    )
    assert said(again) == f"Your reply to case {case.id} is on its way."
    both = [one.draft.target.reply_to for one in await replies(world)]
    assert both == ["t1_3", "t1_2"]


async def test_without_a_choice_the_post_on_the_card_is_answered(world: World) -> None:
    case = await burst(world)
    await world.sora.slash(world.staff_channel, "case reply", case=case.id, text="Sorry!")
    (reply,) = await replies(world)
    assert reply.draft.target.reply_to == "t1_0"


async def test_one_more_complaint_takes_the_case_back(world: World) -> None:
    case = await burst(world)
    await world.sora.slash(world.staff_channel, "case reply", case=case.id, text="Sorry!")
    (reply,) = await replies(world)
    await arrives(world, reply)
    assert (await world.case(case.id)).state is CaseState.WAITING
    await world.complaint("down, the Lumora app is down", native_id="t1_9", author="author9")
    assert (await world.case(case.id)).state is CaseState.CLAIMED
    trail = await world.sora.slash(world.staff_channel, "case trail", case=case.id)
    assert "another post joined: one of many at once" in said(trail)


async def test_naming_another_of_those_who_wrote_is_pointed_out(world: World) -> None:
    case = await burst(world)
    given = {"case": case.id, "post": case.mention_ids[1]}
    shown = await world.sora.slash(world.staff_channel, "case reply", text="Hello @author3, sorry!", **given)
    assert "names somebody else" in said(shown)
    assert await replies(world) == [], "shown before it is sent"
    await world.restart()
    sent = await world.sora.click(answer(shown), label="Send")
    assert "on its way" in said(sent) or await replies(world)
    (reply,) = await replies(world)
    assert reply.draft.target.reply_to == "t1_2", "the preview keeps whom it answers"


async def test_two_staff_answer_two_people_once_each(world: World) -> None:
    case = await burst(world)
    post = case.mention_ids[1]
    first = await world.sora.slash(world.staff_channel, "case reply", case=case.id, text="Sorry!", post=post)
    assert said(first).startswith("Your reply")
    other = await world.minho.slash(world.staff_channel, "case reply", case=case.id, text="Sorry!", post=post)
    assert said(other) == f"Somebody else has this case. In charge: <@{world.sora.id}>"
    twice = await world.sora.slash(world.staff_channel, "case reply", case=case.id, text="Sorry, really!", post=post)
    assert said(twice) == "A reply to this case is on its way already."
    assert len(await replies(world)) == 1


async def test_posts_are_offered_while_typing_and_foreign_ones_refused(world: World) -> None:
    case = await burst(world)
    offered = await world.sora.autocomplete(world.staff_channel, "case reply", "post", "", case=case.id)
    assert [choice["value"] for choice in offered] == list(case.mention_ids)
    assert "author2" in offered[1]["name"]
    refused = await world.sora.slash(world.staff_channel, "case reply", case=case.id, text="Sorry!", post=999)
    assert said(refused) == "This case has no such post."


async def test_without_the_role_nobody_is_answered(world: World) -> None:
    case = await burst(world)
    card = card_of(world, case)
    shown = await pick(world, world.sora, card, f"case:pick-more:{case.id}", "posts")
    refused = await pick(world, world.guest, card, f"case:pick-more:{case.id}", "posts")
    assert said(refused) == "Only staff may do this."
    opened = await pick(world, world.sora, answer(shown), f"case:pick-post:{case.id}", str(case.mention_ids[0]))
    world.env.backend.remove_member_role(world.guild.id, world.sora.id, world.staff_role.id)
    late = await world.sora.submit_modal(opened, {"text": "Sorry!"})
    assert said(late) == "Only staff may do this."
    assert await replies(world) == []


async def test_in_korean(world: World) -> None:
    case = await burst(world)
    card = card_of(world, case)
    with speaking("ko"):
        shown = await pick(world, world.sora, card, f"case:pick-more:{case.id}", "posts")
    assert "글쓴이 3명 중 아직 답을 받지 못한 사람 3명" in said(shown)
