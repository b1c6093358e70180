"""Cases and their audit trail as the store holds them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from core.types.action import Target
from core.types.case import Case, CaseEvent, CaseKind, CaseQuery, HeldPost, Severity
from core.types.post import Source


class CaseRepository(Protocol):
    """Cases and their audit trail."""

    async def open(
        self,
        *,
        kind: CaseKind,
        severity: Severity,
        brand: str,
        opened_at: datetime,
        due_at: datetime,
        mention_id: int | None,
        author_key: str | None,
        target: Target | None = None,
        note: str = "",
        resolve_due_at: datetime | None = None,
    ) -> Case:
        """Open a case, with its `opened` event. `target` and `note` are those of a request without a mention."""
        ...

    async def open_many(self, cases: Sequence[Case]) -> list[int]:
        """Store new cases with their mentions and `opened` events; return the ids they got (theirs is void)."""
        ...

    async def get(self, case_id: int) -> Case | None:
        """Return one case."""
        ...

    async def save(self, case: Case, event: CaseEvent) -> Case:
        """Store a changed case and what happened; return it with its new version.

        Raises ConflictError when somebody changed it since `case.version`.
        """
        ...

    async def add_event(self, event: CaseEvent) -> None:
        """Note something that changes no field."""
        ...

    async def events(self, case_id: int) -> list[CaseEvent]:
        """Return the trail, oldest first."""
        ...

    async def find(self, query: CaseQuery, *, limit: int, offset: int = 0) -> list[Case]:
        """Return a page of cases: open ones by due time, then the newest."""
        ...

    async def count(self, query: CaseQuery, *, most: int | None = None) -> int:
        """Count what `find` would list in all; with `most` no further than that, so that it costs the same forever."""
        ...

    async def oldest(self, query: CaseQuery) -> Case | None:
        """Return the case of a query that was opened first."""
        ...

    async def of_author(self, author_key: str, *, since: datetime) -> list[Case]:
        """Return an author's cases, newest first."""
        ...

    async def of_mentions(self, mention_ids: Collection[int]) -> list[Case]:
        """Return the cases that hold any of these mentions."""
        ...

    async def of_thread(self, source: Source, thread_id: str, *, brand: str | None, since: datetime) -> list[Case]:
        """Return the cases opened since `since` that hold a mention of this brand (None: any) in this thread.

        Newest first.
        """
        ...

    async def with_posts_of(self, author_key: str, *, since: datetime) -> list[Case]:
        """Return the cases that hold a post which this author wrote since `since`, newest first."""
        ...

    async def complaints_about(
        self, source: Source, brand: str, *, since: datetime, until: datetime, limit: int
    ) -> list[HeldPost]:
        """Return living posts written in [since, until] that stand on complaint cases of a brand, newest first."""
        ...

    async def join(self, case_id: int, mention_id: int, at: datetime, *, reason: str = "") -> None:
        """Put one more mention on a case, with its `joined` event."""
        ...

    async def expire_requests(self, before: datetime, *, limit: int) -> list[Case]:
        """Take person, place and words off requests that were opened before `before`, and return those.

        What staff wrote beside them goes, too.
        """
        ...

    async def set_card(self, case_id: int, *, channel: str, message: str) -> None:
        """Note where the case's card stands; no event, and `version` stays."""
        ...
