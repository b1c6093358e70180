"""How the outbox reaches the outside world. Only engagement/outgoing calls these."""

from __future__ import annotations

from typing import Protocol

from core.types.action import Action, Receipt
from core.types.post import PostRef, Source


class Sender(Protocol):
    """Carries out the actions of one platform; exactly one outside effect a call, never resent by itself."""

    source: Source

    async def send(self, action: Action) -> Receipt:
        """Carry out an action.

        Raises SendDelayedError when it did not happen and may be tried again, SendRefusedError when it never will,
        and SendUnknownError when nobody knows.
        """
        ...

    async def find(self, action: Action) -> Receipt | None:
        """Look at the platform for our own message of this action, after a crash or an unknown outcome."""
        ...


class Moderator(Protocol):
    """Moderation at one platform; each call carries a reason for the platform's audit log."""

    source: Source

    async def remove(self, ref: PostRef, *, reason: str) -> None:
        """Remove a post."""
        ...
