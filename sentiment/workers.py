"""Judging on several processor cores: worker processes beside this one, which judges along with them."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import chain
from pathlib import Path

import structlog

from core.ports.judging import Judge
from core.types.assessment import Assessment
from core.types.brand import Brand
from core.types.mention import Hit
from sentiment.wire import Frames, Question, assessments_of, frame_of

__all__ = ["Workers", "running_workers", "spare_cores"]

MOST_WORKERS = 4
"""More than these, the one writer of a database cannot keep busy."""
CHUNK_TEXTS = 32
"""Texts judged in one go: a few milliseconds. Every chunk costs a write, a read and a turn of the loop."""
AHEAD = 6
"""Chunks a worker may have before it: busy while this process scans, and the rest is left for both."""
STOP_SECONDS = 2.0
"""How long a worker may take to end once its questions have ended."""
_ANSWERS = 1
"""Standard output, the only pipe that a worker writes to."""
_ROOT = Path(__file__).resolve().parent.parent

_log = structlog.get_logger(__name__)


def spare_cores() -> int:
    """Return how many workers would find a core of their own on this machine."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return min(MOST_WORKERS, cores - 1)


@asynccontextmanager
async def running_workers(count: int) -> AsyncIterator[Workers]:
    """Start so many workers, and end them on the way out; they take part once their models are loaded (a second)."""
    workers = Workers(count)
    try:
        await workers.start()
        yield workers
    finally:
        await workers.close()


class _Chunk:
    """Some texts of a docket; `assessments` are there once somebody judged them."""

    __slots__ = ("assessments", "done", "questions")

    def __init__(self, questions: list[Question]) -> None:
        self.questions = questions
        self.assessments: list[Assessment] | None = None
        self.done = asyncio.Event()

    def answer(self, assessments: list[Assessment]) -> None:
        self.assessments = assessments
        self.done.set()


class Workers:
    """Processes that judge beside this one. Each is spoken to without tasks or threads."""

    def __init__(self, count: int) -> None:
        self._workers = [_Worker(self) for _ in range(count)]
        self._waiting: deque[tuple[_Chunk, bytes]] = deque()
        """Chunks nobody has begun, with their frames: workers take the oldest, this process helps with the newest."""

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids."""
        return tuple(worker.pid for worker in self._workers)

    async def start(self) -> None:
        """Start the processes."""
        for worker in self._workers:
            await worker.start()

    async def ready(self) -> None:
        """Wait until all of them take part."""
        for worker in self._workers:
            await worker.ready.wait()

    async def close(self) -> None:
        """End the processes."""
        for worker in self._workers:
            await worker.close()

    def docket(self, judge: Judge) -> WorkersDocket:
        """Return the docket of a round, `judge` being the one of this process: `core.ports.judging.Dockets`."""
        return WorkersDocket(self, judge)

    def put(self, chunk: _Chunk) -> bool:
        """Take a chunk on; False where it cannot be sent, since a text is no Unicode (half characters)."""
        try:
            self._waiting.append((chunk, frame_of(chunk.questions)))
        except UnicodeEncodeError:
            return False
        self.hand_out()
        return True

    def pick(self) -> _Chunk | None:
        """Return a chunk that nobody has begun, for this process to judge."""
        return self._waiting.pop()[0] if self._waiting else None

    def hand_out(self) -> None:
        """Give the waiting chunks to workers, as far as they take them."""
        while self._waiting:
            worker = max(self._workers, key=_Worker.room, default=None)
            if worker is None or worker.room() <= 0:
                return
            worker.send(*self._waiting.popleft())


class _Worker(asyncio.SubprocessProtocol):
    """One process. What it was sent and did not answer before it ended is judged here."""

    def __init__(self, pool: Workers) -> None:
        self._pool = pool
        self._frames = Frames()
        self._sent: deque[_Chunk] = deque()
        self._transport: asyncio.SubprocessTransport | None = None
        self._questions: asyncio.WriteTransport | None = None
        self._ended = asyncio.Event()
        self.ready = asyncio.Event()
        """Set when it has loaded its models, or ended."""

    def room(self) -> int:
        """Return how many more chunks it takes now."""
        takes_part = self.ready.is_set() and not self._ended.is_set()
        return AHEAD - len(self._sent) if takes_part else 0

    @property
    def pid(self) -> int:
        """The process id. Raises RuntimeError before the start."""
        if self._transport is None:
            raise RuntimeError("not started")
        return self._transport.get_pid() or 0

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.subprocess_exec(
            lambda: self, sys.executable, "-m", "sentiment.worker", cwd=_ROOT, stderr=None
        )
        pipe = self._transport.get_pipe_transport(0)
        assert isinstance(pipe, asyncio.WriteTransport)
        self._questions = pipe

    def send(self, chunk: _Chunk, frame: bytes) -> None:
        """Hand a chunk over."""
        assert self._questions is not None
        self._sent.append(chunk)
        self._questions.write(frame)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Take answers; they come in the order of the questions."""
        assert fd == _ANSWERS
        for content in self._frames.feed(data):
            if content and self._sent:
                assessments = assessments_of(content)  # before the chunk is taken off: whoever waits for it must hear
                self._sent.popleft().answer(assessments)
            self.ready.set()
        self._pool.hand_out()

    def process_exited(self) -> None:
        """Let whoever waits for answers know that none will come."""
        self._ended.set()
        self.ready.set()
        if self._sent:
            _log.warning("judging.worker_lost", chunks=len(self._sent))
        for chunk in self._sent:
            chunk.done.set()
        self._sent.clear()

    async def close(self) -> None:
        """End its questions and wait for its end; kill it if it does not come."""
        if self._transport is None or self._questions is None:
            return
        if not self.ready.is_set():
            self._transport.kill()
        self._questions.close()
        try:
            await asyncio.wait_for(self._ended.wait(), STOP_SECONDS)
        except TimeoutError:
            self._transport.kill()
            await self._ended.wait()
        self._transport.close()


class WorkersDocket:
    """A round of judging, spread over workers and this process: port `core.ports.judging.Docket`."""

    def __init__(self, workers: Workers, judge: Judge) -> None:
        self._workers = workers
        self._judge = judge
        self._chunks: list[_Chunk] = []
        self._open: list[Question] = []

    def add(self, text: str, brand: Brand, hits: Sequence[Hit]) -> None:
        """Take a text on; workers may judge it while others are added."""
        self._open.append((text, brand, tuple(hits)))
        if len(self._open) == CHUNK_TEXTS:
            self._close_chunk()

    async def assessed(self) -> Sequence[Assessment]:
        """Judge along with the workers until all texts of this docket are judged."""
        if self._open:
            self._close_chunk()
        for chunk in self._chunks:
            await self._settle(chunk)
        return list(chain.from_iterable(chunk.assessments or () for chunk in self._chunks))

    def _close_chunk(self) -> None:
        chunk, self._open = _Chunk(self._open), []
        self._chunks.append(chunk)
        if not self._workers.put(chunk):
            chunk.done.set()  # stays without assessments: judged here, in its turn

    async def _settle(self, chunk: _Chunk) -> None:
        """Wait for one chunk, judging others as long as there are any."""
        while not chunk.done.is_set() and (other := self._workers.pick()) is not None:
            self._judge_here(other)
            await asyncio.sleep(0)
        await chunk.done.wait()
        if chunk.assessments is None:
            self._judge_here(chunk)

    def _judge_here(self, chunk: _Chunk) -> None:
        chunk.answer([self._judge.assess(text, brand, hits) for text, brand, hits in chunk.questions])
