"""The one sanctioned ping: a breach calls the escalation role, once, and nobody else."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot.i18n import Catalogues
from bot.sender import DiscordSender
from bot.views.alarm import alarm_text
from core.types.action import ActionKind, ActionState
from core.types.deskwork import AlarmKind
from tests.bot.views.test_card import case_view
from tests.bot.world import World, text_of


def posted(world: World, words: str) -> list[discord.Message]:
    return [one for one in world.staff_channel.history() if words in text_of(one)]


def sent_bodies(world: World) -> list[dict[str, Any]]:
    made = [one for one in world.env.http_requests if one.method == "POST" and one.path.endswith("/messages")]
    return [one.json for one in made if isinstance(one.json, dict)]


async def later(world: World, minutes: int) -> None:
    await world.env.advance_time(minutes * 60)
    await world.services.watch.sweep()
    await world.drain()


async def test_a_breach_calls_the_role_once_and_a_reminder_nobody(world: World) -> None:
    case = await world.complaint()
    await later(world, 25)
    (reminder,) = posted(world, "is due")
    assert f"<@&{world.escalation_role.id}>" not in reminder.content
    assert not any(sent_bodies(world)[-1]["allowed_mentions"].values())

    await later(world, 10)
    (breach,) = posted(world, "Nobody has answered")
    assert f"case {case.id}" in breach.content
    assert f"<@&{world.escalation_role.id}>" in breach.content
    allowed = sent_bodies(world)[-1]["allowed_mentions"]
    assert [str(role) for role in allowed["roles"]] == [str(world.escalation_role.id)]
    assert allowed["parse"] == []

    await later(world, 600)
    assert len(posted(world, "Nobody has answered")) == 1
    assert len(posted(world, "The first response to")) == 1


async def test_no_words_of_others_can_ping(world: World) -> None:
    case = await world.complaint()
    await world.sora.slash(
        world.staff_channel, "case promise", case=case.id, text=f"@everyone <@&{world.staff_role.id}>", due="30m"
    )
    await later(world, 31)
    (breach,) = posted(world, "A promise in")
    assert f"<@&{world.staff_role.id}>" not in breach.content
    assert "@everyone" not in breach.content.replace("\\@", "")


async def test_after_a_crash_the_alarm_is_found_and_not_sent_again(world: World) -> None:
    case = await world.complaint()
    await later(world, 35)
    async with world.store.read() as unit:
        (alarm,) = [a for a in await unit.outbox.of_case(case.id) if a.draft.kind is ActionKind.ALARM]
    assert alarm.state is ActionState.SENT
    sender = DiscordSender(world.env.bot, world.services)
    found = await sender.find(alarm)
    assert found is not None
    assert found.native_id == alarm.sent_id


async def test_the_board_is_found_after_a_crash(world: World) -> None:
    await world.sora.slash(world.staff_channel, "queue")
    await world.drain()
    async with world.store.read() as unit:
        board = await unit.watch.board()
        assert board is not None
        action = await unit.outbox.get(board.action_id or 0)
    assert action is not None
    found = await DiscordSender(world.env.bot, world.services).find(action)
    assert found is not None
    assert found.native_id == board.message


@pytest.mark.parametrize("kind", list(AlarmKind))
async def test_every_alarm_has_its_words_in_both_languages(kind: AlarmKind) -> None:
    case, catalogues = case_view().case, Catalogues()
    english, korean = (
        alarm_text(kind, case, catalogues.for_locale(locale), promise=None, guild_id="1", role=None)
        for locale in ("en", "ko")
    )
    assert english != korean
    assert all(f"{case.id}" in text and "Lumora" in text for text in (english, korean))
