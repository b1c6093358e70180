"""Everything that can go wrong with Discord, at random: nothing said is missed, nothing deleted is kept."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from discord.backoff import ExponentialBackoff

from core.clock import SteppedClock
from lab.discord import Channel, Message
from lab.faults import Fault, FaultKind
from listeners.discord import listener as listener_module
from listeners.discord.listener import DiscordListener
from tests.listeners.discord.conftest import KeptPosts, Town, level, listening, told, until

STEPS = 14
HISTORY = "/channels/*/messages"


@dataclass
class Storm:
    """One run: who says, changes and deletes what, and what goes wrong meanwhile."""

    town: Town
    clock: SteppedClock
    chance: random.Random
    channels: list[Channel]
    standing: dict[int, Message] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    said: int = 0

    async def talk(self, count: int) -> None:
        """Let people write, change and delete; time goes on with each act."""
        for _ in range(count):
            self.clock.advance_to(self.clock.now() + timedelta(milliseconds=200))
            act = self.chance.choice(("say", "say", "say", "say", "edit", "delete"))
            if act == "say" or not self.standing:
                self.said += 1
                channel = self.chance.choice(self.channels)
                message = await self.town.discord.say(self.town.ann, channel, f"message {self.said}")
                self.standing[message.id] = message
                continue
            message = self.standing.pop(self.chance.choice([*self.standing]))
            if act == "edit":
                self.standing[message.id] = await self.town.discord.edit(message, f"{message.text} changed")
            else:
                await self.town.discord.delete(message)
                self.deleted.add(str(message.id))

    async def go_wrong(self) -> None:
        """Let the next trouble happen to the gateway and to reading history."""
        gateway = self.town.discord.gateway

        async def cut() -> None:
            gateway.cut()

        async def reconnect() -> None:
            gateway.ask_to_reconnect()

        async def resumable() -> None:
            gateway.invalidate(resumable=True)

        async def lost() -> None:
            gateway.invalidate()

        troubles: list[Callable[[], Awaitable[None]]] = [gateway.drop, cut, reconnect, resumable, lost, lost]
        kind, status = self.chance.choice(
            [
                (FaultKind.STATUS, 429),
                (FaultKind.STATUS, 503),
                (FaultKind.STATUS, 404),
                (FaultKind.HTML, 503),
                (FaultKind.RESET, 500),
                (FaultKind.TRUNCATED, 200),
                (FaultKind.MALFORMED, 200),
            ]
        )
        self.town.discord.faults.add(
            Fault(kind=kind, status=status, route=HISTORY, method="GET", times=2, retry_after="0.02")
        )
        await self.chance.choice(troubles)()


async def weather(town: Town, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Live through one storm and look at everything."""
    monkeypatch.setattr(listener_module, "RETRY_SECONDS", 0.05)
    # discord.py waits longer after each cut, up to minutes; here they come within a second.
    monkeypatch.setattr(ExponentialBackoff, "delay", lambda _: 0.01)
    kept, seeded = KeptPosts(), f"seed {seed}"
    channels = [town.help, town.discord.add_channel(town.guild, "ideas"), town.discord.add_channel(town.guild, "off")]
    storm = Storm(town, clock, random.Random(seed), channels)
    for _ in range(2):  # the second life catches up with what was said between the two
        async with listening(town, kept) as listener:
            for _ in range(STEPS // 2):
                await storm.talk(storm.chance.choice((1, 5, 30)))
                await storm.go_wrong()
                await storm.talk(storm.chance.choice((0, 5, 20)))
                if storm.chance.random() < 0.5:
                    await _connected(town, listener)
            await _connected(town, listener)
            town.discord.faults.clear()
            await told(town, listener)
        await storm.talk(40)
    async with listening(town, kept) as listener:
        await level(listener)
    expected = {str(one.id): one.text for one in storm.standing.values()}
    removed = {removal.ref.native_id for removal in kept.removals}
    texts = {ref.native_id: post.text for ref, post in kept.posts.items() if ref.native_id not in removed}
    assert texts == expected, seeded
    assert removed <= storm.deleted, seeded
    assert kept.gaps == [], seeded


async def _connected(town: Town, listener: DiscordListener) -> None:
    """Return once the client is back and has caught up as far as it can."""
    async with asyncio.timeout(30):
        while True:
            await until(lambda: bool(town.discord.gateway.connections))
            # A connection that is on its way down answers no more: then the next one is waited for.
            with suppress(TimeoutError):
                await town.discord.gateway.barrier(0.3)
                break
    await level(listener)


@pytest.mark.parametrize("seed", range(2))
async def test_a_storm_loses_nothing(
    town: Town, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    await weather(town, clock, monkeypatch, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
async def test_many_storms_lose_nothing(
    town: Town, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    await weather(town, clock, monkeypatch, seed)
