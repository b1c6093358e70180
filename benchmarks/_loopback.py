"""Stand-ins in a process of their own, so that their work does not count as the client's."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

from core.clock import SystemClock

TALK = (
    "has anybody seen the match yesterday, what a finish that was",
    "오늘 점심 뭐 먹지 진짜 고민된다 추천 좀 해주세요",
    "my train was late again so I walked home and it started raining",
    "이번 주말에 같이 게임하실 분 구합니다 초보도 환영해요",
    "the new season is fine but I miss the old soundtrack a lot",
)
"""Talk that names nobody."""
PAGE_NEW = 75
"""New comments a page brings: a full page less the overlap."""


@contextmanager
def serving(serve: Callable[..., None], *arguments: object) -> Iterator[Connection]:
    """Run a server in another process; its first message over the pipe says where it listens."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, *arguments), daemon=True)
    process.start()
    try:
        yield ours
    finally:
        process.terminate()
        process.join(5)


def serve_reddit(pipe: Connection) -> None:
    """Serve a subreddit whose comments grow by PAGE_NEW with each page that is read."""
    asyncio.run(_serve_reddit(pipe))


async def _serve_reddit(pipe: Connection) -> None:
    from lab.reddit import StandInReddit

    reddit = StandInReddit(SystemClock())
    link = reddit.world.add_submission("bench", "thread")
    await reddit.start()
    count = 0

    def grow(comments: int) -> None:
        nonlocal count
        for _ in range(comments):
            count += 1
            reddit.world.add_comment(link, f"{TALK[count % len(TALK)]} {count}", by=f"user{count % 500}")

    listings = reddit.world.listings

    def listings_that_grow(subreddits: Iterable[str], *, comments: bool) -> Any:
        grow(PAGE_NEW)
        return listings(subreddits, comments=comments)

    setattr(reddit.world, "listings", listings_that_grow)  # noqa: B010 - the benchmark's own stand-in, made to grow
    pipe.send(reddit.url)
    with suppress(EOFError):  # whoever started us has ended
        await asyncio.to_thread(pipe.recv)


def serve_discord(pipe: Connection) -> None:
    """Serve a guild; each number that comes over the pipe, with a rate, makes so many messages."""
    asyncio.run(_serve_discord(pipe))


async def _serve_discord(pipe: Connection) -> None:
    from lab.discord import StandInDiscord

    discord = StandInDiscord(SystemClock())
    await discord.start()
    guild = discord.add_guild("bench")
    staff = discord.add_role(guild, "staff")
    channel = discord.add_channel(guild, "talk")
    cards = discord.add_channel(guild, "cards", visible_to=[staff])
    people = [discord.add_member(guild, f"user{number}") for number in range(200)]
    pipe.send((discord.api_url, discord.gateway_url, discord.cdn_url, discord.token, guild.id, cards.id, staff.id))
    loop = asyncio.get_running_loop()
    while True:
        try:
            count, rate, named = await asyncio.to_thread(pipe.recv)
        except EOFError:  # whoever started us has ended
            return
        began = loop.time()
        for number in range(count):
            text = f"{TALK[number % len(TALK)]} {number}"
            if named and number % named == 0:
                text = f"my lumora broke for the {number}th time, this is terrible"
            await discord.say(people[number % len(people)], channel, text)
            if number % 50 == 0:
                await asyncio.sleep(max(0.0, began + number / rate - loop.time()) if rate else 0)
                while discord.gateway.backlog > 2_000:  # noqa: ASYNC110 - nothing tells when it shrinks
                    await asyncio.sleep(0.002)
