"""How often a feed is polled."""

from __future__ import annotations

import pytest

from listeners.reddit.pace import LONGEST_BACKOFF, PROBE_SECONDS, Pace, slowest_pause


@pytest.mark.parametrize(
    ("fresh", "pause"),
    [(0, 60), (1, 60), (15, 60), (60, 30), (120, 15), (900, 15)],
)
def test_the_pause_follows_the_rate_between_floor_and_ceiling(fresh: int, pause: float) -> None:
    assert Pace(15).heard(fresh, 15) == pytest.approx(pause)


def test_a_burst_is_forgotten_within_a_few_polls() -> None:
    pace = Pace(5)
    assert pace.heard(900, 5) == 5
    pauses = [pace.heard(0, 30) for _ in range(8)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 60


def test_a_high_floor_is_kept() -> None:
    assert Pace(3600).heard(0, 10) == 3600


def test_failures_back_off_with_a_cap_and_a_success_resets() -> None:
    pace = Pace(15)
    pauses = [pace.failed() for _ in range(12)]
    assert all(15 <= pause <= 1.25 * LONGEST_BACKOFF for pause in pauses)
    assert min(pauses[6:]) >= 0.75 * LONGEST_BACKOFF
    pace.heard(0, 15)
    assert pace.failed() <= 1.25 * 15
    assert 0.9 * PROBE_SECONDS <= pace.closed() <= 1.1 * PROBE_SECONDS


@pytest.mark.parametrize(("feeds", "seconds"), [(3, 4.5), (24, 36), (100, 60)])
def test_few_feeds_are_polled_more_often(feeds: int, seconds: float) -> None:
    assert slowest_pause(feeds) == seconds
