"""`maeari report`: the weekly mention report."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli._shared import ConfigOption, DatabaseOption, opened_store, run_async, translator
from core.errors import InputError, UsageError
from core.text import Translate, mark

if TYPE_CHECKING:
    from reports.types import WeeklyReport


class ReportFormat(StrEnum):
    """What a report is written as."""

    TEXT = "text"
    HTML = "html"
    PNG = "png"
    JSON = "json"
    CSV = "csv"


def report(
    week: Annotated[
        str | None,
        typer.Option("--week", metavar="2026-W46", help=mark("ISO week (default: the latest week with posts).")),
    ] = None,
    form: Annotated[
        ReportFormat | None,
        typer.Option("--format", help=mark("text, html, png, json or csv (default: as --out ends, else text).")),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help=mark("File to write (default: standard output)."))
    ] = None,
    locale: Annotated[str | None, typer.Option("--locale", help=mark("en or ko."))] = None,
    database: DatabaseOption = None,
    config: ConfigOption = None,
) -> None:
    """Write the weekly report."""
    chosen = form or _by_ending(out)
    if chosen is ReportFormat.PNG and out is None and sys.stdout.isatty():
        raise UsageError(mark("a picture cannot be shown here; name a file with --out report.png"))
    if locale not in (None, "en", "ko"):
        raise UsageError(mark("--locale {locale!r} is not a language Maeari speaks; write en or ko"), locale=locale)

    async def work() -> tuple[WeeklyReport, bytes, Translate]:
        from core.clock import SystemClock
        from reports.build import build_report
        from reports.week import Week

        async with opened_store(config, database) as opened:
            t = translator(locale or opened.settings.maeari.locale)
            built = await build_report(
                opened.store,
                Week.parse(week) if week else None,
                zone=opened.settings.zone,
                now=SystemClock().now(),
                top=opened.settings.report.top,
            )
            return built, await _render(built, chosen, t), t

    built, content, t = run_async(work())
    if not built.chosen:
        print(t("Week {week}: the latest week with posts.", week=built.week), file=sys.stderr)
    _write(content, out, t)


def _by_ending(out: Path | None) -> ReportFormat:
    ending = out.suffix.removeprefix(".").lower() if out is not None else ""
    if ending in tuple(ReportFormat):
        return ReportFormat(ending)
    return ReportFormat.HTML if ending == "htm" else ReportFormat.TEXT


async def _render(built: WeeklyReport, form: ReportFormat, t: Translate) -> bytes:
    from reports import csv, html, json, png, text

    match form:
        case ReportFormat.HTML:
            return html.render(built, t).encode()
        case ReportFormat.PNG:
            return await png.render(built, t)
        case ReportFormat.JSON:
            return json.render(built)
        case ReportFormat.CSV:
            return csv.render(built).encode()
        case ReportFormat.TEXT:
            return text.render(built, t).encode()


def _write(content: bytes, out: Path | None, t: Translate) -> None:
    if out is None:
        sys.stdout.buffer.write(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise InputError(
            mark("{path} cannot be written ({problem}); name another with --out"), path=out, problem=error.strerror
        ) from None
    print(t("Wrote {path}.", path=out), file=sys.stderr)
