"""PRAW's documented hook for HTTP, with what prawcore leaves out: real timeouts, a stop, and no second sending.

prawcore retries 5xx answers and lost connections, also those of a POST that took effect: a reply would be doubled. It
paces itself with sleeps of up to ten minutes that nothing can interrupt. Here every answer that is no success leaves
as an exception prawcore does not know, before it can retry, and the rate headers are taken out of its sight.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import prawcore
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from listeners.reddit.wire import Wire, WireAdapter

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
"""Longest silence of an answer. Reddit's own slow answers end at about 5 s."""
TOTAL_SECONDS = 30.0
"""Longest time from a request to the end of its answer, however it drips."""
TOKEN_PATH = "/api/v1/access_token"  # noqa: S105 - a path

_RATE_HEADERS = ("x-ratelimit-used", "x-ratelimit-remaining", "x-ratelimit-reset")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class StoppedError(Exception):
    """We are closing: nothing is sent any more."""


class UnansweredError(Exception):
    """No whole answer came; `was_sent` says whether the request can have reached Reddit."""

    def __init__(self, code: str, *, was_sent: bool, for_token: bool) -> None:
        super().__init__(code)
        self.code = code
        self.was_sent = was_sent
        self.for_token = for_token


class StatusError(Exception):
    """Reddit answered with something other than success."""

    def __init__(self, response: requests.Response, *, for_token: bool) -> None:
        super().__init__(f"status {response.status_code}")
        self.status = response.status_code
        self.for_token = for_token
        self.location = response.headers.get("location", "")
        self.retry_after = retry_after(response.headers.get("retry-after"))
        self.reason = _reason(response)


class WatchedRequestor(prawcore.Requestor):
    """Sends one request at a time for one thread."""

    def __init__(
        self,
        *,
        stop: threading.Event,
        heard: Callable[[float, float, float], None],
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        wire: Wire,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self._stop = stop
        self._heard = heard
        self._wire = wire
        self._total_seconds = total_seconds
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, WireAdapter(wire))
        self._limits = (connect_seconds, read_seconds)
        # A ~/.netrc would replace our token, so the environment is not trusted as a whole: only its proxies are.
        self._http.trust_env = False
        if urlsplit(self.oauth_url).hostname not in _LOOPBACK:
            self._http.proxies.update(requests.utils.get_environ_proxies(self.oauth_url))

    def request(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> requests.Response:  # noqa: ARG002
        """Send one request and return its answer where it is a success, or a 401 that a new token may mend.

        Raises StoppedError, UnansweredError and StatusError; prawcore knows none of them and passes them on.
        """
        kwargs["timeout"] = self._limits
        for_token = urlsplit(str(args[1])).path.rstrip("/") == TOKEN_PATH
        try:
            with self._wire.watched(self._total_seconds):
                # Looked at in here: whoever stops us sets this first and cuts the wire then.
                if self._stop.is_set():
                    raise StoppedError
                response = self._http.request(*args, **kwargs)
        except requests.RequestException as error:
            code = "TooSlow" if self._wire.is_cut else type(error).__name__
            raise UnansweredError(code, was_sent=_was_sent(error), for_token=for_token) from None
        self._take_rate(response)
        if response.status_code == HTTPStatus.UNAUTHORIZED and not for_token:
            # prawcore drops its token, fetches a new one and asks again; without this header it raises KeyError.
            response.headers.setdefault("www-authenticate", 'Bearer realm="reddit", error="invalid_token"')
            return response
        if not response.ok or response.is_redirect:
            raise StatusError(response, for_token=for_token)
        return response

    def _take_rate(self, response: requests.Response) -> None:
        values = [_number(response.headers.pop(name, None)) for name in _RATE_HEADERS]
        used, remaining, reset = values
        if used is not None and remaining is not None and reset is not None:
            self._heard(used, remaining, reset)


def _was_sent(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError | requests.exceptions.SSLError):
        return False
    cause = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    return not isinstance(cause, NewConnectionError)


def _number(value: str | None) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


def retry_after(value: str | None) -> float | None:
    """Return the seconds a Retry-After header asks for: a number, an HTTP date, or nothing that can be read."""
    if value is None:
        return None
    seconds = _number(value)
    if seconds is None:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        # The header names a moment of Reddit's own clock: real time, also where the domain's is stepped.
        seconds = (moment - datetime.now(UTC)).total_seconds()
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _reason(response: requests.Response) -> str:
    """Return the short code Reddit gives for a refusal, e.g. `private`; empty where it gives none."""
    try:
        answer = response.json()
    except ValueError:
        return ""
    reason = answer.get("reason") if isinstance(answer, dict) else None
    return reason.lower()[:40] if isinstance(reason, str) else ""
