"""How the desk did in a span of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from core.clock import Clock
from core.ports.storing import Store
from core.types.case import Case, CaseQuery, CaseState, Dismissal
from core.types.deskwork import Promise, PromiseState

__all__ = ["MOST_CASES", "DeskStats", "MemberStats", "read_stats", "stats_of"]

MOST_CASES = 20_000
"""Cases of one span that are read; a desk with more of them in a quarter asks the weekly report."""
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class MemberStats:
    """What one staff member holds of the cases of a span."""

    member: str
    held: int
    resolved: int
    first_response: timedelta | None
    """Median over the cases they hold that were answered."""


@dataclass(frozen=True, slots=True)
class DeskStats:
    """Counts of the cases opened in a span."""

    since: datetime
    until: datetime
    opened: int
    resolved: int
    dismissed: int
    open: int
    """Not closed yet."""
    answered: int
    first_response: timedelta | None
    """Median from opening to first response."""
    answered_in_time: int
    answered_late: int
    """Answered after the due time, or still unanswered past it."""
    resolution: timedelta | None
    """Median from opening to resolution."""
    resolved_in_time: int
    resolved_late: int
    dismissals: tuple[tuple[Dismissal, int], ...]
    """Reasons given, the most frequent first."""
    members: tuple[MemberStats, ...]
    """Who holds most first."""
    promises: int
    promises_kept: int
    """Kept before they were due."""
    promises_broken: int
    """Kept late, or open past their due time."""
    goodwill: int
    """Offered and not refused, in whole units of the currency."""
    cut: bool = False
    """There were more than `MOST_CASES`: the rest is not counted."""


def stats_of(
    cases: Sequence[Case],
    promises: Sequence[Promise],
    *,
    goodwill: int,
    since: datetime,
    until: datetime,
    now: datetime,
) -> DeskStats:
    """Count the cases opened in [since, until) and the promises made in it, as of `now`."""
    answered = [case.answered_at - case.opened_at for case in cases if case.answered_at is not None]
    resolved = [case for case in cases if case.state is CaseState.RESOLVED]
    in_time = sum(case.answered_at is not None and case.answered_at <= case.due_at for case in cases)
    dismissed = sum(case.state is CaseState.DISMISSED for case in cases)
    reasons = Counter(case.dismissal for case in cases if case.dismissal is not None)
    timed = [(case.resolved_at, case.resolve_due_at) for case in resolved]
    timely = sum(at <= due for at, due in timed if at is not None and due is not None)
    kept = sum(one.settled_at is not None and one.settled_at <= one.due_at for one in promises if _kept(one))
    return DeskStats(
        since=since,
        until=until,
        opened=len(cases),
        resolved=len(resolved),
        dismissed=dismissed,
        open=len(cases) - len(resolved) - dismissed,
        answered=len(answered),
        first_response=_median(answered),
        answered_in_time=in_time,
        answered_late=sum(_late(case, now) for case in cases),
        resolution=_median([case.resolved_at - case.opened_at for case in resolved if case.resolved_at is not None]),
        resolved_in_time=timely,
        resolved_late=sum(due is not None for _, due in timed) - timely,
        dismissals=tuple(reasons.most_common()),
        members=_members(cases),
        promises=len(promises),
        promises_kept=kept,
        promises_broken=sum(_broken(one, now) for one in promises),
        goodwill=goodwill,
    )


def _median(spans: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(span.total_seconds() for span in spans)) if spans else None


def _late(case: Case, now: datetime) -> bool:
    if case.answered_at is not None:
        return case.answered_at > case.due_at
    return case.due_at < now and case.state not in (CaseState.RESOLVED, CaseState.DISMISSED)


def _kept(promise: Promise) -> bool:
    return promise.state is PromiseState.KEPT


def _broken(promise: Promise, now: datetime) -> bool:
    if promise.state is PromiseState.OPEN:
        return promise.due_at < now
    return _kept(promise) and promise.settled_at is not None and promise.settled_at > promise.due_at


def _members(cases: Sequence[Case]) -> tuple[MemberStats, ...]:
    held: dict[str, list[Case]] = {}
    for case in cases:
        if case.claimed_by is not None:
            held.setdefault(case.claimed_by, []).append(case)
    found = [
        MemberStats(
            member=member,
            held=len(own),
            resolved=sum(case.state is CaseState.RESOLVED for case in own),
            first_response=_median([case.answered_at - case.opened_at for case in own if case.answered_at is not None]),
        )
        for member, own in held.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.held, one.member)))


async def read_stats(store: Store, clock: Clock, *, days: int, brand: str | None = None) -> DeskStats:
    """Return the statistics of the last `days` days; promises and goodwill are those of all brands."""
    now = clock.now()
    since = now - timedelta(days=days)
    query = CaseQuery(since=since, until=now, brand=brand)
    async with store.read() as unit:
        cases: list[Case] = []
        while len(cases) < MOST_CASES:
            page = await unit.cases.find(query, limit=_PAGE, offset=len(cases))
            cases += page
            if len(page) < _PAGE:
                break
        promises = await unit.casework.promises_made(since=since, until=now)
        goodwill = await unit.casework.goodwill_spent(since=since, until=now)
    found = stats_of(cases, promises, goodwill=goodwill, since=since, until=now, now=now)
    return replace(found, cut=len(cases) >= MOST_CASES)
