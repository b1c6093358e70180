"""What staff write beside a case, as the store holds it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from core.types.deskwork import Goodwill, GoodwillState, Note, Promise, PromiseState


class CaseworkRepository(Protocol):
    """Notes, tags, promises and goodwill. All words go when the author of the case is forgotten or its posts are."""

    async def add_note(self, case_id: int, *, author: str, text: str, at: datetime) -> Note:
        """Store a note."""
        ...

    async def notes(self, case_id: int) -> list[Note]:
        """Return the notes of a case, oldest first."""
        ...

    async def add_tag(self, case_id: int, tag: str) -> bool:
        """Put a tag on a case; False when it has it."""
        ...

    async def remove_tag(self, case_id: int, tag: str) -> bool:
        """Take a tag off; False when it has none such."""
        ...

    async def tags(self, case_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
        """Return the tags of cases, sorted; cases without any are left out."""
        ...

    async def known_tags(self, prefix: str, *, limit: int) -> list[str]:
        """Return tags in use that begin so, sorted."""
        ...

    async def add_promise(self, case_id: int, *, text: str, due_at: datetime, made_by: str, at: datetime) -> Promise:
        """Store a promise."""
        ...

    async def promise(self, promise_id: int) -> Promise | None:
        """Return one promise."""
        ...

    async def promises(self, case_id: int) -> list[Promise]:
        """Return the promises of a case, by due date."""
        ...

    async def settle_promise(self, promise_id: int, state: PromiseState, *, at: datetime) -> bool:
        """Note what became of an open promise; False when it is settled already."""
        ...

    async def add_goodwill(
        self, case_id: int, *, amount: int, text: str, offered_by: str, at: datetime, state: GoodwillState
    ) -> Goodwill:
        """Store an offer; one that is approved at once was decided by the person who makes it."""
        ...

    async def goodwill(self, goodwill_id: int) -> Goodwill | None:
        """Return one offer."""
        ...

    async def offers(self, case_id: int) -> list[Goodwill]:
        """Return the offers of a case, oldest first."""
        ...

    async def decide_goodwill(self, goodwill_id: int, state: GoodwillState, *, by: str, at: datetime) -> bool:
        """Approve or refuse a proposed offer; False when it was decided already."""
        ...

    async def goodwill_spent(self, *, since: datetime, until: datetime) -> int:
        """Return what was offered in [since, until) and not refused."""
        ...

    async def promises_made(self, *, since: datetime, until: datetime) -> list[Promise]:
        """Return the promises made in [since, until)."""
        ...
