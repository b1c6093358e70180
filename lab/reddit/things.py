"""What stands on the stand-in Reddit: submissions, comments, subreddits, and how they look on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from html import escape

import msgspec

from lab.ids import base36
from lab.server import Json

DELETED = "[deleted]"
REMOVED = "[removed]"


class Access(StrEnum):
    """Whether strangers may read a subreddit."""

    PUBLIC = "public"
    PRIVATE = "private"
    """403, reason `private`."""
    QUARANTINED = "quarantined"
    """403, reason `quarantined`."""
    BANNED = "banned"
    """404, reason `banned`."""
    RENAMED = "renamed"
    """302 to the search page, as for a name that never existed."""


class Fate(StrEnum):
    """What became of a thing."""

    LIVE = "live"
    DELETED = "deleted"
    """By its author: name and text are gone."""
    REMOVED = "removed"
    """By a moderator: the text is gone; a submission keeps its author."""
    PURGED = "purged"
    """Not even /api/info knows it any more."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A submission or a comment as it stands now."""

    id: str
    """Base 36, without its kind."""
    subreddit: str
    author: str
    text: str
    created_at: datetime
    title: str | None = None
    """None for comments."""
    parent: str | None = None
    """Fullname of what a comment answers; None for submissions."""
    link: str | None = None
    """Fullname of the submission a comment stands under."""
    edited_at: datetime | None = None
    fate: Fate = Fate.LIVE
    author_gone: bool = False
    """The account was deleted; the text stands."""
    locked: bool = False
    archived: bool = False
    is_nsfw: bool = False
    comments: int = 0
    """Comments received, for submissions."""
    late_by: int = 0
    """It entered its listing below so many newer ones."""

    @property
    def is_comment(self) -> bool:
        """Tell whether this is a comment."""
        return self.title is None

    @property
    def name(self) -> str:
        """The fullname, e.g. `t1_14fq2k9`."""
        return f"{'t1' if self.is_comment else 't3'}_{self.id}"

    @property
    def permalink(self) -> str:
        """Path of its page."""
        link = self.id if self.link is None else self.link.removeprefix("t3_")
        page = f"/r/{self.subreddit}/comments/{link}/_/"
        return f"{page}{self.id}/" if self.is_comment else page


def wire(thing: Thing) -> Json:
    """Return a thing as Reddit writes it: `{"kind": "t1", "data": {…}}`."""
    return {
        "kind": "t1" if thing.is_comment else "t3",
        "data": _common(thing) | (_comment(thing) if thing.is_comment else _submission(thing)),
    }


@lru_cache(maxsize=4_096)
def encoded(thing: Thing) -> msgspec.Raw:
    """Return `wire(thing)` as JSON. A thing is shown in many pages, and it never changes: an edit makes a new one."""
    return msgspec.Raw(msgspec.json.encode(wire(thing)))


def _shown_author(thing: Thing) -> str:
    gone = thing.author_gone or thing.fate is Fate.DELETED or (thing.fate is Fate.REMOVED and thing.is_comment)
    return DELETED if gone else thing.author


def _shown_text(thing: Thing) -> str:
    match thing.fate:
        case Fate.LIVE:
            return thing.text
        case Fate.REMOVED:
            return REMOVED
        case _:
            return DELETED


def account_id(name: str) -> str:
    """Return the id of an account: stable, made from its name, without `t2_`."""
    digest = blake2b(name.casefold().encode(), digest_size=6).digest()
    return base36(int.from_bytes(digest))


def _common(thing: Thing) -> Json:
    created = float(int(thing.created_at.timestamp()))
    author = _shown_author(thing)
    known = {} if author == DELETED else {"author_fullname": f"t2_{account_id(author)}"}
    return {
        "id": thing.id,
        "name": thing.name,
        "author": author,
        **known,
        "subreddit": thing.subreddit,
        "subreddit_id": f"t5_{account_id(thing.subreddit)}",
        "subreddit_name_prefixed": f"r/{thing.subreddit}",
        "subreddit_type": "public",
        "created": created,
        "created_utc": created,
        "edited": False if thing.edited_at is None else float(int(thing.edited_at.timestamp())),
        "permalink": thing.permalink,
        "over_18": thing.is_nsfw,
        "locked": thing.locked,
        "archived": thing.archived,
        "stickied": False,
        "distinguished": None,
        "score": 1,
        "ups": 1,
        "downs": 0,
        "likes": None,
        "saved": False,
        "gilded": 0,
    }


def _comment(thing: Thing) -> Json:
    text = _shown_text(thing)
    return {
        "body": text,
        "body_html": f'<div class="md"><p>{escape(text)}</p>\n</div>',
        "parent_id": thing.parent,
        "link_id": thing.link,
        "replies": "",
        "score_hidden": False,
        "is_submitter": False,
        "collapsed": False,
        "controversiality": 0,
    }


def _submission(thing: Thing) -> Json:
    text = _shown_text(thing)
    title = DELETED if thing.fate is Fate.DELETED else thing.title
    reason = {Fate.DELETED: "deleted", Fate.REMOVED: "moderator"}.get(thing.fate)
    return {
        "title": title,
        "selftext": text,
        "selftext_html": f'<div class="md"><p>{escape(text)}</p>\n</div>' if text else None,
        "is_self": True,
        "url": f"https://www.reddit.com{thing.permalink}",
        "domain": f"self.{thing.subreddit}",
        "num_comments": thing.comments,
        "removed_by_category": reason,
        "upvote_ratio": 1.0,
        "spoiler": False,
        "hidden": False,
        "media": None,
        "is_video": False,
        "num_crossposts": 0,
        "link_flair_text": None,
    }
