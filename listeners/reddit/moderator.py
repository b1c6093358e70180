"""Moderation on Reddit: remove and lock where our account is a moderator, report everywhere."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    SendDelayedError,
    SendRefusedError,
    SendUnknownError,
    SourceError,
)
from core.text import mark
from core.types.moderation import Measure, MeasureKind
from core.types.post import PostRef, Source
from listeners.reddit.names import COMMENT_PREFIX, SUBMISSION_PREFIX
from listeners.reddit.transport import NotAnsweringError, RedditTransport, RefusedError, ToldToWaitError

REPORT_REASON = 100
"""Characters of a report's reason that Reddit keeps."""
RETRY_SECONDS = 60.0


class RedditModerator:
    """The port Moderator for Reddit, over the transport of the listener. Each measure is asked for once."""

    source = Source.REDDIT
    kinds = frozenset({MeasureKind.DELETE, MeasureKind.LOCK, MeasureKind.REPORT})

    def __init__(self, transport: RedditTransport) -> None:
        self._transport = transport

    async def remove(self, ref: PostRef, *, reason: str) -> None:
        """Remove a post. Reddit keeps no reason for it; ours stands in our own log."""
        del reason
        await self._ask("api/remove", {"id": _name(ref.native_id), "spam": "false"})

    async def check(self, measure: Measure) -> None:
        """Say whether this can be asked for; only Reddit knows whether the account is a moderator there.

        Raises NotAllowedError without an account, InputError for a post that is not on Reddit.
        """
        if not self._transport.has_account:
            raise NotAllowedError(mark("Reddit is read without an account: nothing can be moderated there."))
        _name(measure.post_id)

    async def take(self, measure: Measure, *, number: int) -> None:
        """Take a measure. Raises NotAllowedError where the account is no moderator, NotFoundError, SendError."""
        name = _name(measure.post_id)
        if measure.kind is MeasureKind.DELETE:
            await self.remove(PostRef(self.source, measure.container, name), reason=measure.reason)
        elif measure.kind is MeasureKind.LOCK:
            await self._ask("api/lock", {"id": name})
        else:
            reason = f"{measure.reason} ({number})"[:REPORT_REASON]
            await self._ask("api/report", {"thing_id": name, "reason": reason, "api_type": "json"})

    async def lift(self, measure: Measure, *, number: int) -> None:
        """There is nothing to take back here."""
        del measure, number
        raise InputError(mark("That cannot be done on that platform."))

    async def channel_of(self, member_id: str) -> str | None:
        """Nobody on Reddit is written to alone: Reddit asks for consent first."""
        del member_id
        return None

    async def _ask(self, path: str, fields: dict[str, str | int]) -> None:
        try:
            answer = await self._transport.post(path, fields)
        except ToldToWaitError as error:
            raise SendDelayedError(str(error), retry_after=error.seconds) from error
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                raise NotFoundError(mark("The post is gone: there is nothing left to moderate.")) from error
            raise NotAllowedError(mark("Our Reddit account is not a moderator there.")) from error
        except NotAnsweringError as error:
            if error.was_sent:
                raise SendUnknownError("Reddit gave no answer to our measure") from error
            raise SendDelayedError(str(error), retry_after=RETRY_SECONDS) from error
        except SourceError as error:
            raise SendDelayedError(str(error), retry_after=RETRY_SECONDS) from error
        content = answer.get("json")
        errors = content.get("errors") if isinstance(content, dict) else None
        if errors:
            code = str(errors[0][0] if isinstance(errors[0], list) and errors[0] else errors[0])
            raise SendRefusedError(f"Reddit refuses the measure ({code})", reason=code.lower()[:40])


def _name(native_id: str | None) -> str:
    if native_id is None or not native_id.startswith((COMMENT_PREFIX, SUBMISSION_PREFIX)):
        raise InputError(mark("That post is not on Reddit."))
    return native_id
