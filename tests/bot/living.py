"""`maeari run` as a process against the stand-ins: what a test writes, starts, waits for and stops."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.clock import SystemClock
from lab.discord import Channel, Guild, Member, Message, Role, StandInDiscord
from lab.reddit import StandInReddit, Thing

ROOT = Path(__file__).parents[2]
PATIENCE = 40.0
"""Real seconds that anything may take on a busy machine; all of it takes a second or two."""
STOPPED_WITHIN = 5.0
"""Seconds that SIGTERM may take."""
SUBREDDIT = "gadgets"


@dataclass(slots=True)
class Town:
    """Both platforms, with a guild, a channel to talk in, a staff channel, a subreddit, and people."""

    discord: StandInDiscord
    reddit: StandInReddit
    guild: Guild
    staff: Role
    talk: Channel
    cards: Channel
    sora: Member
    """On the staff, uses Discord in Korean."""
    minho: Member
    thread: Thing
    """A submission."""
    folder: Path

    @property
    def data(self) -> Path:
        """The data folder of the configuration."""
        return self.folder / "data"

    def discord_table(self) -> dict[str, object]:
        """Return `[discord]`."""
        return {
            "token": self.discord.token,
            "home_guild": self.guild.id,
            "staff_channel": self.cards.id,
            "staff_roles": [self.staff.id],
            "api_url": self.discord.api_url,
            "gateway_url": self.discord.gateway_url,
            "cdn_url": self.discord.cdn_url,
        }

    def reddit_table(self) -> dict[str, object]:
        """Return `[reddit]`."""
        keys = self.reddit.credentials
        return {
            "client_id": keys.client_id,
            "client_secret": keys.client_secret,
            "username": keys.username,
            "password": keys.password,
            "user_agent": "linux:maeari-test:v1 (by /u/maeari_bot)",
            "subreddits": [SUBREDDIT],
            "poll_seconds": 0.2,
            "oauth_url": self.reddit.url,
            "reddit_url": self.reddit.url,
        }

    def write_config(self, *, without: Collection[str] = (), **changes: Mapping[str, object]) -> None:
        """Write config.toml; `without` names platforms to leave out, `changes` are merged into its tables."""
        hour = datetime.now(UTC).hour
        tables: dict[str, Mapping[str, object]] = {
            "maeari": {"data_dir": str(self.data)},
            # Never quiet now: nobody would be thanked.
            "privacy": {"quiet_hours": [f"{(hour + 11) % 24:02}:00", f"{(hour + 12) % 24:02}:00"]},
        }
        platforms = {"discord": self.discord_table(), "reddit": self.reddit_table()}
        tables |= {name: table for name, table in platforms.items() if name not in without}
        for name, keys in changes.items():
            tables[name] = {**tables.get(name, {}), **keys}
        lines = [
            line
            for name, keys in tables.items()
            for line in (
                f"[{name}]",
                *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items()),
            )
        ]
        lines += ["[[brands]]", 'name = "Lumora"', 'terms = ["lumora", "루모라"]']
        (self.folder / "config.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def shown(self, channel: Channel) -> list[str]:
        """Return what is to be read in a channel, message by message."""
        return [message.shown_text for message in self.discord.messages(channel)]

    def cards_about(self, words: str) -> list[Message]:
        """Return the staff channel's messages that show these words."""
        return [message for message in self.discord.messages(self.cards) if words in message.shown_text]


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    """Start both stand-ins."""
    clock = SystemClock()
    async with StandInDiscord(clock) as discord, StandInReddit(clock) as reddit:
        guild = discord.add_guild("Lumora Home")
        staff = discord.add_role(guild, "Staff", ["manage_messages"])
        reddit.world.add_subreddit(SUBREDDIT)
        yield Town(
            discord,
            reddit,
            guild,
            staff,
            talk=discord.add_channel(guild, "talk"),
            cards=discord.add_channel(guild, "cards", visible_to=[staff]),
            sora=discord.add_member(guild, "sora", locale="ko", roles=[staff]),
            minho=discord.add_member(guild, "minho"),
            thread=reddit.world.add_submission(SUBREDDIT, "The weekly thread", by="op"),
            folder=folder,
        )


class Process:
    """One `maeari …` process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.stdout = ""
        self.stderr = ""
        self._reading = asyncio.gather(self._read_stdout(), self._read_stderr())

    async def _read_stdout(self) -> None:
        assert self._process.stdout is not None
        self.stdout = (await self._process.stdout.read()).decode()

    async def _read_stderr(self) -> None:
        assert self._process.stderr is not None
        while chunk := await self._process.stderr.read(65536):
            self.stderr += chunk.decode()

    async def says(self, words: str) -> None:
        """Wait until it has said something on stderr."""
        await until(lambda: words in self.stderr or self._process.returncode is not None, lambda: self.stderr)
        assert words in self.stderr, self.stderr

    async def ends(self) -> tuple[int, float]:
        """Wait for its end; return the exit code and the real seconds it took."""
        began = time.monotonic()
        async with asyncio.timeout(PATIENCE):
            code = await self._process.wait()
            await self._reading
        assert "Traceback" not in self.stderr, self.stderr
        return code, time.monotonic() - began

    async def stop(self) -> tuple[int, float]:
        """Send SIGTERM; return the exit code and the real seconds it took to end."""
        self._process.terminate()
        return await self.ends()

    async def kill(self) -> None:
        """End it, whatever it does."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._reading


@asynccontextmanager
async def maeari(folder: Path, *arguments: str, **environment: str) -> AsyncIterator[Process]:
    """Start `maeari ARGUMENTS…` (default: run) in a folder; it is killed at the end where it still lives."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MAEARI_", "LC_", "LANG"))}
    process = Process(
        await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot"),
            *(arguments or ("run",)),
            cwd=folder,
            env={**kept, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    )
    try:
        yield process
    finally:
        await process.kill()


async def until(holds: Callable[[], object], seen: Callable[[], object] = lambda: "") -> None:
    """Wait until something holds; `seen` is shown where it never does."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < PATIENCE, seen()
        await asyncio.sleep(0.02)


async def at_gateway(place: Town) -> None:
    """Wait until a client has joined the gateway and knows the guild."""
    await until(lambda: place.discord.gateway.connections)
    await place.discord.gateway.barrier(PATIENCE)
