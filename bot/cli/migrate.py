"""`maeari migrate`: bring the database to this version's schema."""

from __future__ import annotations

from bot.cli._shared import ConfigOption, DatabaseOption, database_of, run_async, translator


def migrate(database: DatabaseOption = None, config: ConfigOption = None) -> None:
    """Bring the database to this version's schema (`run` and `replay` do so by themselves)."""
    from storage.maintenance import migrate as migrate_database

    url = database_of(config, database)
    before, after = run_async(migrate_database(url))
    t = translator()
    if before == after:
        print(t("{path}: already at schema {version}.", path=url, version=after))
    else:
        print(t("{path}: schema {before} -> {after}.", path=url, before=before or t("new"), after=after))
