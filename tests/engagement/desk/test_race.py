"""Exactly one public reply, whoever presses how often, and wherever the machine dies: many rounds over one SQLite file.

Each round is one case. Two of the staff double-click while the outbox works; in two rounds of three that outbox dies
while the reply leaves, once before and once after the platform had it, and another process takes over.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConflictError, MaeariError
from core.types.action import Action, ActionState, Purpose, Receipt
from core.types.case import CaseState
from core.types.post import Source
from engagement.outgoing.outbox import Outbox
from tests.engagement.outgoing.test_outbox import Crash, finish
from tests.engagement.world import World, build, message

FEW, MANY = 45, 1_000


class Dying:
    """A platform at which the machine stops while a staff reply leaves, on demand."""

    def __init__(self, world: World) -> None:
        self.dies: str | None = None
        self.deaths = Counter[str]()
        self._discord, self.source = world.discord, Source.DISCORD

    async def send(self, action: Action) -> Receipt:
        dies = self.dies if action.draft.purpose is Purpose.STAFF_REPLY else None
        if dies is not None:
            self.dies = None
            self.deaths[dies] += 1
        if dies == "before":
            raise Crash
        receipt = await self._discord.send(action)
        await asyncio.sleep(0)  # others get their turn while the message is out and nobody has noted it
        if dies == "after":
            raise Crash
        return receipt

    async def find(self, action: Action) -> Receipt | None:
        return await self._discord.find(action)


async def _cases(world: World, rounds: int) -> tuple[int, ...]:
    posts = [message("I hate my Lumora", str(n), author=f"a{n}", channel=str(n)) for n in range(rounds)]
    cases = (await world.take(*posts)).cases
    assert len(cases) == rounds
    await world.outbox.drain()
    return cases


def _process(world: World, platform: Dying) -> Outbox:
    return Outbox(world.store, {Source.DISCORD: platform}, world.gate, world.clock)


async def _one_round(world: World, platform: Dying, presses: Sequence[Awaitable[Any]]) -> list[Any]:
    """Press and send at once; whatever is left over, later processes bring to an end."""
    answers = await asyncio.gather(*presses, finish(world, _process(world, platform)), return_exceptions=True)
    for _ in range(2):
        await finish(world, _process(world, platform))
        world.pass_minutes(1)
    unexpected = [one for one in answers if isinstance(one, BaseException) and not isinstance(one, MaeariError)]
    assert not unexpected, unexpected
    return answers[:-1]


async def _race(world: World, rounds: int) -> None:
    platform = Dying(world)
    order = random.Random(20261121)
    for number, case_id in enumerate(await _cases(world, rounds)):
        platform.dies = (None, "before", "after")[number % 3]
        presses = [world.desk.reply(case_id, actor, f"Sorry from {actor}, case {case_id}") for actor in "7788"]
        order.shuffle(presses)
        answers = await _one_round(world, platform, presses)
        assert sum(isinstance(one, Action) for one in answers) == 1
        assert sum(isinstance(one, ConflictError) for one in answers) == 3
        case = (await world.desk.view(case_id)).case
        assert (case.state, case.answered_at is not None) == (CaseState.WAITING, True)
    replies = [one for one in world.discord.effects if one.draft.purpose is Purpose.STAFF_REPLY]
    assert Counter(one.draft.case_id for one in replies) == Counter(range(1, rounds + 1)), "one public reply each"
    assert platform.deaths == {"before": len(range(1, rounds, 3)), "after": len(range(2, rounds, 3))}
    await _all_noted(world, replies)


async def _race_for_drafts(world: World, rounds: int) -> None:
    """In crisis mode: a reply waits, two others press Send twice, one of them Discard, its writer tries as well."""
    platform = Dying(world)
    order = random.Random(20261122)
    for number, case_id in enumerate(await _cases(world, rounds)):
        platform.dies = (None, "before", "after")[number % 3]
        draft = await world.desk.reply(case_id, "7", f"Sorry, case {case_id}")
        assert draft.state is ActionState.DRAFT
        presses: list[Awaitable[Any]] = [world.desk.approve(draft.id, actor) for actor in "78899"]
        presses.append(world.desk.discard(draft.id, "9"))
        order.shuffle(presses)
        answers = await _one_round(world, platform, presses)
        sent = [one for one in answers if isinstance(one, Action)]
        thrown = [one for one in answers if one is None]
        assert len(sent) + len(thrown) == 1, "one of them wins, the others are told"
        texts = [one for one in world.discord.effects if one.draft.case_id == case_id]
        public = [one for one in texts if one.draft.purpose is Purpose.STAFF_REPLY]
        assert len(public) == len(sent)
        assert all(one.approved_by in ("8", "9") for one in sent)
        platform.dies = None
    replies = [one for one in world.discord.effects if one.draft.purpose is Purpose.STAFF_REPLY]
    assert 0 < len(replies) < rounds, "both ends happened"
    await _all_noted(world, replies)


async def _all_noted(world: World, replies: list[Action]) -> None:
    """What is public stands as sent in the outbox, and nothing is under way."""
    async with world.store.read() as unit:
        noted = [await unit.outbox.get(reply.id) for reply in replies]
        left = await unit.outbox.find(states=(ActionState.SENDING, ActionState.DRAFT), limit=5)
    assert {None if one is None else one.state for one in noted} == {ActionState.SENT}
    assert left == []


async def test_double_clicks_two_staff_and_a_crash_send_one_reply_each(world: World) -> None:
    await _race(world, FEW)


async def test_a_draft_is_sent_once_or_thrown_away(tmp_path: Path) -> None:
    world = await build(tmp_path, crisis=True)
    await _race_for_drafts(world, FEW)
    await world.store.close()


@pytest.mark.slow
async def test_the_long_race(world: World) -> None:
    await _race(world, MANY)


@pytest.mark.slow
async def test_the_long_race_for_drafts(tmp_path: Path) -> None:
    world = await build(tmp_path, crisis=True)
    await _race_for_drafts(world, MANY)
    await world.store.close()
