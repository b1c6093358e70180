"""How many requests may go out, and when: one budget per OAuth client id, with a reserve for what matters more."""

from __future__ import annotations

from enum import IntEnum

WINDOW_SECONDS = 600.0
"""Reddit averages its limit over ten minutes."""
WINDOW_REQUESTS = 1_000.0
"""100 requests a minute per client id, until the headers say otherwise."""
BURST_SHARE = 0.2
"""Share of a window that polling may run ahead of an even pace: enough to read a burst or a night at once."""
RESET_SLACK = 1.0
"""Seconds added to `reset`: Reddit floors it to whole seconds, and who trusts it gets a 429 at the window's edge."""
UNTOLD_WAIT = 30.0
"""Seconds to wait after a 429 that does not say how long, where no window is known either."""
MAX_TOLD_WAIT = 3_600.0
"""Longest Retry-After that is believed, seconds."""

_SHORTEST_WAIT = 0.001


class Lane(IntEnum):
    """Why a request is made, the most urgent first."""

    WRITE = 0
    """Replies of people and thanks, and the look for our own message after a crash."""
    RECHECK = 1
    """Deletions and edits of stored posts."""
    POLL = 2
    """Listings."""


RESERVE_SHARES = {Lane.WRITE: 0.0, Lane.RECHECK: 0.05, Lane.POLL: 0.15}
"""Share of a window that a lane leaves to the lanes before it."""


class RateBudget:
    """Counts requests by what the answers' headers tell, so that other users of the same client id count too.

    Times are monotonic seconds, given by the caller: the budget itself never waits.
    """

    def __init__(self) -> None:
        self._limit = WINDOW_REQUESTS
        self._remaining = WINDOW_REQUESTS
        self._resets_at: float | None = None
        self._not_before = 0.0

    def wait(self, lane: Lane, now: float) -> float:
        """Return the seconds until a request of this lane may go out; 0 for now."""
        if now < self._not_before:
            return self._not_before - now
        if self._resets_at is None:
            return 0.0
        left = self._resets_at - now
        if left <= 0:
            self._resets_at = None
            self._remaining = self._limit
            return 0.0
        reserve = self._limit * RESERVE_SHARES[lane]
        spare = self._remaining - reserve
        if spare < 1:
            return left
        if lane is not Lane.POLL:
            return 0.0
        # Polling may be ahead of an even pace by the burst share, not more.
        pace = (self._limit - reserve) * (1 - BURST_SHARE) / WINDOW_SECONDS
        wait = min(left, left - spare / pace)
        return wait if wait >= _SHORTEST_WAIT else 0.0

    def count(self, now: float) -> None:
        """Note that a request goes out; the headers of its answer correct this."""
        if self._resets_at is None:
            self._resets_at = now + WINDOW_SECONDS
        self._remaining -= 1

    def heard(self, *, used: float, remaining: float, reset: float, now: float) -> None:
        """Take over what an answer's `x-ratelimit-*` headers say."""
        self._limit = max(used + remaining, 1.0)
        self._remaining = remaining
        self._resets_at = now + reset + RESET_SLACK

    def told_to_wait(self, seconds: float | None, now: float) -> float:
        """Let nothing out for so long after a 429, or until the window ends where it does not say; return seconds."""
        if seconds is None:
            seconds = UNTOLD_WAIT if self._resets_at is None else max(self._resets_at - now, RESET_SLACK)
        seconds = min(max(seconds, RESET_SLACK), MAX_TOLD_WAIT)
        self._not_before = max(self._not_before, now + seconds)
        return seconds
