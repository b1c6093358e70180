"""`maeari bench`: ratios inside one run against named references."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli._shared import translator
from core.errors import UsageError
from core.text import mark

if TYPE_CHECKING:
    from benchmarks.row import BenchOptions, Row

BENCHMARKS = ("matching", "storage", "desk", "pipeline", "judgement", "listeners")
"""Modules of `benchmarks/`, in the order they run."""


def bench(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]…", help=mark("Which benchmarks (default: all)."))
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help=mark("Folder of labelled sets for `judgement`."))
    ] = None,
    full: Annotated[bool, typer.Option("--full", help=mark("Full sizes: some take many minutes."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=mark("Print one JSON object a row."))] = False,
) -> None:
    """Measure speed and judgement; exit code 1 only where a must is missed."""
    from benchmarks.row import BenchOptions

    chosen = tuple(names) if names else BENCHMARKS
    for name in chosen:
        if name not in BENCHMARKS:
            raise UsageError(
                mark("there is no benchmark {name!r}; known are {known}"), name=name, known=", ".join(BENCHMARKS)
            )
    missed = sum(_run(name, BenchOptions(data=data, full=full), as_json=as_json) for name in chosen)
    if missed:
        t = translator()
        if not as_json:
            print(t("{count} musts are missed.", count=missed))
        raise typer.Exit(1)


def _run(name: str, options: BenchOptions, *, as_json: bool) -> int:
    """Run one benchmark, printing each row as it is measured; return how many musts are missed."""
    missed = 0
    if not as_json:
        print(f"{name}")
    for row in import_module(f"benchmarks.{name}").rows(options):
        missed += row.kind == "must" and row.ok is False
        print(json.dumps({"benchmark": name, **asdict(row)}, ensure_ascii=False) if as_json else _line(row), flush=True)
    return missed


def _line(row: Row) -> str:
    ratio = "" if row.ratio is None else f"{row.ratio:.3g}x of {row.reference}"
    verdict = {True: "ok", False: "MISSED" if row.kind == "must" else "not yet", None: "-"}[row.ok]
    bar = f"{row.kind} {row.bar}" if row.bar else ""
    note = f"  ({row.note})" if row.note else ""
    return f"  {row.name:<58} {row.value:>12.4g} {row.unit:<10} {ratio:<38} {bar:<16} {verdict}{note}"
