"""Alarms, duty, tags, promises and goodwill as the store holds them, and how the words go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from core.clock import SteppedClock
from core.ports.storing import Store, Unit
from core.types.case import CaseEvent, CaseEventKind, CaseKind, CaseQuery, CaseState, Dismissal, Severity
from core.types.deskwork import Alarm, AlarmKind, Board, GoodwillState, PromiseState, SlaTarget
from core.types.post import Removal, RemovalReason
from storage.store import SqlStore
from tests import make
from tests.storage.test_cases import opened

HOUR = timedelta(hours=1)


async def test_an_alarm_rings_once_and_moves_until_then(store: Store) -> None:
    case = await opened(store)
    alarm = Alarm(case.id, AlarmKind.FIRST_BREACH, 0, make.START + HOUR)

    async def work(unit: Unit) -> None:
        await unit.watch.set_alarms([alarm])
        assert await unit.watch.due_alarms(make.START, limit=9) == []
        await unit.watch.set_alarms([replace(alarm, due_at=make.START)])
        assert await unit.watch.due_alarms(make.START, limit=9) == [replace(alarm, due_at=make.START)]
        await unit.watch.set_alarms([replace(alarm, due_at=None)])
        assert await unit.watch.due_alarms(make.START + 99 * HOUR, limit=9) == [], "its clock stands still"
        await unit.watch.set_alarms([alarm])
        assert await unit.watch.settle_alarm(case.id, alarm.kind, 0, at=make.START)
        assert not await unit.watch.settle_alarm(case.id, alarm.kind, 0, at=make.START)
        await unit.watch.set_alarms([alarm])
        assert await unit.watch.alarms(case.id) == []

    await store.write(work)


async def test_targets_board_and_duty_are_replaced(store: Store) -> None:
    async def work(unit: Unit) -> None:
        for minutes in (5, 7):
            await unit.watch.put_target(SlaTarget(Severity.HIGH, minutes, 70))
        assert await unit.watch.targets() == [SlaTarget(Severity.HIGH, 7, 70)]
        for board in (Board("1"), Board("2", "3", "4", "ko", 5, make.START)):
            await unit.watch.put_board(board)
            assert await unit.watch.board() == board
        assert await unit.watch.go_on_duty("9", at=make.START)
        assert not await unit.watch.go_on_duty("9", at=make.START + HOUR)
        assert [one.since for one in await unit.watch.on_duty()] == [make.START]
        assert await unit.watch.go_off_duty("9")
        assert not await unit.watch.go_off_duty("9")

    await store.write(work)


async def test_a_case_keeps_its_clock_and_is_found_by_tag_and_snooze(store: Store) -> None:
    first, second = await opened(store, due=10), await opened(store, due=20)
    changed = replace(
        first,
        resolve_due_at=make.START + HOUR,
        paused_at=make.START,
        snoozed_until=make.START + 2 * HOUR,
        dismissal=Dismissal.SPAM,
    )

    async def work(unit: Unit) -> None:
        event = CaseEvent(first.id, CaseEventKind.SNOOZED, make.START, "9")
        saved = await unit.cases.save(changed, event)
        assert await unit.cases.get(first.id) == saved
        running = CaseQuery(states=(CaseState.OPEN,))
        assert [case.id for case in await unit.cases.find(running, limit=9)] == [second.id, first.id]
        snoozed = CaseQuery(snoozed_at=make.START + HOUR)
        assert [case.id for case in await unit.cases.find(snoozed, limit=9)] == [first.id]
        assert await unit.cases.count(CaseQuery(snoozed_at=make.START + 3 * HOUR)) == 0
        await unit.casework.add_tag(second.id, "refund")
        assert [case.id for case in await unit.cases.find(CaseQuery(tag="refund"), limit=9)] == [second.id]
        assert await unit.cases.count(CaseQuery(unclaimed=True)) == 2
        oldest = await unit.cases.oldest(running)
        assert oldest is not None
        assert oldest.id == first.id
        due = await unit.cases.find(CaseQuery(due_from=make.START + 15 * timedelta(minutes=1)), limit=1)
        assert [case.id for case in due] == [second.id]

    await store.write(work)


async def test_tags_are_offered_by_how_they_begin(store: Store) -> None:
    case = await opened(store)
    tags = ["refund", "refund asked", "re%", "r_", "환불", "환불 요청", "🧵 thread"]

    async def work(unit: Unit) -> None:
        for tag in tags:
            assert await unit.casework.add_tag(case.id, tag)
            assert not await unit.casework.add_tag(case.id, tag)
        for typed in ("", "ref", "re%", "r_", "환", "🧵", "x"):
            expected = sorted(tag for tag in tags if tag.startswith(typed))
            assert await unit.casework.known_tags(typed, limit=9) == expected
        assert await unit.casework.known_tags("", limit=2) == sorted(tags)[:2]

    await store.write(work)


async def test_promises_and_goodwill_are_settled_once(store: Store) -> None:
    case = await opened(store)

    async def work(unit: Unit) -> None:
        made = await unit.casework.add_promise(
            case.id, text="call", due_at=make.START + HOUR, made_by="9", at=make.START
        )
        assert await unit.casework.settle_promise(made.id, PromiseState.KEPT, at=make.START)
        assert not await unit.casework.settle_promise(made.id, PromiseState.WITHDRAWN, at=make.START)
        (kept,) = await unit.casework.promises_made(since=make.START, until=make.START + HOUR)
        assert (kept.state, kept.settled_at) == (PromiseState.KEPT, make.START)
        for amount in (5, 7):
            await unit.casework.add_goodwill(
                case.id, amount=amount, text="x", offered_by="9", at=make.START, state=GoodwillState.PROPOSED
            )
        first, _ = await unit.casework.offers(case.id)
        assert await unit.casework.decide_goodwill(first.id, GoodwillState.REFUSED, by="8", at=make.START)
        assert not await unit.casework.decide_goodwill(first.id, GoodwillState.APPROVED, by="8", at=make.START)
        assert await unit.casework.goodwill_spent(since=make.START, until=make.START + HOUR) == 7
        assert await unit.casework.goodwill_spent(since=make.START - HOUR, until=make.START) == 0

    await store.write(work)


async def test_words_of_staff_leave_the_disk_with_the_last_post(
    sql_store: SqlStore, path: Path, clock: SteppedClock
) -> None:
    about = make.post("My Lumora broke", native_id="t1_x")
    (mention_id,) = await sql_store.write(lambda unit: unit.mentions.add_many([make.judged(about)]))
    assert mention_id is not None
    case = await opened(sql_store, mention_id=mention_id)

    async def write(unit: Unit) -> None:
        await unit.casework.add_note(case.id, author="9", text="xqzjnote about Ann", at=make.START)
        await unit.casework.add_tag(case.id, "xqzjtag")
        await unit.casework.add_promise(case.id, text="xqzjword", due_at=make.START, made_by="9", at=make.START)
        await unit.casework.add_goodwill(
            case.id, amount=5, text="xqzjgift", offered_by="9", at=make.START, state=GoodwillState.PROPOSED
        )

    await sql_store.write(write)
    gone = Removal(about.ref, RemovalReason.DELETED_BY_AUTHOR, clock.now())
    await sql_store.write(lambda unit: unit.mentions.purge([gone]))
    await sql_store.scrub()
    assert not any(b"xqzj" in file.read_bytes() for file in path.parent.rglob("*") if file.is_file())
    async with sql_store.read() as unit:
        assert [one.amount for one in await unit.casework.offers(case.id)] == [5], "the budget stays true"
        assert (await unit.cases.find(CaseQuery(), limit=1))[0].kind is CaseKind.COMPLAINT
