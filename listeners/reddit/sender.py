"""The outbox's way to Reddit: one comment a call, never resent, and a look for our own after a crash."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import structlog

from core.clock import Clock
from core.errors import (
    CredentialsRejectedError,
    SendDelayedError,
    SendRefusedError,
    SendUnknownError,
    SourceError,
)
from core.settings import RedditSection
from core.types.action import Action, ActionKind, Purpose, Receipt
from core.types.post import Source
from listeners.reddit.budget import Lane
from listeners.reddit.names import COMMENT_PREFIX, SITE, SUBMISSION_PREFIX
from listeners.reddit.things import Thing, read_listing
from listeners.reddit.transport import NotAnsweringError, RedditTransport, RefusedError, ToldToWaitError

_log = structlog.get_logger(__name__)

MAX_COMMENT = 10_000
"""Longest comment Reddit takes, characters."""
RETRY_SECONDS = 60.0
"""Wait before another try where Reddit surely got nothing."""
NO_CREDENTIALS_SECONDS = 900.0
"""Wait where Reddit does not accept us: a person has to mend that first."""
RATELIMIT_SECONDS = 600.0
"""Wait after a RATELIMIT whose sentence names no time; they usually say nine or ten minutes."""
LOOK_PAGES = 10
"""Pages of our own newest comments that are searched for one: all that Reddit lists."""
BANNED_FOR = timedelta(hours=24)
"""How long nothing goes by itself into a subreddit that refused a comment of ours; a person may always try."""
CLOCK_SLACK = timedelta(minutes=10)
"""How far Reddit's clock may be behind ours: created_utc is in whole seconds, and clocks differ."""

_FINAL = {
    "THREAD_LOCKED": "locked",
    "TOO_OLD": "archived",
    "DELETED_COMMENT": "deleted",
    "DELETED_LINK": "deleted",
    "USER_BLOCKED": "blocked",
    "USER_BLOCKED_MESSAGE": "blocked",
    "BANNED_FROM_SUBREDDIT": "forbidden",
    "SUBREDDIT_NOTALLOWED": "forbidden",
    "TOO_LONG": "too_long",
    "NO_TEXT": "no_text",
}
"""Reddit's error codes that no later try can mend, and our short codes for them."""

_NEVER = datetime.fromtimestamp(0, UTC)
_DURATION = re.compile(r"(\d+)\s*(millisecond|second|minute|hour)", re.IGNORECASE)
_UNITS = {"millisecond": 0.001, "second": 1.0, "minute": 60.0, "hour": 3_600.0}


class RedditSender:
    """Answers posts on Reddit with comments."""

    source = Source.REDDIT

    def __init__(self, section: RedditSection, clock: Clock, *, transport: RedditTransport | None = None) -> None:
        """Prepare; nothing is sent yet.

        Raises ConfigError without client id or user agent. A `transport` that is given is shared with the listener,
        so that both keep one budget; one of our own is closed with us.
        """
        self._owns_transport = transport is None
        self._transport = transport or RedditTransport(section)
        self._clock = clock
        self._banned_until: dict[str, datetime] = {}

    async def send(self, action: Action) -> Receipt:
        """Post the action's text as a comment.

        Raises SendDelayedError, SendRefusedError or SendUnknownError, as the port says.
        """
        parent = _parent(action)
        self._require_sendable(action)
        place = action.draft.target.container.casefold()
        try:
            answer = await self._transport.post("api/comment", {"thing_id": parent, "text": action.draft.text})
        except ToldToWaitError as error:
            raise SendDelayedError(str(error), retry_after=error.seconds) from error
        except CredentialsRejectedError as error:
            raise SendDelayedError(str(error), retry_after=NO_CREDENTIALS_SECONDS) from error
        except RefusedError as error:
            # Banned, quarantined, gone: asking again would only make it worse.
            reason = "not_found" if error.status == HTTPStatus.NOT_FOUND else "forbidden"
            _log.warning("Reddit refuses our comment", action=action.id, status=error.status)
            if error.status == HTTPStatus.FORBIDDEN:
                self._banned_until[place] = self._clock.now() + BANNED_FOR
            raise SendRefusedError(str(error), reason=reason) from error
        except NotAnsweringError as error:
            if error.was_sent:
                raise SendUnknownError("Reddit gave no answer to our comment") from error
            raise SendDelayedError(str(error), retry_after=RETRY_SECONDS) from error
        except SourceError as error:
            raise SendDelayedError(str(error), retry_after=RETRY_SECONDS) from error
        receipt = self._receipt(answer)
        self._banned_until.pop(place, None)
        return receipt

    async def find(self, action: Action) -> Receipt | None:
        """Look among our own newest comments for this action's, by its parent and its text.

        Raises SendUnknownError where Reddit does not let us look: then nobody may send again.
        """
        parent, wanted = _parent(action), _words(action.draft.text)
        try:
            account = await self._transport.account()
            if account is None:
                return None
            params: dict[str, str | int] = {"limit": 100, "sort": "new"}
            for _ in range(LOOK_PAGES):
                page = read_listing(await self._transport.get(f"user/{account.name}/comments", params, lane=Lane.WRITE))
                for thing in page.things:
                    if thing.parent_id == parent and _words(thing.body or "") == wanted:
                        return _receipt_of(thing)
                is_past = any(_created(thing) < action.created_at - CLOCK_SLACK for thing in page.things)
                if is_past or page.after is None or not page.names:
                    return None
                params["after"] = page.names[-1]
        except SourceError as error:
            raise SendUnknownError("our own comments cannot be read") from error
        return None

    async def close(self) -> None:
        """Close the transport, where it is our own."""
        if self._owns_transport:
            await self._transport.close()

    def _require_sendable(self, action: Action) -> None:
        """Raise SendRefusedError for what Reddit would surely refuse."""
        if not self._transport.has_account:
            raise SendRefusedError(
                "Reddit is read without an account; set reddit.username and reddit.password, or reddit.refresh_token",
                reason="no_account",
            )
        until = self._banned_until.get(action.draft.target.container.casefold(), _NEVER)
        by_a_person = action.draft.purpose is Purpose.STAFF_REPLY or action.approved_by is not None
        if not by_a_person and self._clock.now() < until:
            raise SendRefusedError("this subreddit refused a comment of ours today", reason="forbidden")
        if len(action.draft.text) > MAX_COMMENT:
            raise SendRefusedError(f"Reddit takes {MAX_COMMENT} characters at most", reason="too_long")

    def _receipt(self, answer: dict[str, Any]) -> Receipt:
        """Read what /api/comment answered.

        Raises SendDelayedError and SendRefusedError by `json.errors`, and SendUnknownError where it says nothing:
        so do quarantined subreddits, though the comment was posted.
        """
        content = answer.get("json")
        if not isinstance(content, dict):
            raise SendUnknownError("Reddit's answer names neither a comment nor an error")
        errors = content.get("errors")
        if isinstance(errors, list) and errors:
            raise _refusal(errors)
        try:
            comment = content["data"]["things"][0]["data"]
            name, created = comment["name"], datetime.fromtimestamp(comment["created_utc"], UTC)
            link = comment.get("permalink")
        except (KeyError, IndexError, TypeError, AttributeError, ValueError, OverflowError):
            raise SendUnknownError("Reddit's answer names neither a comment nor an error") from None
        return Receipt(str(name), max(created, self._clock.now()), SITE + link if isinstance(link, str) else None)


def _parent(action: Action) -> str:
    parent = action.draft.target.reply_to
    if action.draft.kind is not ActionKind.REPLY or parent is None:
        raise SendRefusedError("on Reddit only posts are answered", reason="not_a_reply")
    if not parent.startswith((COMMENT_PREFIX, SUBMISSION_PREFIX)):
        raise SendRefusedError("this post is not on Reddit: its id names no comment or submission", reason="not_found")
    return parent


def _refusal(errors: list[Any]) -> SendDelayedError | SendRefusedError:
    """Return what the first of Reddit's errors, `[code, sentence, field]`, means for the action."""
    first = errors[0]
    code, sentence = (str(first[0]), str(first[1])) if isinstance(first, list) and len(first) > 1 else (str(first), "")
    if code == "RATELIMIT":
        return SendDelayedError("Reddit limits how often this account comments", retry_after=_told_seconds(sentence))
    return SendRefusedError(f"Reddit refuses the comment ({code})", reason=_FINAL.get(code, code.lower()[:40]))


def _told_seconds(sentence: str) -> float:
    """Read "take a break for 9 minutes" or "try again in 42 seconds", one unit more: Reddit rounds down."""
    found = _DURATION.search(sentence)
    if found is None:
        return RATELIMIT_SECONDS
    unit = _UNITS[found[2].lower()]
    return (int(found[1]) + 1) * unit


def _words(text: str) -> list[str]:
    """Return a text as Reddit may hand it back: it cuts and joins white space."""
    return text.split()


def _created(thing: Thing) -> datetime:
    return datetime.fromtimestamp(thing.created_utc, UTC)


def _receipt_of(thing: Thing) -> Receipt:
    return Receipt(thing.name, _created(thing), None if thing.permalink is None else SITE + thing.permalink)
