"""Drafts come to the staff channel by themselves; crisis mode asks for a second person, live and over restarts."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from core.errors import ConflictError
from core.ports.storing import Unit
from core.types.action import Action, ActionDraft, ActionKind, ActionState, Purpose, Target
from core.types.post import PostRef, Removal, RemovalReason, Source
from engagement.desk.cards import announce_draft
from engagement.desk.following import mentions_gone
from tests import make
from tests.bot.world import World, only_for_them, said, speaking, text_of

REF = PostRef(Source.REDDIT, "gadgets", "t1_p")


async def _draft(world: World) -> Action:
    """Store a thank-you under a Reddit post as intake does in draft mode, and post its card."""
    about = make.post("My Lumora lamp is *great*", native_id="t1_p", created_at=world.clock.now())

    async def work(unit: Unit) -> Action:
        (mention_id,) = await unit.mentions.add_many([make.judged(about)])
        draft = ActionDraft(
            kind=ActionKind.REPLY,
            purpose=Purpose.THANKS,
            target=Target(Source.REDDIT, "gadgets", reply_to="t1_p"),
            key="thanks:reddit:t1_p",
            text="Thank you, this made our day.",
            author_key=world.store.author_key(Source.REDDIT, "id-someone"),
            mention_id=mention_id,
            needs_approval=True,
        )
        action = await unit.outbox.add(draft, created_at=world.clock.now())
        assert action is not None
        await announce_draft(unit, action, world.desk.policy, now=world.clock.now())
        return action

    action = await world.store.write(work)
    await world.drain()
    return action


async def _state(world: World, action: Action) -> Action:
    async with world.store.read() as unit:
        found = await unit.outbox.get(action.id)
    assert found is not None
    return found


def _buttons(message: discord.Message) -> set[str]:
    found: set[str] = set()

    def look(component: Any) -> None:
        if getattr(component, "custom_id", None):
            found.add(component.custom_id)
        for inner in getattr(component, "children", ()):
            look(inner)

    for component in message.components:
        look(component)
    return found


async def test_send_on_the_card_approves_and_takes_the_buttons_off(world: World) -> None:
    draft = await _draft(world)
    card = world.card()
    assert "My Lumora lamp is \\*great\\*" in text_of(card)
    assert "Thank you, this made our day." in text_of(card)
    await world.restart()
    result = await world.sora.click(card, custom_id=f"dcard:send:{draft.id}")
    assert said(result) == "The message is on its way."
    assert only_for_them(result)
    assert (await _state(world, draft)).approved_by == str(world.sora.id)
    await world.drain()
    assert _buttons(world.card()) == set()
    assert f"Sent by <@{world.sora.id}>" in text_of(world.card())


async def test_two_staff_press_at_once_and_it_is_sent_once(world: World) -> None:
    draft = await _draft(world)
    card = world.card()
    await world.sora.click(card, custom_id=f"dcard:send:{draft.id}")
    late = await world.minho.click(card, custom_id=f"dcard:send:{draft.id}")
    assert f"<@{world.sora.id}>" in said(late)
    thrown = await world.minho.click(card, custom_id=f"dcard:discard:{draft.id}")
    assert said(thrown) == "There is no such draft."
    assert (await _state(world, draft)).state is ActionState.PENDING


async def test_edit_opens_the_words_of_the_card(world: World) -> None:
    draft = await _draft(world)
    opened = await world.sora.click(world.card(), custom_id=f"dcard:edit:{draft.id}")
    assert "Thank you, this made our day." in str(opened.modal)
    await world.restart()
    await world.sora.submit_modal(opened, {"text": "Thank you so much!"})
    assert (await _state(world, draft)).draft.text == "Thank you so much!"
    await world.drain()
    assert "Thank you so much!" in text_of(world.card())


async def test_discard_says_who(world: World) -> None:
    draft = await _draft(world)
    await world.minho.click(world.card(), custom_id=f"dcard:discard:{draft.id}")
    assert (await _state(world, draft)).state is ActionState.CANCELLED
    await world.drain()
    assert f"Discarded by <@{world.minho.id}>" in text_of(world.card())
    assert _buttons(world.card()) == set()


async def test_only_staff_decide_about_a_card(world: World) -> None:
    draft = await _draft(world)
    for act in ("send", "edit", "discard"):
        result = await world.guest.click(world.card(), custom_id=f"dcard:{act}:{draft.id}")
        assert said(result) == "Only staff may do this."
        assert result.modal is None
    assert (await _state(world, draft)).state is ActionState.DRAFT


async def _purge(world: World) -> None:
    async def work(unit: Unit) -> None:
        purged = await unit.mentions.purge([Removal(REF, RemovalReason.DELETED_BY_AUTHOR, world.clock.now())])
        await mentions_gone(unit, purged, at=world.clock.now())

    await world.store.write(work)


async def test_a_deleted_post_takes_its_words_off_the_card(world: World) -> None:
    await _draft(world)
    await _purge(world)
    await world.drain()
    shown = text_of(world.card())
    assert "Lumora lamp" not in shown
    assert "made our day" not in shown
    assert "No longer needed" in shown
    assert _buttons(world.card()) == set()


async def test_a_card_too_old_to_edit_is_posted_anew_and_leads_to_the_old_one(world: World) -> None:
    draft = await _draft(world)
    old = world.card()
    await world.sora.click(old, custom_id=f"dcard:send:{draft.id}")
    world.env.inject_error("PATCH", f"/channels/{world.staff_channel.id}/messages/{old.id}", status=429, code=30046)
    await world.drain()
    new = world.card()
    assert new.id != old.id
    assert new.reference is not None
    assert new.reference.message_id == old.id
    assert f"Sent by <@{world.sora.id}>" in text_of(new)
    pressed = await world.minho.click(old, custom_id=f"dcard:discard:{draft.id}")
    assert said(pressed) == "There is no such draft.", "the old card's buttons do nothing any more"

    await world.restart()
    await _purge(world)
    await world.drain()
    assert "Lumora lamp" not in text_of(world.card()), "from now on the new card is the one that is kept up to date"
    assert world.card().id == new.id
    assert old.id not in [one.id for one in world.staff_channel.history()], "what it showed must not stay anywhere"


async def test_crisis_mode_is_switched_by_managers_and_outlasts_a_restart(world: World) -> None:
    case = await world.complaint()
    assert "setup crisis" not in world.guest.available_commands(world.help_channel)
    on = await world.boss.slash(world.staff_channel, "setup crisis", state="on")
    assert said(on) == "Crisis mode is on: a second person sends every reply."
    await world.restart()
    await world.services.crisis.load()
    assert world.desk.policy.crisis
    written = await world.sora.slash(world.staff_channel, "case reply", case=case.id, text="We are sorry.")
    assert said(written).startswith("A second person has to press Send")
    await world.drain()
    cards = [one for one in world.staff_channel.history() if any("dcard:" in part for part in _buttons(one))]
    (card,) = cards
    (send,) = [one for one in _buttons(card) if one.startswith("dcard:send")]
    own = await world.sora.click(card, custom_id=send)
    assert said(own).startswith("In crisis mode a second person presses Send.")
    second = await world.minho.click(card, custom_id=send)
    assert said(second) == "The message is on its way."
    with speaking("ko"):
        off = await world.boss.slash(world.staff_channel, "setup crisis", state="off")
    assert said(off) == "위기 모드가 꺼져 있습니다."
    assert not world.services.crisis.on


async def test_the_stored_switch_wins_over_the_configuration(world: World) -> None:
    assert await world.services.crisis.turn(True, "1")
    assert not await world.services.crisis.turn(True, "1"), "it is on already"
    state = await world.services.crisis.state()
    assert state is not None
    assert (state.on, state.actor) == (True, "1")
    async with world.store.read() as unit:
        assert await unit.outbox.find(states=(ActionState.DRAFT,), limit=5) == []
    case = await world.complaint()
    action = await world.desk.reply(case.id, "1", "Sorry!")
    with pytest.raises(ConflictError, match="second person"):
        await world.desk.approve(action.id, "1")
