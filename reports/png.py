"""The report as a picture for a chat window, drawn in a process of its own."""

from __future__ import annotations

import asyncio
import sys

import msgspec
import structlog

from core.errors import MaeariError
from core.text import Translate
from reports.picture import picture
from reports.types import WeeklyReport

TIMEOUT = 60.0
"""Seconds. Drawing takes about two; matplotlib's first start on a machine looks through all its fonts."""

log = structlog.get_logger(__name__)


class PictureError(MaeariError):
    """The drawing process failed; the report itself is whole."""


async def render(report: WeeklyReport, t: Translate) -> bytes:
    """Return the PNG in the language of `t`.

    Raises PictureError when the drawing process fails or takes too long.
    """
    given = msgspec.json.encode(picture(report, t))
    # -P: a folder called `reports` where the command was started must not stand in for this package.
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "reports.draw",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        drawn, complaints = await asyncio.wait_for(process.communicate(given), TIMEOUT)
    except TimeoutError:
        raise PictureError(f"drawing the report's picture took longer than {TIMEOUT:.0f} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        log.error("report.picture.failed", week=report.week, code=process.returncode)
        last = complaints.decode(errors="replace").strip().rpartition("\n")[2]
        raise PictureError(f"the report's picture could not be drawn: {last}")
    return drawn
