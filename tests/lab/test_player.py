"""The player against a small product: the real discord.py client, and a listener that sleeps by the clock."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest

from core.clock import SteppedClock
from core.types.post import Source
from lab.casting import Cast, discord_for, reddit_for
from lab.discord import StandInDiscord
from lab.events import Event
from lab.player import NUDGE, PULSE, NotQuietError, Played, Player, Product
from lab.reddit import StandInReddit
from lab.scenario import Scenario, load
from tests.lab.discord_client import SmallBot, card, connected, point_at
from tests.lab.test_scenario import LINES, TOML, folder

REPLY = {"at": "d01T09:12:00", "on": "discord", "do": "reply", "by": "mina", "ref": "p1", "text": "Sorry, bob"}
NATIVE = {"at": "d01T09:13:00", "on": "discord", "do": "answer", "by": "mina", "ref": "p2", "text": "Let me see"}
RESOLVE = {"at": "d01T09:14:00", "on": "discord", "do": "resolve", "by": "mina", "ref": "p1"}
PLAYED = [*LINES[:4], REPLY, NATIVE, RESOLVE, *LINES[4:]]


@dataclass
class Stage:
    """Everything a run needs."""

    scenario: Scenario
    clock: SteppedClock
    reddit: StandInReddit
    stand_in: StandInDiscord
    cast: Cast
    bot: SmallBot
    taken: set[str] = field(default_factory=set)
    ignored: set[str] = field(default_factory=set)
    """Texts that the product overlooks."""
    polls: list[datetime] = field(default_factory=list)
    seen: list[Event] = field(default_factory=list)
    stuck: bool = False

    async def drain(self) -> int:
        """Read what the bot has heard; post a card for each Reddit post."""
        while not self.bot.heard.empty():
            message = self.bot.heard.get_nowait()
            if message.content not in self.ignored:
                self.taken.add(str(message.id))
        return 0

    async def listen_to_reddit(self) -> None:
        """Poll once a minute of the clock, as a listener does."""
        while True:
            await self.poll()
            await self.clock.sleep_until(self.clock.now() + timedelta(minutes=1))

    async def poll(self) -> None:
        """Take what is new, and post a card for each submission."""
        self.polls.append(self.clock.now())
        for thing in self.reddit.world.things():
            if thing.name not in self.taken and thing.text not in self.ignored:
                if not thing.is_comment:
                    await self.staff().send(view=card(f"https://www.reddit.com{thing.permalink}"))
                self.taken.add(thing.name)

    def staff(self) -> discord.TextChannel:
        """Return the staff channel."""
        found = self.bot.get_channel(self.cast.staff_channel.id)
        assert isinstance(found, discord.TextChannel)
        return found

    async def play(self, **options: Any) -> Played:
        """Play the scenario."""
        product = Product(
            has_taken=self.heard,
            drain=self.drain,
            is_idle=lambda: not self.stuck,
            poll=options.pop("poll", None),
        )
        player = Player(
            self.scenario,
            self.clock,
            self.reddit,
            self.stand_in,
            self.cast,
            product,
            on_event=self.seen.append,
            **options,
        )
        listening = asyncio.create_task(self.listen_to_reddit())
        try:
            return await asyncio.wait_for(player.run(), 20)
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening

    def heard(self, native_id: str) -> bool:
        """Tell whether the post was taken; Discord's are read as they are asked for."""
        while not self.bot.heard.empty():
            message = self.bot.heard.get_nowait()
            if message.content not in self.ignored:
                self.taken.add(str(message.id))
        return native_id in self.taken


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    scenario = load(folder(tmp_path, toml=TOML, lines=PLAYED))
    clock = SteppedClock(scenario.started_at)
    reddit = reddit_for(scenario, clock)
    stand_in, cast = discord_for(scenario, clock)
    async with reddit, stand_in:
        point_at(stand_in, monkeypatch)
        async with connected(stand_in) as bot:
            yield Stage(scenario, clock, reddit, stand_in, cast, bot)
        assert (reddit.unknown_routes, stand_in.unknown_routes) == ([], [])


async def test_a_scenario_is_played_to_its_end(stage: Stage) -> None:
    played = await stage.play()
    assert played.untaken == ()
    assert {name: ref.source for name, ref in played.refs.items()} == {
        "p1": Source.REDDIT, "p2": Source.DISCORD, "p3": Source.REDDIT,
    }  # fmt: skip
    assert played.refs["p1"].container == "gadgets"
    assert len(stage.seen) == len(PLAYED)
    assert stage.clock.now() >= stage.scenario.ended_at
    staff_answer = stage.reddit.world.thing(played.refs["p3"].native_id)
    assert (staff_answer.parent, staff_answer.author) == (played.refs["p1"].native_id, "bob")
    assert [thing.author for thing in stage.reddit.world.things()] == ["bob", "LumoraSupport", "bob"]
    assert [one.text for one in stage.stand_in.messages(stage.cast.channels["#help"])] == ["Let me see"]


async def test_things_happen_at_the_scenarios_time(stage: Stage) -> None:
    played = await stage.play()
    post = stage.reddit.world.thing(played.refs["p1"].native_id)
    assert post.created_at == datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
    answer = stage.stand_in.messages(stage.cast.channels["#help"])[0]
    assert answer.created_at == datetime(2026, 11, 2, 0, 13, tzinfo=UTC)


async def test_staff_use_the_card_of_the_post(stage: Stage) -> None:
    played = await stage.play()
    (shown,) = stage.stand_in.messages(stage.cast.staff_channel)
    assert "by mina" in shown.shown_text  # claimed
    # The small bot's card has no Resolve button: what staff cannot do is told, and the rest goes on.
    assert [(one.act.kind.value, one.act.ref) for one in played.missed] == [("resolve", "p1")]
    assert "no component 'case:resolve:7'" in played.missed[0].reason
    assert played.staff_acts == 4
    replies = [one for one in stage.stand_in.requests if one.path.endswith("/callback") and b"Sorry, bob" in one.body]
    assert len(replies) == 1


async def test_without_a_card_staff_acts_are_missed(stage: Stage) -> None:
    stage.ignored = {"died"}
    played = await stage.play()
    assert {one.reason for one in played.missed} == {"there is no card for p1"}
    assert played.untaken == ("p1",)


async def test_a_discord_post_that_is_overlooked_is_told(stage: Stage) -> None:
    stage.ignored = {"broken"}
    assert (await stage.play()).untaken == ("p2",)


async def test_the_clock_never_leaps_over_a_pulse(stage: Stage) -> None:
    await stage.play()
    gaps = [later - earlier for earlier, later in zip(stage.polls, stage.polls[1:], strict=False)]
    assert max(gaps) <= PULSE + NUDGE


async def test_a_product_that_polls_on_demand_needs_no_nudge(stage: Stage) -> None:
    played = await stage.play(poll=stage.poll)
    assert played.untaken == ()


async def test_a_product_that_never_rests_is_named(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.player.CALM_SECONDS", 0.05)
    stage.stuck = True
    stage.taken |= {"t3_x"}
    with pytest.raises(NotQuietError, match="the product is at work"):
        await asyncio.wait_for(stage.play(), 5)


async def test_speed_paces_the_run(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await real(0 if seconds > 0.5 else seconds)

    monkeypatch.setattr("lab.player.asyncio.sleep", sleep)
    await stage.play(speed=600.0)
    lasted = (stage.scenario.ended_at - stage.scenario.started_at).total_seconds() / 600
    assert sum(one for one in slept if one > 0.01) == pytest.approx(lasted, rel=0.02)
