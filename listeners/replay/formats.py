"""Lines to records: JSON lines, CSV and unquoted TSV, told apart by name or by the first line."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec

from core.errors import InputError
from core.text import mark
from listeners.replay.lines import Line
from listeners.replay.options import FIELDS

MAX_RECORD_LINES = 500
"""Lines that one quoted CSV record may span; more is a quote that was never closed."""

BAD_CSV = "bad CSV: a quote that is not closed, or a cell that is too long"


class Record(msgspec.Struct):
    """One line's fields as they were written: nothing is checked yet, None where absent."""

    text: Any = None
    id: Any = None
    source: Any = None
    container: Any = None
    author: Any = None
    created_at: Any = None
    title: Any = None
    url: Any = None
    parent_id: Any = None
    # What Reddit archives call these, and what only they know.
    body: Any = None
    selftext: Any = None
    name: Any = None
    created_utc: Any = None
    subreddit: Any = None
    author_fullname: Any = None
    permalink: Any = None
    link_id: Any = None
    num_comments: Any = None
    over_18: Any = None


class Read(NamedTuple):
    """What became of one line: a record, or the reason why there is none."""

    number: int
    record: Record | None
    reason: str = ""


def record_type(columns: Mapping[str, str]) -> type[Record]:
    """Return the Record whose fields are read from the mapped columns.

    Raises InputError for a field that does not exist.
    """
    unknown = next((field for field in columns if field not in FIELDS), None)
    if unknown is not None:
        raise InputError(
            mark("--columns does not know the field {field!r}; fields are {fields}"),
            field=unknown,
            fields=", ".join(FIELDS),
        )
    if not columns:
        return Record
    # A column that was given to one field is no longer read into the field of its own name.
    taken = set(columns.values())
    rename = {
        field: columns.get(field, f"(taken) {field}" if field in taken else field) for field in Record.__struct_fields__
    }
    fields = [(field, Any, None) for field in Record.__struct_fields__]
    try:
        return cast(type[Record], msgspec.defstruct("MappedRecord", fields, bases=(Record,), rename=rename))
    except ValueError as error:
        raise InputError(
            mark("--columns cannot be used ({problem}); give each field a column of its own"), problem=error
        ) from None


def read_records(path: Path, lines: Iterator[Line], kind: type[Record]) -> Iterator[Read]:
    """Yield what became of each line, in order; empty lines are passed over.

    Raises InputError where nobody can tell what the file is, or its header names no text.
    """
    first = next((line for line in lines if line.content is None or line.content.strip()), None)
    if first is None:
        return iter(())
    return _format(path, first)(path, first, lines, kind)


_Reader = Callable[[Path, Line, Iterator[Line], type[Record]], Iterator[Read]]


def _format(path: Path, first: Line) -> _Reader:
    """Choose by the file's ending, else by its first line."""
    name = path.name.removesuffix(".gz").removesuffix(".zst").lower()
    start = (first.content or b"").lstrip()
    if start.startswith(b"["):
        raise InputError(mark("{path} is one JSON array; write one object a line (jq -c '.[]' FILE)"), path=path)
    if name.endswith((".jsonl", ".ndjson", ".json")) or start.startswith(b"{"):
        return _read_json
    if name.endswith((".tsv", ".tab")):
        return _read_tsv
    if name.endswith(".csv"):
        return _read_csv
    if b"\t" in start:
        return _read_tsv
    if b"," in start or start in (b"text", b"body"):
        return _read_csv
    raise InputError(
        mark("cannot tell what {path} is; name it .jsonl, .csv or .tsv, or put column names in its first line"),
        path=path,
    )


def _read_json(path: Path, first: Line, lines: Iterator[Line], kind: type[Record]) -> Iterator[Read]:  # noqa: ARG001
    decode = msgspec.json.Decoder(kind).decode
    yield _decode(decode, first)
    for line in lines:
        if line.content is None or line.content.strip():
            yield _decode(decode, line)


def _decode(decode: Callable[[bytes], Record], line: Line) -> Read:
    number, content = line
    if content is None:
        return Read(number, None, "line too long")
    try:
        return Read(number, decode(content))
    except UnicodeDecodeError:
        return Read(number, None, "not UTF-8")
    except msgspec.ValidationError:
        return Read(number, None, "not a JSON object" if not content.lstrip().startswith(b"{") else "number too large")
    except (msgspec.DecodeError, RecursionError):
        return Read(number, None, "bad JSON")


def _read_tsv(path: Path, first: Line, lines: Iterator[Line], kind: type[Record]) -> Iterator[Read]:
    header = _text(first)
    if header is None:
        raise InputError(
            mark("{path}, line {number}: the header is not UTF-8 text; save the file as UTF-8"),
            path=path,
            number=first.number,
        )
    names = header.split("\t")
    build = _row_builder(path, names, kind)
    width = len(names)
    for line in lines:
        if line.content == b"":
            continue
        text = _text(line)
        if text is None:
            yield _unreadable(line)
            continue
        row = text.split("\t")
        if len(row) > width:
            yield Read(line.number, None, f"more than {width} columns")
            continue
        yield Read(line.number, build(row))


def _read_csv(path: Path, first: Line, lines: Iterator[Line], kind: type[Record]) -> Iterator[Read]:
    feed = _CsvFeed(first, lines)
    reader = csv.reader(feed)
    try:
        names = next(reader)
    except (csv.Error, _UnclosedQuoteError, _UnreadableLineError, StopIteration):
        raise InputError(
            mark("{path}, line {number}: the header cannot be read; save the file as UTF-8 CSV"),
            path=path,
            number=first.number,
        ) from None
    build = _row_builder(path, names, kind)
    width = len(names)
    while True:
        feed.begin()
        try:
            row = next(reader)
        except StopIteration:
            return
        except _UnreadableLineError as error:
            yield _unreadable(error.line)
            continue
        except (csv.Error, _UnclosedQuoteError):
            yield Read(feed.give_back(), None, BAD_CSV)
            continue
        if feed.ran_out:
            yield Read(feed.give_back(), None, BAD_CSV)
        elif len(row) > width:
            yield Read(feed.number, None, f"more than {width} columns")
        elif row:
            yield Read(feed.number, build(row))


class _UnclosedQuoteError(Exception):
    """A record spans more lines than any real one."""


class _UnreadableLineError(Exception):
    """A line that is no text stands where a record begins or goes on."""

    def __init__(self, line: Line) -> None:
        super().__init__(line.number)
        self.line = line


class _CsvFeed:
    """Lines for `csv.reader` that can be taken back, so that one stray quote costs one line and not all behind it."""

    def __init__(self, first: Line, lines: Iterator[Line]) -> None:
        self._waiting: deque[Line] = deque((first,))
        self._lines = lines
        self._record: list[Line] = []
        self.ran_out = False

    def begin(self) -> None:
        """Note that a new record begins."""
        self._record.clear()
        self.ran_out = False

    @property
    def number(self) -> int:
        """The line that the current record begins in."""
        return self._record[0].number

    def give_back(self) -> int:
        """Give all lines of the current record but its first back to be read again; return the first's number."""
        self._waiting.extendleft(reversed(self._record[1:]))
        return self.number

    def __iter__(self) -> _CsvFeed:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._lines, None)
        if line is None:
            self.ran_out = bool(self._record)
            raise StopIteration
        text = _text(line)
        if text is None:
            if self._record:
                # It ends the record before it: that one is rejected, this one comes again by itself.
                self._record.append(line)
                raise _UnclosedQuoteError
            raise _UnreadableLineError(line)
        self._record.append(line)
        if len(self._record) > MAX_RECORD_LINES:
            raise _UnclosedQuoteError
        return text + "\n"


def _text(line: Line) -> str | None:
    if line.content is None:
        return None
    try:
        return line.content.decode()
    except UnicodeDecodeError:
        return None


def _unreadable(line: Line) -> Read:
    return Read(line.number, None, "line too long" if line.content is None else "not UTF-8")


def _row_builder(path: Path, names: Sequence[str], kind: type[Record]) -> Callable[[Sequence[str]], Record]:
    """Return what makes a record of a row; an empty cell is None, as is a missing one.

    Raises InputError where no column holds a text.
    """
    places = {name.strip(): place for place, name in enumerate(names)}
    wanted = [(field, places.get(column)) for field, column in zip(*_names(kind), strict=True)]
    if not any(field in ("text", "body", "selftext") and place is not None for field, place in wanted):
        raise InputError(
            mark(
                "{path} has no column that holds the text (its columns: {columns}); name it with --columns text=COLUMN"
            ),
            path=path,
            columns=", ".join(sorted(places))[:200],
        )
    chosen = [(field, place) for field, place in wanted if place is not None]

    def build(row: Sequence[str]) -> Record:
        record = kind()
        width = len(row)
        for field, place in chosen:
            if place < width:
                setattr(record, field, row[place] or None)
        return record

    return build


def _names(kind: type[Record]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return kind.__struct_fields__, kind.__struct_encode_fields__
