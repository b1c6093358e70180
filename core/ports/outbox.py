"""The outbox as the store holds it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from core.types.action import Action, ActionDraft, ActionKind, ActionState, Purpose, Receipt
from core.types.post import PostRef, Source


class OutboxRepository(Protocol):
    """Actions on their way out, and the record of what went."""

    async def add(self, draft: ActionDraft, *, created_at: datetime) -> Action | None:
        """Store an action; None when its key is there already."""
        ...

    async def get(self, action_id: int) -> Action | None:
        """Return one action."""
        ...

    async def claim(self, now: datetime, *, limit: int) -> list[Action]:
        """Take due pending actions, oldest first, mark them `sending` and count the attempt; `detail` stays."""
        ...

    async def stranded(self) -> list[Action]:
        """Return actions left in `sending` by a worker that died."""
        ...

    async def approve(self, action_id: int, *, actor: str, text: str | None = None) -> Action:
        """Turn a draft into a pending action with `approved_by`, with changed text where given.

        Raises ConflictError when it is no draft any more.
        """
        ...

    async def cancel(self, action_id: int, *, detail: str) -> None:
        """Cancel a draft or pending action; others stay as they are."""
        ...

    async def sent(self, action_id: int, receipt: Receipt) -> None:
        """Note that it happened."""
        ...

    async def delay(self, action_id: int, *, due_at: datetime, detail: str) -> None:
        """Put it back to pending for later."""
        ...

    async def refuse(self, action_id: int, *, detail: str) -> None:
        """Note that it will never happen."""
        ...

    async def find(self, *, states: Sequence[ActionState], limit: int) -> list[Action]:
        """Return actions in these states, oldest first."""
        ...

    async def next_due(self) -> datetime | None:
        """Return when the next pending action is due (long past for one without a due time); None without any."""
        ...

    async def of_mentions(self, mention_ids: Collection[int]) -> list[Action]:
        """Return all actions about these mentions, oldest first."""
        ...

    async def of_case(self, case_id: int) -> list[Action]:
        """Return all actions of a case, oldest first."""
        ...

    async def of_author(self, author_key: str) -> list[Action]:
        """Return all actions that write to a person, oldest first."""
        ...

    async def about(self, kind: ActionKind, number: int) -> list[Action]:
        """Return the cards or notices of one kind that show this, oldest first."""
        ...

    async def of_message(self, source: Source, native_id: str) -> Action | None:
        """Return the action that sent this message of ours."""
        ...

    async def sent_messages(self, *, limit: int) -> list[PostRef]:
        """Return our newest messages to people (not those in our own rooms): answers to them are looked for."""
        ...

    async def recent_texts(self, *, purpose: Purpose, container: str, limit: int) -> list[str]:
        """Return the newest texts of a purpose in one place, sent or on their way or waiting as drafts."""
        ...

    async def forget(self, author_key: str) -> None:
        """Cancel what waits for a person, and take text, person and receipt off what was sent to them."""
        ...

    async def count_sent(
        self,
        *,
        purpose: Purpose,
        since: datetime,
        author_key: str | None = None,
        container: str | None = None,
        thread_id: str | None = None,
    ) -> int:
        """Count actions of a purpose that were sent since `since`, for the caps; those on their way do not count."""
        ...

    async def same_text(self, *, purpose: Purpose, text: str, container: str | None, since: datetime) -> int:
        """Count equal texts that were sent to one place (None: anywhere) since `since`, for the duplicate rule."""
        ...
