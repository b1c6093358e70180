"""How the outbox reaches the outside world. Only engagement/outgoing calls these."""

from __future__ import annotations

from typing import Protocol

from core.types.action import Action, Receipt
from core.types.moderation import Measure, MeasureKind
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
    """Moderation at one platform; each call carries a reason for the platform's audit log.

    The platform's own rights are checked: those of the moderator who orders it and those of our account.
    """

    source: Source
    kinds: frozenset[MeasureKind]
    """What can be done here."""

    async def remove(self, ref: PostRef, *, reason: str) -> None:
        """Remove a post."""
        ...

    async def check(self, measure: Measure) -> None:
        """Say whether the moderator and we may do this, without doing it.

        Raises NotAllowedError with a sentence for the moderator, and NotFoundError where the person is not there.
        """
        ...

    async def take(self, measure: Measure, *, number: int) -> None:
        """Take a measure; `number` goes into the audit log. A warning only needs the check.

        Raises NotAllowedError, NotFoundError, and SendError where the platform does not do it.
        """
        ...

    async def lift(self, measure: Measure, *, number: int) -> None:
        """Take a timeout or ban back; for other kinds there is nothing to take back. Raises as `take`."""
        ...

    async def channel_of(self, member_id: str) -> str | None:
        """Return the channel in which a member is told something alone; None where there is none."""
        ...
