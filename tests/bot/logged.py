"""The log as `run` sets it up, caught in a string."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from bot.logs import configure_logging


@contextmanager
def logging_to_string(style: str, level: int) -> Iterator[io.StringIO]:
    """Set the log up as `run` does, into a string; put everything back afterwards."""
    root = logging.getLogger()
    handlers, root_level = root.handlers[:], root.level
    levels = {
        name: logger.level for name, logger in root.manager.loggerDict.items() if isinstance(logger, logging.Logger)
    }
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    stderr, sys.stderr = sys.stderr, io.StringIO()
    try:
        configure_logging("json" if style == "json" else "console", level=level)
        yield sys.stderr
    finally:
        sys.stderr = stderr
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
        root.handlers[:], root.level = handlers, root_level
        for name, before in levels.items():
            logging.getLogger(name).setLevel(before)
        logging.raiseExceptions = True
        structlog.reset_defaults()
