"""The real client over real sockets: it logs in to the stand-in Discord and serves staff there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import discord
import pytest
from pydantic import SecretStr

from bot.client import MaeariBot
from bot.endpoints import set_endpoints
from bot.sender import DiscordSender
from core.clock import SteppedClock
from core.settings import DiscordSection
from core.types.case import CaseState
from core.types.post import Source
from engagement.desk.desk import Desk
from engagement.desk.opening import DeskPolicy
from engagement.outgoing.gate import GatePolicy, SendGate
from engagement.outgoing.outbox import Outbox
from lab.discord import Channel, Member, Response, StandInDiscord
from storage.store import SqlStore
from tests import make
from tests.bot.world import flagged, services_for, settings_for


@dataclass(slots=True)
class Live:
    """A bot that is logged in, and people who use it."""

    discord: StandInDiscord
    bot: MaeariBot
    outbox: Outbox
    desk: Desk
    store: SqlStore
    clock: SteppedClock
    staff_channel: Channel
    sora: Member
    """On the staff, uses Discord in Korean."""
    minho: Member


@pytest.fixture
def _addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put discord.py's process-wide addresses back afterwards."""
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    gateway = discord.gateway.DiscordWebSocket
    monkeypatch.setattr(gateway, "DEFAULT_GATEWAY", gateway.DEFAULT_GATEWAY)
    monkeypatch.setattr(discord.Asset, "BASE", discord.Asset.BASE)


@pytest.fixture
async def live(_addresses: None, tmp_path: Path) -> AsyncIterator[Live]:
    """Start the stand-in, log the bot in, wait until it is ready."""
    clock = SteppedClock(make.START)
    stand_in = StandInDiscord(clock)
    await stand_in.start()
    guild = stand_in.add_guild("Lumora Home")
    role = stand_in.add_role(guild, "Staff", ["manage_messages"])
    staff_channel = stand_in.add_channel(guild, "staff")
    sora = stand_in.add_member(guild, "sora", locale="ko", roles=[role])
    minho = stand_in.add_member(guild, "minho", roles=[role])
    section = DiscordSection(
        token=SecretStr(stand_in.token),
        home_guild=guild.id,
        staff_channel=staff_channel.id,
        staff_roles=(role.id,),
        api_url=stand_in.api_url,
        gateway_url=stand_in.gateway_url,
        cdn_url=stand_in.cdn_url,
    )
    set_endpoints(section)
    settings = settings_for(section, tmp_path)
    store = await SqlStore.open(tmp_path / "maeari.db", clock=clock, secret=b"s" * 32)
    desk = Desk(store, clock, DeskPolicy.of(settings))
    services = services_for(settings, clock, store, desk, [])
    bot = MaeariBot(services)
    gate = SendGate(store, GatePolicy.of(settings), clock)
    outbox = Outbox(store, {Source.DISCORD: DiscordSender(bot, services)}, gate, clock)
    bot._connection.guild_ready_timeout = 0.1  # by default discord.py waits 2 s for more servers
    await bot.login(stand_in.token)
    running = asyncio.create_task(bot.connect())
    await asyncio.wait_for(bot.wait_until_ready(), 20)
    yield Live(stand_in, bot, outbox, desk, store, clock, staff_channel, sora, minho)
    await bot.close()
    await running
    await store.close()
    await stand_in.close()


async def test_it_answers_status_in_the_language_of_who_asks(live: Live) -> None:
    korean = await live.discord.slash(live.sora, live.staff_channel, "status")
    assert "메아리가 작동 중입니다" in _text(live, korean)
    english = await live.discord.slash(live.minho, live.staff_channel, "status")
    assert "Maeari is running" in _text(live, english)


async def test_a_case_from_card_to_resolution(live: Live) -> None:
    case = await flagged(live.store, live.desk, live.clock, "My Lumora broke, refund!")
    await live.outbox.drain()
    (card,) = live.discord.messages(live.staff_channel)
    claimed = await live.discord.press(live.sora, card, f"case:claim:{case.id}")
    assert f"처리 건 {case.id}번" in _text(live, claimed)
    opened = await live.discord.press(live.sora, card, f"case:reply:{case.id}")
    sent = await live.discord.submit_modal(opened, {"text": "We are sorry!"})
    assert "답변" in _text(live, sent)
    await live.discord.press(live.sora, card, f"case:resolve:{case.id}")
    await live.outbox.drain()
    async with live.store.read() as unit:
        ended = await unit.cases.get(case.id)
    assert ended is not None
    assert ended.state is CaseState.RESOLVED
    (now,) = live.discord.messages(live.staff_channel)
    assert now.id == card.id
    assert "resolved" in now.shown_text


async def test_commands_are_registered_in_both_languages(live: Live) -> None:
    known = {command.name for kind in discord.AppCommandType for command in live.bot.tree.get_commands(type=kind)}
    assert {"ask", "case", "mod", "template", "setup", "help", "Open a case"} <= known
    assert {command.name for command in live.discord.commands()} == known


def _text(live: Live, response: Response) -> str:
    """Return all that the person reads: the answer and what followed."""
    return "\n".join([response.text, *(message.shown_text for message in live.discord.follow_ups(response))])
