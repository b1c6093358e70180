"""`maeari cases`: list and export the cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli._shared import ConfigOption, DatabaseOption, FormatOption, TableFormat, opened_store, print_rows, run_async
from core.text import mark
from core.types.case import CaseState, Severity

if TYPE_CHECKING:
    from datetime import datetime

    from core.types.case import Case

COLUMNS = (
    "id",
    "state",
    "kind",
    "severity",
    "brand",
    "opened_at",
    "due_at",
    "claimed_by",
    "answered_at",
    "answered_by",
    "first_response_minutes",
    "resolved_at",
    "mentions",
)
PAGE = 500
"""Rows asked of the store at once."""


def cases(
    state: Annotated[list[CaseState] | None, typer.Option("--state", help=mark("Only these states."))] = None,
    severity: Annotated[Severity | None, typer.Option("--severity", help=mark("Only this severity."))] = None,
    brand: Annotated[str | None, typer.Option("--brand", help=mark("Only this brand."))] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help=mark("At most so many."))] = None,
    form: FormatOption = TableFormat.TABLE,
    database: DatabaseOption = None,
    config: ConfigOption = None,
) -> None:
    """List the cases: open ones by due time, then the newest."""

    async def work() -> None:
        from core.types.case import CaseQuery

        query = CaseQuery(states=tuple(state) if state else None, severity=severity, brand=brand)
        async with opened_store(config, database) as opened, opened.store.read() as unit:
            offset = 0
            while True:
                size = PAGE if limit is None else min(PAGE, limit - offset)
                page = await unit.cases.find(query, limit=size, offset=offset) if size > 0 else []
                if page or offset == 0:
                    print_rows(COLUMNS, (_row(case) for case in page), form, header=offset == 0)
                offset += len(page)
                if len(page) < size or not page:
                    return

    run_async(work())


def _row(case: Case) -> tuple[object, ...]:
    return (
        case.id,
        case.state.value,
        case.kind.value,
        case.severity.value,
        case.brand,
        _moment(case.opened_at),
        _moment(case.due_at),
        case.claimed_by,
        _moment(case.answered_at),
        case.answered_by.value if case.answered_by else None,
        round((case.answered_at - case.opened_at).total_seconds() / 60, 1) if case.answered_at else None,
        _moment(case.resolved_at),
        len(case.mention_ids),
    )


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(timespec="seconds")
