"""The single writer: work comes in as a function and a future, neighbours share a commit.

A work that waits alone is committed at once. Works that queued up meanwhile join the same transaction, each behind a
savepoint of its own, until the group is full or has taken long enough.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.connect import explained

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]

GROUP_WORKS = 100
"""Most works of one commit."""
GROUP_SECONDS = 0.05
"""Longest time a commit waits for further works, seconds."""
QUEUE_WORKS = 1_000
"""Works that may wait; whoever comes then is held up, so that memory stays bounded."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Job:
    work: Work[Any]
    future: asyncio.Future[Any]
    alone: bool
    """Runs outside any transaction: checkpoint, VACUUM."""

    def give(self, result: object) -> None:
        # Who waited may have been cancelled meanwhile; what was asked for is done all the same.
        if not self.future.done():
            self.future.set_result(result)

    def fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(error)


class Writer:
    """Owns the one connection that writes."""

    def __init__(self, engine: AsyncEngine, path: Path) -> None:
        self._engine = engine
        self._path = path
        self._queue: asyncio.Queue[_Job | None] = asyncio.Queue(QUEUE_WORKS)
        self._held: _Job | None = None
        self._closing = False
        self._connection: AsyncConnection | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect, and begin to take work."""
        self._connection = await self._engine.connect()
        self._task = asyncio.create_task(self._serve(self._connection), name="storage writer")

    async def submit(self, work: Work[T], *, alone: bool = False) -> T:
        """Run `work` in a transaction (or, `alone`, in none) and return its result once that is committed.

        Raises RuntimeError when called from inside a work, which would wait for itself, and after `close()`.
        """
        if asyncio.current_task() is self._task:
            raise RuntimeError("a work must not hand in another: use the unit it was given")
        if self._closing:
            raise RuntimeError("the store is closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        await self._queue.put(_Job(work, future, alone))
        return await future

    async def close(self) -> None:
        """Finish what is queued, then disconnect."""
        if self._task is None or self._closing:
            return
        self._closing = True
        await self._queue.put(None)
        await self._task
        assert self._connection is not None
        await self._connection.close()
        await self._engine.dispose()

    async def _serve(self, connection: AsyncConnection) -> None:
        try:
            while (job := await self._take()) is not None:
                if job.alone:
                    await self._run_alone(connection, job)
                else:
                    await self._run_group(connection, job)
        finally:
            self._abandon()

    async def _take(self) -> _Job | None:
        held, self._held = self._held, None
        return held if held is not None else await self._queue.get()

    def _next(self) -> _Job | None:
        """Return a work that may join the group, without waiting for one."""
        if self._queue.empty():
            return None
        job = self._queue.get_nowait()
        if job is None:
            # The end of the queue: nobody comes behind it, so putting it back cannot block or reorder.
            self._queue.put_nowait(None)
            return None
        if job.alone:
            self._held = job
            return None
        return job

    async def _run_group(self, connection: AsyncConnection, first: _Job) -> None:
        clock = asyncio.get_running_loop()
        until = clock.time() + GROUP_SECONDS
        done: list[tuple[_Job, object]] = []
        job: _Job | None = first
        works = 0
        while job is not None:
            works += 1
            if not job.future.cancelled():
                await self._run_one(connection, job, done)
            job = self._next() if works < GROUP_WORKS and clock.time() < until else None
        await self._commit(connection, done)

    async def _run_one(self, connection: AsyncConnection, job: _Job, done: list[tuple[_Job, object]]) -> None:
        """Run one work; on an error undo it alone and hand the error to whoever asked."""
        try:
            # The first work of a group has the transaction to itself: only those behind it need a savepoint.
            await connection.exec_driver_sql("SAVEPOINT work" if done else "BEGIN IMMEDIATE")
        except DBAPIError as error:
            job.fail(explained(error, self._path))
            return
        try:
            result = await job.work(connection)
            if done:
                await connection.exec_driver_sql("RELEASE work")
        except BaseException as error:  # handed to whoever asked
            if not await self._undo(connection, one_of_many=bool(done)):
                # SQLite gave up the whole transaction, as it may on a full disk: the neighbours' works went with it.
                for neighbour, _ in done:
                    neighbour.fail(explained(error, self._path))
                done.clear()
            if not isinstance(error, Exception) and _is_stopping():
                raise
            job.fail(explained(error, self._path) if isinstance(error, DBAPIError) else error)
        else:
            done.append((job, result))

    async def _undo(self, connection: AsyncConnection, *, one_of_many: bool) -> bool:
        """Undo the last work; return False where SQLite had rolled back the transaction by itself."""
        try:
            if one_of_many:
                await connection.exec_driver_sql("ROLLBACK TO work")
                await connection.exec_driver_sql("RELEASE work")
            else:
                await connection.exec_driver_sql("ROLLBACK")
        except DBAPIError:
            return False
        return True

    async def _commit(self, connection: AsyncConnection, done: list[tuple[_Job, object]]) -> None:
        if not done:
            return
        try:
            await connection.exec_driver_sql("COMMIT")
        except DBAPIError as error:
            _log.error("storage.commit_failed", works=len(done), problem=str(error.orig))
            await self._undo(connection, one_of_many=False)
            for job, _ in done:
                job.fail(explained(error, self._path))
        else:
            for job, result in done:
                job.give(result)

    async def _run_alone(self, connection: AsyncConnection, job: _Job) -> None:
        try:
            job.give(await job.work(connection))
        except BaseException as error:  # handed to whoever asked
            if not isinstance(error, Exception) and _is_stopping():
                raise
            job.fail(explained(error, self._path) if isinstance(error, DBAPIError) else error)

    def _abandon(self) -> None:
        """Tell all who still wait that nobody writes any more."""
        while not self._queue.empty():
            job = self._queue.get_nowait()
            if job is not None:
                job.fail(RuntimeError("the store is closed"))


def _is_stopping() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
