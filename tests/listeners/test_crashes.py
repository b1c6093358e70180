"""Killed at any moment, the whole bot misses nothing, stores nothing twice and says nothing twice.

The real process runs against both stand-ins and is killed with SIGKILL while people go on writing. In the end every
matching post is stored once per brand, and every post that was thanked has exactly one answer of ours.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.types.action import ActionState
from core.types.decision import DecisionKind
from core.types.mention import MentionQuery, StoredMention
from lab.discord import Channel, Guild, Member, StandInDiscord
from lab.reddit import StandInReddit, Thing
from storage.store import SqlStore

PRAISE = "I absolutely love my Lumora, best speaker I ever had, thank you!"
COMPLAINT = "My Lumora stopped working and support ignores me, terrible"
TALK = "has anybody seen the match yesterday"


@dataclass
class Stage:
    """Both stand-ins, and what was written that names the brand."""

    discord: StandInDiscord
    reddit: StandInReddit
    guild: Guild
    talk: Channel
    cards: Channel
    thread: Thing
    chance: random.Random
    matching: set[str] = field(default_factory=set)
    written: int = 0

    async def write(self) -> None:
        """Let somebody write something somewhere; everybody writes once only."""
        self.written += 1
        kind = self.chance.choice((PRAISE, COMPLAINT, TALK, TALK))
        text, who = f"{kind} ({self.written})", f"person{self.written}"
        if self.chance.random() < 0.5:
            member: Member = self.discord.add_member(self.guild, who)
            name = str((await self.discord.say(member, self.talk, text)).id)
        else:
            name = self.reddit.world.add_comment(self.thread, text, by=who).name
        if kind is not TALK:
            self.matching.add(name)


@asynccontextmanager
async def staged(seed: int) -> AsyncIterator[Stage]:
    clock = SystemClock()
    discord, reddit = StandInDiscord(clock), StandInReddit(clock)
    await discord.start()
    await reddit.start()
    guild = discord.add_guild("Lumora")
    staff = discord.add_role(guild, "staff")
    yield Stage(
        discord,
        reddit,
        guild,
        discord.add_channel(guild, "talk"),
        discord.add_channel(guild, "cards", visible_to=[staff]),
        reddit.world.add_submission("korea", "thread"),
        random.Random(seed),
    )
    await reddit.close()
    await discord.close()
    assert (reddit.unknown_routes, discord.unknown_routes) == ([], [])


def write_config(stage: Stage, folder: Path) -> Path:
    quiet = datetime.now(UTC) + timedelta(hours=12)
    known, discord, reddit = stage.reddit.credentials, stage.discord, stage.reddit
    path = folder / "config.toml"
    path.write_text(
        f"""
[maeari]
data_dir = "{folder}/data"
[discord]
token = "{discord.token}"
home_guild = {stage.guild.id}
staff_channel = {stage.cards.id}
api_url = "{discord.api_url}"
gateway_url = "{discord.gateway_url}"
cdn_url = "{discord.cdn_url}"
[reddit]
client_id = "{known.client_id}"
client_secret = "{known.client_secret}"
username = "{known.username}"
password = "{known.password}"
user_agent = "linux:maeari-tests:1.0 (by /u/maeari_bot)"
oauth_url = "{reddit.url}"
reddit_url = "{reddit.url}"
subreddits = ["korea"]
poll_seconds = 0.2
mode = "auto"
auto_containers = ["korea"]
[policy.thanks]
per_container_hour = 1000
per_day = 1000
per_thread = 1000
[privacy]
quiet_hours = ["{quiet:%H:%M}", "{quiet + timedelta(minutes=1):%H:%M}"]
[[brands]]
name = "Lumora"
terms = ["lumora"]
""",
        "utf-8",
    )
    return path


async def start(config: Path) -> Process:
    with config.with_name("bot.log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", "--config", str(config), stdout=log, stderr=log
        )


async def live_through(stage: Stage, config: Path, kills: int) -> None:
    """Write all the time, kill again and again, and let the last one finish."""

    async def go_on_writing() -> None:
        while True:
            await stage.write()
            await asyncio.sleep(stage.chance.uniform(0.01, 0.08))

    writing: asyncio.Task[None] | None = None
    for _ in range(kills):
        signed_in = stage.discord.gateway.identifies
        process = await start(config)
        async with asyncio.timeout(60):
            while stage.discord.gateway.identifies == signed_in:
                assert process.returncode is None
                await asyncio.sleep(0.02)
        if writing is None:
            # Listening to Discord begins with the first start; what was written before is not read back.
            await asyncio.sleep(3)
            writing = asyncio.create_task(go_on_writing())
        # Most of the life of the process lies in start, catching up and the first batches: anywhere in there.
        await asyncio.sleep(stage.chance.uniform(0.0, 2.5))
        process.kill()
        await process.wait()
    assert writing is not None
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    process = await start(config)
    try:
        await settled(stage, config.parent, process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def settled(stage: Stage, folder: Path, process: Process) -> None:
    """Return once everything that names the brand is stored and nothing waits in the outbox, or after two minutes."""
    waiting = (ActionState.PENDING, ActionState.SENDING)
    store = await SqlStore.open(folder / "data" / "maeari.db", clock=SystemClock())
    deadline = asyncio.get_running_loop().time() + 120
    try:
        while asyncio.get_running_loop().time() < deadline:
            assert process.returncode is None
            await asyncio.sleep(1)
            async with store.read() as unit:
                count = await unit.mentions.count(MentionQuery())
                if count >= len(stage.matching) and not await unit.outbox.find(states=waiting, limit=1):
                    return
    finally:
        await store.close()


def own_messages(stage: Stage) -> list[str]:
    """Return what each of our messages answers: a post's id, or `card` and its text."""
    on_reddit = [thing.parent or "" for thing in stage.reddit.world.own_things()]
    spoken = stage.discord.world.messages(stage.talk)
    on_discord = [str(one.reply_to) for one in spoken if one.author_id == stage.discord.bot.id]
    cards = [f"card {one.shown_text}" for one in stage.discord.world.messages(stage.cards)]
    return [*on_reddit, *on_discord, *cards]


async def stored(folder: Path) -> tuple[list[StoredMention], Counter[str]]:
    """Return all mentions, and how many actions of the outbox stand how."""
    store = await SqlStore.open(folder / "data" / "maeari.db", clock=SystemClock())
    try:
        async with store.read() as unit:
            assert await unit.ledger.gaps(since=datetime(2020, 1, 1, tzinfo=UTC)) == []
            actions = await unit.outbox.find(states=tuple(ActionState), limit=100_000)
            states = Counter(f"{one.draft.purpose} {one.state} {one.detail}" for one in actions)
            return await unit.mentions.find(MentionQuery(), limit=100_000), states
    finally:
        await store.close()


async def prove(seed: int, kills: int, folder: Path) -> None:
    async with staged(seed) as stage:
        config = write_config(stage, folder)
        await live_through(stage, config, kills)
        mentions, states = await stored(folder)
        names = Counter(mention.native_id for mention in mentions)
        assert set(names) == stage.matching, f"seed {seed}"
        assert set(names.values()) == {1}, f"seed {seed}"
        answers = Counter(own_messages(stage))
        assert {text: count for text, count in answers.items() if count > 1} == {}, f"seed {seed}"
        to_thank = {mention.native_id for mention in mentions if mention.decision.kind is DecisionKind.THANK}
        assert to_thank, f"seed {seed}"
        # Thanks like one that was said before are held back; every other one stands there once.
        told = Counter(f"{one.partition(' ')[0]} {one.split()[1]}" for one in states.elements())
        assert len(to_thank & set(answers)) == told["thanks sent"], f"seed {seed}: {states}"
        assert len(to_thank - set(answers)) == told["thanks refused"], f"seed {seed}: {states}"
        assert set(told) <= {"thanks sent", "thanks refused", "staff_post sent"}, f"seed {seed}: {states}"


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(10))
async def test_many_kills_at_random_moments(tmp_path: Path, shard: int) -> None:
    """Run with CRASH_SEED to repeat a failure; the seed is part of every message."""
    await prove(int(os.environ.get("CRASH_SEED", "1")) + shard, int(os.environ.get("CRASH_KILLS", "20")), tmp_path)
