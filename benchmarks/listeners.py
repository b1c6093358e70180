"""What listening costs: beside bare PRAW and bare discord.py, in a burst, in a flood, and at the end."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import _bot
from benchmarks._loopback import PAGE_NEW, serve_reddit, serving
from benchmarks.row import BenchOptions, Row
from core.clock import SystemClock
from core.settings import RedditSection
from core.types.post import PostRef, Source

if TYPE_CHECKING:
    from lab.reddit import StandInReddit

PAGES = 60
CEILING_PAGES_A_SECOND = 100 / 60
"""100 requests a minute: all that Reddit allows a client id."""
BURST = 900
CLIENT = {
    "client_id": "stand-in-client",
    "client_secret": "stand-in-secret",
    "username": "maeari_bot",
    "password": "stand-in-password",
    "user_agent": "linux:maeari-bench:1.0 (by /u/maeari_bot)",
}
END_SECONDS = 5.0
"""SIGTERM to exit."""


def rows(options: BenchOptions) -> Iterable[Row]:
    """Measure the listeners over loopback and yield their figures; each stand-in has a process of its own."""
    yield asyncio.run(_burst())
    yield from _polling_cost()
    yield from _bot.rows(options)
    yield _ending()


class _Memory:
    """What a listener asks of the store, in memory."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.cursors: dict[str, str] = {}

    async def cursor(self, feed: str) -> str | None:
        return self.cursors.get(feed)

    async def known(self, feed: str, native_ids: Collection[str]) -> set[str]:  # noqa: ARG002
        return self.seen.intersection(native_ids)

    async def watched(self, source: Source, *, limit: int) -> list[PostRef]:  # noqa: ARG002
        return []

    async def mark_checked(self, refs: Collection[PostRef]) -> None:
        """Nothing is watched."""


def _reddit_section(url: str, **sides: object) -> RedditSection:
    return RedditSection.model_validate(
        {**CLIENT, "oauth_url": url, "reddit_url": url, "subreddits": ("bench",), **sides}
    )


# -- Reddit


async def _burst() -> Row:
    """Count the pages that 900 comments written within a second take, after quiet polls."""
    from lab.reddit import StandInReddit
    from listeners.reddit.listener import RedditListener

    memory, seen = _Memory(), 0
    async with _stand_in(StandInReddit(SystemClock())) as reddit:
        link = reddit.world.add_submission("bench", "thread")
        listener = RedditListener(_reddit_section(reddit.url), memory, SystemClock())

        async def pull() -> None:
            nonlocal seen
            async for batch in listener.batches():
                memory.seen.update(batch.seen)
                memory.cursors.update({batch.feed: batch.cursor} if batch.cursor else {})
                seen += len(batch.posts)

        pulling = asyncio.create_task(pull())
        for text in ("one", "two"):
            reddit.world.add_comment(link, text)
            await listener.polled()
        before, pages = seen, listener.states()["reddit:comments:bench"].pages
        for number in range(BURST):
            reddit.world.add_comment(link, f"burst {number}")
        began = time.perf_counter()
        await listener.polled()
        seconds = time.perf_counter() - began
        pages = listener.states()["reddit:comments:bench"].pages - pages
        await listener.close()
        await pulling
    complete = seen - before == BURST
    return Row(
        "requests for a burst of 900 comments",
        pages,
        "requests",
        bar="<= 15, complete",
        kind="must",
        ok=complete and pages <= 15,
        note=f"{seen - before} of {BURST} seen in {seconds:.2f} s",
    )


@asynccontextmanager
async def _stand_in(reddit: StandInReddit) -> AsyncIterator[StandInReddit]:
    await reddit.start()
    try:
        yield reddit
    finally:
        await reddit.close()


def _polling_cost() -> Iterable[Row]:
    with serving(serve_reddit) as pipe:
        url = pipe.recv()
        # In this order: the feed has to know the ground that the bare pages then leave behind.
        ours, posts = asyncio.run(_polled_pages(url))
        bare = _bare_pages(url)
    share = ours * CEILING_PAGES_A_SECOND
    yield Row(
        "polling at the API's ceiling of 167 items/s",
        100 * share,
        "% of core",
        reference="bare Reddit.request",
        ratio=ours / bare,
        bar="<= 4",
        kind="must",
        ok=ours / bare <= 4,
        note=f"{1e3 * ours:.1f} ms of CPU a page, bare {1e3 * bare:.1f}; {posts} posts",
    )


def _bare_pages(url: str) -> float:
    """Return the CPU seconds a page costs with `Reddit.request` alone."""
    import praw

    reddit = praw.Reddit(
        oauth_url=url,
        reddit_url=url,
        check_for_updates=False,
        check_for_async=False,
        client_id=CLIENT["client_id"],
        client_secret=CLIENT["client_secret"],
        user_agent=CLIENT["user_agent"],
    )
    reddit.request(method="GET", path="r/bench/comments", params={"limit": 100})
    began = time.process_time()
    for _ in range(PAGES):
        reddit.request(method="GET", path="r/bench/comments", params={"limit": 100})
    return (time.process_time() - began) / PAGES


async def _polled_pages(url: str) -> tuple[float, int]:
    """Return the CPU seconds a page costs in a feed that is polled, ledger and batches included."""
    from listeners.handover import Handover
    from listeners.reddit.feed import Feed, listing_plan
    from listeners.reddit.pace import Pace
    from listeners.reddit.things import People
    from listeners.reddit.transport import RedditTransport
    from listeners.tasks import Tasks

    transport, handover, memory = RedditTransport(_reddit_section(url)), Handover(), _Memory()
    posts, started = 0, asyncio.Event()

    async def again() -> None:
        started.set()
        feed.poke()

    feed = Feed(
        listing_plan("comments", ("bench",)), transport, memory, SystemClock(), handover, pace=Pace(1.0), on_poll=again
    )
    tasks = Tasks(handover.fail)
    tasks.start(feed.run(People()))
    began, pages = 0.0, 0
    async for batch in handover.batches():
        memory.seen.update(batch.seen)
        memory.cursors.update({batch.feed: batch.cursor} if batch.cursor else {})
        if not started.is_set():
            continue
        if not began:
            began, pages = time.process_time(), feed.state.pages
        posts += len(batch.posts)
        if posts >= PAGES * PAGE_NEW:
            break
    spent = (time.process_time() - began) / max(feed.state.pages - pages, 1)
    await tasks.end()
    await transport.close()
    return spent, posts


# -- the end


def _ending() -> Row:
    """Time SIGTERM to exit of the whole bot while an answer hangs for 30 seconds."""
    return asyncio.run(_end_in_a_hanging_answer())


async def _end_in_a_hanging_answer() -> Row:
    from lab.faults import Fault, FaultKind
    from lab.reddit import StandInReddit

    async with _stand_in(StandInReddit(SystemClock())) as reddit:
        reddit.world.add_submission("bench", "thread")
        reddit.faults.add(Fault(kind=FaultKind.HANG, route="/r/*", seconds=30, times=None))
        with tempfile.TemporaryDirectory() as folder:
            config = _written_config(folder, reddit.url)
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", "--config", str(config), stdout=DEVNULL, stderr=DEVNULL
            )
            try:
                seconds = await _end(process, reddit)
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
    return Row(
        "SIGTERM to exit inside a 30 s answer",
        seconds,
        "s",
        bar=f"<= {END_SECONDS:g}",
        kind="must",
        ok=seconds <= END_SECONDS,
        note=f"exit code {process.returncode}",
    )


def _written_config(folder: str, url: str) -> Path:
    config = Path(folder, "config.toml")
    keys = {**CLIENT, "oauth_url": url, "reddit_url": url}
    lines = [f'[maeari]\ndata_dir = "{folder}/data"\n[reddit]\nsubreddits = ["bench"]']
    config.write_text("\n".join(lines + [f'{key} = "{value}"' for key, value in keys.items()]) + "\n", "utf-8")
    return config


async def _end(process: Process, reddit: StandInReddit) -> float:
    async with asyncio.timeout(60):
        # The bot hangs in the listing's answer once it has signed in and a request is open.
        while not reddit.open_requests or not reddit.seen("GET", "/api/v1/me"):
            if process.returncode is not None:
                raise RuntimeError(f"the bot ended by itself with exit code {process.returncode}")
            await asyncio.sleep(0.02)
    began = time.perf_counter()
    process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(process.wait(), 40)
    return time.perf_counter() - began
