"""What staff do with a case beside answering it: by command, from the card, without the right, after a restart."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import timedelta
from typing import Any

import discord
from simcord.results import InteractionResult

from core.types.case import CaseState, Dismissal, Severity
from core.types.deskwork import GoodwillState, PromiseState
from tests.bot.world import World, only_for_them, said, speaking, text_of


async def pick(world: World, who: Any, message: discord.Message, custom_id: str, value: str) -> InteractionResult:
    result: InteractionResult = await who.select(message, [value], custom_id=custom_id)
    return result


async def more(world: World, who: Any, case_id: int, value: str) -> InteractionResult:
    return await pick(world, who, world.card(), f"case:pick-more:{case_id}", value)


def answer(result: InteractionResult) -> Any:
    return result.response or result.followups[0]


async def test_snooze_from_the_card(world: World) -> None:
    case = await world.complaint()
    asked = await more(world, world.sora, case.id, "snooze")
    assert only_for_them(asked)
    result = await pick(world, world.sora, answer(asked), f"case:pick-snooze:{case.id}", "4h")
    assert f"Case {case.id} is snoozed until" in said(result)
    assert "Mind the clock" in said(result), "the first response is due before"
    snoozed = await world.case(case.id)
    assert snoozed.snoozed_until == world.clock.now() + timedelta(hours=4)
    await world.drain()
    assert "Snoozed until" in text_of(world.card())
    listed = await world.sora.slash(world.staff_channel, "case list", which="snoozed")
    assert "Cases: 1" in said(listed)


async def test_a_snoozed_case_comes_back_and_says_so(world: World) -> None:
    case = await world.complaint()
    await world.sora.slash(world.staff_channel, "case snooze", case=case.id, until="1h")
    await world.env.advance_time(3601)
    await world.services.watch.sweep()
    await world.drain()
    assert (await world.case(case.id)).snoozed_until is None
    assert any("its snooze is over" in text_of(one) for one in world.staff_channel.history())


async def test_dismiss_with_a_reason_from_the_card(world: World) -> None:
    case = await world.complaint()
    asked = await more(world, world.sora, case.id, "dismiss")
    result = await pick(world, world.sora, answer(asked), f"case:pick-dismiss:{case.id}", "wrong_brand")
    assert said(result) == f"Case {case.id} is dismissed: the wrong brand."
    assert (await world.case(case.id)).dismissal is Dismissal.WRONG_BRAND
    late = await world.minho.slash(world.staff_channel, "case dismiss", case=case.id, reason="spam")
    assert said(late).startswith("This case is closed already.")
    await world.drain()
    assert "Dismissed: the wrong brand" in text_of(world.card())

    reopened = await more(world, world.minho, case.id, "reopen")
    assert said(reopened) == f"Case {case.id} is open again."
    again = await world.case(case.id)
    assert (again.state, again.dismissal) == (CaseState.OPEN, None)


async def test_assign_to_a_person_and_to_the_next_in_turn(world: World) -> None:
    case = await world.complaint()
    given = await world.sora.slash(world.staff_channel, "case assign", case=case.id, person=world.minho)
    assert said(given) == f"<@{world.minho.id}> has case {case.id} now."
    held = await world.sora.slash(world.staff_channel, "case assign", case=case.id, person=world.sora)
    assert said(held) == f"Somebody else has this case. In charge: <@{world.minho.id}>"
    nobody = await world.minho.slash(world.staff_channel, "case assign", case=case.id)
    assert said(nobody) == "Nobody else is on duty."
    await world.sora.slash(world.staff_channel, "duty on")
    handed = await world.minho.slash(world.staff_channel, "case assign", case=case.id)
    assert said(handed) == f"<@{world.sora.id}> has case {case.id} now."
    over = await world.boss.slash(world.staff_channel, "case assign", case=case.id, person=world.boss)
    assert said(over) == f"<@{world.boss.id}> has case {case.id} now."


async def test_cases_are_given_to_staff_only(world: World) -> None:
    case = await world.complaint()
    result = await world.sora.slash(world.staff_channel, "case assign", case=case.id, person=world.guest)
    assert said(result) == "Cases are given to staff only."
    assert (await world.case(case.id)).claimed_by is None


async def test_of_two_who_assign_at_once_one_wins(world: World) -> None:
    case = await world.complaint()
    care = world.services.care
    results = await asyncio.gather(
        care.assign(case.id, "1", "11"), care.assign(case.id, "2", "22"), return_exceptions=True
    )
    assert sorted(isinstance(one, Exception) for one in results) == [False, True]


async def test_give_back_from_the_card_and_by_command(world: World) -> None:
    case = await world.complaint()
    await world.sora.slash(world.staff_channel, "case claim", case=case.id)
    await world.drain()
    refused = await world.minho.slash(world.staff_channel, "case unclaim", case=case.id)
    assert said(refused) == f"You do not hold this case. In charge: <@{world.sora.id}>"
    result = await more(world, world.sora, case.id, "unclaim")
    assert said(result) == f"Case {case.id} is back in the queue."
    assert (await world.case(case.id)).state is CaseState.OPEN


async def test_a_note_typed_over_a_restart(world: World) -> None:
    case = await world.complaint()
    shown = await more(world, world.sora, case.id, "note")
    assert shown.modal is not None
    await world.restart()
    result = await world.sora.submit_modal(shown, {"text": "Lamp *sent* @everyone"})
    assert said(result) == f"The note is on case {case.id}."
    await world.drain()
    assert "Notes: 1" in text_of(world.card())
    history = await more(world, world.minho, case.id, "history")
    assert only_for_them(history)
    assert "Lamp \\*sent\\* \\@everyone" in said(history)
    assert "opened" in said(history)


async def test_tags_filter_the_list(world: World) -> None:
    case = await world.complaint()
    await world.complaint(native_id="t1_b")
    result = await world.sora.slash(world.staff_channel, "case tag", case=case.id, tag="  Refund Asked ")
    assert said(result) == f"Tags of case {case.id}: refund asked"
    offered = await world.sora.autocomplete(world.staff_channel, "case list", "tag", "ref")
    assert [choice["value"] for choice in offered] == ["refund asked"]
    listed = await world.sora.slash(world.staff_channel, "case list", tag="refund asked")
    assert "Cases: 1" in said(listed)
    removed = await world.sora.slash(world.staff_channel, "case tag", case=case.id, tag="refund asked", remove=True)
    assert said(removed) == f"Tags of case {case.id}: –"
    missing = await world.sora.slash(world.staff_channel, "case tag", case=case.id, tag="refund asked", remove=True)
    assert said(missing) == "This case has no such tag."


async def test_severity_moves_the_due_time(world: World) -> None:
    case = await world.complaint()
    asked = await more(world, world.sora, case.id, "severity")
    await pick(world, world.sora, answer(asked), f"case:pick-severity:{case.id}", "urgent")
    raised = await world.case(case.id)
    assert raised.severity is Severity.URGENT
    assert raised.due_at == raised.opened_at + timedelta(minutes=5)
    by_command = await world.sora.slash(world.staff_channel, "case severity", case=case.id, severity="low")
    assert f"Case {case.id}: severity low" in said(by_command)


async def test_promises_have_due_dates_and_buttons(world: World) -> None:
    case = await world.complaint()
    half = await world.sora.slash(world.staff_channel, "case promise", case=case.id, text="An answer")
    assert said(half) == "A promise needs its words and its due date."
    nonsense = await world.sora.slash(world.staff_channel, "case promise", case=case.id, text="x", due="soonish")
    assert said(nonsense).startswith("Write a moment like 4h")
    made = await world.sora.slash(world.staff_channel, "case promise", case=case.id, text="We call back", due="1d")
    assert f"promised in case {case.id}" in said(made)
    await world.drain()
    assert "We call back" in text_of(world.card())
    listed = await world.minho.slash(world.staff_channel, "case promise", case=case.id)
    assert "We call back" in said(listed)
    await world.restart()
    (promise,) = await world.services.pledges.promises(case.id)
    kept = await world.minho.click(answer(listed), custom_id=f"promise:kept:{promise.id}")
    assert said(kept) == f"Noted: the promise in case {case.id} was kept."
    twice = await world.minho.click(answer(listed), custom_id=f"promise:withdrawn:{promise.id}")
    assert said(twice) == "This promise is settled already."
    assert (await world.services.pledges.promises(case.id))[0].state is PromiseState.KEPT


async def test_goodwill_needs_a_second_person_and_a_budget(world: World) -> None:
    case = await world.complaint()
    small = await world.sora.slash(world.staff_channel, "case goodwill", case=case.id, amount=5, text="voucher")
    assert said(small) == f"5 USD for case {case.id}: approved."
    big = await world.sora.slash(world.staff_channel, "case goodwill", case=case.id, amount=80, text="a new lamp")
    assert "a second person has to approve it" in said(big)
    over = await world.sora.slash(world.staff_channel, "case goodwill", case=case.id, amount=20, text="more")
    assert said(over) == "This month's goodwill has 15 USD left."
    listed = await world.sora.slash(world.staff_channel, "case goodwill", case=case.id)
    offer = (await world.services.pledges.offers(case.id))[-1]
    own = await world.sora.click(answer(listed), custom_id=f"goodwill:approved:{offer.id}")
    assert said(own) == "A second person approves goodwill."
    seen = await world.minho.slash(world.staff_channel, "case goodwill", case=case.id)
    approved = await world.minho.click(answer(seen), custom_id=f"goodwill:approved:{offer.id}")
    assert said(approved) == f"80 USD for case {case.id}: approved."
    late = await world.minho.click(answer(seen), custom_id=f"goodwill:refused:{offer.id}")
    assert said(late).startswith("This offer was decided already.")
    assert (await world.services.pledges.offers(case.id))[-1].state is GoodwillState.APPROVED


async def test_export_is_a_file_without_formulas(world: World) -> None:
    case = await world.complaint()
    await world.sora.slash(world.staff_channel, "case resolve", case=case.id, reason="=HYPERLINK(1)")
    result = await world.sora.slash(world.staff_channel, "case export", which="closed")
    assert only_for_them(result)
    assert "Lines in the file: 1 of 1." in said(result)
    (attachment,) = answer(result).attachments
    assert attachment.filename.startswith("cases-")
    content = await attachment.read()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0]["id"] == str(case.id)
    assert rows[0]["resolution"] == "'=HYPERLINK(1)"
    assert "refund" not in content.decode(), "no words of the customer"


async def test_more_refuses_people_without_the_role(world: World) -> None:
    case = await world.complaint()
    before = await world.case(case.id)
    for option in ("snooze", "dismiss", "assign", "severity", "note", "history"):
        result = await more(world, world.guest, case.id, option)
        assert said(result) == "Only staff may do this."
        assert result.modal is None
    assert await world.case(case.id) == before


async def test_who_lost_the_role_cannot_finish_what_they_began(world: World) -> None:
    case = await world.complaint()
    asked = await more(world, world.sora, case.id, "dismiss")
    world.env.backend.remove_member_role(world.guild.id, world.sora.id, world.staff_role.id)
    result = await pick(world, world.sora, answer(asked), f"case:pick-dismiss:{case.id}", "spam")
    assert said(result) == "Only staff may do this."
    assert (await world.case(case.id)).state is CaseState.OPEN


async def test_an_old_card_offers_more_after_a_restart(world: World) -> None:
    case = await world.complaint()
    await world.restart()
    asked = await more(world, world.sora, case.id, "assign")
    result = await world.sora.click(answer(asked), custom_id=f"case:assign-next:{case.id}")
    assert said(result) == "Nobody else is on duty."
    chosen = await world.sora.select(answer(asked), [world.minho], custom_id=f"case:assign:{case.id}")
    assert said(chosen) == f"<@{world.minho.id}> has case {case.id} now."


async def test_in_korean(world: World) -> None:
    case = await world.complaint()
    with speaking("ko"):
        asked = await more(world, world.sora, case.id, "dismiss")
        snoozed = await world.sora.slash(world.staff_channel, "case snooze", case=case.id, until="내일 09:00")
        history = await world.sora.slash(world.staff_channel, "case trail", case=case.id)
        done = await pick(world, world.sora, answer(asked), f"case:pick-dismiss:{case.id}", "duplicate")
    assert "왜 대응할 일이 아닌가요?" in said(asked)
    assert "미뤘습니다" in said(snoozed)
    assert "접수됨" in said(history)
    assert said(done) == f"처리 건 {case.id}번을 제외했습니다. 사유: 중복"
