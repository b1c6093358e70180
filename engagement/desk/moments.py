"""Moments as staff type them: `4h`, `2d`, `15:00`, `friday 15:00`, `2026-11-20 15:00`, in both languages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.errors import InputError
from core.text import mark

__all__ = ["END_OF_DAY", "moment_of"]

END_OF_DAY = time(18, 0)
"""Local time of a day that is named without one: a promise for Friday is one for Friday evening."""
LONGEST = timedelta(days=366)
_UNITS = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "분": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "시간": timedelta(hours=1),
    "d": timedelta(days=1),
    "일": timedelta(days=1),
    "w": timedelta(weeks=1),
    "주": timedelta(weeks=1),
}
_SPAN = re.compile(r"(\d{1,4})\s*(min|시간|[mhdw분일주])(?:\s*(?:후|뒤))?", re.IGNORECASE)
_TIME = re.compile(r"(\d{1,2})(?::(\d{2})|시(?:\s*(\d{1,2})분)?)")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAYS = {
    "today": 0,
    "오늘": 0,
    "tomorrow": 1,
    "내일": 1,
    "모레": 2,
}
_WEEKDAYS = (
    ("monday", "mon", "월요일", "월"),
    ("tuesday", "tue", "화요일", "화"),
    ("wednesday", "wed", "수요일", "수"),
    ("thursday", "thu", "목요일", "목"),
    ("friday", "fri", "금요일", "금"),
    ("saturday", "sat", "토요일", "토"),
    ("sunday", "sun", "일요일", "일"),
)


def moment_of(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment that somebody typed, UTC, always after `now`.

    A weekday is the next one of that name, today included while its time is still to come; a time alone is today or
    tomorrow. Raises InputError for what nobody can read, for the past, and for more than a year ahead.
    """
    words = " ".join(text.casefold().split())
    span = _SPAN.fullmatch(words)
    moment = now + int(span[1]) * _UNITS[span[2]] if span else _on_a_day(words, now.astimezone(zone))
    if moment is None:
        raise InputError(mark("Write a moment like 4h, 2d, 15:00, friday, tomorrow 15:00 or 2026-11-20 15:00."))
    if moment <= now:
        raise InputError(mark("That moment is past."))
    if moment - now > LONGEST:
        raise InputError(mark("That is more than a year ahead."))
    return moment.astimezone(UTC)


def _on_a_day(words: str, local: datetime) -> datetime | None:
    """Read a day, a time, or both."""
    day, _, rest = words.partition(" ")
    try:
        if (alone := _time_of(words)) is not None:
            today = datetime.combine(local.date(), alone, tzinfo=local.tzinfo)
            return today if today > local else today + timedelta(days=1)
        at = _time_of(rest) if rest else END_OF_DAY
        ahead = _days_ahead(day, local, at or END_OF_DAY)
    except ValueError:  # an hour or a date that does not exist
        return None
    if at is None or ahead is None:
        return None
    return datetime.combine(local.date() + ahead, at, tzinfo=local.tzinfo)


def _time_of(words: str) -> time | None:
    found = _TIME.fullmatch(words)
    return None if found is None else time(int(found[1]), int(found[2] or found[3] or 0))


def _days_ahead(day: str, local: datetime, at: time) -> timedelta | None:
    if day in _DAYS:
        return timedelta(days=_DAYS[day])
    if found := _DATE.fullmatch(day):
        date = local.date().replace(year=int(found[1]), month=1, day=1)
        return date.replace(month=int(found[2]), day=int(found[3])) - local.date()
    for number, names in enumerate(_WEEKDAYS):
        if day in names:
            ahead = (number - local.weekday()) % 7
            return timedelta(days=ahead or (0 if at > local.time() else 7))
    return None
