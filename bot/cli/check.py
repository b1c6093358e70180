"""`maeari check`: look whether everything is there that `run` needs."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bot.cli._shared import ConfigOption, run_async, settings_of, translator
from core.text import mark


def check(
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help=mark("Print one JSON object a row."))] = False,
) -> None:
    """Validate the configuration, the database, credentials, intents and channels."""

    async def work() -> int:
        from bot.checks import CheckState, run_checks
        from bot.config import database_path

        settings = settings_of(config, required=True)
        t = translator(settings.maeari.locale)
        failed = 0
        words = {CheckState.OK: t("ok"), CheckState.NOTE: t("NOTE"), CheckState.FAIL: t("FAIL")}
        async for row in run_checks(settings, database_path(settings), t):
            failed += row.state is CheckState.FAIL
            if as_json:
                shown = {"name": row.name, "state": row.state.value, "detail": row.detail}
                print(json.dumps(shown, ensure_ascii=False), flush=True)
            else:
                print(f"{words[row.state]:<6} {row.name:<28} {row.detail}", flush=True)
        return failed

    if run_async(work()):
        raise typer.Exit(1)
