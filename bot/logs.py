"""Logging: structlog lines on stderr, ids and counts only.

Nothing that a person wrote, is called or keeps secret may reach a log, whoever logs and whatever goes wrong: fields of
ours are masked by name and by kind, other libraries' messages lose their values, and an exception is told by its kind
and place, since its message may quote a post or a secret. `python -X dev -m bot …` shows whole tracebacks.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor

from core.text import cut, one_line

MASKED = frozenset(
    {"token", "password", "secret", "client_secret", "refresh_token", "text", "title", "author", "author_name", "name",
     "content", "body", "reply", "caused_by", "args", "kwargs"}
)  # fmt: skip
"""Fields that never reach a log; the last part of a dotted name counts."""
LONGEST_VALUE = 200
"""Characters of one field: ids, codes and counts are short."""
_QUIET = (
    "prawcore", "praw", "discord", "aiohttp", "urllib3", "aiosqlite", "sqlalchemy", "alembic", "asyncio", "matplotlib",
    "PIL", "requests", "charset_normalizer", "markdown_it",
)  # fmt: skip
"""Libraries that write request bodies, form fields or message payloads below WARNING."""
_VALUES_BEGIN = re.compile(r"""[<'"({\[\n]""")
"""Where a message that came assembled may begin to show values."""

log = structlog.get_logger(__name__)


def configure_logging(style: Literal["console", "json"], *, level: int = logging.INFO) -> None:
    """Set up structlog and the standard library's logging to write the same lines to stderr."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _error_kind,
        _mask,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        # Commands set up the log quietly first and `run` turns it up: a cached logger would stay quiet.
        cache_logger_on_first_use=False,
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_without_values, *shared],
            pass_foreign_args=True,
            use_get_message=False,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    if not sys.flags.dev_mode:
        # A line that cannot be formatted would be shown with all its values.
        logging.raiseExceptions = False
        _tell_uncaught_by_kind()


def watch_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Log what no task caught by its kind and place; asyncio itself would show the arguments of the call."""

    def tell(_: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        what = _template(str(context.get("message", "")), None)
        log.error("uncaught_in_loop", what=what, exc_info=context.get("exception"))

    loop.set_exception_handler(tell)


def leaf_of(error: BaseException) -> BaseException:
    """Return the first exception inside a group, else the exception itself."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def place_of(error: BaseException) -> str:
    """Return where an exception was raised, as `file.py:line`; empty where nobody knows."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"


def _mask(logger: object, method: str, event: EventDict) -> EventDict:
    del logger, method
    for key, value in event.items():
        if key in ("event", "timestamp", "level", "logger") or key.startswith("_"):
            continue
        if key.rpartition(".")[2] in MASKED:
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = cut(one_line(value), LONGEST_VALUE)
        elif value is not None and not isinstance(value, bool | int | float):
            # A list, a mapping, an object: who knows what its repr shows.
            event[key] = type(value).__name__
    return event


def _error_kind(logger: object, method: str, event: EventDict) -> EventDict:
    """Replace an exception by its kind and place."""
    del logger, method
    error = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        error = leaf_of(error)
        event["error"] = type(error).__name__
        if place := place_of(error):
            event["at"] = place
    return event


def _without_values(logger: object, method: str, event: EventDict) -> EventDict:
    """Take the values out of another library's message: numbers stay, all else becomes `*`."""
    del logger, method
    record: logging.LogRecord = event["_record"]
    event["event"] = _template(str(record.msg), event.pop("positional_args", None))
    return event


def _template(message: str, values: Any) -> str:
    if not values:
        return _VALUES_BEGIN.split(message, maxsplit=1)[0].strip()
    plain: Any = (
        {k: _plain(v) for k, v in values.items()} if isinstance(values, Mapping) else tuple(map(_plain, values))
    )
    try:
        return one_line(message % plain)
    except (TypeError, ValueError, KeyError):
        return one_line(message)


def _plain(value: object) -> object:
    return value if isinstance(value, int | float) else "*"


def _tell_uncaught_by_kind() -> None:
    """Tell what nobody caught in one line; Ctrl-C says nothing."""

    def tell(kind: type[BaseException], error: BaseException | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        place = ""
        if error is not None:
            leaf = leaf_of(error)
            kind, place = type(leaf), place_of(leaf)
        sys.stderr.write(f"maeari: unexpected {kind.__name__} at {place}; please report it\n")

    def uncaught(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
        tell(kind, error)

    def uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
        tell(args.exc_type, args.exc_value)

    def unraisable(args: sys.UnraisableHookArgs) -> None:
        tell(args.exc_type, args.exc_value)

    sys.excepthook = uncaught
    threading.excepthook = uncaught_in_thread
    sys.unraisablehook = unraisable
