"""Moderation on Reddit over loopback: where our account is a moderator, where it is none, and where nobody answers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from core.errors import InputError, NotAllowedError, NotFoundError, SendDelayedError, SendRefusedError, SendUnknownError
from core.types.moderation import Measure, MeasureKind
from core.types.post import Source
from lab.faults import Fault
from lab.reddit import StandInReddit, Thing
from lab.reddit.things import Fate
from listeners.reddit.moderator import RedditModerator
from listeners.reddit.transport import RedditTransport
from tests.listeners.reddit.conftest import section


@pytest.fixture
async def moderator(reddit: StandInReddit) -> AsyncIterator[RedditModerator]:
    transport = RedditTransport(section(reddit))
    yield RedditModerator(transport)
    await transport.close()


@pytest.fixture
def insult(reddit: StandInReddit) -> Thing:
    return reddit.world.add_comment(reddit.world.add_submission("korea", "thread"), "something hateful", by="troll")


def measure(kind: MeasureKind, post_id: str | None) -> Measure:
    return Measure(kind, Source.REDDIT, "korea", "42", "insults", post_id=post_id)


async def test_a_moderator_removes_and_locks(reddit: StandInReddit, moderator: RedditModerator, insult: Thing) -> None:
    reddit.world.make_us_moderator("korea")
    await moderator.check(measure(MeasureKind.LOCK, insult.name))
    await moderator.take(measure(MeasureKind.LOCK, insult.name), number=1)
    assert reddit.world.thing(insult.name).locked
    await moderator.take(measure(MeasureKind.DELETE, insult.name), number=2)
    assert reddit.world.thing(insult.name).fate is Fate.REMOVED


async def test_who_is_no_moderator_may_only_report(
    reddit: StandInReddit, moderator: RedditModerator, insult: Thing
) -> None:
    for kind in (MeasureKind.DELETE, MeasureKind.LOCK):
        with pytest.raises(NotAllowedError, match="not a moderator"):
            await moderator.take(measure(kind, insult.name), number=1)
    assert reddit.world.thing(insult.name).fate is Fate.LIVE
    await moderator.take(measure(MeasureKind.REPORT, insult.name), number=7)
    assert reddit.world.reports == [(insult.name, "insults (7)")]


async def test_what_is_gone_and_what_was_never_there(reddit: StandInReddit, moderator: RedditModerator) -> None:
    reddit.world.make_us_moderator("korea")
    with pytest.raises(NotFoundError):
        await moderator.take(measure(MeasureKind.DELETE, "t1_nothing"), number=1)
    with pytest.raises(SendRefusedError) as refused:
        await moderator.take(measure(MeasureKind.REPORT, "t1_nothing"), number=1)
    assert refused.value.reason == "deleted_comment"
    for name in (None, "12345"):
        with pytest.raises(InputError):
            await moderator.check(measure(MeasureKind.DELETE, name))


async def test_without_an_account_nothing_is_asked(reddit: StandInReddit, insult: Thing) -> None:
    transport = RedditTransport(section(reddit, username=None, password=None))
    with pytest.raises(NotAllowedError, match="without an account"):
        await RedditModerator(transport).check(measure(MeasureKind.REPORT, insult.name))
    await transport.close()


async def test_no_answer_is_not_taken_for_a_no(
    reddit: StandInReddit, moderator: RedditModerator, insult: Thing
) -> None:
    reddit.world.make_us_moderator("korea")
    reddit.faults.add(Fault(status=503, after_effect=True, route="/api/lock"))
    with pytest.raises(SendUnknownError):
        await moderator.take(measure(MeasureKind.LOCK, insult.name), number=1)
    reddit.faults.add(Fault(status=429, route="/api/lock"))
    with pytest.raises(SendDelayedError):
        await moderator.take(measure(MeasureKind.LOCK, insult.name), number=1)


async def test_nobody_on_reddit_is_written_to_alone(moderator: RedditModerator) -> None:
    assert await moderator.channel_of("t2_a") is None
    with pytest.raises(InputError):
        await moderator.lift(measure(MeasureKind.DELETE, "t1_a"), number=1)
