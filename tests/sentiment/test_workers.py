"""Judging beside the process: the same assessments, in order, whatever becomes of the workers."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types.assessment import Assessment
from core.types.brand import Brand, Term
from core.types.mention import Hit
from sentiment.judge import TextJudge
from sentiment.wire import Frames, frame
from sentiment.workers import Workers, running_workers

LUMORA = Brand("Lumora", (Term("lumora"), Term("루모라")))
TEXTS = [
    text.format(number=number)
    for number in range(40)
    for text in (
        "Lumora lost order {number}, nobody answers 😡",
        "루모라 {number}번째 샀는데 정말 최고예요 ㅋㅋ",
        "does the Lumora {number} fit a desk?",
    )
]
HALF_CHARACTER = "Lumora \ud83d broke after {} days"


def _hits(text: str) -> tuple[Hit, ...]:
    name = "Lumora" if "Lumora" in text else "루모라"
    start = text.index(name)
    return (Hit("Lumora", name.lower(), start, start + len(name)),)


def _expected(texts: Sequence[str]) -> list[Assessment]:
    judge = TextJudge.load()
    return [judge.assess(text, LUMORA, _hits(text)) for text in texts]


async def _judged(workers: Workers, texts: Sequence[str]) -> Sequence[Assessment]:
    docket = workers.docket(TextJudge.load())
    for text in texts:
        docket.add(text, LUMORA, _hits(text))
    return await docket.assessed()


class _NoJudge:
    """For rounds in which the workers have to do everything."""

    def assess(self, text: str, brand: Brand | None, hits: Sequence[Hit], *, evidence: bool = False) -> Assessment:
        raise AssertionError("judged in this process")


async def test_a_worker_gives_the_same_assessments_in_order() -> None:
    async with running_workers(1) as workers:
        await workers.ready()
        docket = workers.docket(_NoJudge())
        for text in TEXTS:
            docket.add(text, LUMORA, _hits(text))
        assert await docket.assessed() == _expected(TEXTS)


async def test_rounds_overlap_and_a_text_that_cannot_be_sent_is_judged_here() -> None:
    broken = [HALF_CHARACTER.format(number) for number in range(20)]
    async with running_workers(1) as workers:
        await workers.ready()
        first, second = workers.docket(TextJudge.load()), workers.docket(TextJudge.load())
        for text in TEXTS:
            first.add(text, LUMORA, _hits(text))
        for text in [*broken, *TEXTS]:
            second.add(text, LUMORA, _hits(text))
        assert await second.assessed() == _expected([*broken, *TEXTS])
        assert await first.assessed() == _expected(TEXTS)


async def test_without_workers_this_process_judges() -> None:
    async with running_workers(0) as workers:
        assert await _judged(workers, TEXTS) == _expected(TEXTS)


async def test_what_a_lost_worker_owes_is_judged_here() -> None:
    async with running_workers(1) as workers:
        await workers.ready()
        docket = workers.docket(TextJudge.load())
        os.kill(workers.pids[0], signal.SIGSTOP)  # it takes questions and never answers
        for text in TEXTS:
            docket.add(text, LUMORA, _hits(text))
        os.kill(workers.pids[0], signal.SIGKILL)
        assert await docket.assessed() == _expected(TEXTS)
        assert await _judged(workers, TEXTS) == _expected(TEXTS)


async def test_nothing_is_left_running() -> None:
    async with running_workers(2) as workers:
        await workers.ready()
        pids = workers.pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_workers_that_are_not_ready_yet_are_ended_at_once() -> None:
    async with running_workers(1) as workers:
        (pid,) = workers.pids
        assert await _judged(workers, TEXTS[:20]) == _expected(TEXTS[:20])
    await asyncio.sleep(0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@given(st.lists(st.binary(max_size=40)), st.lists(st.integers(1, 30), min_size=1))
def test_frames_come_whole_however_a_pipe_cuts_them(contents: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(map(frame, contents))
    frames, got, start, turn = Frames(), list[bytes](), 0, 0
    while start < len(stream):
        end = start + cuts[turn % len(cuts)]
        got += frames.feed(stream[start:end])
        start, turn = end, turn + 1
    assert got == contents
