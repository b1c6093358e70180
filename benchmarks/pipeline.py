"""From a parsed post to its durable row: the whole intake, against matching and scoring alone on the same texts."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from benchmarks.matching import REDDIT_POSTS_A_SECOND, brands, corpus, term_list
from benchmarks.row import BenchOptions, Row
from bot.logs import configure_logging
from bot.pipeline import Pipeline, open_pipeline
from core.clock import SystemClock
from core.heap import frozen_heap
from core.settings import Settings
from core.types.post import Author, Batch, Post, PostKind, PostRef, Source
from listeners.replay.options import BATCH_POSTS
from matching.matcher import BrandMatcher
from sentiment.judge import TextJudge
from sentiment.workers import running_workers, spare_cores
from storage.store import SqlStore

TERMS = 1_000
BATCH = BATCH_POSTS
"""Posts handed over at once, as `replay` does."""
WORKERS = spare_cores()
"""Processes that judge beside the pipeline, as `replay` starts them."""
ROUNDS = 5
"""How often both sides are timed, in turns; the best of each counts, so that a busy machine is fair to both."""
FEW = 0.005
"""Share of posts that are given a brand's name, as in a general community."""
MOST = 0.048
"""The same with the chance hits of made-up names on top: just under 5 %, the most the bar speaks of."""
STARTED = datetime(2026, 11, 9, tzinfo=UTC)
FLAT = 0.05
"""How much resident memory may differ between the 200,000th and the last post."""
MEMORY_FROM = 200_000
MEMORY_TO = 1_000_000
MEMORY_TO_SHORT = 300_000
"""Where a short run stops; only the full one proves the bar."""


def rows(options: BenchOptions) -> Iterable[Row]:
    """Time the pipeline with few and with only hits, then watch its memory."""
    names = term_list(TERMS)
    count = 400_000 if options.full else 200_000
    yield from _few_hits(names, corpus(names, count, hit_share=FEW), is_bar=False)
    yield from _few_hits(names, corpus(names, count, hit_share=MOST), is_bar=True)
    yield from _all_hits(names, _only_hits(names, 6_000 if options.full else 2_500))
    yield _memory(options)


def _few_hits(names: Sequence[str], texts: Sequence[str], *, is_bar: bool) -> Iterable[Row]:
    """Compare with bare matching.

    A mention costs a hundred times a match, so the share of hits decides: the must is taken at the most the bar speaks
    of; what a bot in general communities sees is printed beside it as a goal.
    """
    matcher = BrandMatcher(brands(names))
    share = sum(1 for text in texts if matcher.match(text)) / len(texts)
    pairs = [(_timed(lambda: _each(matcher.match, texts)), _intake_seconds(names, texts)) for _ in range(ROUNDS)]
    alone, whole = (len(texts) / min(pair[side] for pair in pairs) for side in (0, 1))
    name, reference = f"post to durable row, 1,000 terms, {share:.1%} hits", "matching alone, same texts"
    yield _against(name, whole, reference, alone, 0.25, "must" if is_bar else "goal")
    if is_bar:
        yield _reddit(f"post to durable row, {share:.1%} hits", whole, 100)


def _all_hits(names: Sequence[str], texts: Sequence[str]) -> Iterable[Row]:
    matcher, judge = BrandMatcher(brands(names)), TextJudge.load()
    of_name = {brand.name: brand for brand in matcher.brands}
    found = [(text, hits, of_name[hits[0].brand]) for text in texts if (hits := matcher.match(text))]

    def score() -> None:
        for text, hits, brand in found:
            judge.assess(text, brand, hits)

    score()  # fills the caches both sides share
    pairs = [(_timed(score), _intake_seconds(names, texts)) for _ in range(ROUNDS)]
    alone, whole = (len(texts) / min(pair[side] for pair in pairs) for side in (0, 1))
    yield _against("post to durable row, 1,000 terms, all hits", whole, "the scorer alone, same texts", alone, 0.5)
    yield _reddit("post to durable row, all hits", whole, 10)


def _against(
    name: str, value: float, reference: str, speed: float, bar: float, kind: Literal["must", "goal"] = "must"
) -> Row:
    ratio = value / speed
    return Row(name, value, "posts/s", reference, ratio, f">= {bar:g}", kind, ratio >= bar)


def _reddit(name: str, value: float, bar: int) -> Row:
    ratio = value / REDDIT_POSTS_A_SECOND
    reference = f"all of Reddit, {REDDIT_POSTS_A_SECOND} posts/s"
    return Row(f"{name}, against all of Reddit", value, "posts/s", reference, ratio, f">= {bar}", "goal", ratio >= bar)


def _only_hits(names: Sequence[str], count: int) -> list[str]:
    """Return posts that each name one brand."""
    matcher = BrandMatcher(brands(names))
    return [
        text if matcher.match(text) else f"{names[number % len(names)]} {text}"
        for number, text in enumerate(corpus(names, count))
    ]


def _each(function: Callable[[str], object], texts: Sequence[str]) -> None:
    for text in texts:
        function(text)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _intake_seconds(names: Sequence[str], texts: Sequence[str]) -> float:
    """Return the seconds from parsed posts to durable rows, in a new database on disk, as `replay` takes them in."""
    batches = _batches(_posts(texts))

    async def work(pipeline: Pipeline) -> float:
        started = time.perf_counter()
        await _take(pipeline, batches)
        return time.perf_counter() - started

    return asyncio.run(_with_pipeline(names, work))


async def _take(pipeline: Pipeline, batches: Sequence[Batch]) -> None:
    async def each() -> AsyncIterator[Batch]:
        for batch in batches:
            yield batch

    async for _ in pipeline.intake.take_all(each()):
        pass


async def _with_pipeline(names: Sequence[str], work: Callable[[Pipeline], Awaitable[float]]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        store = await SqlStore.open(Path(folder) / "bench.db", clock=SystemClock())
        try:
            async with running_workers(WORKERS) as workers:
                await workers.ready()
                pipeline = await open_pipeline(Settings(), store, brands=brands(names), dockets=workers.docket)
                with frozen_heap():
                    return await work(pipeline)
        finally:
            await store.close()


def _posts(texts: Sequence[str], first: int = 0) -> list[Post]:
    return [
        Post(
            ref=PostRef(Source.REDDIT, "gadgets", f"t1_{number:x}"),
            kind=PostKind.COMMENT,
            text=text,
            created_at=STARTED + timedelta(seconds=number),
            author=Author(f"t2_{number % 5_000:x}", f"user{number % 5_000}"),
        )
        for number, text in enumerate(texts, first)
    ]


def _batches(posts: Sequence[Post]) -> list[Batch]:
    """Return the batches that `replay` makes of these posts."""
    return [
        Batch(feed="file:bench.jsonl", posts=tuple(posts[start : start + BATCH]), history=True)
        for start in range(0, len(posts), BATCH)
    ]


def _memory(options: BenchOptions) -> Row:
    """Run the pipeline in a process of its own over many posts and compare its resident memory."""
    until = MEMORY_TO if options.full else MEMORY_TO_SHORT
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.pipeline", str(until)], capture_output=True, text=True, check=True
    )
    first, last = (float(value) for value in done.stdout.split())
    ratio = last / first
    ok = abs(ratio - 1) <= FLAT if options.full else None
    return Row(
        f"resident memory after {until:,} posts",
        last / 2**20,
        "MiB",
        f"after {MEMORY_FROM:,} posts",
        ratio,
        "within 5 %",
        "must",
        ok,
        "" if options.full else "a short run: --full goes to 1,000,000 posts",
    )


def _watch_memory(until: int) -> tuple[int, int]:
    """Take `until` posts and return the resident bytes after `MEMORY_FROM` and after all."""
    names = term_list(TERMS)
    texts = corpus(names, 20_000)
    seen: list[int] = []

    async def work(pipeline: Pipeline) -> float:
        for start in range(0, until, len(texts)):
            await _take(pipeline, _batches(_posts(texts, start)))
            if start + len(texts) in (MEMORY_FROM, until):
                seen.append(_resident())
        return 0.0

    asyncio.run(_with_pipeline(names, work))
    return seen[0], seen[-1]


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    configure_logging("console", level=logging.ERROR)
    print(*_watch_memory(int(sys.argv[1])))  # noqa: T201
