"""The report as JSON for programs: versioned, every field that of `reports.types`, snake case, moments in UTC.

Version 1 is described in docs/weekly-report.md. A field may be added within a version; none changes its meaning.
"""

from __future__ import annotations

import msgspec

from reports.types import WeeklyReport

FORMAT = "maeari-weekly-report"
VERSION = 1


class Document(msgspec.Struct, frozen=True):
    """What the file holds."""

    format: str
    version: int
    report: WeeklyReport


def render(report: WeeklyReport) -> bytes:
    """Return the document, indented, UTF-8, with a line break at its end."""
    encoded = msgspec.json.encode(Document(FORMAT, VERSION, report))
    return msgspec.json.format(encoded, indent=2) + b"\n"


def read(document: bytes) -> WeeklyReport:
    """Read a document back.

    Raises msgspec.ValidationError (a ValueError) for anything that is no report of this version.
    """
    found = msgspec.json.decode(document, type=Document)
    if (found.format, found.version) != (FORMAT, VERSION):
        raise msgspec.ValidationError(f"this is {found.format} {found.version}, not {FORMAT} {VERSION}")
    return found.report
