"""Debian's Chromium without a window, for the pictures in docs/."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser")
OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--hide-scrollbars",
)  # fmt: skip
WANTED = "apt-get install chromium fonts-nanum fonts-nanum-coding"


def command() -> tuple[str, ...]:
    """Return how Chromium is started. Ends the program with the mend where it, or a Korean font, is not there."""
    program = next((found for name in NAMES if (found := shutil.which(name)) is not None), None)
    if program is None:
        raise SystemExit(f"The pictures are taken with Chromium, and there is none; on Debian: {WANTED}")
    fonts = shutil.which("fc-list")
    if fonts is not None and not subprocess.run([fonts, ":lang=ko"], check=False, capture_output=True).stdout.strip():
        raise SystemExit(f"No font here has Korean characters; on Debian: {WANTED}")
    return program, *OPTIONS


def photograph(page: Path, picture: Path, size: str) -> None:
    """Take the picture of a page in a file; `size` is `width,height` in pixels."""
    shot = [*command(), f"--window-size={size}", f"--screenshot={picture.resolve()}", page.resolve().as_uri()]
    subprocess.run(shot, check=True, capture_output=True)
