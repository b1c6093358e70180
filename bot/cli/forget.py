"""`maeari forget`: erase a person."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bot.cli._person import PersonArgument, author_key_of
from bot.cli._shared import ConfigOption, DatabaseOption, opened_store, run_async, translator
from core.errors import UsageError
from core.text import mark


def forget(
    person: PersonArgument,
    yes: Annotated[bool, typer.Option("--yes", help=mark("Do not ask again."))] = False,
    database: DatabaseOption = None,
    config: ConfigOption = None,
) -> None:
    """Erase a person's texts, names and messages, down to the bytes on disk. Counts and an opt-out stay."""
    t = translator()
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(mark("forget cannot be undone; repeat it with --yes"))
        typer.confirm(t("Erase everything about {person}? This cannot be undone.", person=person), abort=True)

    async def work() -> None:
        from core.clock import SystemClock
        from engagement.members.privacy import Privacy

        async with opened_store(config, database) as opened:
            privacy = Privacy(opened.store, SystemClock(), opened.settings.privacy.text_days)
            gone = await privacy.forget(await author_key_of(opened.store, person))
            print(
                t(
                    "Erased: {mentions} mentions, {cases} cases and {messages} messages.",
                    mentions=gone.mentions,
                    cases=gone.cases,
                    messages=gone.messages,
                )
            )

    run_async(work())
