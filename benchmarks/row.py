"""The row form of every benchmark: a value, and its ratio to a reference timed in the same run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Row:
    """One figure."""

    name: str
    value: float
    unit: str
    reference: str = ""
    """What the ratio is against, timed in the same run; empty for an absolute figure without a bar."""
    ratio: float | None = None
    bar: str = ""
    """What is asked for, e.g. `>= 50`."""
    kind: Literal["must", "goal"] = "goal"
    ok: bool | None = None
    """None with a reason in `note` where its input is absent, or where there is no bar."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """What `maeari bench` hands to each benchmark."""

    data: Path | None = None
    """Folder of labelled sets (`--data`)."""
    full: bool = False
    """Run at full size; otherwise sizes are cut so that a run takes about a minute."""
