"""Batches are acknowledged only once the next one is asked for."""

from __future__ import annotations

import asyncio

import pytest

from core.types.post import Batch
from listeners.handover import Handover
from listeners.tasks import Tasks


async def test_who_puts_waits_until_the_next_is_asked_for() -> None:
    handover = Handover()
    batches = handover.batches()
    pulling = asyncio.ensure_future(anext(batches))
    await asyncio.sleep(0)
    putting = asyncio.create_task(handover.put(Batch("a")))
    assert (await pulling).feed == "a"
    await asyncio.sleep(0)
    assert not putting.done()
    asking = asyncio.ensure_future(anext(batches))
    await putting
    handover.end()
    with pytest.raises(StopAsyncIteration):
        await asking


async def test_failures_reach_the_puller_and_nobody_after() -> None:
    handover = Handover()
    tasks = Tasks(handover.fail)

    async def fail() -> None:
        raise LookupError("on purpose")

    batches = handover.batches()
    pulling = asyncio.ensure_future(anext(batches))
    await asyncio.sleep(0)
    tasks.start(fail())
    tasks.start(fail())
    with pytest.raises(LookupError):
        await pulling
    await tasks.end()
    again = handover.batches()
    pulling = asyncio.ensure_future(anext(again))
    await asyncio.sleep(0)
    tasks.start(handover.put(Batch("b")))
    assert (await pulling).feed == "b"
    await tasks.end()


async def test_an_abandoned_offer_is_not_handed_over() -> None:
    handover = Handover()
    batches = handover.batches()
    pulling = asyncio.ensure_future(anext(batches))
    await asyncio.sleep(0)
    abandoned = asyncio.create_task(handover.put(Batch("abandoned")))
    handover.end()
    abandoned.cancel()
    await asyncio.gather(abandoned, return_exceptions=True)
    with pytest.raises(StopAsyncIteration):
        await pulling
    assert [batch async for batch in handover.batches()] == []
