"""People who go on writing on both platforms, and a bot that is killed at any moment of its life.

Most of a life lies in start, catching up and the first batches; the moments are drawn from all of it, and from right
behind an effect at a platform: the reply stands there, and whoever sent it dies before the answer comes.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from core.clock import SystemClock
from core.ports.storing import Unit
from core.types.action import ActionDraft, ActionKind, Purpose, Target
from core.types.decision import DecisionKind
from core.types.mention import MentionQuery
from lab.discord import Channel, Guild, Member, StandInDiscord
from lab.faults import Fault
from lab.reddit import StandInReddit, Thing
from storage.store import SqlStore

PRAISE = "I absolutely love my Lumora, best speaker I ever had, thank you!"
COMPLAINT = "My Lumora stopped working and support ignores me, terrible"
TALK = "has anybody seen the match yesterday"
FLOOD = 1_100
"""Comments written while nobody listens: more than a listing holds."""
PATIENCE = 120.0
"""Real seconds that anything may take on a busy machine."""


class Bot(Protocol):
    """A process that serves."""

    @property
    def exit_code(self) -> int | None:
        """None while it lives."""
        ...

    def send(self, number: int) -> None:
        """Send a signal."""
        ...

    async def ended(self) -> int:
        """Wait for its end and return the exit code."""
        ...


Start = Callable[[Path], Awaitable[Bot]]


class CommandBot:
    """`maeari run` as operators start it."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, config: Path) -> CommandBot:
        """Begin a life."""
        with config.with_name("bot.log").open("ab") as log:
            return cls(
                await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "bot", "run", "--config", str(config), stdout=log, stderr=log
                )
            )

    @property
    def exit_code(self) -> int | None:
        """None while it lives."""
        return self._process.returncode

    def send(self, number: int) -> None:
        """Send a signal."""
        if self._process.returncode is None:
            os.kill(self._process.pid, number)

    async def ended(self) -> int:
        """Wait for its end and return the exit code."""
        return await self._process.wait()


@dataclass
class Stage:
    """Both stand-ins, and what was written there that names the brand."""

    discord: StandInDiscord
    reddit: StandInReddit
    guild: Guild
    talk: Channel
    vault: Channel
    """Now and then its history is not for the bot to read."""
    cards: Channel
    korea: Thing
    busan: Thing
    """Submissions; the second one is flooded now and then."""
    chance: random.Random
    folder: Path
    matching: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """Native id of what names the brand -> its feed, and when it was written."""
    written: int = 0
    floods: int = 0
    replies: list[str] = field(default_factory=list)
    """A word of each reply that staff sent: it stands in no other."""

    @property
    def config(self) -> Path:
        """Where the configuration is."""
        return self.folder / "config.toml"

    @property
    def database(self) -> Path:
        """Where the bot's database is."""
        return self.folder / "data" / "maeari.db"

    async def write(self) -> None:
        """Let somebody write something somewhere; everybody writes once only."""
        self.written += 1
        kind = self.chance.choice((PRAISE, COMPLAINT, TALK, TALK))
        text, who = f"{kind} ({self.written})", f"person{self.written}"
        if self.chance.random() < 0.5:
            channel = self.talk if self.chance.random() < 0.8 else self.vault
            await self.say(channel, text, who, is_named=kind is not TALK)
        else:
            self.comment(self.korea, text, who, is_named=kind is not TALK)

    async def say(self, channel: Channel, text: str, who: str, *, is_named: bool) -> None:
        """Let somebody write in Discord."""
        member: Member = self.discord.add_member(self.guild, who)
        message = await self.discord.say(member, channel, text)
        if is_named:
            self.matching[str(message.id)] = (f"discord:{channel.id}", message.created_at)

    def comment(self, thread: Thing, text: str, who: str, *, is_named: bool) -> None:
        """Let somebody write on Reddit."""
        thing = self.reddit.world.add_comment(thread, text, by=who)
        if is_named:
            self.matching[thing.name] = (f"reddit:comments:{thread.subreddit}", thing.created_at)

    def flood(self) -> None:
        """Write more comments than a listing holds; every hundredth names the brand."""
        self.floods += 1
        for number in range(FLOOD):
            text = COMPLAINT if number % 100 == 0 else TALK
            self.comment(
                self.busan, f"{text} flood{self.floods}.{number}", f"f{self.floods}.{number}", is_named=text is not TALK
            )

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """Look into the bot's database, also while it is written."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)) as database:
            return database.execute(question).fetchall()

    def is_listened_to(self) -> bool:
        """Say whether the bot has noted where both channels stood when it came."""
        try:
            noted = {name for (name,) in self.ask("SELECT name FROM feeds WHERE cursor IS NOT NULL")}
        except sqlite3.Error:
            return False
        return {f"discord:{self.talk.id}", f"discord:{self.vault.id}"} <= noted


@asynccontextmanager
async def staged(seed: int, folder: Path) -> AsyncIterator[Stage]:
    """Open both platforms and write the bot's configuration."""
    clock = SystemClock()
    async with StandInDiscord(clock) as discord, StandInReddit(clock) as reddit:
        guild = discord.add_guild("Lumora")
        staff = discord.add_role(guild, "staff")
        stage = Stage(
            discord,
            reddit,
            guild,
            talk=discord.add_channel(guild, "talk"),
            vault=discord.add_channel(guild, "vault"),
            cards=discord.add_channel(guild, "cards", visible_to=[staff]),
            korea=reddit.world.add_submission("korea", "thread"),
            busan=reddit.world.add_submission("busan", "thread"),
            chance=random.Random(seed),
            folder=folder,
        )
        _write_config(stage)
        yield stage
        assert (reddit.unknown_routes, discord.unknown_routes) == ([], [])


def _write_config(stage: Stage) -> None:
    quiet = datetime.now(UTC) + timedelta(hours=12)
    known, discord, reddit = stage.reddit.credentials, stage.discord, stage.reddit
    stage.config.write_text(
        f"""
[maeari]
data_dir = "{stage.folder}/data"
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
subreddits = ["korea", "busan"]
poll_seconds = 0.2
mode = "auto"
auto_containers = ["korea", "busan"]
[policy.thanks]
per_container_hour = 10000
per_day = 10000
per_thread = 10000
[privacy]
quiet_hours = ["{quiet:%H:%M}", "{quiet + timedelta(minutes=1):%H:%M}"]
[[brands]]
name = "Lumora"
terms = ["lumora"]
""",
        "utf-8",
    )


async def live_through(stage: Stage, start: Start, kills: int, *, flood_every: int) -> Counter[str]:
    """Write all the time, kill again and again, and let the last life come to rest; return the moments of death.

    While nobody lives, staff send replies, a channel may be closed to the bot, and after every `flood_every`th death
    there is a flood.
    """
    deaths: Counter[str] = Counter()
    writing: asyncio.Task[None] | None = None
    try:
        for death in range(1, kills + 1):
            identified = stage.discord.gateway.identifies
            bot = await start(stage.config)
            if writing is None:
                # Listening to Discord begins with the first start; what was written before is not read back.
                await _until(bot, stage.is_listened_to)
                writing = asyncio.create_task(_go_on_writing(stage))
            deaths[await _die(stage, bot, identified)] += 1
            await _while_nobody_lives(stage, is_flooded=death % flood_every == 0)
    finally:
        if writing is not None:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
    stage.discord.faults.clear()
    bot = await start(stage.config)
    try:
        await _until(bot, lambda: not unsettled(stage), lambda: unsettled(stage))
    finally:
        bot.send(signal.SIGTERM)
        code = await asyncio.wait_for(bot.ended(), 20)
    assert code == 0
    return deaths


async def _go_on_writing(stage: Stage) -> None:
    while True:
        await stage.write()
        await asyncio.sleep(stage.chance.uniform(0.02, 0.12))


async def _until(bot: Bot, holds: Callable[[], bool], seen: Callable[[], object] = lambda: "") -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not holds():
        assert bot.exit_code is None
        assert asyncio.get_running_loop().time() < deadline, seen()
        await asyncio.sleep(0.05)


async def _die(stage: Stage, bot: Bot, identified: int) -> str:
    """Kill at a moment drawn from the life's start, its course, a write and a read; return which."""
    moment = stage.chance.choice(("start", "course", "write", "write", "read"))
    if moment == "start":
        await asyncio.sleep(stage.chance.uniform(0.0, 1.0))
    else:
        await _until(bot, lambda: stage.discord.gateway.identifies > identified)
        method = {"write": "POST", "read": "GET"}.get(moment, "")
        await _strike(stage, bot, method, stage.chance.randint(1, 4), stage.chance.uniform(0.0, 1.5))
    bot.send(signal.SIGKILL)
    await bot.ended()
    return moment


async def _strike(stage: Stage, bot: Bot, method: str, count: int, seconds: float) -> None:
    """Kill right behind so many effects of a method; return then, or after some seconds without them."""
    struck = asyncio.Event()
    left = count

    def heard(of: str, path: str) -> None:
        nonlocal left
        if of == method and not path.endswith("access_token"):
            left -= 1
            if left == 0:
                bot.send(signal.SIGKILL)
                struck.set()

    quiet = stage.reddit.on_carried_out
    stage.reddit.on_carried_out = stage.discord.on_carried_out = heard
    try:
        async with asyncio.timeout(seconds if not method else 2.0):
            await struck.wait()
    except TimeoutError:
        return
    finally:
        stage.reddit.on_carried_out = stage.discord.on_carried_out = quiet


async def _while_nobody_lives(stage: Stage, *, is_flooded: bool) -> None:
    stage.discord.faults.clear()
    if is_flooded:
        stage.flood()
    if stage.chance.random() < 0.3:
        stage.discord.faults.add(
            Fault(status=403, method="GET", route=f"/channels/{stage.vault.id}/messages", times=None)
        )
        await stage.say(stage.vault, f"{COMPLAINT} behind a closed door", f"v{stage.written}", is_named=True)
    await _let_staff_reply(stage)


async def _let_staff_reply(stage: Stage) -> None:
    """Put a staff reply to the newest complaint into the outbox, as pressing Send does."""

    async def reply(unit: Unit) -> None:
        found = await unit.mentions.find(MentionQuery(decision=DecisionKind.FLAG), limit=1)
        for mention in found:
            assert mention.native_id is not None
            word = f"staffword{len(stage.replies)}end"
            draft = ActionDraft(
                kind=ActionKind.REPLY,
                purpose=Purpose.STAFF_REPLY,
                target=Target(mention.source, mention.container, reply_to=mention.native_id),
                key=f"reply:test:{len(stage.replies)}",
                text=f"Sorry to hear that, we look into it: {word}",
                author_key=mention.author_key,
                mention_id=mention.id,
                actor="1",
            )
            if await unit.outbox.add(draft, created_at=datetime.now(UTC)) is not None:
                stage.replies.append(word)

    store = await SqlStore.open(stage.database, clock=SystemClock())
    try:
        await store.write(reply)
    finally:
        await store.close()


def unsettled(stage: Stage) -> list[str]:
    """Say what is still to be read or sent."""
    cursors: dict[str, str] = dict(stage.ask("SELECT name, cursor FROM feeds"))
    waiting = stage.ask("SELECT key FROM actions WHERE state IN ('pending', 'sending')")
    seen = {name for (names,) in stage.ask("SELECT names FROM seen_names") for name in json.loads(names)}
    world = stage.reddit.world
    listed = {
        name
        for comments in (True, False)
        for listing in world.listings(("korea", "busan"), comments=comments)
        for _, name in listing.entries()
    }
    newest = {channel: stage.discord.messages(channel)[-1:] for channel in (stage.talk, stage.vault)}
    behind = [
        f"#{channel.name}"
        for channel, last in newest.items()
        if last and int(cursors.get(f"discord:{channel.id}") or 0) < last[0].id
    ]
    return [key for (key,) in waiting] + sorted(listed - seen)[:5] + behind


def own_messages(stage: Stage) -> list[tuple[str, str]]:
    """Return whom each of our messages answers (`card` for those in the staff channel), and its text."""
    on_reddit = [(thing.parent or "", thing.text) for thing in stage.reddit.world.own_things()]
    spoken = [one for channel in (stage.talk, stage.vault) for one in stage.discord.messages(channel)]
    on_discord = [(str(one.reply_to), one.shown_text) for one in spoken if one.author_id == stage.discord.bot.id]
    return [*on_reddit, *on_discord, *(("card", one.shown_text) for one in stage.discord.messages(stage.cards))]
