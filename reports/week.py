"""ISO weeks in a time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from core.errors import InputError
from core.text import mark

_WRITTEN = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)
DAYS = 7


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An ISO 8601 week: Monday to Sunday."""

    year: int
    """The year the week is counted in; it may differ from the calendar year of its first days."""
    number: int
    """1 to 53."""

    @classmethod
    def parse(cls, text: str) -> Week:
        """Read a week written like `2026-W46`.

        Raises InputError for anything else, also for a week 53 that its year does not have.
        """
        found = _WRITTEN.fullmatch(text.strip())
        try:
            week = cls(int(found[1]), int(found[2])) if found else None
            if week is not None and week.days:
                return week
        except (ValueError, OverflowError):
            pass
        raise InputError(mark("Write the week like 2026-W46."))

    @classmethod
    def of(cls, moment: datetime, zone: tzinfo) -> Week:
        """Return the week that a moment lies in, as the zone's calendar has it."""
        year, number, _ = moment.astimezone(zone).isocalendar()
        return cls(year, number)

    @property
    def days(self) -> tuple[date, ...]:
        """The seven days, Monday first."""
        monday = date.fromisocalendar(self.year, self.number, 1)
        return tuple(monday + timedelta(days=day) for day in range(DAYS))

    def span(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Return its beginning and end [start, end) in UTC.

        Both are cut to the full UTC hour, as roll-ups are kept by it: in a zone that is off by half an hour the week
        begins and ends half an hour early.
        """
        monday = self.days[0]
        return _hour(monday, zone), _hour(monday + timedelta(days=DAYS), zone)

    def before(self) -> Week:
        """Return the week before."""
        year, number, _ = (self.days[0] - timedelta(days=DAYS)).isocalendar()
        return Week(year, number)

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02}"


def _hour(day: date, zone: tzinfo) -> datetime:
    midnight = datetime.combine(day, time(), zone).astimezone(UTC)
    return midnight.replace(minute=0, second=0, microsecond=0)
