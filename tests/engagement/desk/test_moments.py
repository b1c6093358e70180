"""Moments as staff type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from engagement.desk.moments import moment_of

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 11, 11, 14, 30, tzinfo=SEOUL)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", NOW + timedelta(minutes=30)),
        ("4h", NOW + timedelta(hours=4)),
        ("4시간 뒤", NOW + timedelta(hours=4)),
        ("2D", NOW + timedelta(days=2)),
        ("2일", NOW + timedelta(days=2)),
        ("1주", NOW + timedelta(weeks=1)),
        ("15:00", datetime(2026, 11, 11, 15, tzinfo=SEOUL)),
        ("9:15", datetime(2026, 11, 12, 9, 15, tzinfo=SEOUL)),
        ("16시 30분", datetime(2026, 11, 11, 16, 30, tzinfo=SEOUL)),
        ("today", datetime(2026, 11, 11, 18, tzinfo=SEOUL)),
        ("tomorrow", datetime(2026, 11, 12, 18, tzinfo=SEOUL)),
        ("내일 09:00", datetime(2026, 11, 12, 9, tzinfo=SEOUL)),
        ("Friday", datetime(2026, 11, 13, 18, tzinfo=SEOUL)),
        ("금요일 15시", datetime(2026, 11, 13, 15, tzinfo=SEOUL)),
        ("wed", datetime(2026, 11, 11, 18, tzinfo=SEOUL)),
        ("wed 09:00", datetime(2026, 11, 18, 9, tzinfo=SEOUL)),
        ("2026-12-24", datetime(2026, 12, 24, 18, tzinfo=SEOUL)),
        (" 2026-12-24  10:00 ", datetime(2026, 12, 24, 10, tzinfo=SEOUL)),
    ],
)
def test_it_is_read(text: str, expected: datetime) -> None:
    assert moment_of(text, NOW, SEOUL) == expected


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "2026-13-01", "2026-02-30", "4 parsecs", "friday noonish", "금 x"]
)
def test_nonsense_is_answered_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match="Write a moment like"):
        moment_of(text, NOW, SEOUL)


def test_the_past_and_the_far_future_are_refused() -> None:
    with pytest.raises(InputError, match="past"):
        moment_of("2026-11-10", NOW, SEOUL)
    with pytest.raises(InputError, match="year"):
        moment_of("2028-01-01", NOW, SEOUL)


@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_moment_to_come_or_a_clear_error(text: str) -> None:
    try:
        moment = moment_of(text, NOW, SEOUL)
    except InputError:
        return
    assert moment > NOW
    assert moment.tzinfo is UTC
