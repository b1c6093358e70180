"""What the report's picture shows: numbers and finished words, handed to the drawing process as JSON."""

from __future__ import annotations

from datetime import date

import msgspec

from core.text import Translate, cut
from core.types.assessment import Label
from reports import words
from reports.headline import cards, subtitle, title
from reports.page import response_bars
from reports.types import WeeklyReport

MOST_BARS = 6
"""Brands or places in one chart."""
NAME_LENGTH = 18
"""Characters of a name beside a bar."""
LABELS = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE)
"""From the bottom of a column upwards, from the left of a bar to the right."""


class Figure(msgspec.Struct, frozen=True):
    """A headline number."""

    name: str
    value: str
    change: str
    mood: str
    note: str


class Stack(msgspec.Struct, frozen=True):
    """A bar of three parts, in the order of LABELS."""

    name: str
    counts: tuple[int, int, int]
    before: int = 0
    note: str = ""


class Length(msgspec.Struct, frozen=True):
    """A plain bar."""

    name: str
    value: float
    text: str
    kind: str


class Picture(msgspec.Struct, frozen=True):
    """One picture."""

    title: str
    subtitle: str
    figures: tuple[Figure, ...]
    legend: tuple[str, str, str]
    """Names of LABELS."""
    before: str
    """Name of the mark for the week before."""
    days_title: str
    days: tuple[Stack, ...]
    voice_title: str
    voice: tuple[Length, ...]
    places_title: str
    places: tuple[Stack, ...]
    responses_title: str
    responses: tuple[Length, ...]
    empty: str
    """Stands where a chart has nothing to show."""


def picture(report: WeeklyReport, t: Translate) -> Picture:
    """Return the picture of a report in the language of `t`."""
    negative, neutral, positive = (t(words.LABEL[label]) for label in LABELS)
    return Picture(
        title=title(report, t),
        subtitle=subtitle(report, t),
        figures=tuple(Figure(one.name, one.value, one.change, one.mood.value, one.note) for one in cards(report, t)),
        legend=(negative, neutral, positive),
        before=t("the week before"),
        days_title=t("Mentions by day"),
        days=_days(report, t),
        voice_title=t("Share of voice"),
        voice=tuple(
            Length(_name(line.brand), line.share, words.percent(line.share), "rival" if line.competitor else "own")
            for line in report.share_of_voice[:MOST_BARS]
        ),
        places_title=t("Sentiment by place"),
        places=_places(report, t),
        responses_title=t("First response times"),
        responses=tuple(
            Length(bar.name, bar.percent / 100, bar.text, bar.kind) for bar in response_bars(report.cases, t)
        ),
        empty=t("Nothing to show"),
    )


def _days(report: WeeklyReport, t: Translate) -> tuple[Stack, ...]:
    return tuple(
        Stack(
            name=f"{words.weekday(day, t)}\n{words.month_day(day, t)}",
            counts=(line.mentions.negative, line.mentions.neutral, line.mentions.positive),
            before=line.before,
        )
        for line in report.by_day
        for day in (date.fromisoformat(line.key),)
    )


def _places(report: WeeklyReport, t: Translate) -> tuple[Stack, ...]:
    return tuple(
        Stack(
            name=_name(line.name),
            counts=(line.mentions.negative, line.mentions.neutral, line.mentions.positive),
            note=words.number(line.mentions.total, t),
        )
        for line in report.by_container[:MOST_BARS]
        if line.mentions.total
    )


def _name(name: str) -> str:
    return cut(" ".join(name.split()), NAME_LENGTH)
