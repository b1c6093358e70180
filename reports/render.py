"""One door to all renderings."""

from __future__ import annotations

import asyncio
from enum import StrEnum

from core.text import Translate
from reports import csv, html, json, png, text
from reports.types import WeeklyReport


class Format(StrEnum):
    """What a report can be written as."""

    HTML = "html"
    PNG = "png"
    JSON = "json"
    CSV = "csv"
    TEXT = "text"

    @property
    def suffix(self) -> str:
        """The ending of its file's name."""
        return ".txt" if self is Format.TEXT else f".{self.value}"


async def render(report: WeeklyReport, kind: Format, t: Translate) -> bytes:
    """Return the report's file in the language of `t` (JSON and CSV speak no language), without holding up the loop.

    Raises reports.png.PictureError where a picture cannot be drawn.
    """
    if kind is Format.PNG:
        return await png.render(report, t)
    return await asyncio.to_thread(_written, report, kind, t)


def _written(report: WeeklyReport, kind: Format, t: Translate) -> bytes:
    match kind:
        case Format.HTML:
            return html.render(report, t).encode()
        case Format.CSV:
            return csv.render(report).encode()
        case Format.TEXT:
            return text.render(report, t).encode()
        case _:
            return json.render(report)
