"""A process that is killed while it writes: everything it was told is stored is there, and nothing half."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from storage.integrity import require_sound

WRITER = """
import asyncio, sys
from datetime import timedelta
from core.clock import SteppedClock
from core.types.action import ActionDraft, ActionKind, Purpose, Target
from core.types.post import Batch, Source
from storage.store import SqlStore
from tests import make

async def one(store, number):
    async def work(unit):
        judged = [
            make.judged(make.post(f"Lumora {number} {part}", native_id=f"{number}-{part}", author=f"a{number}"))
            for part in range(3)
        ]
        ids = await unit.mentions.add_many(judged)
        draft = ActionDraft(ActionKind.REPLY, Purpose.THANKS, Target(Source.REDDIT, "gadgets"), f"thanks:{number}",
                            mention_id=ids[0])
        await unit.outbox.add(draft, created_at=make.START)
        await unit.ledger.advance(Batch("feed", seen=(str(number),), cursor=str(number)))
    await store.write(work)
    print(number, flush=True)

async def main():
    store = await SqlStore.open(sys.argv[1], clock=SteppedClock(make.START))
    start = int(sys.argv[2])
    for first in range(start, start + 10_000, 5):
        await asyncio.gather(*(one(store, number) for number in range(first, first + 5)))

asyncio.run(main())
"""


def write_until_killed(path: Path, start: int, works: int) -> list[int]:
    """Let a process write, kill it after so many works were acknowledged; return which."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(start)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    acknowledged: list[int] = []
    for line in process.stdout:
        if not line.strip().isdigit():
            continue
        acknowledged.append(int(line))
        if len(acknowledged) == works:
            process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    return acknowledged


@pytest.mark.parametrize("works", [2, 60])
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, works: int) -> None:
    path = tmp_path / "maeari.db"
    acknowledged: list[int] = []
    for start in (0, 100_000):
        acknowledged += write_until_killed(path, start, works)
    assert len(acknowledged) >= 2 * works

    require_sound(path)
    connection = sqlite3.connect(path)
    parts = dict(
        connection.execute(
            "SELECT CAST(native_id AS INTEGER), count(*) FROM mentions JOIN texts ON mention_id = id GROUP BY 1"
        )
    )
    keys = {key for (key,) in connection.execute("SELECT key FROM actions")}
    mentions = connection.execute("SELECT count(*) FROM mentions").fetchone()[0]
    assert set(acknowledged) <= parts.keys()
    assert set(parts.values()) == {3}
    assert keys == {f"thanks:{number}" for number in parts}
    assert connection.execute("SELECT sum(mentions) FROM rollups").fetchone()[0] == mentions
    assert connection.execute("SELECT count(*) FROM search WHERE search MATCH 'lumora'").fetchone()[0] == mentions
    connection.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
    connection.close()
