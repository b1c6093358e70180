"""The listener that reads files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from operator import attrgetter
from pathlib import Path

import structlog

from core.errors import InputError, UsageError
from core.text import mark
from core.types.post import Batch, FeedHealth, Post
from listeners.replay.convert import Converter, RejectedError
from listeners.replay.formats import Read, read_records, record_type
from listeners.replay.lines import LineFile, check_readable
from listeners.replay.options import FileOptions, Progress
from listeners.replay.rejects import Rejects

_log = structlog.get_logger(__name__)

_LINES_PER_STEP = 4
"""Lines looked at per post wanted before control returns: a file of bad lines must not hold a step for ever."""


@dataclass(slots=True)
class _Open:
    """One file while it is read."""

    path: Path
    file: LineFile
    reads: Iterator[Read]
    convert: Converter
    rejects: Rejects
    lines: int = 0
    posts: int = 0
    newest: datetime | None = None
    ended: bool = field(default=False)

    @property
    def feed(self) -> str:
        return f"file:{self.path.name}"


class FileListener:
    """Yields the posts of files, in the files' order, with constant memory."""

    name = "replay"

    def __init__(self, paths: Sequence[Path], options: FileOptions | None = None) -> None:
        self._paths = tuple(paths)
        self._options = options or FileOptions()
        self._kind = record_type(self._options.columns)
        self._sizes: tuple[int, ...] = ()
        self._done: list[_Open] = []
        self._open: _Open | None = None
        self._is_closed = False

    def progress(self) -> Progress:
        """Return how far the replay has come."""
        files = [*self._done, *([self._open] if self._open else [])]
        now = self._open.file.bytes_read() if self._open else 0
        return Progress(
            bytes_read=min(sum(self._sizes[: len(self._done)]) + now, sum(self._sizes)),
            bytes_total=sum(self._sizes),
            lines=sum(f.lines for f in files),
            posts=sum(f.posts for f in files),
            rejected=sum(f.rejects.count for f in files),
            rejects=tuple(f.rejects.path for f in files if f.rejects.path is not None),
        )

    async def batches(self) -> AsyncIterator[Batch]:
        """Yield the posts, `history` set.

        Raises UsageError where no file was given, and InputError where one cannot be read: before anything is
        handed over where that can be told by opening it, else behind what came before the damage.
        """
        if not self._paths:
            raise UsageError(mark("give at least one file to replay"))
        self._sizes = tuple(await asyncio.to_thread(lambda: [check_readable(path) for path in self._paths]))
        for path in self._paths:
            self._open = await asyncio.to_thread(self._begin, path)
            try:
                async for batch in self._read(self._open):
                    yield batch
            finally:
                self._end(self._open)

    def _begin(self, path: Path) -> _Open:
        rejects = Rejects(path)
        rejects.clear()
        file = LineFile(path)
        try:
            reads = read_records(path, iter(file), self._kind)
        except InputError:
            file.close()
            raise
        return _Open(path, file, reads, Converter(path, self._options), rejects)

    async def _read(self, source: _Open) -> AsyncIterator[Batch]:
        while not source.ended and not self._is_closed:
            posts, error = await asyncio.to_thread(self._step, source)
            if posts:
                source.newest = max(source.newest or posts[-1].created_at, posts[-1].created_at)
                yield Batch(feed=source.feed, posts=tuple(posts), history=True)
            if error is not None:
                raise error

    def _step(self, source: _Open) -> tuple[list[Post], InputError | None]:
        """Read one batch, oldest first; damage is returned, so that what came before it is handed over first."""
        posts: list[Post] = []
        size = self._options.batch_posts
        try:
            read = None
            for read in islice(source.reads, size * _LINES_PER_STEP):
                source.lines += 1
                self._take(source, read, posts)
                if len(posts) >= size:
                    break
            source.ended = read is None
        except InputError as error:
            source.ended = True
            return posts, error
        finally:
            source.posts += len(posts)
        posts.sort(key=attrgetter("created_at"))
        return posts, None

    def _take(self, source: _Open, read: Read, posts: list[Post]) -> None:
        if read.record is None:
            source.rejects.add(read.number, read.reason)
            return
        try:
            posts.append(source.convert.post(read.record))
        except RejectedError as error:
            source.rejects.add(read.number, str(error))

    def _end(self, source: _Open) -> None:
        source.rejects.close()
        source.file.close()
        self._done.append(source)
        self._open = None
        _log.info("file read", lines=source.lines, posts=source.posts, rejected=source.rejects.count)

    def health(self) -> tuple[FeedHealth, ...]:
        """Say how far each file has come."""
        ended = [FeedHealth(f.feed, "stopped", f.newest, f.posts) for f in self._done]
        return (
            *ended,
            *([FeedHealth(self._open.feed, "ok", self._open.newest, self._open.posts)] if self._open else []),
        )

    async def close(self) -> None:
        """Stop after the batch that is being read."""
        self._is_closed = True
