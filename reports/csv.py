"""The report's numbers as CSV: one number a line, so that any sheet can pivot it.

Columns: week, table, key, name, measure, value, before. `value` and `before` (the week before) are plain numbers. Texts
that a spreadsheet would run as a formula get an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from reports.types import CaseFigures, CountLine, Totals, WeeklyReport

BOM = "\ufeff"
"""Tells Excel that this is UTF-8; without it Korean turns into nonsense there."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MEASURES_OF_CASES = (
    *("opened", "answered", "overdue", "open", "by_desk", "natively", "in_time", "measured"),
    *("median_seconds", "p90_seconds"),
)


class Line(NamedTuple):
    """One number."""

    week: str
    table: str
    key: str
    name: str
    measure: str
    value: int | float | None
    before: int | float | None = None


def render(report: WeeklyReport) -> str:
    """Return the file's text with its byte order mark, lines ended as spreadsheets expect."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(Line._fields)
    for line in lines(report):
        writer.writerow([cell(field) if isinstance(field, str) else field for field in line])
    return BOM + file.getvalue()


def cell(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def lines(report: WeeklyReport) -> Iterator[Line]:
    """Yield every number of the report."""
    yield from _totals(report)
    tables = (
        ("brand", report.by_brand),
        ("source", report.by_source),
        ("container", report.by_container),
        ("day", report.by_day),
    )
    for table, counted in tables:
        for one in counted:
            yield from _counted(report.week, table, one)
    for voice in report.share_of_voice:
        yield Line(
            report.week, "share_of_voice", voice.brand, voice.brand, "share", round(voice.share, 4), voice.share_before
        )


def _totals(report: WeeklyReport) -> Iterator[Line]:
    now, before = dict(_measures(report.totals)), dict(_measures(report.before))
    for measure, value in now.items():
        yield Line(report.week, "total", "", "", measure, value, before[measure])
    cases, cases_before = _case_measures(report.totals.cases), dict(_case_measures(report.before.cases))
    for measure, figure in cases:
        yield Line(report.week, "cases", "", "", measure, figure, cases_before[measure])


def _measures(totals: Totals) -> Iterator[tuple[str, int]]:
    yield "mentions", totals.mentions.total
    for group, counts in (
        ("mentions", totals.mentions),
        ("intent", totals.intents),
        ("decision", totals.decisions),
        ("replies", totals.replies_given),
    ):
        for name in counts.__slots__:
            yield f"{group}_{name}", getattr(counts, name)
    yield "replies_received", totals.replies_received


def _case_measures(cases: CaseFigures) -> list[tuple[str, int | float | None]]:
    return [(measure, getattr(cases, measure)) for measure in _MEASURES_OF_CASES]


def _counted(week: str, table: str, line: CountLine) -> Iterator[Line]:
    key = f"{line.source.value}:{line.key}" if table == "container" and line.source is not None else line.key
    yield Line(week, table, key, line.name, "mentions", line.mentions.total, line.before)
    for group, counts in (("mentions", line.mentions), ("replies", line.replies_given)):
        for name in counts.__slots__:
            yield Line(week, table, key, line.name, f"{group}_{name}", getattr(counts, name))
    yield Line(week, table, key, line.name, "replies_received", line.replies_received)
