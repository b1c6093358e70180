"""What the numbers say: the cards on top and a few sentences, the same in every rendering."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from core.text import Translate
from core.types.assessment import Label
from core.types.rollup import ReplyCounts
from reports import words
from reports.types import CountLine, WeeklyReport

BUSY = 1.5
"""A day with so many times an average day's mentions is worth a sentence."""
_ENOUGH = 10
"""Mentions a week must have for one of its days to stand out."""


class Mood(StrEnum):
    """Whether a change is welcome."""

    GOOD = "good"
    BAD = "bad"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Card:
    """One headline number, ready to be shown."""

    name: str
    value: str
    change: str
    """Against the week before; empty where there is nothing to compare with."""
    mood: Mood
    note: str
    selects: str = ""
    """Which posts are behind it, see reports.html; empty where it counts something else."""


def replies_total(replies: ReplyCounts) -> int:
    """Return all replies of ours."""
    return replies.thanks + replies.bot + replies.staff + replies.native


def title(report: WeeklyReport, t: Translate) -> str:
    """Return the report's title with its brands."""
    brands = words.listed(report.brands)
    return t("Weekly mention report: {brands}", brands=brands) if brands else t("Weekly mention report")


def subtitle(report: WeeklyReport, t: Translate) -> str:
    """Return which week this is and how it was chosen."""
    days = [date.fromisoformat(line.key) for line in report.by_day]
    span = words.week_span(days[0], days[-1], t)
    parts = [f"{span} ({report.week})", report.timezone]
    if not report.chosen:
        parts.append(t("the latest week with posts"))
    return " · ".join(parts)


def cards(report: WeeklyReport, t: Translate) -> tuple[Card, ...]:
    """Return the six headline numbers."""
    return (
        _mentions(report, t),
        _positive(report, t),
        _complaints(report, t),
        _response(report, t),
        _in_time(report, t),
        _replies(report, t),
    )


def _mentions(report: WeeklyReport, t: Translate) -> Card:
    now, before = report.totals.mentions.total, report.before.mentions.total
    note = t("{count} the week before", count=words.number(before, t))
    changed = words.change(now, before) if before else ""
    return Card(t("Mentions"), words.number(now, t), changed, Mood.PLAIN, note, "own=1")


def _positive(report: WeeklyReport, t: Translate) -> Card:
    now, before = (totals.mentions.share(Label.POSITIVE) for totals in (report.totals, report.before))
    points = None if now is None or before is None else round(now * 100) - round(before * 100)
    note = t("{share} negative", share=words.percent(report.totals.mentions.share(Label.NEGATIVE)))
    changed = "" if points is None else t("{points} points", points=words.signed(points))
    return Card(t("Positive"), words.percent(now), changed, _mood(points or 0), note, "own=1;label=positive")


def _complaints(report: WeeklyReport, t: Translate) -> Card:
    now, before = report.totals.intents.complaint, report.before.intents.complaint
    note = t("{count} cases opened", count=words.number(report.totals.cases.opened, t))
    changed = words.change(now, before) if before else ""
    return Card(t("Complaints"), words.number(now, t), changed, _mood(before - now), note, "own=1;intent=complaint")


def _response(report: WeeklyReport, t: Translate) -> Card:
    now, before = report.totals.cases.median_seconds, report.before.cases.median_seconds
    note = t("nine of ten within {p90}", p90=words.duration(report.totals.cases.p90_seconds, t))
    changed = "" if now is None or not before else words.change(now, before)
    mood = Mood.PLAIN if now is None or before is None else _mood(before - now)
    return Card(t("First response, median"), words.duration(now, t), changed, mood, note if now is not None else "")


def _in_time(report: WeeklyReport, t: Translate) -> Card:
    now, before = report.totals.cases.share_in_time, report.before.cases.share_in_time
    points = None if now is None or before is None else round(now * 100) - round(before * 100)
    note = t("{count} overdue", count=words.number(report.totals.cases.overdue, t))
    changed = "" if points is None else t("{points} points", points=words.signed(points))
    return Card(t("Answered in time"), words.percent(now), changed, _mood(points or 0), note)


def _replies(report: WeeklyReport, t: Translate) -> Card:
    given = report.totals.replies_given
    now, before = replies_total(given), replies_total(report.before.replies_given)
    people = words.number(given.staff + given.native, t)
    note = t("{count} by people, {thanks} thanks", count=people, thanks=words.number(given.thanks, t))
    return Card(t("Our replies"), words.number(now, t), words.change(now, before) if before else "", Mood.PLAIN, note)


def _mood(better_by: float) -> Mood:
    return Mood.GOOD if better_by > 0 else Mood.BAD if better_by < 0 else Mood.PLAIN


def sentences(report: WeeklyReport, t: Translate) -> tuple[str, ...]:
    """Return what a reader in a hurry should know, the most important first."""
    return tuple(
        filter(
            None,
            (
                _volume(report, t),
                _feeling(report, t),
                _service(report, t),
                _overdue(report, t),
                _busiest(report, t),
                _voice(report, t),
                *cautions(report, t),
            ),
        )
    )


def _volume(report: WeeklyReport, t: Translate) -> str:
    now, before = report.totals.mentions.total, report.before.mentions.total
    brands, count = words.listed(report.brands), words.number(now, t)
    if now == 0:
        return t("{brands}: no mentions in this week.", brands=brands)
    if before == 0:
        return t("{brands}: {count} mentions; none the week before.", brands=brands, count=count)
    if now == before:
        return t("{brands}: {count} mentions, as many as the week before.", brands=brands, count=count)
    share = words.percent(abs(now / before - 1))
    if now > before:
        return t(
            "{brands}: {count} mentions, {share} more than the week before.", brands=brands, count=count, share=share
        )
    return t("{brands}: {count} mentions, {share} fewer than the week before.", brands=brands, count=count, share=share)


def _feeling(report: WeeklyReport, t: Translate) -> str:
    now, before = report.totals.mentions, report.before.mentions
    if not now.total:
        return ""
    positive, negative = (words.percent(now.share(label)) for label in (Label.POSITIVE, Label.NEGATIVE))
    if not before.total:
        return t("{positive} were positive, {negative} negative.", positive=positive, negative=negative)
    return t(
        "{positive} were positive and {negative} negative (the week before {positive_before} and {negative_before}).",
        positive=positive,
        negative=negative,
        positive_before=words.percent(before.share(Label.POSITIVE)),
        negative_before=words.percent(before.share(Label.NEGATIVE)),
    )


def _service(report: WeeklyReport, t: Translate) -> str:
    cases = report.totals.cases
    if not cases.opened:
        return t("No case was opened.")
    opened, answered = words.number(cases.opened, t), words.number(cases.answered, t)
    if not cases.answered:
        return t("Cases opened: {opened}, none answered yet.", opened=opened)
    return t(
        "Cases opened: {opened}, answered: {answered}, half of them within {median}; {share} in time.",
        opened=opened,
        answered=answered,
        median=words.duration(cases.median_seconds, t),
        share=words.percent(cases.share_in_time),
    )


def _overdue(report: WeeklyReport, t: Translate) -> str:
    overdue = report.totals.cases.overdue
    return t("Cases overdue without an answer: {count}.", count=words.number(overdue, t)) if overdue else ""


def _busiest(report: WeeklyReport, t: Translate) -> str:
    total = report.totals.mentions.total
    line: CountLine = max(report.by_day, key=lambda day: day.mentions.total)
    times = line.mentions.total * len(report.by_day) / total if total else 0.0
    if times < BUSY or total < _ENOUGH:
        return ""
    return t(
        "{day} was the busiest day: {count} mentions, {times} times an average day.",
        day=words.day(date.fromisoformat(line.key), t),
        count=words.number(line.mentions.total, t),
        times=f"{times:.1f}",
    )


def _voice(report: WeeklyReport, t: Translate) -> str:
    if not any(line.competitor and line.mentions for line in report.share_of_voice):
        return ""
    own = sum(line.share for line in report.share_of_voice if not line.competitor)
    return t(
        "Share of voice: {own} ours, {rivals} competitors'.", own=words.percent(own), rivals=words.percent(1 - own)
    )


def cautions(report: WeeklyReport, t: Translate) -> Iterable[str]:
    """Yield what makes the numbers less than whole."""
    if report.starts_at < report.generated_at < report.ends_at:
        until = words.moment(report.generated_at, ZoneInfo(report.timezone), t)
        yield t("The week is not over: this counts up to {moment}.", moment=until)
    if report.gaps:
        yield t(
            "Gaps nobody could read: {count}. Counts may be too low there.", count=words.number(len(report.gaps), t)
        )
