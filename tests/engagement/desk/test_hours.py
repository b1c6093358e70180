"""Business hours: what holds for every week, holiday and zone, and the days on which clocks are moved."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from core.settings import SlaSection
from engagement.desk.hours import AROUND_THE_CLOCK, BusinessHours, Spans

SEOUL, NEW_YORK = ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York")
OFFICE: Spans = ((time(9), time(12)), (time(13), time(18)))
WEEK: tuple[Spans, ...] = (OFFICE,) * 5 + ((), ())


@st.composite
def some_spans(draw: st.DrawFn) -> Spans:
    """Up to three spans of a day, in order; the last may end at midnight."""
    marks = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    pairs = list(zip(marks[::2], marks[1::2], strict=False))
    return tuple((_quarter(opens), _quarter(closes)) for opens, closes in pairs)


def _quarter(number: int) -> time:
    return time(number // 4 % 24, number % 4 * 15)


@st.composite
def some_hours(draw: st.DrawFn) -> BusinessHours:
    week = tuple(draw(st.lists(some_spans(), min_size=7, max_size=7)))
    zone = draw(st.sampled_from([ZoneInfo("UTC"), SEOUL, NEW_YORK, ZoneInfo("Australia/Lord_Howe")]))
    holidays = draw(st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5))
    if draw(st.booleans()) or not any(week):
        return BusinessHours(None, holidays, zone)
    return BusinessHours(week, holidays, zone)


FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), LAST - FIRST).map(lambda since: FIRST + since)
AMOUNTS = st.timedeltas(timedelta(0), timedelta(hours=60))
SPANS = st.timedeltas(timedelta(0), timedelta(days=25))


@settings(max_examples=60, deadline=None)
@given(some_hours(), MOMENTS, AMOUNTS)
def test_what_is_added_has_passed(hours: BusinessHours, start: datetime, amount: timedelta) -> None:
    due = hours.add(start, amount)
    assert due >= start
    assert hours.between(start, due) == amount


@settings(max_examples=60, deadline=None)
@given(some_hours(), MOMENTS, SPANS, SPANS)
def test_time_adds_up_and_never_outruns_the_clock(
    hours: BusinessHours, start: datetime, one: timedelta, other: timedelta
) -> None:
    middle, end = start + one, start + one + other
    whole = hours.between(start, end)
    assert hours.between(start, middle) + hours.between(middle, end) == whole
    assert timedelta(0) <= whole <= end - start
    assert hours.between(end, start) == -whole


@settings(max_examples=60, deadline=None)
@given(some_hours(), MOMENTS, AMOUNTS, AMOUNTS)
def test_more_is_due_later(hours: BusinessHours, start: datetime, one: timedelta, other: timedelta) -> None:
    assert hours.add(start, one) <= hours.add(start, one + other)
    assert hours.add(hours.add(start, one), other) == hours.add(start, one + other)


@settings(max_examples=40, deadline=None)
@given(some_hours(), MOMENTS, st.integers(1, 4 * 24 * 3))
def test_a_count_of_quarters_agrees(hours: BusinessHours, start: datetime, quarters: int) -> None:
    start = start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0)
    step = timedelta(minutes=15)
    opened = sum(hours.is_open(start + step * number) for number in range(quarters))
    assert hours.between(start, start + step * quarters) == step * opened


@settings(max_examples=40, deadline=None)
@given(some_hours(), MOMENTS)
def test_spans_come_in_order_and_never_overlap(hours: BusinessHours, start: datetime) -> None:
    found = list(hours.spans(start, start + timedelta(days=10)))
    for (_, closes), (opens, _) in pairwise(found):
        assert closes <= opens
    assert all(opens < closes and closes > start for opens, closes in found)


def test_lunch_the_night_and_the_weekend_do_not_count() -> None:
    hours = BusinessHours(WEEK, frozenset(), SEOUL)
    friday = datetime(2026, 11, 13, 11, 30, tzinfo=SEOUL)
    assert hours.add(friday, timedelta(hours=1)) == datetime(2026, 11, 13, 13, 30, tzinfo=SEOUL)
    assert hours.add(friday, timedelta(hours=6)) == datetime(2026, 11, 16, 9, 30, tzinfo=SEOUL)
    sunday = datetime(2026, 11, 15, 3, tzinfo=SEOUL)
    assert hours.add(sunday, timedelta(minutes=5)) == datetime(2026, 11, 16, 9, 5, tzinfo=SEOUL)
    assert hours.next_opening(sunday) == datetime(2026, 11, 16, 9, tzinfo=SEOUL)


def test_nobody_works_on_a_holiday() -> None:
    hours = BusinessHours(WEEK, frozenset({date(2026, 11, 16)}), SEOUL)
    friday = datetime(2026, 11, 13, 17, 55, tzinfo=SEOUL)
    assert hours.add(friday, timedelta(minutes=10)) == datetime(2026, 11, 17, 9, 5, tzinfo=SEOUL)


def test_holidays_without_hours_are_whole_days() -> None:
    hours = BusinessHours(None, frozenset({date(2026, 12, 25)}), SEOUL)
    eve = datetime(2026, 12, 24, 23, tzinfo=SEOUL)
    assert hours.add(eve, timedelta(hours=2)) == datetime(2026, 12, 26, 1, tzinfo=SEOUL)


def test_the_night_shift_over_moved_clocks_has_its_real_hours() -> None:
    night: Spans = ((time(0), time(6)),)
    hours = BusinessHours((night,) * 7, frozenset(), NEW_YORK)
    spring = datetime(2026, 3, 8, 0, tzinfo=NEW_YORK)
    autumn = datetime(2026, 11, 1, 0, tzinfo=NEW_YORK)
    assert hours.between(spring, spring + timedelta(hours=12)) == timedelta(hours=5)
    assert hours.between(autumn.astimezone(UTC), autumn.astimezone(UTC) + timedelta(hours=12)) == timedelta(hours=7)


def test_a_span_in_the_skipped_hour_counts_once() -> None:
    spans: Spans = ((time(1), time(2, 30)), (time(3), time(4)))
    hours = BusinessHours((spans,) * 7, frozenset(), NEW_YORK)
    spring = datetime(2026, 3, 8, tzinfo=NEW_YORK).astimezone(UTC)
    assert hours.between(spring, spring + timedelta(hours=8)) == timedelta(hours=2)


def test_around_the_clock_is_plain_time() -> None:
    start = datetime(2026, 11, 9, tzinfo=UTC)
    assert AROUND_THE_CLOCK.add(start, timedelta(days=3)) == start + timedelta(days=3)
    assert AROUND_THE_CLOCK.is_open(start)


def test_hours_are_read_from_the_configuration() -> None:
    section = SlaSection.model_validate(
        {"hours": {"mon": ["09:00-12:00", "13:00-24:00"]}, "holidays": ["2026-12-25"], "timezone": "Asia/Seoul"}
    )
    hours = BusinessHours.of(section, ZoneInfo("UTC"))
    assert hours.zone == SEOUL
    assert hours.holidays == {date(2026, 12, 25)}
    assert hours.week is not None
    assert hours.week[0] == ((time(9), time(12)), (time(13), time(0)))
    assert hours.week[1:] == ((),) * 6
    assert BusinessHours.of(SlaSection(), SEOUL).zone == SEOUL


@pytest.mark.parametrize(
    ("week", "words"),
    [
        ({"mon": ["9 to 5"]}, "write one like"),
        ({"mon": ["12:00-09:00"]}, "write one like"),
        ({"mon": ["09:00-12:00", "11:00-13:00"]}, "overlap"),
        ({"mon": ["09:00-24:00", "11:00-13:00"]}, "overlap"),
        ({"mon": []}, "no day has business hours"),
        ({}, "no day has business hours"),
        ({"monday": ["09:00-12:00"]}, "mon"),
    ],
)
def test_impossible_hours_are_refused(week: object, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        SlaSection.model_validate({"hours": week})
