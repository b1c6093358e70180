"""Cases of a week: how many, and how soon they were answered."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from datetime import datetime
from statistics import median

from core.ports.storing import Unit
from core.types.case import AnsweredBy, Case, CaseQuery, CaseState
from reports.types import CaseFigures, CaseLine

PAGE = 500
"""Cases read at once."""
_CLOSED = (CaseState.RESOLVED, CaseState.DISMISSED)


async def cases_opened(
    unit: Unit, since: datetime, until: datetime, now: datetime, *, without: Collection[str]
) -> list[CaseLine]:
    """Return the cases opened in [since, until), oldest first, `without` those of these brands."""
    query = CaseQuery(since=since, until=until)
    found: list[Case] = []
    while page := await unit.cases.find(query, limit=PAGE, offset=len(found)):
        found += page
        if len(page) < PAGE:
            break
    lines = [case_line(case, now) for case in found if case.brand not in without]
    return sorted(lines, key=lambda line: (line.opened_at, line.id))


def case_line(case: Case, now: datetime) -> CaseLine:
    """Return a case as it stands, judged as of `now`."""
    answered = case.answered_at
    if answered is not None:
        in_time: bool | None = answered <= case.due_at
    elif case.state in _CLOSED or case.due_at > now:
        in_time = None
    else:
        in_time = False
    return CaseLine(
        id=case.id,
        kind=case.kind,
        severity=case.severity,
        state=case.state,
        brand=case.brand,
        opened_at=case.opened_at,
        due_at=case.due_at,
        answered_at=answered,
        answered_by=case.answered_by,
        response_seconds=None if answered is None else max((answered - case.opened_at).total_seconds(), 0.0),
        in_time=in_time,
        mention_ids=case.mention_ids,
    )


def case_figures(lines: Sequence[CaseLine]) -> CaseFigures:
    """Return what cases add up to."""
    seconds = sorted(line.response_seconds for line in lines if line.response_seconds is not None)
    return CaseFigures(
        opened=len(lines),
        answered=len(seconds),
        overdue=sum(1 for line in lines if line.in_time is False and line.answered_at is None),
        open=sum(1 for line in lines if line.state not in _CLOSED),
        by_desk=sum(1 for line in lines if line.answered_by is AnsweredBy.BOT_DESK),
        natively=sum(1 for line in lines if line.answered_by is AnsweredBy.NATIVE),
        median_seconds=median(seconds) if seconds else None,
        p90_seconds=seconds[math.ceil(0.9 * len(seconds)) - 1] if seconds else None,
        in_time=sum(1 for line in lines if line.in_time),
        measured=sum(1 for line in lines if line.in_time is not None),
    )
