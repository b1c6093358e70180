"""Time as the domain sees it: one Clock object, shared in a process by the product and the lab.

Transport timers (heartbeats, HTTP timeouts, PRAW's pacing) stay real and do not come here.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Says what time it is, and lets domain code wait for a moment."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        ...

    async def sleep_until(self, moment: datetime) -> None:
        """Return once `now()` is at or past `moment`."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep_until(self, moment: datetime) -> None:
        """Return once `now()` is at or past `moment`."""
        # asyncio sleeps on a monotonic clock: look again, in case the wall clock was set meanwhile.
        while (left := (moment - self.now()).total_seconds()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(left, 60.0))


class SteppedClock:
    """Time that stands still until someone moves it: for the demo and for tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._order = itertools.count()
        self._waiters: list[tuple[datetime, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Return the moment the clock was last moved to."""
        return self._now

    async def sleep_until(self, moment: datetime) -> None:
        """Return once the clock was moved to or past `moment`."""
        if moment <= self._now:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiters, (moment, next(self._order), future))
        await future

    def next_wake(self) -> datetime | None:
        """Return the earliest moment somebody sleeps for, or None."""
        while self._waiters and self._waiters[0][2].done():
            heapq.heappop(self._waiters)
        return self._waiters[0][0] if self._waiters else None

    def advance_to(self, moment: datetime) -> None:
        """Move to `moment` and wake who waited for it. Time never goes back: an earlier moment is ignored."""
        self._now = max(self._now, moment.astimezone(UTC))
        while self._waiters and self._waiters[0][0] <= self._now:
            _, _, future = heapq.heappop(self._waiters)
            if not future.done():
                future.set_result(None)
