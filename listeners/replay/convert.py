"""Records to posts: what a file's line must hold, and what it is called when it does not."""

from __future__ import annotations

import hashlib
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.types.post import Author, Post, PostKind, PostRef, Source
from listeners.reddit.names import COMMENT_PREFIX, DELETED, REMOVED, SITE, SUBMISSION_PREFIX, is_bot_name
from listeners.replay.formats import Record
from listeners.replay.lines import stem
from listeners.replay.options import FileOptions

MAX_TEXT = 100_000
"""Longest text that is taken, characters. Reddit's longest is 40,000."""
MAX_NAME = 300
"""Longest id, container or author name, characters."""
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No post is older than the web; what claims to be is a wrong date, most often an empty one read as 0."""
FUTURE_SLACK = timedelta(days=1)
"""How far a clock or a forgotten time zone may run ahead."""

_MILLISECONDS_FROM = 1e11
"""As seconds this would be the year 5138: such a number counts milliseconds."""
_COMPACT_DATE = len("20261109")
_HASH_BYTES = 12


class RejectedError(ValueError):
    """A line cannot become a post; the message says why, without its content."""


class Converter:
    """Makes posts of one file's records."""

    def __init__(self, path: Path, options: FileOptions) -> None:
        self._source = options.source
        self._container = options.container or stem(path)
        default = options.created_at
        self._created_at = default.replace(tzinfo=UTC) if default and default.tzinfo is None else default
        self._latest = options.clock.now() + FUTURE_SLACK

    def post(self, record: Record) -> Post:
        """Return the post a record holds.

        Raises RejectedError where it holds none.
        """
        text, title = _text(record), _optional(record.title, "title", MAX_TEXT)
        source = self._source_of(record)
        container = _name(record.container, "container") or _name(record.subreddit, "subreddit") or self._container
        name = _name(record.author, "author")
        created = self._date(record)
        native_id = _native_id(record) or _content_hash(text, title, name, record)
        return Post(
            ref=PostRef(source, container, native_id),
            kind=_kind(source, native_id, record),
            text=text,
            title=title,
            created_at=created,
            author=None if name is None or name == DELETED else _author(record, name),
            url=_url(record),
            parent_id=_name(record.parent_id, "parent_id"),
            thread_id=_name(record.link_id, "link_id"),
            reply_count=record.num_comments if type(record.num_comments) is int else None,
            is_nsfw=record.over_18 is True,
        )

    def _source_of(self, record: Record) -> Source:
        if isinstance(record.source, str):
            named = _SOURCES.get(record.source)
            if named is not None:
                return named
        if self._source is not None:
            return self._source
        return Source.REDDIT if record.created_utc is not None and record.subreddit is not None else Source.FILE

    def _date(self, record: Record) -> datetime:
        value = record.created_at if record.created_at is not None else record.created_utc
        if value is None or value == "":
            if self._created_at is None:
                raise RejectedError("no created_at; give a date for such lines with --created-at")
            return self._created_at
        moment = _moment(value)
        if moment > self._latest:
            raise RejectedError("created_at lies in the future")
        if moment < EARLIEST:
            raise RejectedError(f"created_at lies before {EARLIEST.year}")
        return moment


_SOURCES = {str(source): source for source in Source}


def _text(record: Record) -> str:
    text = record.text if record.text is not None else record.body
    if text is None and isinstance(record.selftext, str):
        text = record.selftext
        if not text.strip() and isinstance(record.title, str) and record.title.strip():
            return ""  # a link post: its title is what somebody wrote
    if text is None or text == "":
        raise RejectedError("text is missing")
    if not isinstance(text, str):
        raise RejectedError("text is no string")
    if len(text) > MAX_TEXT:
        raise RejectedError(f"text longer than {MAX_TEXT} characters")
    text = _clean(text)
    if not text.strip():
        raise RejectedError("text is missing")
    if text == DELETED or text in REMOVED:
        raise RejectedError("deleted at its source")
    return text


def _clean(text: str) -> str:
    """Take out NUL, which no database column can be trusted with."""
    return text.replace("\0", "") if "\0" in text else text


def _optional(value: Any, field: str, limit: int) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise RejectedError(f"{field} is no string")
    if len(value) > limit:
        raise RejectedError(f"{field} longer than {limit} characters")
    return _clean(value)


def _name(value: Any, field: str) -> str | None:
    """Return an id or name; numbers are taken as they are written."""
    if type(value) is int:
        return str(value)
    return _optional(value, field, MAX_NAME)


def _native_id(record: Record) -> str | None:
    fullname = _name(record.name, "name")
    given = _name(record.id, "id")
    is_archived = record.created_utc is not None and record.subreddit is not None
    if fullname is not None and is_archived and fullname.startswith((COMMENT_PREFIX, SUBMISSION_PREFIX)):
        return fullname
    if given is None:
        return None
    if is_archived and not given.startswith((COMMENT_PREFIX, SUBMISSION_PREFIX)):
        return (COMMENT_PREFIX if record.body is not None else SUBMISSION_PREFIX) + given
    return given


def _content_hash(text: str, title: str | None, author: str | None, record: Record) -> str:
    """Return the id of a line that has none: equal content is the same post, whatever the options say."""
    written = record.created_at if record.created_at is not None else record.created_utc
    content = "\0".join((text, title or "", author or "", "" if written is None else str(written)))
    return hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).hexdigest()


def _kind(source: Source, native_id: str, record: Record) -> PostKind:
    if source is Source.REDDIT:
        return PostKind.SUBMISSION if native_id.startswith(SUBMISSION_PREFIX) else PostKind.COMMENT
    return PostKind.SUBMISSION if record.title else PostKind.MESSAGE


def _author(record: Record, name: str) -> Author:
    native_id = record.author_fullname if isinstance(record.author_fullname, str) else name
    return Author(native_id, name, is_bot=is_bot_name(name))


def _url(record: Record) -> str | None:
    link = record.permalink if isinstance(record.permalink, str) else record.url
    if not isinstance(link, str) or len(link) > 2 * MAX_NAME:
        return None
    if link.startswith("/r/"):
        return SITE + link
    return link if link.startswith(("https://", "http://")) else None


def _moment(value: Any) -> datetime:
    """Read ISO 8601, with a zone or in UTC, or seconds or milliseconds since 1970.

    Raises RejectedError.
    """
    if isinstance(value, str):
        return _from_text(value.strip())
    if type(value) in (int, float):
        return _from_epoch(float(value))
    raise RejectedError("created_at is neither a date nor a number")


def _from_text(value: str) -> datetime:
    # A number first: fromisoformat would read some as dates of the 18th century. Eight digits are a date, not 1970.
    if value[4:5] != "-" and not (len(value) == _COMPACT_DATE and value.isdigit()):
        try:
            number = float(value)
        except ValueError:
            pass
        else:
            return _from_epoch(number)
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise RejectedError("created_at is neither ISO 8601 nor a number") from None


def _from_epoch(number: float) -> datetime:
    if not math.isfinite(number):
        raise RejectedError("created_at is no possible date")
    try:
        return datetime.fromtimestamp(number / 1000 if abs(number) >= _MILLISECONDS_FROM else number, UTC)
    except (OverflowError, OSError, ValueError):
        raise RejectedError("created_at is no possible date") from None
