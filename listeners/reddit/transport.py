"""Reddit through PRAW: one thread, one `praw.Reddit`, one budget; asyncio hands it requests and gets plain dicts.

PRAW is synchronous and not thread-safe, so nothing of it leaves the thread. Reads that fail are tried again here, by
stamina, and nowhere else; writes are sent once, and what became of them is told by the error.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NamedTuple

import praw
import prawcore
import stamina
import structlog

from core.errors import ConfigError, CredentialsRejectedError, FeedClosedError, SourceError
from core.settings import RedditSection
from core.text import mark
from listeners.reddit.budget import Lane, RateBudget
from listeners.reddit.requestor import (
    CONNECT_SECONDS,
    READ_SECONDS,
    TOTAL_SECONDS,
    StatusError,
    StoppedError,
    UnansweredError,
    WatchedRequestor,
)
from listeners.reddit.wire import Wire

_log = structlog.get_logger(__name__)

READ_ATTEMPTS = 3
JOIN_SECONDS = 2.0
"""How long closing waits for a request that hangs; the thread is a daemon and ends with the process."""
OAUTH_URL = "https://oauth.reddit.com"
REDDIT_URL = "https://www.reddit.com"

_CLOSED_REASONS = {
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS: "legal",
    HTTPStatus.GONE: "gone",
}
_TOKEN_REFUSALS = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class NotAnsweringError(SourceError):
    """Reddit does not answer, or answers nonsense; a read may be tried again.

    `was_sent` is False where the request surely never arrived.
    """

    def __init__(self, message: str, /, *, was_sent: bool = True, **values: object) -> None:
        super().__init__(message, **values)
        self.was_sent = was_sent


class TransportClosedError(SourceError):
    """We are closing; nothing was sent."""


class ToldToWaitError(SourceError):
    """A write was answered with 429: it did not happen."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Reddit asks to wait {seconds:.0f} seconds")
        self.seconds = seconds


class RefusedError(SourceError):
    """Reddit answered, and the answer is no; `status` is the HTTP status and `reason` its short code."""

    def __init__(self, message: str, *, status: int, reason: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class Account(NamedTuple):
    """Who we are on Reddit."""

    name: str
    native_id: str
    is_suspended: bool
    is_hidden: bool = False
    """Shadow-banned, as far as was asked: strangers are told that there is no such account."""


@dataclass(order=True, slots=True)
class _Job:
    """One request on its way; ordered by lane, then by age."""

    lane: Lane
    order: int
    method: str = field(compare=False)
    path: str = field(compare=False)
    fields: dict[str, str | int] = field(compare=False)
    signed_out: bool = field(compare=False)
    """Ask as a stranger would."""
    future: asyncio.Future[Any] = field(compare=False)
    loop: asyncio.AbstractEventLoop = field(compare=False)


class RedditTransport:
    """One credential's way to Reddit, shared by the listener and the sender."""

    def __init__(
        self,
        section: RedditSection,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        if not section.client_id:
            raise ConfigError(mark("Reddit needs reddit.client_id: the id of the approved app"), key="reddit.client_id")
        if not section.user_agent:
            raise ConfigError(
                mark("Reddit needs reddit.user_agent, like `linux:my-app:1.0 (by /u/me)`; it throttles all others"),
                key="reddit.user_agent",
            )
        self._section = section
        self._limits = {
            "connect_seconds": connect_seconds,
            "read_seconds": read_seconds,
            "total_seconds": total_seconds,
        }
        self._budget = RateBudget()
        self._stop = threading.Event()
        self._wire = Wire()
        self._wake = threading.Condition()
        self._jobs: list[_Job] = []
        self._order = itertools.count()
        self._thread: threading.Thread | None = None
        self._account: Account | None = None
        self.requests = 0
        """Requests that went out, without those for tokens."""

    @property
    def has_account(self) -> bool:
        """Whether we are signed in as somebody, and may write."""
        section = self._section
        return section.refresh_token is not None or (section.username is not None and section.password is not None)

    @property
    def waiting(self) -> int:
        """Requests that wait for their turn."""
        return len(self._jobs)

    async def get(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        lane: Lane = Lane.POLL,
        signed_out: bool = False,
    ) -> dict[str, Any]:
        """Read a path and return its JSON object; failures are tried again, with jitter, up to READ_ATTEMPTS times.

        `signed_out` asks as a stranger would, without our account.

        Raises NotAnsweringError, FeedClosedError, RefusedError, CredentialsRejectedError and TransportClosedError.
        """
        async for attempt in stamina.retry_context(
            on=NotAnsweringError, attempts=READ_ATTEMPTS, timeout=60.0, wait_initial=0.2, wait_max=4.0, wait_jitter=0.5
        ):
            with attempt:
                return await self._submit(lane, "GET", path, params or {}, signed_out=signed_out)
        raise AssertionError("stamina returns or raises")

    async def post(self, path: str, fields: Mapping[str, str | int]) -> dict[str, Any]:
        """Write once, and never again.

        Raises NotAnsweringError (it may have happened where `was_sent`), ToldToWaitError, RefusedError,
        CredentialsRejectedError and TransportClosedError (it did not happen).
        """
        return await self._submit(Lane.WRITE, "POST", path, fields)

    async def account(self) -> Account | None:
        """Return who we are; None for an app without an account.

        Raises CredentialsRejectedError where Reddit does not accept us, with or without an account.
        """
        if not self.has_account:
            await self.get("api/info", {"id": "t3_1"}, lane=Lane.RECHECK)
        elif self._account is None:
            self._account = await self._look_at_account()
        return self._account

    async def standing(self) -> Account | None:
        """Ask anew how our account stands, and whether strangers see it; None for an app without an account.

        Raises what `get` raises.
        """
        if not self.has_account:
            return None
        account = await self._look_at_account()
        if not account.is_suspended:
            try:
                await self.get(f"user/{account.name}/about", lane=Lane.RECHECK, signed_out=True)
            except FeedClosedError as error:
                # Our own view of it shows nothing: a shadow-banned account looks well to itself.
                account = account._replace(is_hidden=error.reason == "not_found")
        self._account = account
        return account

    async def _look_at_account(self) -> Account:
        me = await self.get("api/v1/me", lane=Lane.RECHECK)
        name, native_id = me.get("name"), me.get("id")
        if not isinstance(name, str) or not isinstance(native_id, str):
            raise NotAnsweringError(mark("Reddit does not say who we are"))
        return Account(name, f"t2_{native_id}", me.get("is_suspended") is True)

    async def close(self) -> None:
        """Stop at once, also in the middle of a request: waiting requests end with TransportClosedError."""
        self._stop.set()
        self._wire.cut()
        with self._wake:
            jobs, self._jobs = self._jobs, []
            self._wake.notify_all()
        for job in jobs:
            _resolve(job.future, StoppedError())
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, JOIN_SECONDS)
            if self._thread.is_alive():
                _log.warning("a Reddit request still hangs; it ends with the process")

    async def _submit(
        self, lane: Lane, method: str, path: str, fields: Mapping[str, str | int], *, signed_out: bool = False
    ) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        job = _Job(lane, next(self._order), method, path, dict(fields), signed_out, loop.create_future(), loop)
        with self._wake:
            if self._stop.is_set():
                raise TransportClosedError("the way to Reddit is closed")
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="reddit", daemon=True)
                self._thread.start()
            heapq.heappush(self._jobs, job)
            self._wake.notify_all()
        try:
            answer = await job.future
        except StoppedError:
            raise TransportClosedError("the way to Reddit was closed") from None
        if not isinstance(answer, dict):
            raise NotAnsweringError("Reddit answered with something that is no object")
        return answer

    # -- in the thread

    def _work(self) -> None:
        # prawcore writes form fields, so texts, to its DEBUG log.
        logging.getLogger("prawcore").setLevel(logging.INFO)
        with self._connect() as reddit, self._connect(signed_out=True) as stranger:
            while (job := self._next_job()) is not None:
                outcome = self._perform(stranger if job.signed_out else reddit, job)
                if outcome is None:
                    with self._wake:
                        heapq.heappush(self._jobs, job)
                else:
                    _deliver(job, outcome)

    def _connect(self, *, signed_out: bool = False) -> praw.Reddit:
        section = self._section
        secrets = {
            name: None if value is None or (signed_out and name != "client_secret") else value.get_secret_value()
            for name, value in (
                ("client_secret", section.client_secret),
                ("password", section.password),
                ("refresh_token", section.refresh_token),
            )
        }
        # Everything is named, so that neither a praw.ini in the working directory nor the environment has a say.
        return praw.Reddit(
            client_id=section.client_id,
            username=None if signed_out else section.username,
            user_agent=section.user_agent,
            oauth_url=section.oauth_url or OAUTH_URL,
            reddit_url=section.reddit_url or REDDIT_URL,
            redirect_uri=None,
            check_for_updates=False,
            check_for_async=False,
            ratelimit_seconds=0,
            requestor_class=WatchedRequestor,
            requestor_kwargs={
                "stop": self._stop,
                "heard": self._heard,
                "wire": self._wire,
                **self._limits,
            },
            **secrets,
        )

    def _heard(self, used: float, remaining: float, reset: float) -> None:
        self._budget.heard(used=used, remaining=remaining, reset=reset, now=time.monotonic())

    def _next_job(self) -> _Job | None:
        """Return the next job once the budget lets it go; None when we stop."""
        with self._wake:
            while not self._stop.is_set():
                while self._jobs and self._jobs[0].future.done():
                    heapq.heappop(self._jobs)
                if not self._jobs:
                    self._wake.wait()
                    continue
                wait = self._budget.wait(self._jobs[0].lane, time.monotonic())
                if wait <= 0:
                    return heapq.heappop(self._jobs)
                self._wake.wait(wait)
        return None

    def _perform(self, reddit: praw.Reddit, job: _Job) -> Any:
        """Send one request; return its answer, the error to raise, or None where it has to be sent again later."""
        self._budget.count(time.monotonic())
        self.requests += 1
        sides: dict[str, Any] = {"params" if job.method == "GET" else "data": job.fields}
        try:
            return reddit.request(method=job.method, path=job.path, **sides)
        except StatusError as error:
            return self._status(job, error)
        except UnansweredError as error:
            was_sent = error.was_sent and not error.for_token
            return NotAnsweringError(mark("Reddit does not answer ({problem})"), was_sent=was_sent, problem=error.code)
        except StoppedError as error:
            return error
        except prawcore.exceptions.InsufficientScope:
            return RefusedError("this Reddit app may not do that; give it the scope", status=403, reason="scope")
        except (prawcore.exceptions.InvalidToken, prawcore.exceptions.OAuthException):
            return _rejected()
        except (prawcore.exceptions.PrawcoreException, praw.exceptions.PRAWException, ValueError, KeyError) as error:
            # BadJSON above all: a proxy's page, or an answer cut off. KeyError and ValueError come out of prawcore
            # where a token answer misses a field.
            return NotAnsweringError(mark("Reddit answered with nonsense ({problem})"), problem=type(error).__name__)

    def _status(self, job: _Job, error: StatusError) -> Exception | None:
        if error.status == HTTPStatus.TOO_MANY_REQUESTS:
            seconds = self._budget.told_to_wait(error.retry_after, time.monotonic())
            _log.warning("Reddit asks to wait", seconds=round(seconds))
            return None if job.method == "GET" else ToldToWaitError(seconds)
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR or error.status == HTTPStatus.REQUEST_TIMEOUT:
            return NotAnsweringError(
                mark("Reddit answered {status}"), was_sent=not error.for_token, status=error.status
            )
        if error.for_token and error.status in _TOKEN_REFUSALS:
            return _rejected()
        if job.method != "GET":
            return RefusedError(
                f"Reddit refused with {error.status}", status=error.status, reason=error.reason or "forbidden"
            )
        return _closed(error)


def _closed(error: StatusError) -> Exception:
    if 300 <= error.status < 400:
        return FeedClosedError("Reddit leads somewhere else: renamed, or never there", reason="renamed")
    fallback = _CLOSED_REASONS.get(HTTPStatus(error.status)) if error.status in set(HTTPStatus) else None
    if fallback is not None:
        reason = error.reason or fallback
        return FeedClosedError(f"Reddit answered {error.status} ({reason})", reason=reason)
    return RefusedError(f"Reddit refused with {error.status}", status=error.status, reason=error.reason)


def _rejected() -> CredentialsRejectedError:
    return CredentialsRejectedError(
        mark(
            "Reddit does not accept these credentials; check reddit.client_id, reddit.client_secret and "
            "reddit.username with reddit.password, or reddit.refresh_token"
        )
    )


def _deliver(job: _Job, outcome: Any) -> None:
    try:
        job.loop.call_soon_threadsafe(_resolve, job.future, outcome)
    except RuntimeError:
        _log.debug("nobody waits for this answer any more: the loop has ended")


def _resolve(future: asyncio.Future[Any], outcome: Any) -> None:
    if future.done():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
