"""`maeari run`: the bot."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot.cli._shared import ConfigOption, run_async, settings_of, translator

if TYPE_CHECKING:
    from core.settings import Settings
    from core.text import Translate


def run(config: ConfigOption = None) -> None:
    """Run the bot until Ctrl-C or SIGTERM: Discord and Reddit, whichever has credentials."""
    from bot.logs import configure_logging

    settings = settings_of(config, required=True)
    configure_logging(settings.maeari.log_format)
    run_async(_serve(settings, translator(settings.maeari.locale)))


async def _serve(settings: Settings, t: Translate) -> None:
    from bot.app import Application
    from bot.greeting import greeting, missing
    from bot.logs import watch_loop

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    watch_loop(loop)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    app = await Application.open(settings)
    try:
        _say(missing(settings, t))
        await app.run_until(stop, started=lambda: _say(greeting(app, t)))
    finally:
        await app.close()


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr, flush=True)
