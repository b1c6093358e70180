"""Deleted there, gone here: what /api/info says about stored posts."""

from __future__ import annotations

from datetime import timedelta

from core.clock import SteppedClock
from core.types.post import PostRef, RemovalReason, Source
from lab.faults import Fault
from lab.reddit import Access, StandInReddit, Thing
from tests.listeners.memory import Kept
from tests.listeners.reddit.conftest import listening
from tests.make import START


def ref(thing: Thing) -> PostRef:
    return PostRef(Source.REDDIT, "korea", thing.name)


async def test_every_fate_is_told_with_its_reason(reddit: StandInReddit, clock: SteppedClock) -> None:
    kept, world = Kept(), reddit.world
    link = world.add_submission("korea", "thread", by="asker")
    deleted, removed, purged, edited, nameless, fine = (
        world.add_comment(link, text, by=f"by-{text}")
        for text in ("deleted", "removed", "purged", "edited", "nameless", "fine")
    )
    async with listening(reddit, kept) as listener:
        await listener.polled()
        world.delete(deleted)
        world.remove(removed)
        world.purge(purged)
        world.delete_account("by-nameless")
        clock.advance_to(START + timedelta(hours=1))
        world.edit(edited, "changed its mind")
        kept.due = [ref(one) for one in (link, deleted, removed, purged, edited, nameless, fine)]
        await listener.polled()
    assert {removal.ref.native_id: removal.reason for removal in kept.removals} == {
        deleted.name: RemovalReason.DELETED_BY_AUTHOR,
        removed.name: RemovalReason.REMOVED_BY_MODERATOR,
        purged.name: RemovalReason.VANISHED,
        nameless.name: RemovalReason.ACCOUNT_DELETED,
    }
    assert {removal.noticed_at for removal in kept.removals} == {START + timedelta(hours=1)}
    assert kept.posts[ref(edited)].text == "changed its mind"
    assert kept.replies[ref(link)] == 6
    assert kept.due == []


async def test_more_than_a_request_holds_is_checked_in_turn(reddit: StandInReddit) -> None:
    kept = Kept()
    link = reddit.world.add_submission("korea", "thread")
    comments = [reddit.world.add_comment(link, f"c{i}") for i in range(250)]
    async with listening(reddit, kept) as listener:
        await listener.polled()
        kept.due = [ref(one) for one in comments]
        await listener.polled()
        while kept.due:
            await listener.polled()
    assert len(reddit.seen("GET", "/api/info")) == 3
    assert len(kept.checked) == 250
    assert kept.removals == []


async def test_one_short_answer_purges_nothing(reddit: StandInReddit) -> None:
    kept = Kept()
    link = reddit.world.add_submission("korea", "thread")
    async with listening(reddit, kept) as listener:
        await listener.polled()
        kept.due = [ref(link)]
        find, asked = reddit.world.find, [0]

        def forgetful(name: str) -> Thing | None:
            asked[0] += 1
            return None if asked[0] == 1 else find(name)

        reddit.world.find = forgetful  # type: ignore[method-assign]
        await listener.polled()
    assert asked[0] == 2
    assert (kept.removals, kept.due) == ([], [])


async def test_a_failed_recheck_stays_due(reddit: StandInReddit) -> None:
    kept = Kept()
    link = reddit.world.add_submission("korea", "thread")
    async with listening(reddit, kept) as listener:
        await listener.polled()
        kept.due = [ref(link)]
        reddit.faults.add(Fault(status=503, route="/api/info", times=None))
        await listener.polled()
        assert {health.feed: health.state for health in listener.health()}["reddit:recheck"] == "late"
        assert (kept.removals, kept.due) == ([], [ref(link)])
        reddit.faults.clear()
        await listener.polled()
        assert {health.feed: health.state for health in listener.health()}["reddit:recheck"] == "ok"
    assert kept.due == []


async def test_a_subreddit_that_went_private_counts_as_gone(reddit: StandInReddit) -> None:
    kept = Kept()
    link = reddit.world.add_submission("korea", "thread")
    async with listening(reddit, kept) as listener:
        await listener.polled()
        reddit.world.close_subreddit("korea", Access.PRIVATE)
        kept.due = [ref(link)]
        await listener.polled()
    assert [removal.reason for removal in kept.removals] == [RemovalReason.VANISHED]
