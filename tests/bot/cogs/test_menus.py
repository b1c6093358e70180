"""Context menus of a message: a case, no complaint, a thank-you through the gate; with and without the right."""

from __future__ import annotations

from dataclasses import replace

import pytest
from simcord.backend.errors import SetupError

from core.types.action import ActionState, Purpose
from core.types.case import CaseState, Severity
from core.types.decision import Reason
from core.types.post import PostRef, Source
from tests import make
from tests.bot.world import World, only_for_them, said, speaking, text_of


async def test_open_a_case_from_any_message(world: World) -> None:
    message = await world.guest.send(world.help_channel, "nothing works here, call me back")
    opened = await world.sora.context_menu(world.help_channel, "Open a case", message)
    assert said(opened) == "Case 1 is open."
    assert only_for_them(opened)
    await world.restart()
    again = await world.minho.context_menu(world.help_channel, "Open a case", message)
    assert said(again) == "This message belongs to case 1."
    case = await world.case(1)
    view = await world.desk.view(1)
    assert (case.state, view.reason, view.excerpt) == (
        CaseState.OPEN, Reason.BY_STAFF, "nothing works here, call me back",
    )  # fmt: skip
    trail = await world.desk.trail(1)
    assert str(world.sora.id) in [event.actor for event in trail]


@pytest.mark.parametrize(("replies", "severity"), [(0, Severity.NORMAL), (25, Severity.HIGH)])
async def test_a_case_opened_by_hand_is_as_grave_as_its_reach(world: World, replies: int, severity: Severity) -> None:
    message = await world.guest.send(world.help_channel, "the lumora app sings")
    place = str(world.help_channel.id)
    post = make.post(message.content, native_id=str(message.id), source=Source.DISCORD, container=place)
    post = replace(post, reply_count=replies)
    await world.store.write(lambda unit: unit.mentions.add_many([make.judged(post)]))
    await world.sora.context_menu(world.help_channel, "Open a case", message)
    assert (await world.case(1)).severity is severity


async def test_not_a_complaint_dismisses_the_case(world: World) -> None:
    message = await world.guest.send(world.help_channel, "my lumora lamp shines")
    none = await world.sora.context_menu(world.help_channel, "Not a complaint", message)
    assert said(none) == "No running case holds this message."
    await world.sora.context_menu(world.help_channel, "Open a case", message)
    with speaking("ko"):
        done = await world.minho.context_menu(world.help_channel, "Not a complaint", message)
    assert said(done) == "불만이 아닌 것으로 종결했습니다: 처리 건 1번."
    assert (await world.case(1)).state is CaseState.DISMISSED


async def test_not_a_complaint_counts_as_a_verdict_once(world: World) -> None:
    case = await world.complaint()
    dismissed = await world.sora.slash(world.staff_channel, "case dismiss", case=case.id, reason="not_a_complaint")
    assert only_for_them(dismissed)
    await world.drain()
    assert f"Called wrong by <@{world.sora.id}>: nothing to act on" in text_of(world.card())
    precision = await world.sora.slash(world.staff_channel, "rules precision")
    assert "Lumora · a complaint · 0% right (0 of 1)" in said(precision)
    await world.restart()
    await world.minho.slash(world.staff_channel, "case reopen", case=case.id)
    await world.minho.slash(world.staff_channel, "case dismiss", case=case.id, reason="not_a_complaint")
    precision = await world.sora.slash(world.staff_channel, "rules precision")
    assert "0% right (0 of 1)" in said(precision)


async def test_what_staff_opened_by_hand_was_no_rules_mistake(world: World) -> None:
    message = await world.guest.send(world.help_channel, "my lumora lamp shines")
    await world.sora.context_menu(world.help_channel, "Open a case", message)
    await world.minho.context_menu(world.help_channel, "Not a complaint", message)
    assert await world.services.verdicts.precision(weeks=1) == []


async def test_thank_the_author_goes_through_the_gate_once(world: World) -> None:
    message = await world.guest.send(world.help_channel, "I love my Lumora lamp")
    result = await world.sora.context_menu(world.help_channel, "Thank the author", message)
    assert said(result).startswith("A thank-you is on its way")
    twice = await world.minho.context_menu(world.help_channel, "Thank the author", message)
    assert said(twice) == "The author was thanked for this already."
    async with world.store.read() as unit:
        (thanks,) = [
            one for one in await unit.outbox.find(states=tuple(ActionState), limit=20)
            if one.draft.purpose is Purpose.THANKS
        ]  # fmt: skip
    assert thanks.draft.target.reply_to == str(message.id)
    assert thanks.draft.actor == str(world.sora.id)


async def test_who_opted_out_is_not_thanked_by_hand_either(world: World) -> None:
    await world.services.privacy.opt_out(Source.DISCORD, str(world.guest.id))
    message = await world.guest.send(world.help_channel, "I love my Lumora lamp")
    await world.sora.context_menu(world.help_channel, "Thank the author", message)
    await world.drain()
    assert world.help_channel.last_message is not None
    assert world.help_channel.last_message.id == message.id


async def test_bots_are_left_alone(world: World) -> None:
    await world.complaint()
    for name in ("Open a case", "Thank the author"):
        result = await world.sora.context_menu(world.staff_channel, name, world.card())
        assert said(result) == "That works with messages of people only."


async def test_a_deleted_message_does_not_come_back(world: World) -> None:
    message = await world.guest.send(world.help_channel, "my lumora lamp broke")
    await world.sora.context_menu(world.help_channel, "Open a case", message)
    ref = PostRef(Source.DISCORD, str(world.help_channel.id), str(message.id))
    await world.services.privacy.forget(world.store.author_key(Source.DISCORD, str(world.guest.id)))
    again = await world.sora.context_menu(world.help_channel, "Open a case", message)
    assert said(again) == "This message was deleted before: nothing of it is kept."
    async with world.store.read() as unit:
        assert not [one for one in await unit.mentions.by_ref(ref) if one.text is not None]


async def test_members_do_not_see_the_menus(world: World) -> None:
    message = await world.guest.send(world.help_channel, "hello")
    with pytest.raises(SetupError):
        await world.guest.context_menu(world.help_channel, "Open a case", message)
