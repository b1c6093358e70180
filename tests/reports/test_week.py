from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from reports.week import Week

MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(["UTC", "Asia/Seoul", "America/New_York", "Europe/Berlin", "Pacific/Auckland"]).map(ZoneInfo)


@pytest.mark.parametrize("text", ["2026-W46", "2026W46", " 2026-w46 "])
def test_a_week_is_read_as_people_write_it(text: str) -> None:
    assert Week.parse(text) == Week(2026, 46)
    assert str(Week.parse(text)) == "2026-W46"


@pytest.mark.parametrize("text", ["", "46", "2026-46", "2026-W00", "2026-W54", "2025-W53", "0000-W01", "2026-W4x"])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="2026-W46"):
        Week.parse(text)


def test_a_week_runs_from_monday_midnight_in_its_zone() -> None:
    assert Week(2026, 46).span(ZoneInfo("Asia/Seoul")) == (
        datetime(2026, 11, 8, 15, tzinfo=UTC),
        datetime(2026, 11, 15, 15, tzinfo=UTC),
    )


def test_a_week_with_a_clock_change_is_an_hour_longer() -> None:
    start, end = Week(2026, 43).span(ZoneInfo("Europe/Berlin"))
    assert end - start == timedelta(days=7, hours=1)


def test_a_zone_off_by_half_an_hour_is_cut_to_the_full_hour() -> None:
    start, _ = Week(2026, 46).span(ZoneInfo("Asia/Kolkata"))
    assert start == datetime(2026, 11, 8, 18, tzinfo=UTC)


def test_the_turn_of_the_year_belongs_to_one_week() -> None:
    assert Week.of(datetime(2027, 1, 2, tzinfo=UTC), UTC) == Week(2026, 53)
    assert Week(2027, 1).before() == Week(2026, 53)
    assert Week(2026, 53).days[-1] == date(2027, 1, 3)


@given(MOMENTS, ZONES)
def test_every_moment_lies_in_the_span_of_its_week(moment: datetime, zone: ZoneInfo) -> None:
    week = Week.of(moment, zone)
    start, end = week.span(zone)
    assert start <= moment < end
    assert Week.parse(str(week)) == week
    assert week.before().span(zone)[1] == start
