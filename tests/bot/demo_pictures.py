"""Pictures of the demo for the README, in both languages: `python -m tests.bot.demo_pictures --out docs/pictures`.

The demo runs as it does for a user; one frame of its terminal view, and the last report's page, are photographed by a
headless Chromium. Needs Chromium and Korean fonts (Debian: chromium, fonts-nanum, fonts-nanum-coding).
"""

from __future__ import annotations

import argparse
import asyncio
import io
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from rich.console import Console, RenderableType
from rich.terminal_theme import TerminalTheme

from bot.cli.demo import SCENARIO, TITLE
from bot.demo.play import Demo
from bot.demo.view import LiveView
from bot.i18n import Catalogues
from core.types.case import Case
from engagement.intake.pipeline import Taken
from lab.scenario import load
from tests.bot.chromium import command, photograph

MOMENT = datetime(2026, 11, 10, 2, 20, tzinfo=UTC)
"""The bad day, at its worst."""
COLUMNS = 132
# Nanum's symbols are two cells wide, a terminal's are one: take those from a font that is as wide as its letters.
# Emoji are a quarter wider than the two cells a terminal gives them.
PAGE = """<!doctype html><meta charset="utf-8"><style>
@font-face {{ font-family: Signs; src: local('DejaVu Sans Mono'); size-adjust: 83%;
  unicode-range: U+B7, U+2026, U+2190-2193, U+2500-257F, U+2014, U+201C-201D, U+2019; }}
@font-face {{ font-family: Pictures; src: local('Noto Color Emoji'); size-adjust: 80.3%;
  unicode-range: U+1F000-1FAFF, U+2600-27BF, U+FE0F; }}
body {{ margin: 0; background: #0d1117; }}
pre {{ margin: 18px; color: #c9d1d9; font: 15px/20px Signs, Pictures, 'NanumGothicCoding', monospace; }}
</style><pre>{code}</pre>"""
THEME = TerminalTheme(
    (13, 17, 23),
    (201, 209, 217),
    [(72, 79, 88), (255, 123, 114), (63, 185, 80), (210, 153, 34),
     (88, 166, 255), (188, 140, 255), (57, 197, 207), (177, 186, 196)],
    [(110, 118, 129), (255, 161, 152), (86, 211, 100), (227, 179, 65),
     (56, 97, 160), (210, 168, 255), (86, 212, 221), (240, 246, 252)],
)  # fmt: skip


class FrameView(LiveView):
    """The live view, drawn into nothing, which keeps the frame of one moment."""

    kept: RenderableType | None = None

    def take(self, taken: Taken) -> None:
        """Keep the first frame after the moment."""
        super().take(taken)
        self._keep()

    def cases(self, cases: list[Case]) -> None:
        """Keep the first frame after the moment."""
        super().cases(cases)
        self._keep()

    def _keep(self) -> None:
        if self.kept is None and self._clock.now() >= MOMENT:
            self.kept = self.frame()


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    out: Path = parser.parse_args().out
    command()  # rather now than when the demo is over
    out.mkdir(parents=True, exist_ok=True)
    locales: tuple[Literal["en", "ko"], ...] = ("en", "ko")
    for locale in locales:
        with tempfile.TemporaryDirectory() as folder:
            _photograph(locale, Path(folder), out)


def _photograph(locale: Literal["en", "ko"], folder: Path, out: Path) -> None:
    scenario = load(SCENARIO)
    demo = Demo(scenario, folder, locale, speed=None)
    t = Catalogues().for_locale(locale)
    view = FrameView(demo.clock, demo.zone, t, t(TITLE), Console(file=io.StringIO()))
    outcome = asyncio.run(demo.run(view))
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    assert view.kept is not None
    console.print(view.kept)
    frame = folder / "frame.html"
    frame.write_text(console.export_html(theme=THEME, inline_styles=True, code_format=PAGE), encoding="utf-8")
    photograph(frame, out / f"demo-{locale}.png", "1060,580")
    photograph(outcome.reports[-1].paths[0], out / f"report-{locale}.png", "1100,1500")


if __name__ == "__main__":
    main()
