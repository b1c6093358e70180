"""`maeari purges`: what was deleted, when and why, and nothing else."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import SteppedClock
from core.types.post import PostRef, Removal, RemovalReason, Source
from storage.store import SqlStore
from tests import make
from tests.bot.cli.conftest import Maeari

REASONS = [reason for reason in RemovalReason if reason is not RemovalReason.ERASED]


def _ref(reason: RemovalReason) -> PostRef:
    return PostRef(Source.REDDIT, "gadgets", f"t1_{reason.value}")


@pytest.fixture
async def database(tmp_path: Path) -> Path:
    store = await SqlStore.open(tmp_path / "some.db", clock=SteppedClock(make.START))
    posts = [make.post(native_id=_ref(reason).native_id, author=f"secretive-{reason.value}") for reason in REASONS]
    await store.write(lambda unit: unit.mentions.add_many([make.judged(post) for post in posts]))
    removals = [
        Removal(_ref(reason), reason, make.START + timedelta(hours=number)) for number, reason in enumerate(REASONS)
    ]
    await store.write(lambda unit: unit.mentions.purge(removals))
    await store.close()
    return tmp_path / "some.db"


async def test_each_reason_is_told_with_its_time_and_without_content(database: Path, maeari: Maeari) -> None:
    done = maeari("purges", "--db", database, "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["reason"] for line in lines] == [reason.value for reason in reversed(REASONS)], "the newest first"
    assert lines[-1]["purged_at"] == "2026-11-09T09:00:00+00:00"
    assert {*lines[0]} == {"purged_at", "reason", "name"}
    for content in ("Lumora", "secretive", "t1_"):
        assert content not in done.stdout


async def test_one_post_is_answered_for(database: Path, maeari: Maeari) -> None:
    done = maeari("purges", "reddit:gadgets:t1_removed_by_moderator", "--db", database, "--format", "jsonl")
    assert (done.returncode, json.loads(done.stdout)["reason"]) == (0, "removed_by_moderator")
    unknown = maeari("purges", "reddit:gadgets:t1_other", "--db", database)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr == "maeari: The purge log does not know reddit:gadgets:t1_other.\n"
    wrong = maeari("purges", "t1_other", "--db", database, MAEARI_MAEARI__LOCALE="ko")
    assert wrong.returncode == 2
    assert "reddit:서브레딧:t1_abc" in wrong.stderr
