"""Reddit's things as they come over the wire, and as posts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Annotated, Any

import msgspec

from core.errors import SourceError
from core.types.post import Author, Post, PostKind, PostRef, RemovalReason, Source
from listeners.reddit.names import (
    COMMENT_PREFIX,
    DELETED,
    REMOVED,
    SITE,
    SUBMISSION_PREFIX,
    is_bot_name,
)

_NOT_BY_AUTHOR = frozenset(
    {"moderator", "automod_filtered", "reddit", "anti_evil_ops", "community_ops", "content_takedown"}
)
"""Values of `removed_by_category` that say somebody else took a submission away; `deleted` and `author` are its own."""


Moment = Annotated[float, msgspec.Meta(ge=0, le=32_503_680_000)]
"""Seconds since 1970, before the year 3000: what a datetime can hold without a doubt."""


class Original(msgspec.Struct):
    """What a crosspost repeats."""

    name: str = ""
    subreddit: str = ""
    selftext: str = ""
    title: str = ""


class Thing(msgspec.Struct):
    """A comment or a submission; fields the product does not read are not kept."""

    name: str
    subreddit: str
    created_utc: Moment
    author: str | None = None
    author_fullname: str | None = None
    edited: bool | Moment = False
    """False, the time of the last edit, or True on very old ones."""
    permalink: str | None = None
    context: str | None = None
    """The inbox gives this path, with a query, in place of the permalink."""
    distinguished: str | None = None
    over_18: bool | None = None
    body: str | None = None
    parent_id: str | None = None
    link_id: str | None = None
    title: str | None = None
    selftext: str | None = None
    num_comments: int | None = None
    removed_by_category: str | None = None
    crosspost_parent_list: list[Original] | None = None

    @property
    def edited_at(self) -> datetime | None:
        """When it was last edited; None where it never was, or where Reddit does not say when."""
        return None if isinstance(self.edited, bool) else datetime.fromtimestamp(self.edited, UTC)


class Listing(msgspec.Struct):
    """One page."""

    things: list[Thing]
    names: list[str]
    """Names of the page in its order, each once."""
    after: str | None
    malformed: int
    """Entries that could not be read."""


def read_listing(answer: dict[str, Any]) -> Listing:
    """Read a page of a listing.

    Raises SourceError where the answer is no listing at all; single broken entries are counted and left out.
    """
    page = answer.get("data")
    children = page.get("children") if isinstance(page, dict) else None
    if not isinstance(page, dict) or not isinstance(children, list):
        raise SourceError("Reddit answered with something that is no listing")
    found: dict[str, Thing] = {}
    malformed = 0
    for child in children:
        try:
            thing = msgspec.convert(child["data"], Thing)
        except (msgspec.ValidationError, TypeError, KeyError):
            malformed += not _is_message(child)
            continue
        found.setdefault(thing.name, thing)
    after = page.get("after")
    return Listing(list(found.values()), list(found), after if isinstance(after, str) else None, malformed)


def _is_message(child: object) -> bool:
    """Say whether it is a private message: those stand in the inbox too, and are nobody's post."""
    return isinstance(child, dict) and child.get("kind") == "t4"


class Gone(Enum):
    """What became of a thing's content."""

    LIVE = auto()
    DELETED = auto()
    REMOVED = auto()
    ACCOUNT_DELETED = auto()

    @property
    def removal(self) -> RemovalReason | None:
        """The reason to give the store; None where the thing stands."""
        return _REMOVALS.get(self)


_REMOVALS = {
    Gone.DELETED: RemovalReason.DELETED_BY_AUTHOR,
    Gone.REMOVED: RemovalReason.REMOVED_BY_MODERATOR,
    Gone.ACCOUNT_DELETED: RemovalReason.ACCOUNT_DELETED,
}


def fate(thing: Thing) -> Gone:
    """Tell deleted by the author, removed by others and a deleted account apart.

    Reddit shows `[deleted]` for what its author took back and `[removed]` for what moderators took away (a removed
    submission keeps its author); with the account alone gone, the text stands without a name.
    """
    text = thing.body if thing.body is not None else thing.selftext or ""
    if text in REMOVED or thing.removed_by_category in _NOT_BY_AUTHOR:
        return Gone.REMOVED
    if text == DELETED or thing.title == DELETED or thing.removed_by_category in ("deleted", "author"):
        return Gone.DELETED
    return Gone.ACCOUNT_DELETED if thing.author is None or thing.author == DELETED else Gone.LIVE


@dataclass(frozen=True, slots=True)
class People:
    """Who is who among Reddit's accounts, and which subreddits we follow. All names are casefolded."""

    own: str | None = None
    staff: frozenset[str] = frozenset()
    followed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *, own: str | None, staff: Iterable[str], followed: Iterable[str]) -> People:
        """Build it from names as people write them."""
        return cls(
            None if own is None else own.casefold(),
            frozenset(name.casefold().removeprefix("u/") for name in staff),
            frozenset(name.casefold() for name in followed),
        )

    def author(self, thing: Thing) -> Author | None:
        """Return who wrote it; None where the account is gone."""
        name = thing.author
        if name is None or name == DELETED:
            return None
        folded = name.casefold()
        return Author(
            # A fullname is what the account keeps for ever; listings leave it out for suspended accounts.
            native_id=thing.author_fullname or name,
            name=name,
            is_bot=is_bot_name(name, distinguished=thing.distinguished is not None),
            is_staff=folded in self.staff,
            is_self=folded == self.own,
        )


def to_post(thing: Thing, people: People) -> Post | None:
    """Return a thing as a post; None where there is no text to judge.

    That is so for what is deleted or removed, and for a crosspost of what we follow at its origin anyway: it would
    be reported twice.
    """
    if fate(thing) in (Gone.DELETED, Gone.REMOVED):
        return None
    is_comment = thing.name.startswith(COMMENT_PREFIX)
    if not is_comment and not thing.name.startswith(SUBMISSION_PREFIX):
        return None
    text = thing.body if is_comment else _submission_text(thing, people)
    if text is None:
        return None
    return Post(
        ref=ref_of(thing),
        kind=PostKind.COMMENT if is_comment else PostKind.SUBMISSION,
        text=text,
        created_at=datetime.fromtimestamp(thing.created_utc, UTC),
        author=people.author(thing),
        title=None if is_comment else thing.title,
        url=_url(thing),
        parent_id=thing.parent_id,
        thread_id=_thread(thing) if is_comment else thing.name,
        edited_at=thing.edited_at,
        reply_count=thing.num_comments,
        is_nsfw=thing.over_18 is True,
    )


def ref_of(thing: Thing) -> PostRef:
    """Return a thing's identity."""
    return PostRef(Source.REDDIT, thing.subreddit, thing.name)


def _url(thing: Thing) -> str | None:
    path = thing.permalink or thing.context
    return SITE + path.partition("?")[0] if path is not None and path.startswith("/") else None


def _thread(thing: Thing) -> str | None:
    if thing.link_id is not None or thing.context is None:
        return thing.link_id
    parts = thing.context.split("/")
    # /r/<subreddit>/comments/<submission>/…
    return SUBMISSION_PREFIX + parts[4] if len(parts) > 4 and parts[3] == "comments" else None


def _submission_text(thing: Thing, people: People) -> str | None:
    own = thing.selftext or ""
    if not thing.crosspost_parent_list:
        return own
    original = thing.crosspost_parent_list[0]
    if original.subreddit.casefold() in people.followed and thing.title == original.title:
        return None
    return own or original.selftext
