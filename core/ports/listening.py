"""Where posts come from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from datetime import datetime
from typing import Protocol

from core.types.post import Batch, FeedHealth, PostRef, Source


class Listener(Protocol):
    """Yields what is new at one source.

    Batches are pulled: the next one is asked for only after the last one was committed, so whatever was handed over
    before is durable. One bad feed never ends the iteration; the iteration ends only after `close()`.
    """

    name: str

    def batches(self) -> AsyncIterator[Batch]:
        """Yield batches until closed.

        Raises CredentialsRejectedError at the start where the platform does not accept us.
        """
        ...

    def health(self) -> tuple[FeedHealth, ...]:
        """Say how each feed is doing."""
        ...

    async def close(self) -> None:
        """Stop within 5 seconds, also in the middle of a request."""
        ...


class FeedMemory(Protocol):
    """What a listener may ask of the store: where it was, and which names it has seen."""

    async def cursor(self, feed: str) -> str | None:
        """Return the feed's committed cursor."""
        ...

    async def known(self, feed: str, native_ids: Collection[str]) -> set[str]:
        """Return those of `native_ids` that the feed's bounded ledger holds."""
        ...

    async def watched(self, source: Source, *, limit: int) -> list[PostRef]:
        """Return stored posts whose text lives and whose re-check is due, the longest unchecked first."""
        ...

    async def mark_checked(self, refs: Collection[PostRef]) -> None:
        """Note that these posts were re-checked now."""
        ...


class StoredPosts(Protocol):
    """What a listener may ask of the store to find deletions and edits that it was not told of."""

    async def stored(
        self, source: Source, container: str, *, since: datetime, until: datetime | None = None, limit: int
    ) -> list[PostRef]:
        """Return the posts of one container written in [since, until) whose text lives, the newest first."""
        ...
