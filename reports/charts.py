"""Charts as shapes: where each bar stands, in plain numbers. Drawn as SVG by the page's template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.types.assessment import Label
from reports.types import CaseLine, CountLine, Split

HEIGHT, COLUMN, GAP = 230.0, 54.0, 32.0
"""Of the day chart, in SVG units: height of the plot, width of a column, space between columns."""
LABEL = 6.0
"""Distance of a count from what stands below it."""
RESPONSE_EDGES = (300, 1_800, 3_600, 14_400, 86_400)
"""Upper edges of the first response histogram, seconds: 5 and 30 minutes, 1, 4 and 24 hours."""


@dataclass(frozen=True, slots=True)
class Block:
    """One coloured part of a bar."""

    label: Label
    start: float
    """From the bar's beginning: SVG units in a column, percent in a bar."""
    length: float
    count: int


@dataclass(frozen=True, slots=True)
class Column:
    """One day."""

    x: float
    count: int
    blocks: tuple[Block, ...]
    """From the bottom up: negative, neutral, positive; `start` is the upper edge in SVG units from the top."""
    top: float
    before: float | None
    """Height of the mark for the same day of the week before, from the top."""

    @property
    def label_y(self) -> float:
        """Where the day's count is written: above the column, and above the mark where that is in the way."""
        free = self.top - LABEL
        clashes = self.before is not None and free - LABEL * 2 < self.before < self.top
        return (self.before or 0) - LABEL if clashes else free


@dataclass(frozen=True, slots=True)
class Grid:
    """A horizontal line with its count."""

    y: float
    count: int


def stack(split: Split) -> tuple[Block, ...]:
    """Return a bar of the three labels in percent of its length; empty without mentions."""
    blocks: list[Block] = []
    start = 0.0
    for label in Label:
        count = split.of(label)
        if count:
            length = 100 * count / split.total
            blocks.append(Block(label, start, length, count))
            start += length
    return tuple(blocks)


def columns(days: Sequence[CountLine]) -> tuple[Column, ...]:
    """Return the stacked columns of the days, and a mark each for the week before."""
    scale = HEIGHT / ceiling(days)
    return tuple(_column(index, day, scale) for index, day in enumerate(days))


def _column(index: int, day: CountLine, scale: float) -> Column:
    blocks: list[Block] = []
    top = HEIGHT
    for label in Label:
        count = day.mentions.of(label)
        if count:
            top -= count * scale
            blocks.append(Block(label, top, count * scale, count))
    before = HEIGHT - day.before * scale if day.before else None
    return Column(index * (COLUMN + GAP) + GAP / 2, day.mentions.total, tuple(blocks), top, before)


def ceiling(days: Sequence[CountLine]) -> int:
    """Return the count at the top of the day chart: a round number that holds every day."""
    highest = max([max(day.mentions.total, day.before) for day in days], default=0)
    return step(highest) * max(-(-highest // step(highest)), 1)


def step(highest: int) -> int:
    """Return the distance of grid lines: 1, 2 or 5 times a power of ten, at most five lines."""
    magnitude = 1
    while True:
        for factor in (1, 2, 5):
            if highest <= 5 * factor * magnitude:
                return factor * magnitude
        magnitude *= 10


def grid(days: Sequence[CountLine]) -> tuple[Grid, ...]:
    """Return the grid lines of the day chart, bottom first."""
    top, distance = ceiling(days), step(max([max(day.mentions.total, day.before) for day in days], default=0))
    return tuple(Grid(HEIGHT - HEIGHT * count / top, count) for count in range(0, top + 1, distance))


def responses(cases: Sequence[CaseLine]) -> tuple[int, ...]:
    """Count first response times: one count below each of RESPONSE_EDGES, one beyond, one of never answered."""
    counts = [0] * (len(RESPONSE_EDGES) + 2)
    for case in cases:
        seconds = case.response_seconds
        if seconds is None:
            counts[-1] += 1
        else:
            counts[sum(1 for edge in RESPONSE_EDGES if seconds > edge)] += 1
    return tuple(counts)
