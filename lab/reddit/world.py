"""The stand-in Reddit's state, and the ways to act as its people and moderators."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from core.clock import Clock
from core.errors import ConflictError, NotFoundError
from lab.ids import RedditIds
from lab.reddit.listing import Listing
from lab.reddit.things import Access, Fate, Thing


class RedditWorld:
    """Subreddits, accounts, submissions and comments. Everything here happens at the clock's time."""

    def __init__(self, clock: Clock, *, own_account: str) -> None:
        self.clock = clock
        self.own_account = own_account
        self.inbox: list[str] = []
        """Fullnames of comments that answer our own or mention our account, newest first."""
        self.unread: set[str] = set()
        self._ids = RedditIds(clock)
        self._rank = itertools.count(1)
        self._things: dict[str, Thing] = {}
        self._access: dict[str, tuple[str, Access]] = {}
        self._comments: dict[str, Listing] = {}
        self._submissions: dict[str, Listing] = {}
        self._of_author: dict[str, Listing] = {}
        self._banned_from: set[str] = set()
        self._moderated: set[str] = set()
        self.is_suspended = False
        """Our own account: it can sign in and read, and is told."""
        self.is_shadow_banned = False
        """Our own account: strangers are told that it does not exist, and it is not."""
        self.reports: list[tuple[str, str]] = []
        """What our account reported: fullname and reason, in order."""

    # -- acting as the world

    def add_subreddit(self, name: str) -> None:
        """Open a public subreddit."""
        self._access.setdefault(name.casefold(), (name, Access.PUBLIC))

    def close_subreddit(self, name: str, access: Access = Access.PRIVATE) -> None:
        """Make a subreddit unreadable in one of Reddit's ways."""
        self._access[name.casefold()] = (name, access)

    def reopen_subreddit(self, name: str) -> None:
        """Make a subreddit readable again."""
        self._access[name.casefold()] = (name, Access.PUBLIC)

    def ban_us(self, subreddit: str, *, lifted: bool = False) -> None:
        """Ban our own account from writing in a subreddit (403), or lift the ban."""
        (self._banned_from.discard if lifted else self._banned_from.add)(subreddit.casefold())

    def make_us_moderator(self, subreddit: str) -> None:
        """Let our own account remove and lock in a subreddit."""
        self._moderated.add(subreddit.casefold())

    def add_submission(
        self,
        subreddit: str,
        title: str,
        text: str = "",
        *,
        by: str = "someone",
        created_at: datetime | None = None,
        late_by: int = 0,
        is_nsfw: bool = False,
    ) -> Thing:
        """Write a submission. `late_by` lets it enter the listing below so many newer ones."""
        return self._enter(
            Thing(
                id=self._ids.mint(),
                subreddit=self._spelling(subreddit),
                author=by,
                title=title,
                text=text,
                created_at=created_at or self.clock.now(),
                late_by=late_by,
                is_nsfw=is_nsfw,
            )
        )

    def add_comment(
        self,
        under: Thing | str,
        text: str,
        *,
        by: str = "someone",
        created_at: datetime | None = None,
        late_by: int = 0,
    ) -> Thing:
        """Answer a submission or a comment."""
        parent = self.thing(under if isinstance(under, str) else under.name)
        link = self.thing(parent.link) if parent.link else parent
        comment = self._enter(
            Thing(
                id=self._ids.mint(),
                subreddit=parent.subreddit,
                author=by,
                text=text,
                parent=parent.name,
                link=link.name,
                created_at=created_at or self.clock.now(),
                late_by=late_by,
                is_nsfw=parent.is_nsfw,
            )
        )
        self._things[link.name] = replace(link, comments=link.comments + 1)
        is_mention = re.search(rf"\bu/{re.escape(self.own_account)}\b", text, re.IGNORECASE) is not None
        if by != self.own_account and (parent.author == self.own_account or is_mention):
            self.inbox.insert(0, comment.name)
            self.unread.add(comment.name)
        return comment

    def edit(self, thing: Thing | str, text: str) -> Thing:
        """Change a text, as its author."""
        return self._change(_name(thing), text=text, edited_at=self.clock.now())

    def delete(self, thing: Thing | str) -> Thing:
        """Delete, as its author: it leaves every listing at once."""
        return self._leave(_name(thing), Fate.DELETED)

    def remove(self, thing: Thing | str) -> Thing:
        """Remove, as a moderator."""
        return self._leave(_name(thing), Fate.REMOVED)

    def purge(self, thing: Thing | str) -> Thing:
        """Let a thing vanish so that /api/info leaves it out."""
        return self._leave(_name(thing), Fate.PURGED)

    def lock(self, thing: Thing | str) -> Thing:
        """Lock: answers are refused with THREAD_LOCKED."""
        return self._change(_name(thing), locked=True)

    def archive(self, thing: Thing | str) -> Thing:
        """Archive: answers are refused with TOO_OLD."""
        return self._change(_name(thing), archived=True)

    def delete_account(self, author: str) -> None:
        """Delete an account: its texts stay, without a name."""
        for thing in [thing for thing in self._things.values() if thing.author == author]:
            self._things[thing.name] = replace(thing, author_gone=True)

    # -- looking

    def thing(self, name: str) -> Thing:
        """Return a thing by its fullname. Raises NotFoundError."""
        try:
            return self._things[name]
        except KeyError:
            raise NotFoundError(f"the stand-in Reddit has no {name}") from None

    def find(self, name: str) -> Thing | None:
        """Return a thing by its fullname, or None where it is unknown or nobody may see it."""
        thing = self._things.get(name)
        if thing is None or thing.fate is Fate.PURGED or self.access(thing.subreddit) is not Access.PUBLIC:
            return None
        return thing

    def is_known(self, name: str) -> bool:
        """Tell whether the fullname was ever minted."""
        return name in self._things

    def things(self) -> tuple[Thing, ...]:
        """Return everything ever written, oldest first."""
        return tuple(self._things.values())

    def own_things(self) -> tuple[Thing, ...]:
        """Return what our own account wrote, oldest first."""
        return tuple(thing for thing in self._things.values() if thing.author == self.own_account)

    def access(self, subreddit: str) -> Access:
        """Return how a subreddit answers strangers; a name that never existed looks renamed."""
        return self._access.get(subreddit.casefold(), (subreddit, Access.RENAMED))[1]

    def may_write(self, subreddit: str) -> bool:
        """Tell whether our own account may write there."""
        return subreddit.casefold() not in self._banned_from

    def may_moderate(self, subreddit: str) -> bool:
        """Tell whether our own account is a moderator there."""
        return subreddit.casefold() in self._moderated

    def listings(self, subreddits: Iterable[str], *, comments: bool) -> list[Listing]:
        """Return the listings of the readable ones among some subreddits: a multi leaves the others out silently."""
        kept = self._comments if comments else self._submissions
        readable = [name.casefold() for name in subreddits if self.access(name) is Access.PUBLIC]
        return [kept[name] for name in readable if name in kept]

    def listing_of(self, author: str) -> list[Listing]:
        """Return the comments of an account."""
        return [self._of_author[author.casefold()]] if author.casefold() in self._of_author else []

    # -- inside

    def _spelling(self, subreddit: str) -> str:
        if subreddit.casefold() not in self._access:
            self.add_subreddit(subreddit)
        return self._access[subreddit.casefold()][0]

    def _enter(self, thing: Thing) -> Thing:
        self._things[thing.name] = thing
        kept = self._comments if thing.is_comment else self._submissions
        rank = float(next(self._rank))
        kept.setdefault(thing.subreddit.casefold(), Listing()).add(thing.name, rank, late_by=thing.late_by)
        if thing.is_comment:
            self._of_author.setdefault(thing.author.casefold(), Listing()).add(thing.name, rank)
        return thing

    def _change(self, name: str, **changes: object) -> Thing:
        thing = self.thing(name)
        if thing.fate is not Fate.LIVE:
            raise ConflictError(f"{name} is {thing.fate} on the stand-in Reddit")
        changed = replace(thing, **changes)  # type: ignore[arg-type]
        self._things[name] = changed
        return changed

    def _leave(self, name: str, fate: Fate) -> Thing:
        thing = self._change(name, fate=fate)
        kept = self._comments if thing.is_comment else self._submissions
        kept[thing.subreddit.casefold()].discard(name)
        if thing.is_comment:
            self._of_author[thing.author.casefold()].discard(name)
        return thing


def _name(thing: Thing | str) -> str:
    return thing if isinstance(thing, str) else thing.name
