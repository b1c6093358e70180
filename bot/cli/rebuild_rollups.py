"""`maeari rebuild-rollups`: count all roll-ups anew."""

from __future__ import annotations

from bot.cli._shared import ConfigOption, DatabaseOption, opened_store, run_async, translator


def rebuild_rollups(database: DatabaseOption = None, config: ConfigOption = None) -> None:
    """Count the hourly numbers anew from mentions and tombstones."""

    async def work() -> int:
        async with opened_store(config, database) as opened:
            return await opened.store.write(lambda unit: unit.counts.rebuild())

    t = translator()
    print(t("{count} hourly rows were counted anew.", count=run_async(work())))
