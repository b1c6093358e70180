"""A stand-in Discord and the real discord.py client in front of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import discord
import pytest
import yarl
from discord.asset import Asset
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from core.clock import SteppedClock
from core.settings import DiscordSection
from core.types.post import PostRef, Source
from lab.discord import Channel, Guild, Member, Role, StandInDiscord
from listeners.discord import DiscordListener
from tests.listeners.memory import Kept
from tests.make import START


@dataclass
class KeptPosts(Kept):
    """Also what the store would tell about stored posts (`core.ports.listening.StoredPosts`)."""

    gone: set[PostRef] = field(default_factory=set)

    async def stored(
        self, source: Source, container: str, *, since: datetime, until: datetime | None = None, limit: int
    ) -> list[PostRef]:
        self.gone.update(removal.ref for removal in self.removals)
        alive = [
            ref
            for ref, post in self.posts.items()
            if ref.container == container and ref not in self.gone and (until is None or post.created_at < until)
        ]
        return sorted(alive, key=lambda ref: int(ref.native_id), reverse=True)[:limit]


@dataclass
class Town:
    """A small guild."""

    discord: StandInDiscord
    guild: Guild
    staff: Role
    help: Channel
    private: Channel
    ann: Member
    mod: Member


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(START)


@pytest.fixture
async def town(clock: SteppedClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    stand_in = StandInDiscord(clock)
    await stand_in.start()
    monkeypatch.setattr(Route, "BASE", stand_in.api_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(stand_in.gateway_url))
    monkeypatch.setattr(Asset, "BASE", stand_in.cdn_url)
    guild = stand_in.add_guild("Lumora")
    staff = stand_in.add_role(guild, "staff")
    yield Town(
        discord=stand_in,
        guild=guild,
        staff=staff,
        help=stand_in.add_channel(guild, "help"),
        private=stand_in.add_channel(guild, "backroom", visible_to=[staff]),
        ann=stand_in.add_member(guild, "ann"),
        mod=stand_in.add_member(guild, "mod", roles=[staff]),
    )
    await stand_in.close()
    assert stand_in.unknown_routes == []


def section(town: Town, **sides: object) -> DiscordSection:
    return DiscordSection.model_validate({"token": town.discord.token, "staff_roles": (town.staff.id,), **sides})


class HastyBot(commands.Bot):
    """A client that does not wait five seconds before it identifies again."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify at once."""


@asynccontextmanager
async def listening(
    town: Town, kept: KeptPosts, *, message_content: bool = True, looks_again: bool = True, **sides: object
) -> AsyncIterator[DiscordListener]:
    """Run client and listener; a failure of the iteration is raised at the end."""
    intents = discord.Intents(guilds=True, guild_messages=True, message_content=message_content)
    client = HastyBot("!", intents=intents, max_messages=None, chunk_guilds_at_startup=False, guild_ready_timeout=0.05)
    listener = DiscordListener(
        client, section(town, **sides), kept, town.discord.clock, stored=kept if looks_again else None
    )
    listener.attach()
    pulling = asyncio.create_task(kept.pull(listener))
    running = asyncio.create_task(client.start(town.discord.token))
    try:
        await level(listener)
        yield listener
    finally:
        await listener.close()
        await client.close()
        await asyncio.wait_for(pulling, 5)
        await asyncio.gather(running, return_exceptions=True)


async def level(listener: DiscordListener) -> None:
    """Return once nothing waits and nothing is to be caught up."""
    await until(lambda: listener.is_level)


async def until(holds: Callable[[], bool]) -> None:
    """Return once a condition holds; fail after some seconds."""
    async with asyncio.timeout(8):
        while not holds():
            await asyncio.sleep(0.01)


async def told(town: Town, listener: DiscordListener) -> None:
    """Return once the client has parsed every event so far, and the listener has handed it over."""
    await town.discord.gateway.barrier()
    await asyncio.sleep(0.01)
    await level(listener)
