"""Roll-ups and reply counts as the store holds them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from core.types.post import Source
from core.types.rollup import ReplyCounts, ReplyRow, RollupRow, TermCount


class CountRepository(Protocol):
    """Roll-ups and reply counts, for the report and `/status`."""

    async def rollups(self, *, since: datetime, until: datetime) -> list[RollupRow]:
        """Return the hours of a span [since, until)."""
        ...

    async def replies(self, *, since: datetime, until: datetime) -> ReplyCounts:
        """Count our own replies of a span."""
        ...

    async def reply_rows(self, *, since: datetime, until: datetime) -> list[ReplyRow]:
        """Return our own replies of a span by hour, source, container, brand and kind; they add up to `replies`."""
        ...

    async def count_reply(
        self, kind: str, *, at: datetime, container: str, source: Source, brand: str | None = None
    ) -> None:
        """Count one reply that has no outbox row: `bot` (an interaction answered) or `native`."""
        ...

    async def term_counts(self, *, since: datetime, until: datetime) -> list[TermCount]:
        """Return how many mentions held each term, per UTC day that begins in [since, until)."""
        ...

    async def latest_post(self) -> datetime | None:
        """Return when the newest stored mention or tombstone was written."""
        ...

    async def rebuild(self) -> int:
        """Count all roll-ups anew from mentions and tombstones; return how many rows there are."""
        ...
