"""The outbox over a real store: one effect each, whatever fails and whoever dies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest

from core.errors import SendDelayedError, SendRefusedError
from core.ports.storing import Store, Unit
from core.types.action import Action, ActionDraft, ActionKind, ActionState, Purpose, Receipt, Target
from core.types.case import AnsweredBy, CaseState
from core.types.post import Source
from engagement.outgoing.outbox import Outbox
from tests import make
from tests.engagement.world import World, message

T = TypeVar("T")


def answer(number: int = 1, **changes: object) -> ActionDraft:
    draft = ActionDraft(
        kind=ActionKind.REPLY,
        purpose=Purpose.ANSWER,
        target=Target(Source.DISCORD, "100", str(number)),
        key=f"answer:{number}",
        text=f"answer {number}",
        author_key=f"k{number}",
    )
    return replace(draft, **changes)  # type: ignore[arg-type]


async def put(world: World, *drafts: ActionDraft) -> list[Action]:
    async def work(unit: Unit) -> list[Action]:
        added = [await unit.outbox.add(draft, created_at=world.clock.now()) for draft in drafts]
        return [action for action in added if action is not None]

    return await world.store.write(work)


async def one(world: World) -> Action:
    (action,) = await world.actions()
    return action


async def test_actions_go_out_in_order_and_once(world: World) -> None:
    await put(world, *(answer(n) for n in range(45)))
    assert await world.outbox.drain() == 45
    assert [action.draft.key for action in world.discord.effects] == [f"answer:{n}" for n in range(45)]
    assert await world.outbox.drain() == 0
    assert {action.state for action in await world.actions()} == {ActionState.SENT}


async def test_a_second_draft_of_the_same_key_is_not_stored(world: World) -> None:
    assert len(await put(world, answer(), answer())) == 1


async def test_drafts_wait_for_a_person_and_later_ones_for_their_time(world: World) -> None:
    later = world.clock.now() + timedelta(hours=1)
    await put(world, answer(1, needs_approval=True), answer(2, not_before=later))
    assert await world.outbox.drain() == 0
    world.pass_minutes(60)
    assert await world.outbox.drain() == 1


async def test_a_delay_waits_as_long_as_the_platform_asks(world: World) -> None:
    await put(world, answer())
    world.discord.failures.append(SendDelayedError("slow down", retry_after=90))
    assert await world.outbox.drain() == 0
    delayed = await one(world)
    assert delayed.due_at is not None
    assert (delayed.state, delayed.due_at - world.clock.now()) == (ActionState.PENDING, timedelta(seconds=90))
    world.pass_minutes(1.5)
    assert await world.outbox.drain() == 1


async def test_tries_back_off_up_to_a_quarter_of_an_hour(world: World) -> None:
    await put(world, answer())
    waits: list[float] = []
    for _ in range(12):
        world.discord.failures.append(SendDelayedError("down", retry_after=0))
        await world.outbox.drain()
        due = (await one(world)).due_at
        assert due is not None
        waits.append((due - world.clock.now()).total_seconds())
        world.clock.advance_to(due)
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == 900


async def test_a_refusal_is_final_and_says_why(world: World) -> None:
    await put(world, answer())
    world.discord.failures.append(SendRefusedError("locked", reason="locked"))
    assert await world.outbox.drain() == 0
    assert ((await one(world)).state, (await one(world)).detail) == (ActionState.REFUSED, "locked")
    world.pass_minutes(60)
    assert await world.outbox.drain() == 0
    assert world.discord.effects == []


async def test_what_may_have_happened_is_looked_for_first(world: World) -> None:
    await put(world, answer())
    world.discord.lost_answers = 1
    assert await world.outbox.drain() == 0
    assert (await one(world)).detail == "unknown"
    world.pass_minutes(1)
    assert await world.outbox.drain() == 1
    assert (len(world.discord.effects), world.discord.looks) == (1, 1)
    assert (await one(world)).sent_id == "sent-discord-0"


async def test_a_look_that_fails_is_repeated_before_anything_is_sent(world: World) -> None:
    await put(world, answer())
    world.discord.lost_answers = 1
    await world.outbox.drain()
    find = world.discord.find

    async def down(action: Action) -> Receipt | None:
        raise SendDelayedError("down", retry_after=1)

    world.discord.find = down  # type: ignore[method-assign]
    world.pass_minutes(1)
    await world.outbox.drain()
    assert (await one(world)).detail == "unknown"
    world.discord.find = find  # type: ignore[method-assign]
    world.pass_minutes(5)
    assert await world.outbox.drain() == 1
    assert len(world.discord.effects) == 1


async def test_a_platform_that_is_not_served_keeps_its_actions(world: World) -> None:
    await put(world, answer(1, target=Target(Source.FEED, "x", "1")), answer(2))
    assert await world.outbox.drain() == 1
    waiting = (await world.actions(ActionState.PENDING))[0]
    assert waiting.detail == "no_sender"


async def test_one_slow_platform_does_not_hold_up_the_other(world: World) -> None:
    release = asyncio.Event()
    send = world.reddit.send

    async def slow(action: Action) -> Receipt:
        await release.wait()
        return await send(action)

    world.reddit.send = slow  # type: ignore[method-assign]
    reddit = Target(Source.REDDIT, "gadgets", "t1_a")
    await put(world, answer(1, target=reddit), answer(2))
    draining = asyncio.create_task(world.outbox.drain())
    while not world.discord.effects:
        await asyncio.sleep(0.001)
    assert world.reddit.effects == []
    release.set()
    assert await draining == 2


async def test_the_gate_decides_at_the_moment_of_sending(world: World) -> None:
    await world.take(message("I love my Lumora", "1"))
    world.clock.advance_to(world.clock.now().replace(hour=22, minute=30))
    assert await world.outbox.drain() == 0
    held = await one(world)
    assert held.detail == "quiet_hours"
    assert held.due_at is not None
    assert (held.due_at.hour, held.due_at.day) == (8, world.clock.now().day + 1)
    world.clock.advance_to(held.due_at)
    assert await world.outbox.drain() == 1


async def test_one_person_is_thanked_once_in_thirty_days(world: World) -> None:
    await world.take(message("I love my Lumora", "1"), message("really love this Lumora", "2"))
    assert await world.outbox.drain() == 1
    refused = (await world.actions(ActionState.REFUSED))[0]
    assert refused.detail == "cap_author"
    world.pass_minutes(31 * 24 * 60)
    await world.take(message("I love my Lumora", "3"))
    assert await world.outbox.drain() == 1


async def test_a_channel_gets_at_most_four_thanks_an_hour(world: World) -> None:
    await world.take(*(message("I love my Lumora", str(n), author=f"a{n}") for n in range(10)))
    assert await world.outbox.drain() == 4
    assert {action.detail for action in await world.actions(ActionState.PENDING)} == {"cap_container"}
    world.pass_minutes(61)
    assert await world.outbox.drain() == 4


async def test_the_first_response_is_the_moment_it_was_sent(world: World) -> None:
    taken = await world.take(message("I hate my Lumora", "1"))
    await world.outbox.drain()
    await world.desk.reply(taken.cases[0], "7", "Sorry! Please send us the serial number.")
    view = await world.desk.view(taken.cases[0])
    assert (view.state, view.case.answered_at) == (CaseState.CLAIMED, None)
    world.pass_minutes(3)
    await world.outbox.drain()
    case = (await world.desk.view(taken.cases[0])).case
    assert (case.state, case.answered_by, case.answered_at) == (
        CaseState.WAITING,
        AnsweredBy.BOT_DESK,
        world.clock.now(),
    )
    async with world.store.read() as unit:
        counts = await unit.counts.replies(since=make.START, until=make.START + timedelta(days=1))
    assert counts.staff == 1


async def test_the_worker_wakes_up_for_new_and_for_due_actions(world: World) -> None:
    running = asyncio.create_task(world.outbox.run())
    await put(world, answer(1), answer(2, not_before=world.clock.now() + timedelta(seconds=3)))
    world.outbox.wake()
    while len(world.discord.effects) < 1:
        await asyncio.sleep(0.001)
    while world.clock.next_wake() is None:
        await asyncio.sleep(0.001)
    world.clock.advance_to(world.clock.now() + timedelta(seconds=3))
    while len(world.discord.effects) < 2:
        await asyncio.sleep(0.001)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


class Crash(BaseException):
    """The machine stops here."""


class CrashingStore:
    """A store whose machine dies at one of its writes, before or after it became durable."""

    def __init__(self, store: Store, *, at: int, after: bool) -> None:
        self._store = store
        self._at = at
        self._after = after
        self.writes = 0

    async def write(self, work: Callable[[Unit], Awaitable[T]]) -> T:
        self.writes += 1
        dying = self.writes == self._at
        if dying and not self._after:
            raise Crash
        result = await self._store.write(work)
        if dying:
            raise Crash
        return result

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


async def finish(world: World, outbox: Outbox) -> bool:
    """Drain; say whether the machine survived."""
    survived = True
    try:
        await outbox.drain()
    except* Crash:
        survived = False
    return survived


@pytest.mark.parametrize("after", [False, True], ids=["before-the-commit", "after-the-commit"])
@pytest.mark.parametrize("at", range(1, 8))
async def test_a_crash_at_any_write_leaves_one_effect_each(world: World, at: int, after: bool) -> None:
    await put(world, *(answer(n) for n in range(3)), answer(9, target=Target(Source.REDDIT, "g", "t1_a"), actor="7"))
    dying = CrashingStore(world.store, at=at, after=after)
    senders = {Source.DISCORD: world.discord, Source.REDDIT: world.reddit}
    outbox = Outbox(dying, senders, world.gate, world.clock)  # type: ignore[arg-type]
    survived = await finish(world, outbox)
    assert survived == (at > 6), "a claim, four records, and a last look"
    await settle(world)


@pytest.mark.parametrize("after", [False, True], ids=["before-the-effect", "after-the-effect"])
@pytest.mark.parametrize("at", range(1, 4))
async def test_a_crash_in_mid_send_leaves_one_effect_each(world: World, at: int, after: bool) -> None:
    await put(world, *(answer(n) for n in range(3)))
    send, calls = world.discord.send, 0

    async def dying(action: Action) -> Receipt:
        nonlocal calls
        calls += 1
        if calls == at and not after:
            raise Crash
        receipt = await send(action)
        if calls == at:
            raise Crash
        return receipt

    world.discord.send = dying  # type: ignore[method-assign]
    assert not await finish(world, Outbox(world.store, {Source.DISCORD: world.discord}, world.gate, world.clock))
    world.discord.send = send  # type: ignore[method-assign]
    await settle(world)


async def settle(world: World) -> None:
    """A new process takes over; in the end each action has one effect and one receipt."""
    for _ in range(4):
        successor = Outbox(
            world.store, {Source.DISCORD: world.discord, Source.REDDIT: world.reddit}, world.gate, world.clock
        )
        assert await finish(world, successor)
        world.pass_minutes(20)
    actions = await world.actions()
    assert {action.state for action in actions} == {ActionState.SENT}
    effects = [action.draft.key for action in (*world.discord.effects, *world.reddit.effects)]
    assert sorted(effects) == sorted(action.draft.key for action in actions)


async def test_what_kills_the_worker_again_and_again_does_not_block_the_others(world: World) -> None:
    await put(world, answer(1), answer(2))
    send = world.discord.send

    async def poisoned(action: Action) -> Receipt:
        if action.draft.key == "answer:1":
            raise Crash
        return await send(action)

    world.discord.send = poisoned  # type: ignore[method-assign]
    for _ in range(3):
        await finish(world, Outbox(world.store, {Source.DISCORD: world.discord}, world.gate, world.clock))
    assert [action.draft.key for action in world.discord.effects] == ["answer:2"]
