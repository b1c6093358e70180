"""`maeari backup`: copy the database while the bot runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli._shared import ConfigOption, DatabaseOption, database_of, run_async, translator
from core.text import mark


def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help=mark("Where to write the backup; must not exist."))],
    database: DatabaseOption = None,
    config: ConfigOption = None,
) -> None:
    """Copy the database into FILE, safely also while the bot runs."""
    from storage.maintenance import backup as backup_database

    run_async(backup_database(database_of(config, database), target))
    t = translator()
    print(t("Backed up to {path} ({size} bytes).", path=target, size=f"{target.stat().st_size:,}"))
    print(t("It holds people's words: keep it as safe as the bot itself, and delete it when its time is over."))
