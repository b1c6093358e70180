"""Draws the picture: `python -m reports.draw` reads a Picture as JSON and writes a PNG.

A process of its own: matplotlib takes half a second to load and about as long to draw; the event loop must not wait.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

import matplotlib as mpl
import msgspec
import pylopdf_fonts_ko
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import FontEntry, fontManager
from matplotlib.patches import FancyBboxPatch
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from reports.picture import Figure, Length, Picture, Stack

WIDTH, HEIGHT, DPI = 12.8, 9.2, 125
"""Inches and pixels per inch: 1600 x 1150 pixels, readable in a chat window."""
PAPER, CARD, INK, SOFT, LINE = "#f5f6f8", "#ffffff", "#1b2130", "#667085", "#e3e6ec"
ACCENT, RIVAL = "#3d4fc4", "#a3abb9"
COLOURS = ("#d64562", "#b3bac6", "#199a80")
MOODS = {"good": "#0f7a64", "bad": "#b92f4c", "plain": ACCENT}
FONT = "Maeari Korean"
"""Our own name for the bundled Noto Sans KR, so that no other font of the machine is taken."""
BOLD = 0.45
"""Stroke in points that makes a text bold: the package holds the regular weight only."""


def main() -> int:
    """Read a picture from standard input and write its PNG to standard output."""
    given = msgspec.json.decode(sys.stdin.buffer.read(), type=Picture)
    sys.stdout.buffer.write(draw(given))
    return 0


def draw(picture: Picture) -> bytes:
    """Return the PNG."""
    use_font()
    canvas = Canvas(figsize=(WIDTH, HEIGHT), dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(canvas)
    _head(canvas, picture)
    for index, figure in enumerate(picture.figures):
        _figure(canvas, figure, 0.03 + index * 0.1583, 0.1483)
    _days(_card(canvas, picture.days_title, 0.03, 0.395, 0.575, 0.335), picture)
    _lengths(_card(canvas, picture.voice_title, 0.622, 0.395, 0.348, 0.335), picture.voice, picture.empty)
    _places(_card(canvas, picture.places_title, 0.03, 0.03, 0.575, 0.335), picture)
    _lengths(_card(canvas, picture.responses_title, 0.622, 0.03, 0.348, 0.335), picture.responses, picture.empty)
    file = io.BytesIO()
    canvas.savefig(file, format="png", facecolor=PAPER)
    return file.getvalue()


def use_font() -> None:
    """Make the bundled Korean font the one that is drawn with; DejaVu fills in signs it lacks."""
    path = str(pylopdf_fonts_ko.sans_path())
    if all(entry.fname != path for entry in fontManager.ttflist):
        fontManager.ttflist.append(FontEntry(fname=path, name=FONT, style="normal", weight=400))
    mpl.rcParams["font.family"] = [FONT, "DejaVu Sans"]
    mpl.rcParams["axes.unicode_minus"] = False
    mpl.rcParams["text.parse_math"] = False  # a brand may hold a dollar sign


def _text(canvas: Canvas, x: float, y: float, text: str, size: float, colour: str = INK, *, bold: bool = False) -> None:
    written = canvas.text(x, y, text, fontsize=size, color=colour, va="center")
    if bold:
        _embolden(written)


def _embolden(text: Text) -> None:
    text.set_path_effects([withStroke(linewidth=BOLD, foreground=text.get_color())])


def _head(canvas: Canvas, picture: Picture) -> None:
    canvas.add_artist(_box(0.03, 0.915, 0.004, 0.06, ACCENT, 0.0))
    _text(canvas, 0.045, 0.957, picture.title, 20, bold=True)
    _text(canvas, 0.045, 0.922, picture.subtitle, 11, SOFT)


def _box(x: float, y: float, width: float, height: float, colour: str, radius: float = 0.008) -> FancyBboxPatch:
    edge = LINE if colour == CARD else colour
    style = f"round,pad=0,rounding_size={radius}" if radius else "square,pad=0"
    # Behind everything: axes stand on the cards.
    return FancyBboxPatch(
        (x, y),
        width,
        height,
        boxstyle=style,
        facecolor=colour,
        edgecolor=edge,
        linewidth=0.8,
        mutation_aspect=WIDTH / HEIGHT,
        zorder=-1,
    )


def _figure(canvas: Canvas, figure: Figure, x: float, width: float) -> None:
    canvas.add_artist(_box(x, 0.755, width, 0.13, CARD))
    _text(canvas, x + 0.012, 0.863, figure.name, 9.5, SOFT)
    _text(canvas, x + 0.012, 0.825, figure.value, 20 if len(figure.value) <= 7 else 15, bold=True)
    _text(canvas, x + 0.012, 0.792, figure.change, 9.5, MOODS[figure.mood], bold=True)
    _text(canvas, x + 0.012, 0.770, figure.note, 8.5, SOFT)


def _card(canvas: Canvas, title: str, x: float, y: float, width: float, height: float) -> Axes:
    canvas.add_artist(_box(x, y, width, height, CARD))
    _text(canvas, x + 0.014, y + height - 0.028, title, 12, bold=True)
    axes = canvas.add_axes((x + 0.014, y + 0.014, width - 0.028, height - 0.066))
    axes.set_facecolor("none")
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, colors=SOFT, labelsize=9)
    return axes


def _days(axes: Axes, picture: Picture) -> None:
    places = range(len(picture.days))
    _inset(axes, 0.045, 0.17, 0.95, 0.78)
    bottoms = [0] * len(picture.days)
    for part, (name, colour) in enumerate(zip(picture.legend, COLOURS, strict=True)):
        heights = [day.counts[part] for day in picture.days]
        axes.bar(places, heights, 0.6, bottoms, color=colour, label=name, zorder=2)
        bottoms = [bottom + height for bottom, height in zip(bottoms, heights, strict=True)]
    for place, day in zip(places, picture.days, strict=True):
        axes.plot([place - 0.36, place + 0.36], [day.before] * 2, color=INK, linewidth=1.6, zorder=3)
    axes.plot([], [], color=INK, linewidth=1.6, label=picture.before)
    top = max([*bottoms, *(day.before for day in picture.days), 1])
    axes.set_ylim(0, top * 1.14)
    for place, (total, day) in enumerate(zip(bottoms, picture.days, strict=True)):
        # Above the mark where the mark would run through the number.
        height = day.before if total - top * 0.02 <= day.before < total + top * 0.11 else total
        axes.text(place, height + top * 0.02, f"{total:,}", ha="center", va="bottom", fontsize=9.5, color=INK)
    axes.set_xticks(list(places), [day.name for day in picture.days], linespacing=1.35)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.grid(axis="y", color=LINE, linewidth=0.8, zorder=0)
    axes.set_axisbelow(True)
    _legend(axes)


def _legend(axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(
        handles[::-1], labels[::-1], loc="lower right", bbox_to_anchor=(1.0, 0.99), ncols=4, frameon=False, fontsize=9,
        labelcolor=SOFT, handlelength=1.1, columnspacing=1.4, borderpad=0.0,
    )  # fmt: skip


def _inset(axes: Axes, left: float, bottom: float, width: float, height: float) -> None:
    """Shrink axes inside their card, in shares of the card's inside."""
    box = axes.get_position()
    axes.set_position((box.x0 + left * box.width, box.y0 + bottom * box.height, width * box.width, height * box.height))


def _places(axes: Axes, picture: Picture) -> None:
    if not picture.places:
        _empty(axes, picture.empty)
        return
    _inset(axes, 0.2, 0.0, 0.72, 1.0)
    rows = list(range(len(picture.places)))
    lefts = [0.0] * len(rows)
    for part, colour in enumerate(COLOURS):
        widths = [place.counts[part] / max(sum(place.counts), 1) for place in picture.places]
        axes.barh(rows, widths, 0.56, lefts, color=colour)
        _inside(axes, picture.places, part, lefts, widths)
        lefts = [left + width for left, width in zip(lefts, widths, strict=True)]
    for row, place in zip(rows, picture.places, strict=True):
        axes.text(1.02, row, place.note, va="center", fontsize=10, color=INK)
    _named_rows(axes, [place.name for place in picture.places])


def _inside(axes: Axes, places: Sequence[Stack], part: int, lefts: Sequence[float], widths: Sequence[float]) -> None:
    """Write a count into its part of the bar where there is room."""
    for row, (place, left, width) in enumerate(zip(places, lefts, widths, strict=True)):
        if width > 0.06:
            colour = INK if part == 1 else "white"
            count = f"{place.counts[part]:,}"
            axes.text(left + width / 2, row, count, ha="center", va="center", fontsize=8.5, color=colour)


def _lengths(axes: Axes, bars: Sequence[Length], empty: str) -> None:
    if not bars:
        _empty(axes, empty)
        return
    _inset(axes, 0.32, 0.0, 0.52, 1.0)
    rows = range(len(bars))
    colours = {"own": ACCENT, "rival": RIVAL, "late": COLOURS[0]}
    axes.barh(rows, [1.0] * len(bars), 0.5, color=LINE)
    axes.barh(rows, [bar.value for bar in bars], 0.5, color=[colours[bar.kind] for bar in bars])
    for row, bar in zip(rows, bars, strict=True):
        axes.text(1.04, row, bar.text, va="center", fontsize=10, color=INK)
    _named_rows(axes, [bar.name for bar in bars])


def _named_rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_xlim(0, 1)
    axes.set_xticks([])
    # Few bars keep their thickness: the axis always has room for at least four.
    axes.set_ylim(max(len(names), 4) - 0.4, -0.6)
    axes.set_yticks(list(range(len(names))), list(names))
    axes.tick_params(axis="y", labelsize=10, colors=INK)


def _empty(axes: Axes, words: str) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.text(0.5, 0.5, words, ha="center", va="center", fontsize=10, color=SOFT, transform=axes.transAxes)


if __name__ == "__main__":
    sys.exit(main())
