"""Drafts: nothing leaves before a person pressed Send."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.views.drafts import waiting
from core.ports.storing import Unit
from core.types.action import Action, ActionDraft, ActionKind, ActionState, Purpose, Target
from core.types.post import Source
from tests import make
from tests.bot.world import World, only_for_them, said, speaking


async def _draft(world: World, text: str = "Thank you, this made our day.") -> Action:
    """Store a thank-you under a Reddit post, as draft mode does."""
    about = make.post("My Lumora lamp is *great*", native_id="t1_p", created_at=world.clock.now())

    async def work(unit: Unit) -> Action:
        (mention_id,) = await unit.mentions.add_many([make.judged(about)])
        draft = ActionDraft(
            kind=ActionKind.REPLY,
            purpose=Purpose.THANKS,
            target=Target(Source.REDDIT, "gadgets", reply_to="t1_p"),
            key="thanks:reddit:t1_p",
            text=text,
            author_key=world.store.author_key(Source.REDDIT, "id-someone"),
            mention_id=mention_id,
            needs_approval=True,
        )
        action = await unit.outbox.add(draft, created_at=world.clock.now())
        assert action is not None
        return action

    return await world.store.write(work)


async def _state(world: World, action: Action) -> Action:
    async with world.store.read() as unit:
        found = await unit.outbox.get(action.id)
    assert found is not None
    return found


async def test_send_approves_in_the_name_of_who_pressed(world: World) -> None:
    draft = await _draft(world)
    shown = await world.sora.slash(world.staff_channel, "drafts")
    assert "My Lumora lamp is \\*great\\*" in said(shown)
    assert "Thank you, this made our day." in said(shown)
    assert only_for_them(shown)
    message = shown.response or shown.followups[0]
    await world.sora.click(message, label="Send")
    sent = await _state(world, draft)
    assert (sent.state, sent.approved_by) == (ActionState.PENDING, str(world.sora.id))
    assert "No draft waits for Send." in said(shown), "the list shows what is left"


async def test_two_people_send_it_once(world: World) -> None:
    draft = await _draft(world)
    first = await world.sora.slash(world.staff_channel, "drafts")
    second = await world.minho.slash(world.staff_channel, "drafts")
    await world.sora.click(first.response or first.followups[0], label="Send")
    late = await world.minho.click(second.response or second.followups[0], label="Send")
    assert said(late)
    assert (await _state(world, draft)).approved_by == str(world.sora.id)


async def test_edit_sends_the_changed_words(world: World) -> None:
    draft = await _draft(world)
    shown = await world.sora.slash(world.staff_channel, "drafts")
    opened = await world.sora.click(shown.response or shown.followups[0], label="Edit and send")
    assert opened.modal is not None
    assert "Thank you, this made our day." in str(opened.modal)
    await world.restart()
    result = await world.sora.submit_modal(opened, {"text": "Thank you so much!"})
    assert said(result) == "Your text is on its way."
    sent = await _state(world, draft)
    assert (sent.state, sent.draft.text) == (ActionState.PENDING, "Thank you so much!")


async def test_discard_cancels(world: World) -> None:
    draft = await _draft(world)
    shown = await world.sora.slash(world.staff_channel, "drafts")
    message = shown.response or shown.followups[0]
    await world.sora.click(message, label="Discard")
    assert (await _state(world, draft)).state is ActionState.CANCELLED


@pytest.mark.parametrize("act", ["send", "edit", "discard"])
async def test_only_staff_decide(world: World, act: str) -> None:
    draft = await _draft(world)
    view = await waiting(world.services, world.services.catalogues.for_locale("en"))
    with world.env._bot_scope():
        await world.bot.get_partial_messageable(world.help_channel.id).send(view=view)
    message = world.help_channel.last_message
    assert message is not None
    result = await world.guest.click(message, custom_id=f"draft:{act}:{draft.id}")
    assert said(result) == "Only staff may do this."
    assert (await _state(world, draft)).state is ActionState.DRAFT


async def test_in_crisis_mode_a_second_person_sends(world: World) -> None:
    case = await world.complaint()
    world.desk.policy = replace(world.desk.policy, crisis=True)
    written = await world.sora.slash(world.staff_channel, "case reply", case=case.id, text="We are sorry.")
    assert said(written).startswith("A second person has to press Send")
    own = await world.sora.slash(world.staff_channel, "drafts")
    refused = await world.sora.click(own.response or own.followups[0], label="Send")
    assert said(refused).endswith("In crisis mode a second person presses Send.")
    others = await world.minho.slash(world.staff_channel, "drafts")
    await world.minho.click(others.response or others.followups[0], label="Send")
    async with world.store.read() as unit:
        (reply,) = [one for one in await unit.outbox.of_case(case.id) if one.draft.purpose is Purpose.STAFF_REPLY]
    assert (reply.state, reply.approved_by) == (ActionState.PENDING, str(world.minho.id))


async def test_in_korean(world: World) -> None:
    await _draft(world)
    with speaking("ko"):
        shown = await world.sora.slash(world.staff_channel, "drafts")
    assert "보내기를 기다리는 초안" in said(shown)
    assert "감사 인사" in said(shown)
