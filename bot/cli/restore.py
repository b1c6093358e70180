"""`maeari restore`: put a backup back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli._shared import ConfigOption, DatabaseOption, database_of, run_async, translator
from core.text import mark


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help=mark("A file written by `maeari backup`."))],
    database: DatabaseOption = None,
    config: ConfigOption = None,
) -> None:
    """Put a backup back: checked first, then what was deleted since is deleted again. Stop the bot before."""
    from storage.maintenance import restore as restore_database

    url = database_of(config, database)
    restored = run_async(restore_database(source, url))
    t = translator()
    print(t("Restored {path}; {count} later deletions were applied again.", path=url, count=restored.replayed_purges))
