"""Where the moderation log is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from core.types.moderation import AppealState, Measure, MeasureRecord, MeasureState
from core.types.post import Author


class ModerationRepository(Protocol):
    """The moderation log. Names and ids of people stand in the authors table only."""

    async def begin(self, measure: Measure, *, author_key: str | None, at: datetime) -> MeasureRecord:
        """Note a measure before it is taken, as `begun`, with the person it is about."""
        ...

    async def settle(self, number: int, state: MeasureState, *, detail: str = "") -> MeasureRecord:
        """Note what became of it. Raises NotFoundError."""
        ...

    async def get(self, number: int) -> MeasureRecord | None:
        """Return one line of the log."""
        ...

    async def subject(self, number: int) -> Author | None:
        """Return whom a measure is about, while they are known."""
        ...

    async def find(self, *, author_key: str | None = None, limit: int, offset: int = 0) -> list[MeasureRecord]:
        """Return the log, newest first; of one person where a key is given."""
        ...

    async def count(self, *, author_key: str | None = None, most: int | None = None) -> int:
        """Count what `find` would list in all; with `most` no further than that."""
        ...

    async def appeal(self, number: int, *, text: str, at: datetime) -> MeasureRecord:
        """Open an appeal. Raises NotFoundError, and ConflictError where one was made already."""
        ...

    async def decide(self, number: int, state: AppealState, *, actor: str, reason: str, at: datetime) -> MeasureRecord:
        """Decide an open appeal, once. Raises NotFoundError, and ConflictError with who was faster."""
        ...
