"""Restarts, lost sessions and floods: nothing is missed, and what cannot be read is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import discord
import pytest

from core.clock import SteppedClock
from core.types.post import RemovalReason
from lab.faults import Fault, FaultKind
from listeners.discord import catchup, inflow
from listeners.discord import listener as listener_module
from listeners.discord.catchup import CatchUp, Look
from listeners.discord.inflow import Inflow
from tests.listeners.discord.conftest import KeptPosts, Town, level, listening, told, until
from tests.make import START


async def test_what_was_there_before_the_first_start_is_left_alone(town: Town) -> None:
    kept = KeptPosts()
    await town.discord.say(town.ann, town.help, "long ago")
    async with listening(town, kept):
        pass
    assert kept.posts == {}
    assert f"discord:{town.help.id}" in kept.cursors


async def test_a_restart_reads_on_what_was_missed(town: Town) -> None:
    kept = KeptPosts()
    async with listening(town, kept) as listener:
        await town.discord.say(town.ann, town.help, "before")
        await told(town, listener)
    missed = [await town.discord.say(town.ann, town.help, f"missed {i}") for i in range(130)]
    answer = await town.discord.say(town.mod, town.help, "staff was here", reply_to=missed[0])
    thread = await town.discord.start_thread(town.ann, town.help, "opened meanwhile", text="in a new thread")
    async with listening(town, kept) as listener:
        await level(listener)
    texts = kept.texts()
    assert texts[0] == "before"
    assert set(texts[1:]) == {f"missed {i}" for i in range(130)} | {"staff was here", "in a new thread"}
    assert kept.doubled == []
    by_id = {ref.native_id: post for ref, post in kept.posts.items()}
    author = by_id[str(answer.id)].author
    assert author is not None
    assert author.is_staff
    assert kept.cursors[f"discord:{thread.id}"]


async def test_a_thread_that_was_archived_meanwhile_is_read(town: Town, clock: SteppedClock) -> None:
    kept = KeptPosts()
    async with listening(town, kept) as listener:
        await town.discord.say(town.ann, town.help, "before")
        await told(town, listener)
    clock.advance_to(START + timedelta(minutes=5))
    thread = await town.discord.start_thread(town.ann, town.help, "short-lived", text="said and archived")
    town.discord.world.put_channel(replace(thread, is_archived=True))
    async with listening(town, kept) as listener:
        await level(listener)
    assert "said and archived" in kept.texts()


async def test_deletions_and_edits_made_meanwhile_are_found(town: Town, clock: SteppedClock) -> None:
    kept = KeptPosts()
    async with listening(town, kept) as listener:
        said = [await town.discord.say(town.ann, town.help, f"m{i}") for i in range(150)]
        await told(town, listener)
    clock.advance_to(START + timedelta(hours=1))
    for one in (said[0], said[77]):
        await town.discord.delete(one)
    await town.discord.edit(said[3], "changed")
    async with listening(town, kept) as listener:
        await level(listener)
    assert {removal.ref.native_id for removal in kept.removals} == {str(said[0].id), str(said[77].id)}
    assert {removal.reason for removal in kept.removals} == {RemovalReason.VANISHED}
    assert "changed" in kept.texts()
    assert kept.doubled == []


async def test_all_stored_messages_are_looked_at_in_turns(
    town: Town, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catchup, "MOST_WINDOWS", 1)
    monkeypatch.setattr(catchup, "STORED_AT_ONCE", 120)
    monkeypatch.setattr(listener_module, "DRAIN_SECONDS", 0.01)
    kept = KeptPosts()
    async with listening(town, kept) as listener:
        said = []
        for i in range(450):
            clock.advance_to(START + timedelta(seconds=i))
            said.append(await town.discord.say(town.ann, town.help, f"m{i}"))
        await told(town, listener)
    gone = [said[0], said[99], said[100], said[329], said[330], said[449]]
    for one in gone:
        await town.discord.delete(one)
    async with listening(town, kept) as listener:
        await level(listener)
        assert listener.counts().found_deleted == len(gone)
        assert listener.counts().to_look_at == 0
    assert {removal.ref.native_id for removal in kept.removals} == {str(one.id) for one in gone}


async def test_edits_and_deletions_that_find_no_room_are_found_by_looking_again(
    town: Town, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = KeptPosts()
    async with listening(town, kept) as listener:
        edited, deleted = [await town.discord.say(town.ann, town.help, f"m{i}") for i in range(2)]
        await told(town, listener)
        clock.advance_to(START + timedelta(minutes=1))
        monkeypatch.setattr(inflow, "MOST_REMOVALS", 0)
        monkeypatch.setattr(listener._inflow, "_most", 0)
        await town.discord.edit(edited, "changed")
        await town.discord.delete(deleted)
        await told(town, listener)
        assert (listener.counts().overflowed, listener.counts().deletions_lost) == (1, 1)
    assert "changed" in kept.texts()
    assert [removal.ref.native_id for removal in kept.removals] == [str(deleted.id)]


async def test_a_channel_that_is_deleted_while_others_are_looked_at_is_left_out(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = KeptPosts()
    looked_at: list[int] = []
    async with listening(town, kept) as listener:

        async def changes(_: CatchUp, channel: discord.TextChannel, *__: object, **___: object) -> Look:
            looked_at.append(channel.id)
            await listener._forget_channel(town.private.id)
            return Look()

        monkeypatch.setattr(CatchUp, "changes", changes)
        listener._look_later(town.help.id)
        listener._look_later(town.private.id)
        await level(listener)
    assert looked_at == [town.help.id]


async def test_a_guild_that_was_away_is_caught_up_within_the_session(town: Town) -> None:
    kept = KeptPosts()
    async with listening(town, kept) as listener:
        await town.discord.say(town.ann, town.help, "before")
        await told(town, listener)
        identifies = town.discord.gateway.identifies
        town.discord.gateway.take_guild_away(town.guild)
        await town.discord.gateway.barrier()
        town.discord.gateway.is_deaf = True
        await town.discord.say(town.ann, town.help, "during the outage")
        town.discord.gateway.is_deaf = False
        town.discord.gateway.bring_guild_back(town.guild)
        await until(lambda: len(kept.posts) == 2)
        await told(town, listener)
        assert town.discord.gateway.identifies == identifies
    assert kept.texts() == ["before", "during the outage"]


async def test_a_resumed_session_asks_for_no_history(town: Town) -> None:
    kept = KeptPosts()
    async with listening(town, kept, looks_again=False) as listener:
        await town.discord.gateway.drop()
        said = await town.discord.say(town.ann, town.help, "while the connection was down")
        await until(lambda: town.discord.gateway.resumes == 1)
        await told(town, listener)
        assert kept.texts() == ["while the connection was down"]
        assert [one for one in town.discord.requests if one.path.endswith("/messages")] == []
    assert kept.cursors[f"discord:{town.help.id}"] == str(said.id)


async def test_a_lost_session_is_caught_up(town: Town) -> None:
    kept = KeptPosts()
    async with listening(town, kept) as listener:
        await town.discord.say(town.ann, town.help, "before")
        await told(town, listener)
        before = town.discord.gateway.identifies
        town.discord.gateway.invalidate()
        for i in range(20):
            await town.discord.say(town.ann, town.help, f"lost {i}")
        await until(lambda: town.discord.gateway.identifies > before)
        await until(lambda: len(kept.posts) == 21)
        await told(town, listener)
    assert {f"lost {i}" for i in range(20)} <= set(kept.texts())


async def test_a_channel_without_history_permission_is_a_gap(town: Town) -> None:
    kept = KeptPosts()
    async with listening(town, kept, looks_again=False) as listener:
        await town.discord.say(town.ann, town.help, "before")
        await told(town, listener)
    await town.discord.say(town.ann, town.help, "unreadable")
    town.discord.faults.add(Fault(status=403, route=f"*/channels/{town.help.id}/messages", times=None))
    async with listening(town, kept, looks_again=False) as listener:
        await level(listener)
        states = {health.feed: health.state for health in listener.health()}
        assert states[f"discord:{town.help.id}"] == "closed"
    assert [(gap.feed, gap.reason) for gap in kept.gaps] == [(f"discord:{town.help.id}", "no_history_permission")]


async def test_a_channel_that_cannot_be_read_now_is_tried_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener_module, "RETRY_SECONDS", 0.05)
    kept = KeptPosts()
    async with listening(town, kept, looks_again=False) as listener:
        await town.discord.say(town.ann, town.help, "before")
        await told(town, listener)
    await town.discord.say(town.ann, town.help, "in time")
    town.discord.faults.add(Fault(kind=FaultKind.STATUS, status=503, route="*/messages", times=2))
    async with listening(town, kept, looks_again=False) as listener:
        await level(listener)
    assert kept.texts() == ["before", "in time"]
    assert kept.gaps == []


async def test_more_than_the_limit_is_a_gap_and_the_rest_is_read(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catchup, "MOST_MESSAGES", 150)
    kept = KeptPosts()
    async with listening(town, kept, looks_again=False) as listener:
        await town.discord.say(town.ann, town.help, "before")
        await told(town, listener)
    said = [await town.discord.say(town.ann, town.help, f"m{i}") for i in range(400)]
    async with listening(town, kept, looks_again=False) as listener:
        await level(listener)
    assert len(kept.posts) == 151
    assert [gap.reason for gap in kept.gaps] == ["catch_up_limit"]
    assert kept.cursors[f"discord:{town.help.id}"] == str(said[-1].id)


async def test_a_flood_that_does_not_fit_is_read_by_history(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener_module, "Inflow", partial(Inflow, most_posts=50))
    kept = KeptPosts()
    async with listening(town, kept, looks_again=False) as listener:
        said = [await town.discord.say(town.ann, town.help, f"m{i}") for i in range(600)]
        await until(lambda: len(kept.posts) == 600)
        await told(town, listener)
        assert "overflowed" in listener.health()[0].detail
    assert set(kept.texts()) == {f"m{i}" for i in range(600)}
    assert kept.cursors[f"discord:{town.help.id}"] == str(said[-1].id)


async def test_a_flood_longer_than_one_reading_makes_no_gap(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener_module, "Inflow", partial(Inflow, most_posts=50))
    monkeypatch.setattr(listener_module, "DRAIN_SECONDS", 0.01)
    monkeypatch.setattr(catchup, "MOST_MESSAGES", 100)
    kept = KeptPosts()
    async with listening(town, kept, looks_again=False) as listener:
        said = [await town.discord.say(town.ann, town.help, f"m{i}") for i in range(600)]
        await until(lambda: len(kept.posts) == 600)
        await told(town, listener)
    assert kept.gaps == []
    assert kept.cursors[f"discord:{town.help.id}"] == str(said[-1].id)
