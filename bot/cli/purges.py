"""`maeari purges`: the proof of what was deleted, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli._shared import ConfigOption, DatabaseOption, FormatOption, TableFormat, opened_store, print_rows, run_async
from core.errors import NotFoundError, UsageError
from core.text import mark

if TYPE_CHECKING:
    from core.types.post import PostRef, PurgeEntry

COLUMNS = ("purged_at", "reason", "name")
PAGE = 1_000
"""Rows asked of the store at once."""


def purges(
    post: Annotated[
        str | None,
        typer.Argument(
            metavar="POST",
            help=mark("One post: reddit:SUBREDDIT:t1_abc or discord:CHANNEL:MESSAGE. Exit code 1 if it is not there."),
            show_default=False,
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help=mark("At most so many."))] = None,
    form: FormatOption = TableFormat.TABLE,
    database: DatabaseOption = None,
    config: ConfigOption = None,
) -> None:
    """Show what was deleted, when and why: names are salted hashes, contents are gone."""

    async def work() -> None:
        async with opened_store(config, database) as opened, opened.store.read() as unit:
            if post is not None:
                entry = await unit.purge_log.of_post(_ref(post))
                if entry is None:
                    raise NotFoundError(mark("The purge log does not know {post}."), post=post)
                print_rows(COLUMNS, [_row(entry)], form)
                return
            offset = 0
            while True:
                size = PAGE if limit is None else min(PAGE, limit - offset)
                page = await unit.purge_log.entries(limit=size, offset=offset) if size > 0 else []
                if page or offset == 0:
                    print_rows(COLUMNS, (_row(entry) for entry in page), form, header=offset == 0)
                offset += len(page)
                if len(page) < size or not page:
                    return

    run_async(work())


def _ref(post: str) -> PostRef:
    from core.types.post import PostRef, Source

    source, _, rest = post.partition(":")
    container, _, native_id = rest.rpartition(":")
    if source not in set(Source) or not container or not native_id:
        raise UsageError(
            mark("{post} names no post; write reddit:SUBREDDIT:t1_abc or discord:CHANNEL:MESSAGE"), post=post
        )
    return PostRef(Source(source), container.removeprefix("r/"), native_id)


def _row(entry: PurgeEntry) -> tuple[object, ...]:
    return (entry.purged_at.isoformat(timespec="seconds"), entry.reason.value, entry.name)
