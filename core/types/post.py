"""Posts as they come in from a source, and what else a listener reports about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Source(StrEnum):
    """Where a post was written."""

    REDDIT = "reddit"
    DISCORD = "discord"
    FEED = "feed"
    FILE = "file"


class PostKind(StrEnum):
    """What form a post has at its source."""

    SUBMISSION = "submission"
    COMMENT = "comment"
    MESSAGE = "message"


class PostRef(NamedTuple):
    """The identity of a post: the same at every sight of it.

    `native_id` is the platform's own: a Reddit fullname (`t1_abc`), a Discord message id, or, for a file, the line's
    id or a hash of its content. `container` is a subreddit's name without `r/`, a Discord channel id, or a file's
    container: ids are unique within it.
    """

    source: Source
    container: str
    native_id: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a post, as the platform names them."""

    native_id: str
    """The platform's id, or the name where there is no id."""
    name: str
    is_bot: bool = False
    """A bot, webhook or application: never answered."""
    is_staff: bool = False
    """One of our own people: their posts open no case, their answers stop its clock."""
    is_self: bool = False
    """Our own account."""


@dataclass(frozen=True, slots=True)
class Post:
    """Anything someone wrote at a source."""

    ref: PostRef
    kind: PostKind
    text: str
    created_at: datetime
    """Aware, UTC."""
    author: Author | None = None
    """None where the account is deleted or the file names nobody."""
    title: str | None = None
    url: str | None = None
    parent_id: str | None = None
    """Native id of the post this one answers."""
    thread_id: str | None = None
    """Native id of the submission, or of the Discord thread, that this stands in."""
    guild_id: str | None = None
    """Discord guild, where there is one."""
    container_name: str | None = None
    """How people call the container, e.g. `#help`; None where `container` says it."""
    edited_at: datetime | None = None
    reply_count: int | None = None
    """Replies and comments received so far, where the source tells."""
    is_nsfw: bool = False

    @property
    def full_text(self) -> str:
        """Title and text, as matching and judging read them."""
        return f"{self.title}\n\n{self.text}" if self.title else self.text


class RemovalReason(StrEnum):
    """Why a post's text has to go."""

    DELETED_BY_AUTHOR = "deleted_by_author"
    REMOVED_BY_MODERATOR = "removed_by_moderator"
    ACCOUNT_DELETED = "account_deleted"
    """Only the author's name and id go; the text stands."""
    VANISHED = "vanished"
    EXPIRED = "expired"
    """Its text_days are over."""
    ERASED = "erased"
    """The author asked us to forget them."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A source told us that a post is gone."""

    ref: PostRef
    reason: RemovalReason
    noticed_at: datetime


@dataclass(frozen=True, slots=True)
class PurgeEntry:
    """What the purge log keeps of something that was deleted: the proof, and no content."""

    name: str
    """A salted hash of the post's source, container and id; `person:` and a key for a person who was erased."""
    reason: RemovalReason
    purged_at: datetime


@dataclass(frozen=True, slots=True)
class ReplyCount:
    """How many replies a stored post has received by now."""

    ref: PostRef
    replies: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A span of a feed that nobody can read any more: counted, told, never hidden."""

    feed: str
    started_at: datetime
    ended_at: datetime
    estimate: int | None
    """How many posts were probably missed; None where nothing tells."""
    reason: str
    """A short code, e.g. `listing_window`, `no_history_permission`."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a listener hands over at once; it is committed as one unit, with its cursor and ledger."""

    feed: str
    """Stable name of the feed, e.g. `reddit:comments:korea+seoul`, `discord:1234`, `file:posts.jsonl`."""
    posts: tuple[Post, ...] = ()
    """Oldest first. A post that is stored already and carries a newer `edited_at` is judged anew."""
    seen: tuple[str, ...] = ()
    """Native ids for the feed's bounded ledger, matched or not."""
    cursor: str | None = None
    """Where to go on after this batch; opaque to everyone but the listener. None leaves it as it was."""
    removals: tuple[Removal, ...] = ()
    reply_counts: tuple[ReplyCount, ...] = ()
    gaps: tuple[Gap, ...] = ()
    history: bool = False
    """True for posts read from files or long past: they are stored and judged, nobody is thanked or paged."""


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How a feed is doing, for `/status`, `/healthz` and the report."""

    feed: str
    state: str
    """A short code: `ok`, `late`, `closed`, `no_credentials`, `no_message_content`, `stopped`."""
    last_seen_at: datetime | None
    posts_seen: int
    detail: str = ""
