"""The bot as a forked child: what takes seconds to import is there already when a life begins.

A fork server imports this module once; each life is a fork of it that runs the very function `maeari run` runs.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
from pathlib import Path

import bot.app
import bot.connection
import bot.greeting
import bot.logs
import bot.reddit_connection  # noqa: F401 - imported for those who are forked
from bot.cli.run import run

_SERVER = multiprocessing.get_context("forkserver")


def serve(config: str) -> None:
    """Run the bot; its log goes beside the configuration."""
    log = os.open(Path(config).with_name("bot.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    run(Path(config))


class ForkedBot:
    """A life of the bot (`tests.listeners.crashing.Bot`)."""

    def __init__(self, config: Path) -> None:
        _SERVER.set_forkserver_preload([__name__])
        self._process = _SERVER.Process(target=serve, args=(str(config),), daemon=True)

    @classmethod
    async def start(cls, config: Path) -> ForkedBot:
        """Begin a life."""
        life = cls(config)
        await asyncio.to_thread(life._process.start)
        return life

    @property
    def exit_code(self) -> int | None:
        """None while it lives."""
        return self._process.exitcode

    def send(self, number: int) -> None:
        """Send a signal."""
        if self._process.exitcode is None and self._process.pid is not None:
            os.kill(self._process.pid, number)

    async def ended(self) -> int:
        """Wait for its end and return the exit code."""
        while self._process.exitcode is None:
            await asyncio.sleep(0.01)
        return self._process.exitcode
