"""The store: one writer, many readers, one unit of work. No SQL is known outside storage/.

Each aggregate has its port in a module of its own; `Unit` holds them together.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from core.ports.brands import BrandRepository
from core.ports.cases import CaseRepository
from core.ports.casework import CaseworkRepository
from core.ports.counts import CountRepository
from core.ports.learning import CauseRepository, CsatRepository, RuleRepository, VerdictRepository
from core.ports.ledger import LedgerRepository
from core.ports.members import MemberRepository
from core.ports.mentions import MentionRepository
from core.ports.moderating import ModerationRepository
from core.ports.outbox import OutboxRepository
from core.ports.purging import PurgeLog
from core.ports.replying import SwitchRepository, TemplateRepository
from core.ports.watching import WatchRepository
from core.types.post import Source

T = TypeVar("T")

MOST_COUNTED = 500
"""Lists and boards count no further, so that they cost the same however much is stored."""


class Unit(Protocol):
    """One transaction's view of the store. Only valid inside the call it was handed to."""

    mentions: MentionRepository
    cases: CaseRepository
    outbox: OutboxRepository
    ledger: LedgerRepository
    brands: BrandRepository
    members: MemberRepository
    counts: CountRepository
    templates: TemplateRepository
    switches: SwitchRepository
    moderation: ModerationRepository
    verdicts: VerdictRepository
    rules: RuleRepository
    causes: CauseRepository
    csat: CsatRepository
    watch: WatchRepository
    casework: CaseworkRepository
    purge_log: PurgeLog


class Store(Protocol):
    """One database."""

    async def write(self, work: Callable[[Unit], Awaitable[T]]) -> T:
        """Run `work` on the single writer and return its result once it is durable.

        Neighbouring calls share a commit; each has its own savepoint, so an exception undoes only its own `work`.
        """
        ...

    def read(self) -> AbstractAsyncContextManager[Unit]:
        """Open a reader; it sees one consistent state and cannot write."""
        ...

    def author_key(self, source: Source, native_id: str) -> str:
        """Return the HMAC key of an author under this installation's secret."""
        ...

    async def scrub(self) -> None:
        """Drive purged bytes off the disk: FTS optimise, checkpoint TRUNCATE."""
        ...

    async def close(self) -> None:
        """Finish what is queued and close."""
        ...
