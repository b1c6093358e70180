"""When a feed is polled next: by its own rate, and later and later while it does not answer."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import timedelta

from core.clock import Clock

WANTED_PER_POLL = 60
"""New things a poll should bring: well below a page, so that a doubled rate still fits."""
SLOWEST_SECONDS = 60.0
"""Longest pause of a quiet feed, unless the floor is higher."""
QUIET_POLLS_A_MINUTE = 40.0
"""What all quiet feeds together may poll: with few feeds each is polled often, and busy ones still have their half."""
LONGEST_BACKOFF = 600.0
PROBE_SECONDS = 3_600.0
"""How often a closed feed is tried."""

_SMOOTHING = 0.5
"""Weight of the last poll in the rate: a burst is answered at once and forgotten within a few polls."""


@dataclass(slots=True)
class Pace:
    """One feed's interval; all times in seconds."""

    floor: float
    slowest: float = SLOWEST_SECONDS
    rate: float = 0.0
    """New things a second, smoothed."""
    failures: int = 0

    def heard(self, fresh: int, elapsed: float) -> float:
        """Note a poll that worked; return the pause until the next."""
        self.failures = 0
        if elapsed > 0:
            self.rate += _SMOOTHING * (fresh / elapsed - self.rate)
        if self.rate <= 0:
            return max(self.floor, self.slowest)
        return max(self.floor, min(WANTED_PER_POLL / self.rate, self.slowest))

    def failed(self) -> float:
        """Note a poll that failed; return the pause, doubled each time, with jitter."""
        self.failures += 1
        pause: float = min(self.floor * 2 ** min(self.failures - 1, 12), LONGEST_BACKOFF)
        return max(self.floor, pause * random.uniform(0.75, 1.25))  # noqa: S311 - jitter, no secret

    def closed(self) -> float:
        """Return the pause before a closed feed is tried again."""
        return max(self.floor, PROBE_SECONDS * random.uniform(0.9, 1.1))  # noqa: S311 - jitter, no secret


def slowest_pause(feeds: int) -> float:
    """Return the longest pause of a quiet feed among so many, seconds."""
    return min(SLOWEST_SECONDS, 60.0 * feeds / QUIET_POLLS_A_MINUTE)


async def wait_or_poke(clock: Clock, seconds: float, poked: asyncio.Event) -> None:
    """Return after so many seconds of the clock, or once somebody pokes."""
    until = clock.now() + timedelta(seconds=seconds)
    waits = {asyncio.ensure_future(clock.sleep_until(until)), asyncio.ensure_future(poked.wait())}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()
