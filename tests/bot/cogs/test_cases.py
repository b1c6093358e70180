"""A case's way through Discord: by button and by command, with and without the right, twice, and after a restart."""

from __future__ import annotations

import asyncio

import pytest

from core.types.action import ActionKind, ActionState, Purpose
from core.types.case import CaseState
from tests.bot.world import World, only_for_them, said, speaking, text_of


async def test_claim_by_button(world: World) -> None:
    case = await world.complaint()
    result = await world.sora.click(world.card(), custom_id=f"case:claim:{case.id}")
    assert said(result) == f"Case {case.id} is yours now."
    assert only_for_them(result)
    claimed = await world.case(case.id)
    assert (claimed.state, claimed.claimed_by) == (CaseState.CLAIMED, str(world.sora.id))

    await world.drain()
    assert f"Claimed by <@{world.sora.id}>" in text_of(world.card())
    assert len(world.staff_channel.history()) == 1, "the card is edited, not posted again"


async def test_claim_by_command(world: World) -> None:
    case = await world.complaint()
    result = await world.minho.slash(world.staff_channel, "case claim", case=case.id)
    assert said(result) == f"Case {case.id} is yours now."
    assert (await world.case(case.id)).claimed_by == str(world.minho.id)


async def test_the_second_to_press_is_told_who_was_faster(world: World) -> None:
    case = await world.complaint()
    card = world.card()
    await world.sora.click(card, custom_id=f"case:claim:{case.id}")
    result = await world.minho.click(card, custom_id=f"case:claim:{case.id}")
    assert f"<@{world.sora.id}>" in said(result)
    assert only_for_them(result)
    assert (await world.case(case.id)).claimed_by == str(world.sora.id)


async def test_of_two_claims_at_once_one_wins(world: World) -> None:
    case = await world.complaint()
    results = await asyncio.gather(
        world.desk.claim(case.id, "1"), world.desk.claim(case.id, "2"), return_exceptions=True
    )
    assert sorted(isinstance(result, Exception) for result in results) == [False, True]


async def test_pressing_twice_changes_nothing(world: World) -> None:
    case = await world.complaint()
    card = world.card()
    await world.sora.click(card, custom_id=f"case:claim:{case.id}")
    before = await world.case(case.id)
    again = await world.sora.click(card, custom_id=f"case:claim:{case.id}")
    assert said(again) == f"Case {case.id} is yours now."
    assert await world.case(case.id) == before


@pytest.mark.parametrize("action", ["claim", "reply", "resolve"])
async def test_buttons_refuse_people_without_the_role(world: World, action: str) -> None:
    case = await world.complaint()
    result = await world.guest.click(world.card(), custom_id=f"case:{action}:{case.id}")
    assert said(result) == "Only staff may do this."
    assert result.modal is None
    assert only_for_them(result)
    untouched = await world.case(case.id)
    assert (untouched.version, untouched.state) == (case.version, CaseState.OPEN)


async def test_who_lost_the_role_can_press_no_more(world: World) -> None:
    case = await world.complaint()
    world.env.backend.remove_member_role(world.guild.id, world.sora.id, world.staff_role.id)
    result = await world.sora.click(world.card(), custom_id=f"case:claim:{case.id}")
    assert said(result) == "Only staff may do this."


async def test_reply_through_the_modal(world: World) -> None:
    case = await world.complaint()
    shown = await world.sora.click(world.card(), custom_id=f"case:reply:{case.id}")
    assert shown.modal is not None
    assert shown.modal["custom_id"] == f"case:reply:{case.id}"
    result = await world.sora.submit_modal(shown, {"text": "  We are sorry: a new lamp is on its way.  "})
    assert said(result) == f"Your reply to case {case.id} is on its way."
    assert only_for_them(result)
    async with world.store.read() as unit:
        (reply,) = [a for a in await unit.outbox.of_case(case.id) if a.draft.purpose is Purpose.STAFF_REPLY]
    assert reply.draft.text == "We are sorry: a new lamp is on its way."
    assert reply.draft.actor == str(world.sora.id)
    assert reply.draft.kind is ActionKind.REPLY
    assert reply.state is ActionState.PENDING


async def test_two_people_may_have_the_modal_open(world: World) -> None:
    case = await world.complaint()
    first = await world.sora.click(world.card(), custom_id=f"case:reply:{case.id}")
    second = await world.minho.click(world.card(), custom_id=f"case:reply:{case.id}")
    assert said(await world.sora.submit_modal(first, {"text": "Sorry!"})).startswith("Your reply")
    late = await world.minho.submit_modal(second, {"text": "We are sorry."})
    assert f"<@{world.sora.id}>" in said(late)
    async with world.store.read() as unit:
        replies = [a for a in await unit.outbox.of_case(case.id) if a.draft.purpose is Purpose.STAFF_REPLY]
    assert len(replies) == 1


async def test_a_reply_typed_over_a_restart_is_not_lost(world: World) -> None:
    case = await world.complaint()
    shown = await world.sora.click(world.card(), custom_id=f"case:reply:{case.id}")
    await world.restart()
    result = await world.sora.submit_modal(shown, {"text": "Sorry!"})
    assert said(result).startswith("Your reply")


async def test_an_old_card_works_after_a_restart(world: World) -> None:
    case = await world.complaint()
    card = world.card()
    await world.restart()
    result = await world.sora.click(card, custom_id=f"case:resolve:{case.id}")
    assert said(result) == f"Case {case.id} is resolved."
    await world.drain()
    assert "resolved" in text_of(world.card())


async def test_a_button_on_a_case_that_is_gone(world: World) -> None:
    case = await world.complaint()
    card = world.card()
    async with world.store.read() as unit:
        assert await unit.cases.get(case.id + 1) is None
    stored = world.env.backend.get_message(world.staff_channel.id, card.id)
    _rename(stored.components, f"case:claim:{case.id}", f"case:claim:{case.id + 1}")
    result = await world.sora.click(world.card(), custom_id=f"case:claim:{case.id + 1}")
    assert said(result) == "There is no such case."


async def test_reply_by_command(world: World) -> None:
    case = await world.complaint()
    result = await world.sora.slash(world.staff_channel, "case reply", case=case.id, text="Sorry!")
    assert said(result).startswith("Your reply")
    shown = await world.sora.slash(world.staff_channel, "case reply", case=case.id)
    assert shown.modal is not None


async def test_resolve_by_command_with_a_reason(world: World) -> None:
    case = await world.complaint()
    result = await world.sora.slash(world.staff_channel, "case resolve", case=case.id, reason="lamp replaced")
    assert said(result) == f"Case {case.id} is resolved."
    again = await world.sora.slash(world.staff_channel, "case resolve", case=case.id)
    assert said(again).startswith("This case is closed already.")
    assert (await world.case(case.id)).resolution == "lamp replaced"


async def test_view_shows_the_card_to_one_person(world: World) -> None:
    case = await world.complaint()
    result = await world.sora.slash(world.staff_channel, "case view", case=case.id)
    assert f"Case {case.id} · Lumora" in said(result)
    assert only_for_them(result)
    missing = await world.sora.slash(world.staff_channel, "case view", case=99)
    assert said(missing) == "There is no such case."


async def test_the_list_pages_and_filters(world: World) -> None:
    for number in range(12):
        await world.complaint(f"My Lumora lamp number {number} broke", native_id=f"t1_{number}")
    first = await world.sora.slash(world.staff_channel, "case list")
    assert "Cases: 12" in said(first)
    assert "Page 1 of 2" in said(first)
    shown = first.response or first.followups[0]
    await world.sora.click(shown, label="Next")
    turned = world.staff_channel.history(viewer=world.sora)[-1]
    assert "Page 2 of 2" in text_of(turned)
    mine = await world.sora.slash(world.staff_channel, "case list", which="mine")
    assert "Cases: 0" in said(mine)
    assert "Nothing here." in said(mine)


async def test_an_old_list_asks_to_run_the_command_again(world: World) -> None:
    for number in range(11):
        await world.complaint(f"My Lumora lamp number {number} broke", native_id=f"t1_{number}")
    first = await world.sora.slash(world.staff_channel, "case list")
    await world.restart()
    result = await world.sora.click(first.response or first.followups[0], label="Next")
    assert said(result) == "This list is too old; please run the command again."


async def test_autocomplete_offers_cases_to_staff_only(world: World) -> None:
    case = await world.complaint()
    offered = await world.sora.autocomplete(world.staff_channel, "case view", "case", "")
    assert [choice["value"] for choice in offered] == [case.id]
    assert "Lumora" in offered[0]["name"]


async def test_in_korean(world: World) -> None:
    case = await world.complaint()
    card = world.card()
    with speaking("ko"):
        listed = await world.sora.slash(world.staff_channel, "case list")
        claimed = await world.sora.click(card, custom_id=f"case:claim:{case.id}")
        late = await world.minho.click(card, custom_id=f"case:claim:{case.id}")
        shown = await world.sora.click(card, custom_id=f"case:reply:{case.id}")
        refused = await world.guest.click(card, custom_id=f"case:claim:{case.id}")
    assert "처리 건 1건" in said(listed)
    assert said(claimed) == f"이제 처리 건 {case.id}번을 맡으셨습니다."
    assert f"담당: <@{world.sora.id}>" in said(late)
    assert shown.modal is not None
    assert shown.modal["title"] == f"처리 건 {case.id}번에 답변"
    assert said(refused) == "담당자만 할 수 있습니다."


def _rename(components: list[dict[str, object]], old: str, new: str) -> None:
    for component in components:
        if component.get("custom_id") == old:
            component["custom_id"] = new
        inner = component.get("components")
        if isinstance(inner, list):
            _rename(inner, old, new)
