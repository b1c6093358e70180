"""`maeari run`: the bot."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import TYPE_CHECKING

from bot.cli._shared import ConfigOption, run_async, settings_of, translator

if TYPE_CHECKING:
    from bot.app import Application
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

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    app = await Application.open(settings)
    try:
        _announce(app, t)
        await app.start()
        await app.serve_until(stop)
    finally:
        await app.close()


def _announce(app: Application, t: Translate) -> None:
    """Say which platforms are served, and which key is missing for the others."""
    lines = [
        t("Discord is served.") if app.serves_discord else t("Discord is not served: discord.token is not set."),
        t("Reddit is served.")
        if app.serves_reddit
        else t("Reddit is not served: reddit.client_id is not set (access needs Reddit's approval, see README)."),
    ]
    if not app.pipeline.brands:
        lines.append(t("No brand is followed yet: add [[brands]] to the file, or use /brand add."))
    print("\n".join(lines), file=sys.stderr, flush=True)
