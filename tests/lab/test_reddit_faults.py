"""What the stand-in Reddit's faults look like to real PRAW (the table of measured errors)."""

from __future__ import annotations

from datetime import timedelta

import praw
import prawcore
import pytest
from praw.exceptions import RedditAPIException

from core.clock import SteppedClock
from lab.faults import Fault, FaultKind, FaultScript
from lab.reddit import StandInReddit
from tests.lab.conftest import visit
from tests.make import START


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries at once: how long prawcore sleeps is not ours to test."""
    monkeypatch.setattr("prawcore.sessions.FiniteRetryStrategy._sleep_seconds", lambda _: None)


def poll(client: praw.Reddit) -> int:
    return len(list(client.subreddit("gadgets").new()))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(status=503, times=3), prawcore.exceptions.ServerError),
        (Fault(status=404), prawcore.exceptions.NotFound),
        (Fault(status=451), prawcore.exceptions.UnavailableForLegalReasons),
        (Fault(kind=FaultKind.HTML, status=200), prawcore.exceptions.BadJSON),
        (Fault(kind=FaultKind.MALFORMED), prawcore.exceptions.BadJSON),
        (Fault(kind=FaultKind.RESET, times=3), prawcore.exceptions.RequestException),
        (Fault(kind=FaultKind.TRUNCATED, times=3), prawcore.exceptions.RequestException),
        (Fault(kind=FaultKind.HANG, seconds=0.01, times=3), prawcore.exceptions.RequestException),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else value.__name__,
)
async def test_a_fault_reaches_the_client_and_then_passes(
    reddit: StandInReddit, fault: Fault, error: type[Exception]
) -> None:
    reddit.world.add_submission("gadgets", "A lamp", "A text that is long enough to be cut in two.")

    def twice(client: praw.Reddit) -> int:
        poll(client)  # signed in
        reddit.faults.add(fault)
        with pytest.raises(error):
            poll(client)
        return poll(client)

    assert await visit(reddit, twice) == 1


@pytest.mark.parametrize("retry_after", [None, "7"])
async def test_429_carries_what_it_should(reddit: StandInReddit, retry_after: str | None) -> None:
    reddit.faults.add(Fault(route="/r/*", status=429, retry_after=retry_after))
    with pytest.raises(prawcore.exceptions.TooManyRequests) as caught:
        await visit(reddit, poll)
    assert str(caught.value.retry_after) == str(retry_after)


async def test_429_with_a_date_breaks_prawcore_as_the_real_one_does(reddit: StandInReddit) -> None:
    reddit.faults.add(Fault(route="/r/*", status=429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"))
    with pytest.raises(ValueError, match="Oct"):
        await visit(reddit, poll)


async def test_ratelimit_in_a_good_answer(reddit: StandInReddit) -> None:
    post = reddit.world.add_submission("gadgets", "A lamp")
    reddit.faults.add(Fault(route="/api/comment", kind=FaultKind.ERRORS))
    with pytest.raises(RedditAPIException, match="RATELIMIT"):
        await visit(reddit, lambda client: client.submission(post.id).reply("hello"))
    assert reddit.world.own_things() == ()


@pytest.mark.parametrize("kind", [FaultKind.STATUS, FaultKind.RESET])
async def test_a_write_takes_effect_though_its_answer_fails(reddit: StandInReddit, kind: FaultKind) -> None:
    post = reddit.world.add_submission("gadgets", "A lamp")
    reddit.faults.add(Fault(route="/api/comment", kind=kind, after_effect=True))
    await visit(reddit, lambda client: client.submission(post.id).reply("hello"))
    # prawcore sends a POST again: the doubled reply that the product has to avoid.
    assert [thing.text for thing in reddit.world.own_things()] == ["hello", "hello"]


async def test_the_log_names_the_fault(reddit: StandInReddit) -> None:
    reddit.world.add_subreddit("gadgets")
    reddit.faults.add(Fault(route="/r/*/new", kind=FaultKind.RESET))
    await visit(reddit, poll)
    seen = reddit.seen("GET", "/r/gadgets/new")
    assert [(one.status, one.fault) for one in seen] == [(None, FaultKind.RESET), (200, None)]
    assert seen[1].query["limit"] == "100"


def test_a_script_counts_skips_and_keeps_its_hours(clock: SteppedClock) -> None:
    script = FaultScript()
    hour = timedelta(hours=1)
    script.add(
        Fault(route="/a", method="GET", skip=1, times=2),
        Fault(route="/b", times=None, since=START + hour, until=START + 2 * hour),
    )
    assert [script.take("GET", "/a", START) is not None for _ in range(4)] == [False, True, True, False]
    assert script.take("POST", "/a", START) is None
    assert [script.take("GET", "/b", START + n * hour) is not None for n in range(3)] == [False, True, False]
    script.clear()
    assert script.take("GET", "/b", START + hour) is None
