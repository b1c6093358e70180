"""Native ids as the platforms mint them, from the shared clock: the same scenario gives the same ids."""

from __future__ import annotations

from datetime import UTC, datetime

from core.clock import Clock

DISCORD_EPOCH_MS = 1_420_070_400_000
"""2015-01-01 in Unix milliseconds: Discord's documented snowflake epoch."""
SNOWFLAKE_SHIFT = 22
"""Bits below the time in a snowflake."""
REDDIT_EPOCH = datetime(2005, 6, 23, tzinfo=UTC)
"""The day Reddit opened; any fixed day would do."""
REDDIT_IDS_PER_SECOND = 100
"""How fast ids grow: the order of magnitude of the real site, so that ids have their usual length."""
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    """Return a number as Reddit writes ids."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = BASE36[rest] + digits
    return digits or "0"


class Snowflakes:
    """Mints Discord ids: they carry the clock's time and always grow."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def mint(self) -> int:
        """Return the next id."""
        milliseconds = int(self._clock.now().timestamp() * 1000) - DISCORD_EPOCH_MS
        self._last = max(milliseconds << SNOWFLAKE_SHIFT, self._last + 1)
        return self._last


class RedditIds:
    """Mints Reddit ids (base 36, without their kind): they grow with the clock's time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def mint(self) -> str:
        """Return the next id, e.g. `14fq2k9`."""
        since = (self._clock.now() - REDDIT_EPOCH).total_seconds()
        self._last = max(int(since * REDDIT_IDS_PER_SECOND), self._last + 1)
        return base36(self._last)
