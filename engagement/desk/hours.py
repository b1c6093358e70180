"""Business hours: time that counts for the clocks of a case.

Pure functions of moments. Spans are local times of a time zone; where its clocks are put forward or back a span has
the real hours between its two ends, and a time that does not exist is the one an hour later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.settings import WEEKDAYS, SlaSection

__all__ = ["AROUND_THE_CLOCK", "BusinessHours"]

_DAY = timedelta(days=1)
_NONE = timedelta()
_MIDNIGHT = time(0, 0)

Spans = tuple[tuple[time, time], ...]
"""Opening and closing times of one day, in order; closing 00:00 is the midnight that ends the day."""


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When staff are there."""

    week: tuple[Spans, ...] | None = None
    """Seven days from Monday on, at least one of them with a span; None: around the clock."""
    holidays: frozenset[date] = frozenset()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    @classmethod
    def of(cls, section: SlaSection, zone: ZoneInfo) -> BusinessHours:
        """Return the hours that the configuration asks for; `zone` is the installation's."""
        own = zone if section.timezone is None else ZoneInfo(section.timezone)
        hours = section.hours
        week = None if hours is None else tuple(hours.get(day, ()) for day in WEEKDAYS)  # type: ignore[call-overload]
        return cls(week, frozenset(section.holidays), own)

    @property
    def always(self) -> bool:
        """Whether every moment counts: neither hours nor holidays are set."""
        return self.week is None and not self.holidays

    def spans(self, start: datetime, end: datetime | None = None) -> Iterator[tuple[datetime, datetime]]:
        """Yield the open spans, UTC and in order, that end after `start` and begin before `end`; endless without one.

        They are not cut to `start` and `end`.
        """
        day = start.astimezone(self.zone).date() - _DAY
        reached = datetime.min.replace(tzinfo=UTC)
        while end is None or self._moment(day, _MIDNIGHT) < end:
            for opens, closes in self._of_day(day):
                # A span that begins in the hour which the clocks skip may overlap the one behind it: count once.
                opens = max(opens, reached)
                if closes <= opens:
                    continue
                reached = closes
                if closes > start and (end is None or opens < end):
                    yield opens, closes
            day += _DAY

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the business time from `start` to `end`; negative where `end` comes first."""
        if end < start:
            return -self.between(end, start)
        if self.always:
            return end - start
        inside = (min(closes, end) - max(opens, start) for opens, closes in self.spans(start, end))
        return sum(inside, _NONE)

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """Return the first moment, UTC, at which `amount` of business time has passed since `start`.

        Nothing, or less, leaves `start` as it is.
        """
        start = start.astimezone(UTC)
        if self.always or amount <= _NONE:
            return start + max(amount, _NONE)
        left = amount
        for opens, closes in self.spans(start):
            begins = max(opens, start)
            if closes - begins >= left:
                return begins + left
            left -= closes - begins
        raise AssertionError("business hours never end")

    def is_open(self, moment: datetime) -> bool:
        """Say whether a moment counts."""
        return self.always or any(
            opens <= moment < closes for opens, closes in self.spans(moment, moment + timedelta(microseconds=1))
        )

    def next_opening(self, moment: datetime) -> datetime:
        """Return the first moment after `moment` at which a span begins, UTC; tomorrow's midnight without hours."""
        if self.always:
            return self._moment(moment.astimezone(self.zone).date() + _DAY, _MIDNIGHT)
        return next(opens for opens, _ in self.spans(moment) if opens > moment)

    def _of_day(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if day in self.holidays:
            return
        spans = ((_MIDNIGHT, _MIDNIGHT),) if self.week is None else self.week[day.weekday()]
        for opens, closes in spans:
            ends_on = day + _DAY if closes == _MIDNIGHT else day
            yield self._moment(day, opens), self._moment(ends_on, closes)

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, tzinfo=self.zone).astimezone(UTC)


AROUND_THE_CLOCK = BusinessHours()
