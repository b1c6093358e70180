"""The budget: one per client id, with a reserve, and deaf to nobody who tells it to wait."""

from __future__ import annotations

import pytest

from listeners.reddit.budget import MAX_TOLD_WAIT, UNTOLD_WAIT, Lane, RateBudget
from listeners.reddit.requestor import retry_after


def spend(budget: RateBudget, lane: Lane, seconds: float) -> int:
    """Send as many requests of a lane as the budget lets out in so many seconds of a full window."""
    now, sent = 0.0, 0
    while now < seconds:
        wait = budget.wait(lane, now)
        if wait > 0:
            now += wait
            continue
        budget.count(now)
        sent += 1
        now += 0.05
    return sent


def test_polling_bursts_then_keeps_an_even_pace_and_leaves_a_reserve() -> None:
    budget = RateBudget()
    first_minute = spend(budget, Lane.POLL, 60)
    assert 170 <= first_minute <= 280
    budget = RateBudget()
    assert 800 <= spend(budget, Lane.POLL, 599) <= 850
    # The reserve is still there for people's replies.
    assert budget.wait(Lane.WRITE, 599) == 0
    assert budget.wait(Lane.RECHECK, 599) == 0
    assert budget.wait(Lane.POLL, 599) > 0


def test_no_window_ever_sees_more_than_its_limit() -> None:
    assert spend(RateBudget(), Lane.WRITE, 599) <= 1000
    assert spend(RateBudget(), Lane.WRITE, 1198) <= 2000


def test_the_headers_correct_the_count() -> None:
    budget = RateBudget()
    budget.heard(used=996, remaining=4, reset=100, now=0)
    assert budget.wait(Lane.POLL, 0) == pytest.approx(101)
    assert budget.wait(Lane.WRITE, 0) == 0
    budget.heard(used=1000, remaining=0, reset=7, now=0)
    # One second more than Reddit says: it rounds down.
    assert budget.wait(Lane.WRITE, 0) == pytest.approx(8)
    assert budget.wait(Lane.WRITE, 8.1) == 0


def test_who_is_told_to_wait_waits_in_every_lane() -> None:
    budget = RateBudget()
    assert budget.told_to_wait(30, now=10) == 30
    assert all(budget.wait(lane, 11) == pytest.approx(29) for lane in Lane)
    assert all(budget.wait(lane, 40.1) == 0 for lane in Lane)
    assert budget.told_to_wait(None, now=50) == UNTOLD_WAIT
    budget.heard(used=5, remaining=0, reset=20, now=60)
    assert budget.told_to_wait(None, now=60) == pytest.approx(21)
    assert budget.told_to_wait(10**9, now=60) == MAX_TOLD_WAIT


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7),
        ("0.5", 0.5),
        ("-3", 0),
        ("soon", None),
        ("inf", None),
        ("nan", None),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0),
        ("Mon, 01 Jan 2001 00:00:00", 0),
    ],
)
def test_retry_after_as_number_date_or_nonsense(header: str | None, seconds: float | None) -> None:
    assert retry_after(header) == seconds
