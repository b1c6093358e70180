"""The whole bot on loopback: events per core, how late the loop gets in a flood, and how fast a card is there."""

from __future__ import annotations

import asyncio
import logging
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, NamedTuple

from benchmarks._loopback import serve_discord, serving
from benchmarks.row import BenchOptions, Row
from core.clock import SystemClock
from core.settings import Settings
from core.types.post import Batch

if TYPE_CHECKING:
    from bot.app import Application
    from engagement.intake.pipeline import Taken
    from listeners.discord import DiscordListener

TERMS = 1_000
FLOOD_RATE = 500
"""Messages a second."""
NAMED_EVERY = 20
"""One message of a flood in so many names the brand: 5 %."""
LAG_STEP = 0.005
"""Seconds between two looks at how late the loop is."""
MEMORY_MB = 200
MEMORY_RATE = 2_000
"""Messages a second while memory is measured: faster than any guild talks."""
MEMORY_NAMED_EVERY = 100
CARD_SECONDS = 0.3
POLL_SECONDS = 1.0


class Town(NamedTuple):
    """Where the stand-in Discord of another process listens, and what stands there."""

    api_url: str
    gateway_url: str
    cdn_url: str
    token: str
    guild: int
    cards: int
    staff: int


def rows(options: BenchOptions) -> Iterable[Row]:
    """Measure the bot; the stand-in Discord runs in another process."""
    events = 20_000 if options.full else 6_000
    with serving(serve_discord) as pipe:
        town = Town(*pipe.recv())
        bare = asyncio.run(_bare(pipe, town, events))
        ours = asyncio.run(_flooded(pipe, town, events))
    yield Row(
        "Discord events per core, unmatched talk",
        1 / ours,
        "events/s",
        reference="bare discord.py client",
        ratio=bare / ours,
        bar=">= 0.5",
        kind="must",
        ok=bare / ours >= 0.5,
        note=f"{1e6 * ours:.0f} us of CPU an event, bare {1e6 * bare:.0f}; {TERMS} terms, judged and stored like live",
    )
    with serving(serve_discord) as pipe:
        yield asyncio.run(_flood(pipe, Town(*pipe.recv()), 60 if options.full else 8))
    yield from asyncio.run(_cards(20 if options.full else 6))
    yield _memory(200_000 if options.full else 0)


def _settings(town: Town, folder: str, *, joins: bool = True, **reddit: object) -> Settings:
    terms = ["lumora", "루모라", *(f"brandterm{number}" for number in range(TERMS - 2))]
    return Settings.model_validate(
        {
            "maeari": {"data_dir": folder},
            "brands": [{"name": "Lumora", "terms": terms}],
            "discord": {
                "token": town.token,
                "home_guild": town.guild,
                "staff_channel": town.cards,
                "staff_roles": (town.staff,),
                "api_url": town.api_url,
                "gateway_url": town.gateway_url,
                "cdn_url": town.cdn_url,
            },
            "reddit": reddit,
            # Alike complaints join one case: where each is to get a card of its own, they may not.
            "policy": {} if joins else {"flags": {"burst_minutes": 0}},
        }
    )


@asynccontextmanager
async def _running(town: Town, *, joins: bool = True, **reddit: object) -> AsyncIterator[Application]:
    from bot.app import Application

    with tempfile.TemporaryDirectory() as folder:
        app = await Application.open(_settings(town, folder, joins=joins, **reddit))
        try:
            await app.start()
            while app.discord is None or not app.discord.is_level:  # noqa: ASYNC110 - only properties tell
                await asyncio.sleep(0.01)
            yield app
        finally:
            await app.close()


async def _bare(pipe: Connection, town: Town, events: int) -> float:
    """Return the CPU seconds an event costs a client that only counts."""
    import discord
    import yarl
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = town.api_url, yarl.URL(town.gateway_url)
    client = discord.Client(
        intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=True),
        max_messages=None,
        chunk_guilds_at_startup=False,
    )
    counter = _Counter(events)

    @client.event
    async def on_message(_: discord.Message) -> None:
        counter.add(1)

    running = asyncio.create_task(client.start(town.token))
    try:
        while not client.is_ready():  # noqa: ASYNC110 - wait_until_ready needs a loop that login sets up
            await asyncio.sleep(0.01)
        return await counter.cost(lambda: pipe.send((events, 0, 0)))
    finally:
        await client.close()
        await asyncio.gather(running, return_exceptions=True)


async def _flooded(pipe: Connection, town: Town, events: int) -> float:
    """Return the CPU seconds an event costs the bot, from the socket to the committed batch."""
    async with _running(town) as app:
        counter = _Counter(events)
        app.on_taken = counter.batch
        return await counter.cost(lambda: pipe.send((events, 0, 0)))


class _Counter:
    """Counts what came through, and the CPU that was spent meanwhile."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self.seen = 0
        self.done = asyncio.Event()

    def add(self, count: int) -> None:
        """Count some."""
        self.seen += count
        if self.seen >= self._wanted:
            self.done.set()

    def batch(self, batch: Batch, _: Taken) -> None:
        """Count a batch's posts."""
        self.add(len(batch.posts))

    async def cost(self, begin: Callable[[], None]) -> float:
        """Return the CPU seconds each takes once `begin` was called."""
        began = time.process_time()
        begin()
        async with asyncio.timeout(300):
            await self.done.wait()
        return (time.process_time() - began) / self._wanted


class Flooded(NamedTuple):
    """What a flood did to the bot."""

    seconds: float
    """From the first message to the last committed one."""
    wanted: int
    """Messages that name the brand."""
    found: int
    """Mentions stored."""
    most_waiting: int
    """Events that waited at most."""
    overflowed: int
    """Posts that found no room in the queue."""
    lag_p50: float
    """Seconds the loop was late."""
    lag_p99: float
    lag_max: float


async def flooded(pipe: Connection, town: Town, seconds: int) -> Flooded:
    """Send 500 messages a second for so long, of which some are judged, and watch loop and queue."""
    events = FLOOD_RATE * seconds
    async with _running(town) as app:
        counter, lags, waiting = _Counter(events), list[float](), list[int]()
        app.on_taken = counter.batch
        assert app.discord is not None
        watching = asyncio.create_task(_watch(app.discord, lags, waiting))
        began = time.perf_counter()
        pipe.send((events, FLOOD_RATE, NAMED_EVERY))
        async with asyncio.timeout(seconds + 60):
            await counter.done.wait()
        took = time.perf_counter() - began
        watching.cancel()
        found, overflowed = app.pipeline.intake.mentions_found, app.discord.counts().overflowed
    late = statistics.quantiles(lags, n=100)
    wanted = -(-events // NAMED_EVERY)
    return Flooded(took, wanted, found, max(waiting), overflowed, late[49], late[98], max(lags))


async def _flood(pipe: Connection, town: Town, seconds: int) -> Row:
    flood = await flooded(pipe, town, seconds)
    return Row(
        f"loop lag p99 at {FLOOD_RATE} messages/s",
        1e3 * flood.lag_p99,
        "ms",
        bar="<= 20",
        ok=flood.lag_p99 <= 0.02,
        note=f"{seconds} s; p50 {1e3 * flood.lag_p50:.1f}, max {1e3 * flood.lag_max:.0f} ms; "
        f"{flood.found} of {flood.wanted} mentions, at most {flood.most_waiting} waiting",
    )


async def _watch(listener: DiscordListener, lags: list[float], waiting: list[int]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        wanted = loop.time() + LAG_STEP
        await asyncio.sleep(LAG_STEP)
        lags.append(loop.time() - wanted)
        waiting.append(listener.waiting)


async def _cards(samples: int) -> Iterable[Row]:
    """Time from a post to its card in the staff channel, stand-ins in this process."""
    from lab.discord import StandInDiscord
    from lab.reddit import StandInReddit

    clock = SystemClock()
    discord, reddit = StandInDiscord(clock), StandInReddit(clock)
    await discord.start()
    await reddit.start()
    guild = discord.add_guild("bench")
    staff = discord.add_role(guild, "staff")
    talk, cards = discord.add_channel(guild, "talk"), discord.add_channel(guild, "cards", visible_to=[staff])
    people = [discord.add_member(guild, f"user{number}") for number in range(samples)]
    reddit.world.add_subreddit("bench")
    known = reddit.credentials
    town = Town(discord.api_url, discord.gateway_url, discord.cdn_url, discord.token, guild.id, cards.id, staff.id)

    async def card_after(write: Callable[[int], object], number: int) -> float:
        wanted = len(discord.world.messages(cards)) + 1
        began = time.perf_counter()
        written = write(number)
        if asyncio.iscoroutine(written):
            await written
        async with asyncio.timeout(60):
            while len(discord.world.messages(cards)) < wanted:  # noqa: ASYNC110 - the stand-in tells nobody
                await asyncio.sleep(0.002)
        return time.perf_counter() - began

    sides = {
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "username": known.username,
        "password": known.password,
        "user_agent": "linux:maeari-bench:1.0 (by /u/maeari_bot)",
        "oauth_url": reddit.url,
        "reddit_url": reddit.url,
        "subreddits": ("bench",),
        "poll_seconds": POLL_SECONDS,
    }
    text = "my lumora stopped working again and nobody answers, this is terrible"
    try:
        async with _running(town, joins=False, **sides):
            on_discord = [
                await card_after(lambda n: discord.say(people[n], talk, f"{text} {n}"), n) for n in range(samples)
            ]
            on_reddit = [
                await card_after(lambda n: reddit.world.add_submission("bench", f"{text} {n}", by=f"r{n}"), n)
                for n in range(samples)
            ]
    finally:
        await reddit.close()
        await discord.close()
    # Three feeds share the polls of quiet ones: 4.5 s each.
    return [_latency("Discord", on_discord, CARD_SECONDS), _latency("Reddit", on_reddit, 4.5 + 1)]


def _latency(name: str, seconds: list[float], bar: float) -> Row:
    parts = statistics.quantiles(seconds, n=100, method="inclusive")
    return Row(
        f"{name} post to staff card, p95",
        parts[94],
        "s",
        bar=f"<= {bar:g}",
        ok=parts[94] <= bar,
        note=f"{len(seconds)} samples; p50 {parts[49]:.3f}, p99 {parts[98]:.3f} s",
    )


def _memory(events: int) -> Row:
    """Return the resident memory of a bot that has a process to itself, after many posts."""
    name, bar = "memory after 200,000 posts", f"<= {MEMORY_MB} MB"
    if not events:
        return Row(name, 0, "MB", bar=bar, note="with --full only: it takes two minutes")
    with serving(serve_discord) as pipe:
        town = pipe.recv()
        with serving(_bot_alone, town, events) as alone:
            before: float = alone.recv()
            pipe.send((events, MEMORY_RATE, MEMORY_NAMED_EVERY))
            used: float = alone.recv()
    note = f"the bot in a process of its own; {before:.0f} MB before the first post"
    return Row(name, used, "MB", bar=bar, ok=used <= MEMORY_MB, note=note)


def _bot_alone(pipe: Connection, town: tuple[str, str, str, str, int, int, int], events: int) -> None:
    """Run a bot until it has taken so many posts; tell its memory before and after, in MB."""
    import psutil
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))

    async def run() -> None:
        async with _running(Town(*town)) as app:
            counter = _Counter(events)
            app.on_taken = counter.batch
            pipe.send(psutil.Process().memory_info().rss / 2**20)
            async with asyncio.timeout(600):
                await counter.done.wait()
            pipe.send(psutil.Process().memory_info().rss / 2**20)

    asyncio.run(run())
