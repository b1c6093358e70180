"""Lists as CSV files: numbers, states and times, no words of customers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.ports.storing import Store
from core.text import csv_cell
from core.types.case import Case, CaseQuery
from core.types.mention import MentionQuery, StoredMention
from core.types.moderation import MeasureRecord

__all__ = [
    "CASE_COLUMNS",
    "MOST_EXPORTED",
    "ListFile",
    "case_row",
    "export_cases",
    "export_measures",
    "export_mentions",
]

MOST_EXPORTED = 10_000
"""Lines of one file; the command line exports more."""
_PAGE = 500
CASE_COLUMNS = (
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
MENTION_COLUMNS = (
    "id",
    "source",
    "container",
    "brand",
    "created_at",
    "language",
    "label",
    "score",
    "intent",
    "decision",
    "reason",
    "replies",
    "case",
    "url",
)
MEASURE_COLUMNS = (
    "number",
    "kind",
    "state",
    "source",
    "container",
    "moderator",
    "at",
    "until",
    "case",
    "reason",
    "appeal",
    "decided_by",
    "decided_at",
)


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list as a file, and how much it holds of what there is."""

    name: str
    """What is listed, for the file's name: `cases`."""
    columns: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]
    total: int

    def content(self) -> bytes:
        """Return it as CSV, UTF-8 with a byte order mark: spreadsheets read Korean by it. No cell is a formula."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(self.columns)
        for row in self.rows:
            writer.writerow(["" if cell is None else csv_cell(cell) for cell in row])
        return ("\ufeff" + text.getvalue()).encode(errors="replace")


async def export_cases(store: Store, query: CaseQuery) -> ListFile:
    """Return the cases of a query as a file, in the order of the queue."""
    rows: list[tuple[object, ...]] = []
    async with store.read() as unit:
        total = await unit.cases.count(query)
        while len(rows) < MOST_EXPORTED:
            page = await unit.cases.find(query, limit=_PAGE, offset=len(rows))
            tags = await unit.casework.tags([case.id for case in page])
            rows += [case_row(case, tags.get(case.id, ())) for case in page]
            if len(page) < _PAGE:
                break
    return ListFile("cases", CASE_COLUMNS, rows, total)


async def export_mentions(store: Store, query: MentionQuery) -> ListFile:
    """Return the mentions of a query as a file: what was judged and decided, and where they stand."""
    rows: list[tuple[object, ...]] = []
    async with store.read() as unit:
        total = await unit.mentions.count(query)
        async for mention in unit.mentions.export(query):
            rows.append(_mention_row(mention))
            if len(rows) == MOST_EXPORTED:
                break
    return ListFile("mentions", MENTION_COLUMNS, rows, total)


async def export_measures(store: Store, author_key: str | None) -> ListFile:
    """Return the moderation log, of all or of one person, as a file that names nobody they concern."""
    async with store.read() as unit:
        total = await unit.moderation.count(author_key=author_key)
        records = await unit.moderation.find(author_key=author_key, limit=MOST_EXPORTED)
    return ListFile("measures", MEASURE_COLUMNS, list(_measure_rows(records)), total)


def case_row(case: Case, tags: tuple[str, ...]) -> tuple[object, ...]:
    """Return a case as a line of `CASE_COLUMNS`."""
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
        None if case.answered_by is None else case.answered_by.value,
        None if case.answered_at is None else round((case.answered_at - case.opened_at) / timedelta(minutes=1), 1),
        _moment(case.resolve_due_at),
        _moment(case.resolved_at),
        case.claimed_by,
        _moment(case.snoozed_until),
        None if case.dismissal is None else case.dismissal.value,
        case.resolution,
        len(case.mention_ids),
    )


def _mention_row(mention: StoredMention) -> tuple[object, ...]:
    assessment = mention.assessment
    return (
        mention.id,
        mention.source.value,
        mention.container,
        mention.brand,
        _moment(mention.created_at),
        assessment.language.value,
        assessment.label.value,
        round(assessment.score, 3),
        assessment.intent.value,
        mention.decision.kind.value,
        mention.decision.reason.value,
        mention.reply_count,
        mention.case_id,
        mention.url,
    )


def _measure_rows(records: Iterable[MeasureRecord]) -> Iterable[tuple[object, ...]]:
    for one in records:
        yield (
            one.number,
            one.kind.value,
            one.state.value,
            one.source.value,
            one.container,
            one.moderator,
            _moment(one.at),
            _moment(one.until),
            one.case_id,
            one.reason,
            None if one.appeal is None else one.appeal.value,
            one.decided_by,
            _moment(one.decided_at),
        )


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(timespec="seconds")
