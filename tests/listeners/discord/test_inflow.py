"""The queue between gateway and store."""

from __future__ import annotations

import asyncio

import pytest

from core.types.post import Post, PostRef, Removal, RemovalReason, Source
from listeners.discord import inflow as inflow_module
from listeners.discord.inflow import BATCH_POSTS, Inflow
from tests import make
from tests.make import START


def post(number: int, *, channel: str = "1", edited: bool = False) -> Post:
    return make.post(
        f"m{number}",
        native_id=str(number),
        source=Source.DISCORD,
        container=channel,
        edited_at=START if edited else None,
    )


def removal(number: int, *, channel: str = "1") -> Removal:
    return Removal(PostRef(Source.DISCORD, channel, str(number)), RemovalReason.VANISHED, START)


def ids(inflow: Inflow) -> dict[str, tuple[list[str], list[str]]]:
    return {
        container: ([one.ref.native_id for one in posts], [one.ref.native_id for one in gone])
        for container, posts, gone in inflow.waiting()
    }


def test_what_waits_comes_by_channel_in_order_until_it_is_settled() -> None:
    inflow = Inflow()
    for number, channel in ((1, "a"), (2, "b"), (3, "a")):
        inflow.add(post(number, channel=channel))
    assert ids(inflow) == {"a": (["1", "3"], []), "b": (["2"], [])}
    assert ids(inflow) == {"a": (["1", "3"], []), "b": (["2"], [])}
    for _, posts, gone in inflow.waiting():
        inflow.settle(posts, gone)
    assert (ids(inflow), len(inflow)) == ({}, 0)


def test_an_edit_made_while_a_post_is_committed_stays() -> None:
    inflow = Inflow()
    inflow.add(post(1))
    [(_, posts, gone)] = inflow.waiting()
    inflow.add(post(1, edited=True))
    inflow.settle(posts, gone)
    [(_, posts, _)] = inflow.waiting()
    assert [one.edited_at for one in posts] == [START]


def test_a_deletion_takes_out_what_still_waits_and_is_told_itself() -> None:
    inflow = Inflow()
    inflow.add(post(1))
    inflow.add(post(2))
    inflow.remove([removal(1)])
    assert ids(inflow) == {"1": (["2"], ["1"])}


def test_no_room_is_told_and_edits_find_some_for_longer() -> None:
    inflow = Inflow(most_posts=2)
    assert [inflow.add(post(number)) for number in (1, 2, 3)] == [True, True, False]
    assert inflow.add(post(1, edited=True))
    assert inflow.add(post(4, edited=True))
    assert inflow.dropped == 1
    assert inflow.holds_up_to("1", 1)
    assert not inflow.holds_up_to("1", 0)
    assert not inflow.holds_up_to("2", 9)


def test_batches_are_bounded() -> None:
    inflow = Inflow()
    for number in range(BATCH_POSTS + 5):
        inflow.add(post(number))
    [(_, posts, gone)] = inflow.waiting()
    assert len(posts) == BATCH_POSTS
    inflow.settle(posts, gone)
    assert len(inflow) == 5


async def test_waiting_ends_with_the_first_event() -> None:
    inflow = Inflow()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(inflow.filled(), 0.01)
    inflow.remove([removal(1)])
    await asyncio.wait_for(inflow.filled(), 1)


async def test_deletions_that_all_find_no_room_leave_nothing_to_hand_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflow_module, "MOST_REMOVALS", 0)
    inflow = Inflow()
    assert not inflow.remove([removal(1)])
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(inflow.filled(), 0.01)
