"""Cases as a CSV file: numbers, states and times, no words of customers."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.ports.storing import Store
from core.text import csv_cell
from core.types.case import Case, CaseQuery

__all__ = ["COLUMNS", "MOST_EXPORTED", "Export", "as_csv", "export_cases"]

MOST_EXPORTED = 10_000
"""Cases in one file; the command line exports more."""
_PAGE = 500
COLUMNS = (
    "id",
    "state",
    "kind",
    "severity",
    "brand",
    "tags",
    "opened_at",
    "due_at",
    "answered_at",
    "answered_by",
    "first_response_minutes",
    "resolve_due_at",
    "resolved_at",
    "claimed_by",
    "snoozed_until",
    "dismissal",
    "resolution",
    "mentions",
)


@dataclass(frozen=True, slots=True)
class Export:
    """A file and how much it holds of what there is."""

    content: bytes
    """CSV, UTF-8 with a byte order mark: spreadsheets read Korean by it."""
    cases: int
    total: int


def as_csv(cases: Sequence[tuple[Case, tuple[str, ...]]]) -> bytes:
    """Return cases with their tags as CSV; no cell is taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for case, tags in cases:
        writer.writerow([csv_cell(cell) for cell in _cells(case, tags)])
    return ("\ufeff" + text.getvalue()).encode(errors="replace")


async def export_cases(store: Store, query: CaseQuery) -> Export:
    """Return the cases of a query as a file, in the order of the queue."""
    rows: list[tuple[Case, tuple[str, ...]]] = []
    async with store.read() as unit:
        total = await unit.cases.count(query)
        while len(rows) < MOST_EXPORTED:
            page = await unit.cases.find(query, limit=_PAGE, offset=len(rows))
            tags = await unit.casework.tags([case.id for case in page])
            rows += [(case, tags.get(case.id, ())) for case in page]
            if len(page) < _PAGE:
                break
    return Export(as_csv(rows), len(rows), total)


def _cells(case: Case, tags: tuple[str, ...]) -> tuple[object, ...]:
    return (
        case.id,
        case.state.value,
        case.kind.value,
        case.severity.value,
        case.brand,
        " ".join(tags),
        _moment(case.opened_at),
        _moment(case.due_at),
        _moment(case.answered_at),
        "" if case.answered_by is None else case.answered_by.value,
        "" if case.answered_at is None else round((case.answered_at - case.opened_at) / timedelta(minutes=1), 1),
        _moment(case.resolve_due_at),
        _moment(case.resolved_at),
        case.claimed_by or "",
        _moment(case.snoozed_until),
        "" if case.dismissal is None else case.dismissal.value,
        case.resolution,
        len(case.mention_ids),
    )


def _moment(value: datetime | None) -> str:
    return "" if value is None else value.isoformat(timespec="seconds")
