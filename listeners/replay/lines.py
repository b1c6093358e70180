"""Files as numbered lines of bounded length, whatever they are packed in."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import zstandard

from core.errors import InputError
from core.text import mark

if TYPE_CHECKING:
    from typing_extensions import Buffer

MAX_LINE_BYTES = 4 * 1024 * 1024
"""Longest line that is looked at. The longest honest one, an archived crosspost with its HTML, is about 1 MB."""

ZSTD_WINDOW_BYTES = 2**31
"""Reddit archives are packed with `--long=31`; the frame says how much of it is really used."""

_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_BUFFER_BYTES = 1024 * 1024


class Line(NamedTuple):
    """One line; `content` is None where it was too long to be looked at."""

    number: int
    """Counted from 1, as editors do."""
    content: bytes | None


class LineFile:
    """An open file, read line by line with constant memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file, self._text = _open(path)

    def __iter__(self) -> Iterator[Line]:
        """Yield the lines without their ends.

        Raises InputError where the file is damaged or cannot be read on; the message tells the line.
        """
        number = 0
        try:
            while chunk := self._text.readline(MAX_LINE_BYTES + 1):
                number += 1
                if len(chunk) > MAX_LINE_BYTES and not chunk.endswith(b"\n"):
                    self._skip_line()
                    yield Line(number, None)
                    continue
                if number == 1:
                    chunk = _without_mark(self.path, chunk)
                yield Line(number, chunk.rstrip(b"\r\n"))
        except (EOFError, zlib.error, zstandard.ZstdError, OSError) as error:
            raise InputError(
                mark(
                    "{path} is damaged or cut off after line {number}; "
                    "what came before is kept: fetch the file again and replay it, nothing is counted twice"
                ),
                path=self.path,
                number=number,
            ) from error

    def _skip_line(self) -> None:
        while (chunk := self._text.readline(MAX_LINE_BYTES)) and not chunk.endswith(b"\n"):
            pass

    def bytes_read(self) -> int:
        """Return how many bytes of the file on disk were read."""
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._text.close()
        self._file.close()


class _Unpacked(io.RawIOBase):
    """A packed stream read in single steps: what was unpacked before a damage is handed over before it is told."""

    def __init__(self, packed: gzip.GzipFile | zstandard.ZstdDecompressionReader) -> None:
        self._packed = packed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer)
        unpacked = self._packed.read1(len(view))
        view[: len(unpacked)] = unpacked
        return len(unpacked)


def _open(path: Path) -> tuple[IO[bytes], IO[bytes]]:
    """Open a file and unpack what its first bytes say it is packed in.

    Raises InputError where there is no readable file.
    """
    if path.is_dir():
        raise InputError(mark("{path} is a folder; give the files in it"), path=path)
    try:
        file = io.BufferedReader(io.FileIO(path), _BUFFER_BYTES)
    except FileNotFoundError:
        raise InputError(mark("there is no file {path}; check the path"), path=path) from None
    except OSError as error:
        raise InputError(
            mark("{path} cannot be read ({problem}); check its permissions"), path=path, problem=error.strerror
        ) from error
    magic = file.peek(4)[:4]
    if magic.startswith(_GZIP_MAGIC):
        return file, io.BufferedReader(_Unpacked(gzip.GzipFile(fileobj=file)), _BUFFER_BYTES)
    if magic == _ZSTD_MAGIC:
        unpacker = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW_BYTES)
        reader = unpacker.stream_reader(file, read_across_frames=True)
        return file, io.BufferedReader(_Unpacked(reader), _BUFFER_BYTES)
    return file, file


def _without_mark(path: Path, first: bytes) -> bytes:
    if first.startswith(_UTF16_MARKS):
        raise InputError(mark("{path} is written in UTF-16; save it as UTF-8"), path=path)
    return first.removeprefix(_UTF8_MARK)


def check_readable(path: Path) -> int:
    """Return the size of a file on disk.

    Raises InputError where it cannot be opened.
    """
    file, _ = _open(path)
    with file:
        return path.stat().st_size


def stem(path: Path) -> str:
    """Return a file's name without the endings that say how it is written and packed."""
    name = path.name
    for ending in (".gz", ".zst", ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".tab", ".txt"):
        name = name.removesuffix(ending)
    return name or path.name
