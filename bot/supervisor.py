"""The owner of every long-running task: starts it, restarts it with a growing pause, and ends it in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from core.errors import ConfigError, CredentialsRejectedError

FIRST_PAUSE = 1.0
"""Seconds before the first restart; doubled at each further one."""
LONGEST_PAUSE = 60.0
"""Seconds; also how long a worker must have lived for its pause to start anew."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Worker:
    """One supervised task, and how it has been doing."""

    name: str
    run: Callable[[], Awaitable[None]]
    restarts: int = 0
    state: str = "running"
    """`running`, `restarting`, `ended` or `failed` (it will not be started again)."""
    problem: str = ""
    """Kind of the last error; never its text, which may quote a post."""


class Supervisor:
    """Runs workers until `close()`. A worker that raises is started again, unless a restart cannot help."""

    def __init__(self) -> None:
        self.workers: dict[str, Worker] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Start a worker; `run` is called anew at each restart."""
        worker = Worker(name, run)
        self.workers[name] = worker
        self._tasks[name] = asyncio.create_task(self._keep(worker), name=name)

    async def wait_failed(self) -> Worker:
        """Return the first worker that failed for good."""
        while True:
            failed = next((w for w in self.workers.values() if w.state == "failed"), None)
            if failed is not None:
                return failed
            await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED, timeout=1.0)

    async def close(self, *, within: float = 4.0) -> None:
        """Cancel all workers and wait for them, at most `within` seconds."""
        tasks = [task for task in self._tasks.values() if not task.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=within)
            for task in late:
                log.warning("worker_late", worker=task.get_name())
        self._tasks.clear()

    async def _keep(self, worker: Worker) -> None:
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE
        while True:
            started = loop.time()
            try:
                await worker.run()
            except (CredentialsRejectedError, ConfigError) as error:
                worker.state, worker.problem = "failed", str(error)
                log.error("worker_failed", worker=worker.name, kind=type(error).__name__)  # noqa: TRY400
                return
            except Exception as error:
                worker.problem = type(error).__name__
                log.warning("worker_restarts", worker=worker.name, kind=worker.problem, pause=pause, exc_info=error)
            else:
                worker.state = "ended"
                return
            worker.state = "restarting"
            worker.restarts += 1
            pause = FIRST_PAUSE if loop.time() - started > LONGEST_PAUSE else pause
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            worker.state = "running"
