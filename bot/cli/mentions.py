"""`maeari mentions`: list, search and export what was found."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli._shared import ConfigOption, DatabaseOption, FormatOption, TableFormat, opened_store, print_rows, run_async
from core.text import mark
from core.types.assessment import Intent, Label
from core.types.decision import DecisionKind
from core.types.post import Source

if TYPE_CHECKING:
    from core.ports.storing import Store
    from core.types.mention import MentionQuery, StoredMention

COLUMNS = (
    "source",
    "native_id",
    "container",
    "brand",
    "author_key",
    "created_at",
    "text",
    "url",
    "language",
    "label",
    "score",
    "intent",
    "decision",
    "reason",
)
TABLE_COLUMNS = ("created_at", "source", "container", "brand", "label", "intent", "decision", "text")
PAGE = 1000
"""Rows asked of the store at once."""


def mentions(
    text: Annotated[str | None, typer.Argument(help=mark("Words to search for."))] = None,
    brand: Annotated[str | None, typer.Option("--brand", help=mark("Only this brand."))] = None,
    source: Annotated[Source | None, typer.Option("--source", help=mark("Only this source."))] = None,
    container: Annotated[str | None, typer.Option("--container", help=mark("Only this channel or subreddit."))] = None,
    label: Annotated[Label | None, typer.Option("--label", help=mark("Only this sentiment."))] = None,
    intent: Annotated[Intent | None, typer.Option("--intent", help=mark("Only this intent."))] = None,
    decision: Annotated[DecisionKind | None, typer.Option("--decision", help=mark("Only this decision."))] = None,
    since: Annotated[datetime | None, typer.Option("--since", help=mark("From this moment on."))] = None,
    until: Annotated[datetime | None, typer.Option("--until", help=mark("Before this moment."))] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help=mark("At most so many, the newest."))] = None,
    form: FormatOption = TableFormat.TABLE,
    database: DatabaseOption = None,
    config: ConfigOption = None,
) -> None:
    """List the mentions in the database, newest first."""

    async def work() -> None:
        from core.types.mention import MentionQuery

        async with opened_store(config, database) as opened:
            zone = opened.settings.zone
            query = MentionQuery(
                text=text,
                brand=brand,
                source=source,
                container=container,
                label=label,
                intent=intent,
                decision=decision,
                since=None if since is None else since.replace(tzinfo=since.tzinfo or zone),
                until=None if until is None else until.replace(tzinfo=until.tzinfo or zone),
            )
            columns = TABLE_COLUMNS if form is TableFormat.TABLE else COLUMNS
            header = True
            async for page in _pages(opened.store, query, limit):
                fields = [_fields(mention) for mention in page]
                print_rows(columns, ([f[c] for c in columns] for f in fields), form, header=header)
                header = False

    run_async(work())


async def _pages(store: Store, query: MentionQuery, limit: int | None) -> AsyncIterator[list[StoredMention]]:
    """Yield the mentions in pages, at least one (empty) page so that a header is printed."""
    left = limit
    async with store.read() as unit:
        page: list[StoredMention] = []
        yielded = False
        async for mention in unit.mentions.export(query):
            page.append(mention)
            if left is not None:
                left -= 1
                if left == 0:
                    break
            if len(page) == PAGE:
                yield page
                yielded, page = True, []
        if page or not yielded:
            yield page


def _fields(mention: StoredMention) -> dict[str, object]:
    return {
        "source": mention.source.value,
        "native_id": mention.native_id,
        "container": mention.container,
        "brand": mention.brand,
        "author_key": mention.author_key,
        "created_at": mention.created_at.isoformat(),
        "text": mention.text,
        "url": mention.url,
        "language": mention.assessment.language.value,
        "label": mention.assessment.label.value,
        "score": round(mention.assessment.score, 4),
        "intent": mention.assessment.intent.value,
        "decision": mention.decision.kind.value,
        "reason": mention.decision.reason.value,
    }
