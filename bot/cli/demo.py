"""`maeari demo`: the whole loop with no keys."""

from __future__ import annotations

import logging
import shutil
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli._shared import run_async, system_locale, translator
from core.errors import DatabaseUnwritableError, UsageError
from core.text import Translate, mark

if TYPE_CHECKING:
    from bot.demo.play import Demo, Outcome
    from bot.demo.view import View

SCENARIO = "lumora"
TITLE = mark("Two weeks at Lumora")
MARKER = ".maeari-demo"
"""A folder with this file was made by a demo, and may be emptied by the next one."""


class DemoLocale(StrEnum):
    """Language of the demo."""

    ENGLISH = "en"
    KOREAN = "ko"


def demo(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help=mark("Where database and reports go; made anew each time."))
    ] = Path("maeari-demo"),
    speed: Annotated[
        float | None,
        typer.Option("--speed", min=1.0, help=mark("Scenario seconds per real second (default: as fast as it goes).")),
    ] = None,
    locale: Annotated[DemoLocale | None, typer.Option("--locale", help=mark("en or ko."))] = None,
) -> None:
    """Play two weeks of a fictitious brand through the real product, against stand-ins on this machine. No keys."""
    from bot.demo.play import Demo
    from bot.logs import configure_logging
    from lab.scenario import load

    configure_logging("console", level=logging.ERROR)
    language = locale.value if locale is not None else system_locale()
    t = translator(language)
    scenario = load(SCENARIO)
    folder = _empty(out)
    play = Demo(scenario, folder, "ko" if language == "ko" else "en", speed=speed)
    title, posts = t(TITLE), len(scenario.written)
    print(t("Playing “{title}”: {days} days, {posts} posts.", title=title, days=scenario.days, posts=posts), flush=True)
    started = time.monotonic()
    outcome = run_async(play.run(_view(play, t, title)))
    _print_outcome(outcome, folder, time.monotonic() - started, t)
    if outcome.problems:
        raise typer.Exit(1)


def _view(play: Demo, t: Translate, title: str) -> View:
    from bot.demo.view import LiveView, PlainView

    zone = play.zone
    return LiveView(play.clock, zone, t, title) if sys.stdout.isatty() else PlainView(play.clock, zone, t)


def _empty(out: Path) -> Path:
    """Return the folder, emptied of an earlier demo. Raises UsageError for a folder that is something else."""
    folder = out.resolve()
    if folder.exists():
        if not (folder / MARKER).is_file() and any(folder.iterdir()):
            raise UsageError(mark("{path} is not empty and no demo made it; name another folder with --out"), path=out)
        shutil.rmtree(folder)
    try:
        folder.mkdir(parents=True)
        (folder / MARKER).touch()
    except OSError as error:
        raise DatabaseUnwritableError(
            mark("{path} cannot be written ({problem}); name another with --out"), path=out, problem=error.strerror
        ) from None
    return folder


def _print_outcome(outcome: Outcome, folder: Path, seconds: float, t: Translate) -> None:
    print()
    print(outcome.summary.rstrip())
    print()
    print(t("Against what a person would have wanted ({rows} mentions):", rows=outcome.score.evaluation.rows))
    words = {"flag": t("flags"), "thank": t("thanks")}
    for figures in outcome.score.shown:
        print(
            "  "
            + t(
                "{what}: precision {precision}, recall {recall}",
                what=words[figures.name],
                precision=f"{figures.precision:.2f}",
                recall=f"{figures.recall:.2f}",
            )
        )
    print()
    for report in outcome.reports:
        for path in report.paths:
            print(f"  {report.week}  {path}")
    print()
    print(t("Done in {seconds} s. Next:", seconds=f"{seconds:.0f}"))
    database = folder / "maeari.db"
    print(f"  .venv/bin/maeari mentions --db {database} --decision flag")
    print(f"  .venv/bin/maeari cases --db {database}")
    print('  .venv/bin/maeari replay YOUR-POSTS.jsonl --brand "NAME=term,term" --db trial.db')
    print("  .venv/bin/maeari init && .venv/bin/maeari check && .venv/bin/maeari run")
    for problem in outcome.problems:
        print(t("Did not do its work: {problem}", problem=problem), file=sys.stderr)
