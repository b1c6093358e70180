"""What the commands share: languages, options, opening the store, printing."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import sys
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeVar

import typer

from core.errors import InputError
from core.settings import Settings
from core.text import Translate, csv_cell, mark, one_line

if TYPE_CHECKING:
    from storage.store import SqlStore

T = TypeVar("T")

APP_HELP = mark(
    "Follows what people say about your brands on Reddit and Discord, thanks, flags, answers and reports. "
    "Start with `maeari demo`: it needs no keys."
)

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help=mark("Configuration file (default: ./config.toml).")),
]
DatabaseOption = Annotated[
    str | None,
    typer.Option("--db", metavar="PATH", help=mark("Database file or URL (default: the one of the configuration).")),
]


class TableFormat(StrEnum):
    """How a list is printed."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


FormatOption = Annotated[TableFormat, typer.Option("--format", help=mark("table, jsonl or csv."))]


def system_locale() -> str:
    """Return the language of the terminal: MAEARI_MAEARI__LOCALE, else what LC_ALL, LC_MESSAGES or LANG say."""
    for variable in ("MAEARI_MAEARI__LOCALE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return "ko" if value.lower().startswith("ko") else "en"
    return "en"


def translator(locale: str | None = None) -> Translate:
    """Return the translator of a locale, by default that of the terminal."""
    from bot.i18n import Catalogues

    return Catalogues().for_locale(locale or system_locale())


class HelpedCommand(Protocol):
    """What the option parser knows of a command, as far as its help goes."""

    help: str | None
    params: list[Any]


def translate_help(command: HelpedCommand) -> None:
    """Put a command's help, and that of its options and subcommands, into the terminal's language."""
    _translate_help(command, translator())


def _translate_help(command: HelpedCommand, t: Translate) -> None:
    if command.help:
        command.help = t(command.help)
    for parameter in command.params:
        text = getattr(parameter, "help", None)
        if text:
            parameter.help = t(text)
    for inner in getattr(command, "commands", {}).values():
        _translate_help(inner, t)


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine on a loop of its own."""
    return asyncio.run(work)


def settings_of(config: Path | None, *, required: bool = False) -> Settings:
    """Load the configuration where there is one; commands on files and databases work without any."""
    from bot.config import find_config, load_settings

    return load_settings(find_config(config, required=required))


def database_of(config: Path | None, database: str | None) -> str:
    """Return the database of `--db`, else of the configuration, as URL or path."""
    from bot.config import database_path

    return database or database_path(settings_of(config))


@dataclass(frozen=True, slots=True)
class Opened:
    """An open database and the settings it was found by."""

    settings: Settings
    store: SqlStore
    url: str


@asynccontextmanager
async def opened_store(config: Path | None, database: str | None, *, create: bool = False) -> AsyncIterator[Opened]:
    """Open the database of `--db`, else of the configuration.

    Raises InputError where there is none yet and `create` is false.
    """
    from bot.zone import with_chosen_zone
    from core.clock import SystemClock
    from storage.store import SqlStore

    url = database_of(config, database)
    if not create:
        _require_database(url)
    store = await SqlStore.open(url, clock=SystemClock())
    try:
        yield Opened(await with_chosen_zone(settings_of(config), store), store, url)
    finally:
        await store.close()


def _require_database(url: str) -> None:
    if "://" not in url and not Path(url).is_file():
        raise InputError(
            mark(
                "there is no database at {path}; make one with `maeari replay FILE` or `maeari run`, "
                "or name it with --db"
            ),
            path=url,
        )


def print_rows(
    columns: Sequence[str], rows: Iterable[Sequence[object]], form: TableFormat, *, header: bool = True
) -> None:
    """Print rows as a table (tab-separated when piped), JSON lines or CSV; `header` is left out on further pages."""
    if form is TableFormat.JSONL:
        for row in rows:
            print(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False))
    elif form is TableFormat.CSV:
        _print_csv(columns, rows, header=header)
    elif sys.stdout.isatty():
        _print_table(columns, rows, header=header)
    else:
        _print_tabs(columns, rows, header=header)


def _print_csv(columns: Sequence[str], rows: Iterable[Sequence[object]], *, header: bool) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if header:
        writer.writerow(columns)
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])


def _print_tabs(columns: Sequence[str], rows: Iterable[Sequence[object]], *, header: bool) -> None:
    if header:
        print("\t".join(columns))
    for row in rows:
        print("\t".join(one_line(value) for value in row))


def _print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, header: bool) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False, show_header=header)
    for column in columns:
        table.add_column(column, overflow="ellipsis", no_wrap=True)
    for row in rows:
        # Text, not markup: square brackets in a stranger's post are not styles; control characters stay out.
        table.add_row(*(Text(one_line(value)) for value in row))
    Console().print(table)
