"""`maeari replay`: posts from files through the pipeline."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli._shared import ConfigOption, DatabaseOption, opened_store, run_async, translator
from core.errors import UsageError
from core.heap import frozen_heap
from core.text import Translate, mark
from core.types.brand import Brand, Term
from core.types.post import Source

if TYPE_CHECKING:
    from bot.cli._shared import Opened
    from bot.pipeline import Counts
    from listeners.replay import FileListener

LARGE_BYTES = 2 << 20
"""Size of the files from which starting worker processes, a second each, pays."""


def replay(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help=mark("JSONL, CSV, TSV, plain, .gz or .zst."))],
    brand: Annotated[
        list[str] | None,
        typer.Option("--brand", metavar="NAME=term,term", help=mark("Follow this brand; may be given several times.")),
    ] = None,
    source: Annotated[Source | None, typer.Option("--source", help=mark("Source of lines that name none."))] = None,
    container: Annotated[
        str | None, typer.Option("--container", metavar="NAME", help=mark("Container of lines that name none."))
    ] = None,
    created_at: Annotated[
        datetime | None, typer.Option("--created-at", metavar="WHEN", help=mark("Date of lines that carry none."))
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns", metavar="FIELD=COLUMN,…", help=mark("Which columns hold the fields, e.g. text=body.")
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            min=0,
            max=16,
            metavar="N",
            help=mark("Processes that judge beside this one; by default one a spare core where files are large."),
        ),
    ] = None,
    database: DatabaseOption = None,
    config: ConfigOption = None,
) -> None:
    """Take posts from files through the real pipeline. Nobody is thanked or called: they lie in the past."""
    from listeners.replay import FIELDS, FileListener, FileOptions

    options = FileOptions(
        source=source,
        container=container,
        created_at=None if created_at is None else created_at.replace(tzinfo=created_at.tzinfo or UTC),
        columns=parse_pairs(columns, FIELDS),
    )
    brands = tuple(parse_brand(text) for text in brand or ())
    t = translator()

    async def work() -> tuple[Counts, FileListener]:
        async with opened_store(config, database, create=True) as opened:
            return await _replay(opened, FileListener(files, options), brands, _worth(files, workers), t)

    counts, listener = run_async(work())
    _print_summary(counts, listener, t)


async def _replay(
    opened: Opened, listener: FileListener, brands: Sequence[Brand], count: int, t: Translate
) -> tuple[Counts, FileListener]:
    from bot.pipeline import Counts, open_pipeline
    from sentiment.workers import running_workers

    async with running_workers(count) as workers:
        pipeline = await open_pipeline(opened.settings, opened.store, brands=brands, dockets=workers.docket)
        if not pipeline.brands:
            raise UsageError(
                mark("no brand is followed; name one: {example}"), example='--brand "Lumora=lumora,루모라"'
            )
        counts = Counts()
        with frozen_heap(), _progress(listener, t) as show:
            async for taken in pipeline.intake.take_all(listener.batches()):
                counts.add(taken)
                show()
    return counts, listener


def _worth(files: Sequence[Path], asked: int | None) -> int:
    """Return how many workers to start: those asked for, else none where they would hardly begin before the end."""
    from sentiment.workers import spare_cores

    if asked is not None:
        return asked
    size = sum(path.stat().st_size for path in files if path.is_file())
    return spare_cores() if size >= LARGE_BYTES else 0


@contextmanager
def _progress(listener: FileListener, t: Translate) -> Iterator[Callable[[], None]]:
    """Show a bar with rate and time left on a terminal's stderr; say nothing into a pipe."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[posts]:,} · {task.fields[rate]:,.0f}/s"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    task = bar.add_task(t("reading"), total=None, posts=0, rate=0.0)

    def show() -> None:
        now = listener.progress()
        elapsed = bar.tasks[0].elapsed or 0.001
        bar.update(task, total=now.bytes_total, completed=now.bytes_read, posts=now.lines, rate=now.lines / elapsed)

    with bar:
        yield show


def _print_summary(counts: Counts, listener: FileListener, t: Translate) -> None:
    done = listener.progress()
    print(
        t(
            "{lines} lines: {posts} posts, {new} new mentions, {known} known already, {rejected} rejected.",
            lines=f"{done.lines:,}",
            posts=f"{done.posts:,}",
            new=f"{counts.new:,}",
            known=f"{counts.known:,}",
            rejected=f"{done.rejected:,}",
        )
    )
    if counts.decisions:
        print("  " + " · ".join(f"{kind} {number:,}" for kind, number in sorted(counts.decisions.items())))
    for path in done.rejects:
        print(t("Rejected lines, with their reasons: {path}", path=path), file=sys.stderr)


def parse_brand(text: str) -> Brand:
    """Read `NAME=term,term`; a name alone is its own term.

    Raises UsageError for anything else.
    """
    name, _, words = text.partition("=")
    terms = tuple(Term(word.strip()) for word in (words or name).split(",") if word.strip())
    if not name.strip() or not terms:
        raise UsageError(mark("--brand {brand!r} names no terms; write NAME=term,term"), brand=text)
    return Brand(name.strip(), terms)


def parse_pairs(text: str | None, fields: Sequence[str]) -> dict[str, str]:
    """Read `text=body,id=tweet_id`.

    Raises UsageError for a field that does not exist.
    """
    pairs: dict[str, str] = {}
    for part in (text or "").split(","):
        if not part.strip():
            continue
        field, equals, column = part.partition("=")
        if not equals or field.strip() not in fields or not column.strip():
            raise UsageError(
                mark("--columns {part!r}: write FIELD=COLUMN with a field of {fields}"),
                part=part.strip(),
                fields=", ".join(fields),
            )
        pairs[field.strip()] = column.strip()
    return pairs
