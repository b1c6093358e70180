"""Numbers, moments and codes in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from types import MappingProxyType

from babel.dates import format_interval, format_skeleton
from babel.numbers import format_decimal

from core.text import Translate, mark
from core.types.assessment import Intent, Label
from core.types.case import CaseKind, CaseState, Severity
from core.types.decision import DecisionKind
from core.types.post import Source

LABEL: Mapping[Label, str] = MappingProxyType(
    {Label.NEGATIVE: mark("Negative"), Label.NEUTRAL: mark("Neutral"), Label.POSITIVE: mark("Positive")}
)
INTENT: Mapping[Intent, str] = MappingProxyType(
    {
        Intent.COMPLAINT: mark("Complaints"),
        Intent.PRAISE: mark("Praise"),
        Intent.QUESTION: mark("Questions"),
        Intent.SUGGESTION: mark("Suggestions"),
        Intent.OTHER: mark("Other"),
    }
)
DECISION: Mapping[DecisionKind, str] = MappingProxyType(
    {
        DecisionKind.THANK: mark("Thanked"),
        DecisionKind.FLAG: mark("Flagged for staff"),
        DecisionKind.REVIEW: mark("Left to a person"),
        DecisionKind.MODERATE: mark("Sent to moderators"),
        DecisionKind.IGNORE: mark("Nothing to do"),
    }
)
SOURCE: Mapping[Source, str] = MappingProxyType(
    {
        Source.REDDIT: mark("Reddit"),
        Source.DISCORD: mark("Discord"),
        Source.FEED: mark("Feeds"),
        Source.FILE: mark("Files"),
    }
)
CASE_KIND: Mapping[CaseKind, str] = MappingProxyType(
    {
        CaseKind.COMPLAINT: mark("Complaint"),
        CaseKind.QUESTION: mark("Question"),
        CaseKind.REVIEW: mark("To be looked at"),
        CaseKind.ABUSE: mark("Abuse"),
        CaseKind.REQUEST: mark("Asked for a person"),
    }
)
CASE_STATE: Mapping[CaseState, str] = MappingProxyType(
    {
        CaseState.OPEN: mark("Open"),
        CaseState.CLAIMED: mark("Claimed"),
        CaseState.WAITING: mark("Waiting for the customer"),
        CaseState.RESOLVED: mark("Resolved"),
        CaseState.DISMISSED: mark("Dismissed"),
    }
)
SEVERITY: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.LOW: mark("Low"),
        Severity.NORMAL: mark("Normal"),
        Severity.HIGH: mark("High"),
        Severity.URGENT: mark("Urgent"),
    }
)
GAP_REASON: Mapping[str, str] = MappingProxyType(
    {
        "listing_window": mark("more posts than the listing holds"),
        "no_history_permission": mark("no permission to read the history"),
        "catch_up_limit": mark("too long away to read it all again"),
    }
)
NOTHING = "–"
"""Stands where there is no number."""

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def number(count: int, t: Translate) -> str:
    """Write a count with the language's thousands separators."""
    return str(format_decimal(count, locale=t.locale))


def percent(share: float | None) -> str:
    """Write a share 0..1 in whole percent."""
    return NOTHING if share is None else f"{share:.0%}"


def duration(seconds: float | None, t: Translate) -> str:
    """Write a span of time with its two largest units, minutes and more rounded down."""
    if seconds is None:
        return NOTHING
    whole = int(seconds)
    if whole < _MINUTE:
        return t("{seconds} s", seconds=whole)
    if whole < _HOUR:
        return t("{minutes} min", minutes=whole // _MINUTE)
    if whole < _DAY:
        hours, minutes = whole // _HOUR, whole % _HOUR // _MINUTE
        return t("{hours} h {minutes} min", hours=hours, minutes=minutes) if minutes else t("{hours} h", hours=hours)
    days, hours = whole // _DAY, whole % _DAY // _HOUR
    return t("{days} d {hours} h", days=days, hours=hours) if hours else t("{days} d", days=days)


def change(now: float, before: float) -> str:
    """Write by how much a count changed, in percent; a change from nothing has no percentage."""
    if before == 0:
        return NOTHING
    ratio = now / before - 1
    return signed(round(ratio * 100), "%")


def signed(amount: int, unit: str = "") -> str:
    """Write a difference with its sign: `+3`, `−12%`, `±0`."""
    sign = "+" if amount > 0 else "−" if amount < 0 else "±"
    return f"{sign}{abs(amount)}{unit}"


def week_span(first: date, last: date, t: Translate) -> str:
    """Write the days of a week: `Nov 9 – 15, 2026`, `2026년 11월 9일~15일`."""
    return str(format_interval(first, last, skeleton="yMMMd", locale=t.locale))


def day(day_: date, t: Translate) -> str:
    """Write a day with its weekday: `Thu, Nov 12`."""
    return str(format_skeleton("MMMEd", day_, locale=t.locale))


def weekday(day_: date, t: Translate) -> str:
    """Write a weekday short: `Thu`, `목`."""
    return str(format_skeleton("E", day_, locale=t.locale))


def month_day(day_: date, t: Translate) -> str:
    """Write a day in figures: `11/12`, `11. 12.`."""
    return str(format_skeleton("Md", day_, locale=t.locale))


def moment(at: datetime, zone: tzinfo, t: Translate) -> str:
    """Write a moment in the installation's time zone, without the year."""
    local = at.astimezone(zone)
    return f"{format_skeleton('MMMd', local, locale=t.locale)} {local:%H:%M}"


def listed(names: tuple[str, ...]) -> str:
    """Write several names in a row."""
    return " · ".join(names)
