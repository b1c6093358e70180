"""Killed at any moment, the whole bot misses nothing, stores nothing twice and says nothing twice.

The product runs against both stand-ins and dies by SIGKILL while people go on writing. In the end everything listed
was seen, every matching post is stored once, or stands in the record of a gap where nobody can read it any more, and
every thank-you, reply and card was sent exactly once.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.types.action import ActionDraft, ActionState, Purpose
from core.types.decision import DecisionKind
from core.types.mention import MentionQuery, StoredMention
from core.types.post import Gap
from storage.store import SqlStore
from tests.listeners.crash_child import ForkedBot
from tests.listeners.crashing import CommandBot, Stage, Start, live_through, own_messages, staged

QUICK_SEED = 4
SHARDS = 10
SECOND = timedelta(seconds=1)
"""Reddit tells times in whole seconds."""


async def stored(stage: Stage) -> tuple[list[StoredMention], Counter[str], list[Gap]]:
    """Return all mentions, how many actions of the outbox stand how, and the gaps."""
    store = await SqlStore.open(stage.database, clock=SystemClock())
    try:
        async with store.read() as unit:
            actions = await unit.outbox.find(states=tuple(ActionState), limit=100_000)
            kinds = [
                one.draft.kind if one.draft.purpose is Purpose.STAFF_POST else one.draft.purpose for one in actions
            ]
            states = Counter(f"{kind} {one.state}" for kind, one in zip(kinds, actions, strict=True))
            gaps = await unit.ledger.gaps(since=datetime(2020, 1, 1, tzinfo=UTC))
            return await unit.mentions.find(MentionQuery(), limit=100_000), states, gaps
    finally:
        await store.close()


def _what(draft: ActionDraft) -> str:
    return draft.kind if draft.purpose is Purpose.STAFF_POST else draft.purpose


async def prove(seed: int, kills: int, folder: Path, start: Start, *, flood_every: int) -> str:
    """Live through so many kills and look at everything; return what happened, in a line."""
    async with staged(seed, folder) as stage:
        deaths = await live_through(stage, start, kills, flood_every=flood_every)
        mentions, states, gaps = await stored(stage)
        _every_match_is_stored_once(stage, mentions, gaps, f"seed {seed}")
        _everything_is_said_once(stage, mentions, states, f"seed {seed}")
    told = ", ".join(f"{count} {moment}" for moment, count in sorted(deaths.items()))
    return (
        f"seed {seed}: {kills} kills ({told}), {stage.written} posts, {len(mentions)} mentions, "
        f"{stage.floods} floods, {len(gaps)} gaps, {len(stage.replies)} staff replies"
    )


def _every_match_is_stored_once(stage: Stage, mentions: list[StoredMention], gaps: list[Gap], seed: str) -> None:
    names = Counter(mention.native_id for mention in mentions)
    assert set(names) <= set(stage.matching), seed
    assert set(names.values()) == {1}, seed
    for name in stage.matching.keys() - names.keys():
        feed, written_at = stage.matching[name]
        spans = [(gap.started_at, gap.ended_at) for gap in gaps if gap.feed == feed]
        assert any(began - SECOND <= written_at <= ended + SECOND for began, ended in spans), f"{seed}: {name} {feed}"
    # Where everything could be read to the end, nothing may be called a gap; a flood is more than can be read.
    feeds = {gap.feed for gap in gaps} - {f"discord:{stage.vault.id}"}
    assert feeds == ({"reddit:comments:busan"} if stage.floods else set()), seed


def _everything_is_said_once(stage: Stage, mentions: list[StoredMention], states: Counter[str], seed: str) -> None:
    spoken = own_messages(stage)
    assert {one: count for one, count in Counter(spoken).items() if count > 1} == {}, seed
    replies = Counter(word for word in stage.replies for _, text in spoken if word in text)
    assert replies == Counter(stage.replies), seed
    thanked = Counter(whom for whom, text in spoken if whom != "card" and "staffword" not in text)
    to_thank = {mention.native_id for mention in mentions if mention.decision.kind is DecisionKind.THANK}
    assert to_thank, seed
    # Thanks like one that was said before are held back; every other one stands there once.
    assert set(thanked) <= to_thank, seed
    assert set(thanked.values()) <= {1}, seed
    assert len(thanked) == states["thanks sent"], f"{seed}: {states}"
    assert len(to_thank) - len(thanked) == states["thanks refused"], f"{seed}: {states}"
    kinds = {"thanks sent", "thanks refused", "staff_reply sent", "card sent", "card_edit sent"}
    assert set(states) <= kinds, f"{seed}: {states}"
    assert len([whom for whom, _ in spoken if whom == "card"]) == states["card sent"], f"{seed}: {states}"


async def test_ten_kills_at_random_moments(tmp_path: Path) -> None:
    assert await prove(QUICK_SEED, 10, tmp_path, ForkedBot.start, flood_every=4)


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(SHARDS))
async def test_many_kills_at_random_moments(
    tmp_path: Path, shard: int, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    """200 kills in shards of 20. CRASH_SEED repeats a run; CRASH_RESUME=1 leaves out shards that passed with it."""
    base = int(os.environ.get("CRASH_SEED", datetime.now(UTC).strftime("%Y%m%d")))
    seed, kills = base * SHARDS + shard, int(os.environ.get("CRASH_KILLS", "20"))
    cache, key = request.config.cache, f"maeari/crashes/{seed}/{kills}"
    if cache is not None and os.environ.get("CRASH_RESUME") and cache.get(key, None):
        pytest.skip(f"passed before: {cache.get(key, None)}")
    told = await prove(seed, kills, tmp_path, CommandBot.start, flood_every=9)
    if cache is not None:
        cache.set(key, told)
    with capsys.disabled():
        sys.stdout.write(f"\nCRASH_SEED={base}, {told}\n")
