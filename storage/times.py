"""Moments as the database holds them: whole microseconds since 1970 in UTC, which sort and subtract."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import overload

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

HOUR = 3_600_000_000
"""Microseconds of an hour: the grain of roll-ups and tombstones."""
DAY = 24 * HOUR
"""Microseconds of a day (UTC): the grain of term counts."""


@overload
def micros(moment: datetime) -> int: ...
@overload
def micros(moment: None) -> None: ...
@overload
def micros(moment: datetime | None) -> int | None: ...
def micros(moment: datetime | None) -> int | None:
    """Return an aware moment as microseconds. Raises TypeError for a naive one: nobody knows when that is."""
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


@overload
def moment(value: int) -> datetime: ...
@overload
def moment(value: None) -> None: ...
@overload
def moment(value: int | None) -> datetime | None: ...
def moment(value: int | None) -> datetime | None:
    """Return stored microseconds as an aware moment in UTC."""
    return None if value is None else _EPOCH + timedelta(microseconds=value)


def floor(value: int, grain: int) -> int:
    """Return the start of the hour or day that holds `value`."""
    return value - value % grain
