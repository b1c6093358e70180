"""Where lines that could not be used are noted: their numbers and reasons, never their content."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import msgspec
import structlog

_log = structlog.get_logger(__name__)

ENDING = ".rejects.jsonl"


class Rejects:
    """`FILE.rejects.jsonl`, made at the first rejected line; beside the file, or here where that folder is shut."""

    def __init__(self, path: Path) -> None:
        self._candidates = (path.with_name(path.name + ENDING), Path(path.name + ENDING))
        self._file: TextIO | None = None
        self.path: Path | None = None
        self.count = 0

    def clear(self) -> None:
        """Take away what an earlier run noted for the same file."""
        for candidate in self._candidates:
            try:
                candidate.unlink(missing_ok=True)
            except OSError:
                _log.debug("old rejects stay", path=str(candidate))

    def add(self, number: int, reason: str) -> None:
        """Note one line."""
        self.count += 1
        if self._file is None and self.count == 1:
            self._open()
        if self._file is not None:
            self._file.write(msgspec.json.encode({"line": number, "reason": reason}).decode() + "\n")

    def _open(self) -> None:
        for candidate in self._candidates:
            try:
                self._file = candidate.open("w", encoding="utf-8")
            except OSError:
                continue
            self.path = candidate
            return
        _log.warning("rejected lines are counted but not written: no folder is writable")

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
