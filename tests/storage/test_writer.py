"""The unit of work: one writer, shared commits, each work undone alone."""

from __future__ import annotations

import asyncio
import sqlite3
import traceback
from pathlib import Path

import pytest

from core.clock import SteppedClock
from core.errors import StorageError
from core.ports.storing import Store, Unit
from core.types.brand import Brand, Term
from core.types.case import CaseEvent, CaseEventKind
from core.types.mention import MentionQuery
from storage import writer as writing
from storage.mentions import Mentions
from storage.store import SqlStore
from tests import make


class MishapError(Exception):
    """Something a work does wrong."""


def brand(name: str) -> Brand:
    return Brand(name, (Term(name.lower()),))


async def names(store: Store) -> list[str]:
    async with store.read() as unit:
        return [each.name for each in await unit.brands.all()]


def commits(sql_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by each commit's number of works."""
    sizes: list[int] = []
    commit = writing.Writer._commit

    async def counted(self: writing.Writer, connection: object, done: list[object]) -> None:
        sizes.append(len(done))
        await commit(self, connection, done)  # type: ignore[arg-type]

    monkeypatch.setattr(writing.Writer, "_commit", counted)
    return sizes


async def test_a_single_write_is_durable_at_once(store: Store, path: Path) -> None:
    await store.write(lambda unit: unit.brands.put(brand("Lumora")))

    connection = sqlite3.connect(path)
    assert connection.execute("SELECT name FROM brands").fetchall() == [("Lumora",)]
    connection.close()


async def test_neighbours_share_a_commit(sql_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = commits(sql_store, monkeypatch)

    async with asyncio.TaskGroup() as group:
        for number in range(250):
            named = brand(f"B{number:03}")
            group.create_task(sql_store.write(lambda unit, named=named: unit.brands.put(named)))  # type: ignore[misc]

    assert sum(sizes) == 250
    assert 3 <= len(sizes) < 60
    assert max(sizes) <= writing.GROUP_WORKS
    assert await names(sql_store) == [f"B{number:03}" for number in range(250)]


async def test_an_exception_undoes_only_its_own_work(store: Store) -> None:
    async def put(unit: Unit, number: int) -> int:
        await unit.brands.put(brand(f"B{number}"))
        await unit.mentions.add_many([make.judged(make.post(f"Lumora {number}", native_id=str(number)))])
        if number % 3 == 0:
            raise MishapError(number)
        return number

    results = await asyncio.gather(
        *(store.write(lambda unit, number=number: put(unit, number)) for number in range(20)),  # type: ignore[misc]
        return_exceptions=True,
    )

    good = [number for number in range(20) if number % 3]
    assert [result for result in results if not isinstance(result, MishapError)] == good
    assert await names(store) == [f"B{number}" for number in good]
    async with store.read() as unit:
        assert await unit.mentions.count(MentionQuery(text="lumora")) == len(good)
        rows = await unit.counts.rollups(since=make.START, until=make.START.replace(year=2027))
    assert sum(row.mentions for row in rows) == len(good)


async def test_a_wrong_statement_undoes_its_work_too(store: Store) -> None:
    async def work(unit: Unit) -> None:
        await unit.brands.put(brand("Gone"))
        await unit.cases.join(404, 404, make.START)

    other = store.write(lambda unit: unit.brands.put(brand("Stays")))
    results = await asyncio.gather(store.write(work), other, return_exceptions=True)

    assert isinstance(results[0], StorageError)
    assert await names(store) == ["Stays"]


async def test_neighbours_learn_that_sqlite_gave_up_their_transaction(store: Store) -> None:
    async def give_up(unit: Unit) -> None:
        mentions = unit.mentions
        assert isinstance(mentions, Mentions)
        # As SQLite does by itself on some errors, such as a full disk.
        await mentions._session.connection.exec_driver_sql("ROLLBACK")
        raise MishapError

    first = store.write(lambda unit: unit.brands.put(brand("First")))
    last = store.write(lambda unit: unit.brands.put(brand("Last")))
    results = await asyncio.gather(first, store.write(give_up), last, return_exceptions=True)

    assert [type(result) for result in results] == [StorageError, MishapError, type(None)]
    assert await names(store) == ["Last"]


async def test_errors_do_not_repeat_what_people_wrote(store: Store) -> None:
    note = "xqzj my own words"

    async def work(unit: Unit) -> None:
        event = CaseEvent(404, CaseEventKind.REPLIED, make.START, None, note)
        await unit.cases.add_event(event)

    with pytest.raises(StorageError) as caught:
        await store.write(work)
    told = "".join(traceback.format_exception(caught.value))
    assert "FOREIGN KEY" in told
    assert note not in told


async def test_a_caller_that_gives_up_does_not_hold_up_the_others(store: Store) -> None:
    begun, finish = asyncio.Event(), asyncio.Event()

    async def slow(unit: Unit) -> None:
        await unit.brands.put(brand("Slow"))
        begun.set()
        await finish.wait()

    running = asyncio.create_task(store.write(slow))
    await begun.wait()
    waiting = asyncio.create_task(store.write(lambda unit: unit.brands.put(brand("Never"))))
    last = asyncio.create_task(store.write(lambda unit: unit.brands.put(brand("Last"))))
    await asyncio.sleep(0)
    running.cancel()
    waiting.cancel()
    finish.set()
    await last

    # What had begun was finished; what had not, was left.
    assert await names(store) == ["Slow", "Last"]


async def test_the_queue_is_bounded(sql_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    finish = asyncio.Event()

    async def slow(unit: Unit) -> None:
        await finish.wait()

    tasks = [asyncio.create_task(sql_store.write(slow)) for _ in range(writing.QUEUE_WORKS + 50)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert sql_store._writer._queue.qsize() <= writing.QUEUE_WORKS
    finish.set()
    await asyncio.gather(*tasks)


async def test_a_reader_sees_one_state_and_cannot_write(store: Store) -> None:
    await store.write(lambda unit: unit.brands.put(brand("Before")))
    async with store.read() as unit:
        assert len(await unit.brands.all()) == 1
        await store.write(lambda unit: unit.brands.put(brand("After")))
        assert len(await unit.brands.all()) == 1
    assert await names(store) == ["Before", "After"]

    with pytest.raises(StorageError):
        async with store.read() as unit:
            await unit.brands.put(brand("Smuggled"))


async def test_a_unit_ends_with_its_call(store: Store) -> None:
    kept: list[Unit] = []

    async def keep(unit: Unit) -> None:
        kept.append(unit)

    await store.write(keep)
    async with store.read() as unit:
        kept.append(unit)

    for unit in kept:
        with pytest.raises(RuntimeError, match="only valid inside"):
            await unit.brands.all()


async def test_a_work_that_hands_in_another_is_told(store: Store) -> None:
    async def nested(unit: Unit) -> None:
        await store.write(lambda inner: inner.brands.put(brand("Inner")))

    with pytest.raises(RuntimeError, match="must not hand in another"):
        await store.write(nested)


async def test_closing_finishes_what_is_queued(path: Path, clock: SteppedClock) -> None:
    store = await SqlStore.open(path, clock=clock)
    writes = [
        asyncio.create_task(store.write(lambda unit, number=number: unit.brands.put(brand(f"B{number}"))))  # type: ignore[misc]
        for number in range(30)
    ]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*writes)
    with pytest.raises(RuntimeError, match="closed"):
        await store.write(lambda unit: unit.brands.put(brand("Late")))
    with pytest.raises(RuntimeError, match="closed"):
        await names(store)

    again = await SqlStore.open(path, clock=clock)
    assert len(await names(again)) == 30
    await again.close()


async def test_two_processes_may_write_to_one_file(path: Path, clock: SteppedClock) -> None:
    first = await SqlStore.open(path, clock=clock)
    second = await SqlStore.open(path, clock=clock)
    posts = [make.judged(make.post(f"Lumora {number}", native_id=str(number))) for number in range(60)]

    async def add(store: Store, start: int) -> list[int | None]:
        some = posts[start : start + 10]
        return await store.write(lambda unit: unit.mentions.add_many(some))

    ids = await asyncio.gather(*(add(store, start) for start in range(0, 60, 10) for store in (first, second)))

    async with first.read() as unit:
        assert await unit.mentions.count(MentionQuery(text="lumora")) == 60
    stored = [mention_id for each in ids for mention_id in each if mention_id is not None]
    assert len(set(stored)) == len(stored) == 60
    await first.close()
    await second.close()
