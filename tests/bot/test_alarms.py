"""The one sanctioned ping: a breach calls the escalation role, once, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n import Catalogues
from bot.sender import DiscordSender
from bot.views.alarm import alarm_text, burst_text
from core.types.action import ActionKind, ActionState
from core.types.deskwork import AlarmKind
from tests.bot.views.test_card import HOSTILE, case_view
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


def pinged(body: dict[str, Any]) -> tuple[set[str], set[str]]:
    """Return the roles and the people that a message may ping; nothing else may be pinged by it."""
    allowed = body["allowed_mentions"]
    assert allowed["parse"] == []
    roles, users = ({str(one) for one in allowed.get(kind) or []} for kind in ("roles", "users"))
    assert all(f"<@&{role}>" in body["content"] for role in roles)
    assert all(f"<@{user}>" in body["content"] for user in users), "who is not named is not pinged"
    return roles, users


async def test_a_breach_calls_the_escalation_role_once(world: World) -> None:
    case = await world.complaint()
    await later(world, 35)
    (breach,) = posted(world, "Nobody has answered")
    assert f"case {case.id}" in breach.content
    assert pinged(sent_bodies(world)[-1]) == ({str(world.escalation_role.id)}, set())
    assert posted(world, "The first response to") == [], "both at once: the breach is enough"

    await later(world, 600)
    assert len(posted(world, "Nobody has answered")) == 1


async def test_a_reminder_pings_who_has_the_case_once(world: World) -> None:
    case = await world.complaint()
    await world.minho.slash(world.staff_channel, "duty on")
    await world.sora.slash(world.staff_channel, "case claim", case=case.id)
    await later(world, 25)
    (reminder,) = posted(world, "The first response to")
    assert pinged(sent_bodies(world)[-1]) == (set(), {str(world.sora.id)})
    await later(world, 4)
    await world.restart()
    await later(world, 10)
    assert len(posted(world, "The first response to")) == 1
    assert reminder.content.count(f"<@{world.sora.id}>") == 2, "called, and in charge"


async def test_where_nobody_has_it_a_reminder_pings_those_on_duty(world: World) -> None:
    await world.complaint()
    for who in (world.minho, world.sora):
        await who.slash(world.staff_channel, "duty on")
    await later(world, 25)
    assert pinged(sent_bodies(world)[-1]) == (set(), {str(world.minho.id), str(world.sora.id)})


async def test_where_nobody_is_on_duty_a_reminder_pings_the_staff(world: World) -> None:
    await world.complaint()
    await later(world, 25)
    assert pinged(sent_bodies(world)[-1]) == ({str(world.staff_role.id)}, set())


async def test_the_roles_that_were_set_live_are_pinged(world: World) -> None:
    await world.services.guilds.change(world.guild.id, staff_roles=(str(world.escalation_role.id), str(world.guild.id)))
    await world.complaint()
    await later(world, 25)
    assert pinged(sent_bodies(world)[-1]) == ({str(world.escalation_role.id)}, set()), "never everybody on the server"


async def test_the_end_of_a_snooze_pings_nobody(world: World) -> None:
    case = await world.complaint()
    await world.sora.slash(world.staff_channel, "case claim", case=case.id)
    await world.sora.slash(world.staff_channel, "case snooze", case=case.id, until="10m")
    await later(world, 11)
    assert posted(world, "its snooze is over")
    assert pinged(sent_bodies(world)[-1]) == (set(), set())


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


async def test_many_reminders_at_once_ping_each_once(world: World) -> None:
    for number in range(7):
        case = await world.complaint(native_id=f"t1_{number}", author=f"a{number}")
        await world.sora.slash(world.staff_channel, "case claim", case=case.id)
    await later(world, 25)
    (burst,) = posted(world, "Clocks that ran low or out: 7")
    assert pinged(sent_bodies(world)[-1]) == (set(), {str(world.sora.id)})
    assert burst.content.count(f"<@{world.sora.id}>") == 1


async def test_many_at_once_are_one_message_with_one_ping(world: World) -> None:
    cases = [await world.complaint(native_id=f"t1_{number}", author=f"a{number}") for number in range(7)]
    before = len(sent_bodies(world))
    await later(world, 45)
    (burst,) = posted(world, "Clocks that ran low or out: 7")
    assert len(sent_bodies(world)) == before + 1
    assert all(f"case {case.id}" in burst.content for case in cases)
    assert burst.content.count("<@&") == 1
    async with world.store.read() as unit:
        sent = await unit.outbox.find(states=(ActionState.SENT,), limit=100)
    (alarm,) = [one for one in sent if one.draft.kind is ActionKind.ALARM]
    found = await DiscordSender(world.env.bot, world.services).find(alarm)
    assert found is not None
    assert found.native_id == str(burst.id)


@given(st.lists(HOSTILE, min_size=1, max_size=80), st.sampled_from(["en", "ko"]))
@settings(max_examples=25, deadline=None)
async def test_a_burst_fits_into_a_message(brands: list[str], locale: str) -> None:
    case = replace(case_view().case, card_channel="9" * 20, card_message="9" * 20)
    rung = [(AlarmKind.PROMISE_BREACH, replace(case, brand=brand[:80])) for brand in brands]
    t = Catalogues().for_locale(locale)
    called = "<@99999999999999999999> " * 20
    assert len(burst_text(rung, t, at=case.opened_at, guild_id="9" * 20, called=called)) <= 2000


@pytest.mark.parametrize("kind", list(AlarmKind))
async def test_every_alarm_has_its_words_in_both_languages(kind: AlarmKind) -> None:
    case, catalogues = case_view().case, Catalogues()
    english, korean = (
        alarm_text(kind, case, catalogues.for_locale(locale), promise=None, guild_id="1", called="")
        for locale in ("en", "ko")
    )
    assert english != korean
    assert all(f"{case.id}" in text and "Lumora" in text for text in (english, korean))
