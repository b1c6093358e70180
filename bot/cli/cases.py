"""`maeari cases`: list and export the cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from bot.cli._shared import ConfigOption, DatabaseOption, FormatOption, TableFormat, opened_store, print_rows, run_async
from core.text import mark
from core.types.case import CaseState, Severity

RUNNING = (CaseState.OPEN, CaseState.CLAIMED, CaseState.WAITING)
TABLE_COLUMNS = ("id", "state", "severity", "kind", "brand", "due_at", "resolve_due_at", "claimed_by", "snoozed_until")
"""What a terminal has room for; the other forms have all columns."""
PAGE = 500
"""Rows asked of the store at once."""


def cases(
    state: Annotated[list[CaseState] | None, typer.Option("--state", help=mark("Only these states."))] = None,
    severity: Annotated[Severity | None, typer.Option("--severity", help=mark("Only this severity."))] = None,
    brand: Annotated[str | None, typer.Option("--brand", help=mark("Only this brand."))] = None,
    tag: Annotated[str | None, typer.Option("--tag", help=mark("Only with this tag."))] = None,
    person: Annotated[
        str | None, typer.Option("--person", metavar="ID", help=mark("Only those this Discord id has."))
    ] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help=mark("Only those whose first response is overdue."))
    ] = False,
    snoozed: Annotated[bool, typer.Option("--snoozed", help=mark("Only those that are snoozed now."))] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help=mark("At most so many."))] = None,
    form: FormatOption = TableFormat.TABLE,
    database: DatabaseOption = None,
    config: ConfigOption = None,
) -> None:
    """List the cases: open ones by due time, then the newest."""

    async def work() -> None:
        from core.clock import SystemClock
        from core.types.case import CaseQuery
        from engagement.desk.export import CASE_COLUMNS, case_row

        now = SystemClock().now()
        query = CaseQuery(
            states=tuple(state) if state else RUNNING if overdue or snoozed else None,
            severity=severity,
            brand=brand,
            tag=None if tag is None else " ".join(tag.split()).casefold(),
            claimed_by=person,
            overdue_at=now if overdue else None,
            snoozed_at=now if snoozed else None,
        )
        async with opened_store(config, database) as opened, opened.store.read() as unit:
            offset = 0
            while True:
                size = PAGE if limit is None else min(PAGE, limit - offset)
                page = await unit.cases.find(query, limit=size, offset=offset) if size > 0 else []
                tags = await unit.casework.tags([case.id for case in page])
                if page or offset == 0:
                    rows = [case_row(case, tags.get(case.id, ())) for case in page]
                    columns = TABLE_COLUMNS if form is TableFormat.TABLE else CASE_COLUMNS
                    print_rows(columns, _chosen(rows, columns), form, header=offset == 0)
                offset += len(page)
                if len(page) < size or not page:
                    return

    run_async(work())


def _chosen(rows: Sequence[tuple[object, ...]], columns: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """Yield of rows of all columns those that are asked for."""
    from engagement.desk.export import CASE_COLUMNS

    places = [CASE_COLUMNS.index(column) for column in columns]
    for row in rows:
        yield tuple(row[place] for place in places)
