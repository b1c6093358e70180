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
    error: CredentialsRejectedError | ConfigError | None = None
    """What it failed of for good: no restart can help, a person has to change the configuration."""


class Supervisor:
    """Runs workers until `close()`. A worker that raises is started again, unless a restart cannot help."""

    def __init__(
        self,
        *,
        on_restart: Callable[[str], None] = lambda name: None,  # noqa: ARG005 - the default does nothing
        first_pause: float = FIRST_PAUSE,
        longest_pause: float = LONGEST_PAUSE,
    ) -> None:
        """Prepare. `on_restart` is called with the worker's name before each restart; pauses are in seconds."""
        self.workers: dict[str, Worker] = {}
        self._on_restart = on_restart
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._failed = asyncio.Event()

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Start a worker; `run` is called anew at each restart. Raises ValueError for a name that is taken."""
        if name in self._tasks:
            raise ValueError(f"a worker {name} is there already")
        worker = Worker(name, run)
        self.workers[name] = worker
        self._tasks[name] = asyncio.create_task(self._keep(worker), name=name)

    async def wait_failed(self) -> Worker:
        """Return the first worker that failed for good, once there is one."""
        await self._failed.wait()
        return next(worker for worker in self.workers.values() if worker.error is not None)

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
        pause = self._first_pause
        while True:
            worker.state, started = "running", loop.time()
            try:
                await worker.run()
            except (CredentialsRejectedError, ConfigError) as error:
                worker.state, worker.problem, worker.error = "failed", type(error).__name__, error
                log.error("worker_failed", worker=worker.name, kind=worker.problem)  # noqa: TRY400 - told as one line
                self._failed.set()
                return
            except Exception as error:
                worker.problem = type(error).__name__
                log.warning("worker_restarts", worker=worker.name, kind=worker.problem, pause=pause, exc_info=error)
            else:
                worker.state = "ended"
                log.info("worker_ended", worker=worker.name)
                return
            pause = self._first_pause if loop.time() - started > self._longest_pause else pause
            worker.state = "restarting"
            worker.restarts += 1
            await asyncio.sleep(pause)
            self._on_restart(worker.name)
            pause = min(pause * 2, self._longest_pause)
