"""The owner of the workers: restarts, final failures, and an end in time."""

from __future__ import annotations

import asyncio
import time

import pytest
from structlog.testing import capture_logs

from bot.supervisor import Supervisor
from core.errors import ConfigError, CredentialsRejectedError


async def test_a_worker_that_raises_is_started_again_with_growing_pauses() -> None:
    told: list[str] = []
    calls = 0
    recovered = asyncio.Event()

    async def shaky() -> None:
        nonlocal calls
        calls += 1
        if calls < 4:
            raise ValueError("a text that nobody may read")
        recovered.set()
        await asyncio.Event().wait()

    supervisor = Supervisor(on_restart=told.append, first_pause=0.01, longest_pause=0.02)
    with capture_logs() as logged:
        supervisor.start("shaky", shaky)
        await asyncio.wait_for(recovered.wait(), 5)
    worker = supervisor.workers["shaky"]
    assert (calls, worker.restarts, worker.state, worker.problem) == (4, 3, "running", "ValueError")
    assert told == ["shaky"] * 3
    assert [line["pause"] for line in logged if line["event"] == "worker_restarts"] == [0.01, 0.02, 0.02]
    await supervisor.close()


@pytest.mark.parametrize("error", [CredentialsRejectedError("no"), ConfigError("no", key="reddit.mode")])
async def test_what_no_restart_can_help_is_told_once(error: CredentialsRejectedError | ConfigError) -> None:
    async def refused() -> None:
        raise error

    async def steady() -> None:
        await asyncio.Event().wait()

    supervisor = Supervisor()
    supervisor.start("steady", steady)
    supervisor.start("refused", refused)
    failed = await asyncio.wait_for(supervisor.wait_failed(), 5)
    assert (failed.name, failed.state, failed.restarts) == ("refused", "failed", 0)
    assert failed.error is error
    assert supervisor.workers["steady"].state == "running"
    await supervisor.close()


async def test_an_ended_worker_costs_nothing_while_a_failure_is_awaited() -> None:
    async def short() -> None:
        return

    supervisor = Supervisor()
    supervisor.start("short", short)
    waiting = asyncio.create_task(supervisor.wait_failed())
    await asyncio.sleep(0.01)
    began = time.process_time()
    await asyncio.sleep(0.2)
    assert time.process_time() - began < 0.1, "it spins"
    assert supervisor.workers["short"].state == "ended"
    assert not waiting.done()
    waiting.cancel()
    await supervisor.close()


async def test_closing_leaves_a_stubborn_worker_behind_in_time() -> None:
    let_go = asyncio.Event()

    async def stubborn() -> None:
        while not let_go.is_set():
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                continue

    async def tidy() -> None:
        await asyncio.Event().wait()

    supervisor = Supervisor()
    supervisor.start("stubborn", stubborn)
    supervisor.start("tidy", tidy)
    await asyncio.sleep(0)
    with capture_logs() as logged:
        await supervisor.close(within=0.1)
    assert not let_go.is_set(), "it did not wait for its end"
    assert [line["worker"] for line in logged if line["event"] == "worker_late"] == ["stubborn"]
    let_go.set()


async def test_two_workers_need_two_names() -> None:
    async def idle() -> None:
        await asyncio.Event().wait()

    supervisor = Supervisor()
    supervisor.start("outbox", idle)
    with pytest.raises(ValueError, match="outbox"):
        supervisor.start("outbox", idle)
    await supervisor.close()
