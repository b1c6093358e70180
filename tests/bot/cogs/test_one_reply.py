"""One public reply, seen from Discord: two staff, double clicks, and a bot that dies while the reply leaves."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.sender import DiscordSender
from core.ports.sending import Sender
from core.types.action import Action, Purpose, Receipt
from core.types.case import Case, CaseState
from core.types.post import Source
from engagement.outgoing.outbox import Outbox
from tests.bot.world import World, said, text_of
from tests.engagement.outgoing.test_outbox import Crash, finish


class DyingSender(DiscordSender):
    """The bot's way into Discord, which dies once Discord has the message and before anybody noted it."""

    async def send(self, action: Action) -> Receipt:
        receipt = await super().send(action)
        if action.draft.purpose is Purpose.STAFF_REPLY:
            raise Crash
        return receipt


def _public(world: World) -> Sequence[discord.Message]:
    me = world.bot.user
    return [one for one in world.help_channel.history() if me is not None and one.author.id == me.id]


def _process(world: World, sender: Sender) -> Outbox:
    return Outbox(world.store, {Source.DISCORD: sender}, world.outbox._gate, world.clock)


async def _guests_case(world: World) -> tuple[Case, discord.Message]:
    message = await world.guest.send(world.help_channel, "I hate my Lumora lamp")
    await world.sora.context_menu(world.help_channel, "Open a case", message)
    await world.drain()
    return await world.case(1), message


async def test_one_reply_under_double_clicks_two_staff_and_a_crash(world: World) -> None:
    case, message = await _guests_case(world)
    card = world.card()
    windows = [
        await who.click(card, custom_id=f"case:reply:{case.id}") for who in (world.sora, world.minho, world.sora)
    ]
    first = await world.sora.submit_modal(windows[0], {"text": "We are sorry, Sora here."})
    assert said(first) == f"Your reply to case {case.id} is on its way."
    other = await world.minho.submit_modal(windows[1], {"text": "We are sorry, Minho here."})
    assert f"<@{world.sora.id}>" in said(other), "the second is told who was faster"
    double = await world.sora.submit_modal(windows[2], {"text": "We are sorry, Sora here."})
    assert said(double) == "A reply to this case is on its way already."

    sender = DyingSender(world.bot, world.services)
    assert not await finish(world, _process(world, sender))  # type: ignore[arg-type]
    assert len(_public(world)) == 1, "Discord has it, and the machine is gone before it knew"

    await world.restart()
    for _ in range(2):
        await _process(world, world.outbox.senders[Source.DISCORD]).drain()
        await world.env.advance_time(60)
    (reply,) = _public(world)
    assert reply.reference is not None
    assert reply.reference.message_id == message.id
    assert (await world.case(case.id)).state is CaseState.WAITING

    again = await world.sora.click(world.card(), custom_id=f"case:reply:{case.id}")
    told = await world.sora.submit_modal(again, {"text": reply.content})
    assert said(told) == "The very same reply was sent already."
    await world.drain()
    assert len(_public(world)) == 1
    assert "Answered <t:" in text_of(world.card())
