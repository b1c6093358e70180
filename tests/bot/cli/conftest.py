"""A runner of the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LONGEST = 100
"""Seconds; far above what any of these commands takes."""

Maeari = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def maeari(tmp_path: Path) -> Maeari:
    """Return a function that runs `maeari ARGS…` in an empty folder, without any configuration or language."""

    def run(*args: object, stdin: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MAEARI_", "LC_", "LANG"))}
        return subprocess.run(
            [sys.executable, "-m", "bot", *map(str, args)],
            input=stdin if stdin is not None else "",
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=LONGEST,
            cwd=tmp_path,
            env={**kept, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment},
            check=False,
        )

    return run
