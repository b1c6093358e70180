"""What the store keeps of verdicts, rules, causes and satisfaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.types.case import Case
from core.types.learning import (
    AppliedRule,
    Cause,
    CsatAnswer,
    CsatCounts,
    JudgedByPerson,
    MentionVerdict,
    PrecisionRow,
)


class VerdictRepository(Protocol):
    """One verdict a mention; the newest counts. Counts per hour, brand and rule outlive them."""

    async def put(self, verdict: MentionVerdict) -> None:
        """Store a verdict; it replaces the earlier one of the mention. Raises NotFoundError for a purged mention."""
        ...

    async def get(self, mention_id: int) -> MentionVerdict | None:
        """Return a mention's verdict."""
        ...

    async def judged(self, *, brand: str | None, limit: int) -> list[JudgedByPerson]:
        """Return living mentions with their verdicts, the newest verdicts first."""
        ...

    async def precision(self, *, since: datetime, until: datetime, brand: str | None = None) -> list[PrecisionRow]:
        """Return counts of verdicts on mentions written in [since, until), oldest first."""
        ...


class RuleRepository(Protocol):
    """Rules that people confirmed; they win over the configuration."""

    async def all(self) -> list[AppliedRule]:
        """Return all, oldest first."""
        ...

    async def put(self, rule: AppliedRule) -> None:
        """Store a rule; a threshold replaces the earlier one of its kind."""
        ...

    async def clear(self) -> list[AppliedRule]:
        """Take all back; return them, oldest first."""
        ...


class CauseRepository(Protocol):
    """What lies behind cases."""

    async def add(self, title: str, *, actor: str, at: datetime) -> Cause:
        """Store a new cause."""
        ...

    async def get(self, cause_id: int) -> Cause | None:
        """Return one cause with its number of cases."""
        ...

    async def find(self, *, limit: int, offset: int = 0) -> list[Cause]:
        """Return a page: open causes first, each newest first."""
        ...

    async def count(self) -> int:
        """Count all causes."""
        ...

    async def link(self, cause_id: int, case_id: int, *, actor: str, at: datetime) -> bool:
        """Link a case; False where it is linked already."""
        ...

    async def cases(self, cause_id: int) -> list[int]:
        """Return the ids of the linked cases, ascending."""
        ...

    async def of_case(self, case_id: int) -> list[Cause]:
        """Return the causes of a case."""
        ...

    async def fix(self, cause_id: int, *, actor: str, at: datetime) -> bool:
        """Mark it fixed; False where it is fixed already, or there is none."""
        ...


class CsatRepository(Protocol):
    """Satisfaction after resolved cases."""

    async def to_ask(self, *, since: datetime, until: datetime, limit: int) -> Sequence[Case]:
        """Return cases resolved in [since, until) whose author is known and was not asked, oldest first."""
        ...

    async def put(self, answer: CsatAnswer) -> None:
        """Store an answer; a later one of the same case replaces score and time, and `why` where it says something."""
        ...

    async def get(self, case_id: int) -> CsatAnswer | None:
        """Return the answer about a case."""
        ...

    async def counts(self, *, since: datetime, until: datetime, brand: str | None = None) -> CsatCounts:
        """Count questions sent and answers given in [since, until), of one brand where it is named."""
        ...

    async def reasons(self, *, since: datetime, until: datetime, limit: int) -> list[CsatAnswer]:
        """Return answers of a span that say why, newest first."""
        ...
