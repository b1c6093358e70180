"""Reminders and escalations ring once; cases are given in turn; clocks stop for the customer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import SteppedClock
from core.errors import ConflictError, InputError
from core.ports.storing import Unit
from core.settings import DeskSection, SlaSection
from core.types.action import Action, ActionKind
from core.types.case import CaseEventKind, CaseQuery, CaseState, Severity
from core.types.deskwork import AlarmKind, GoodwillState, PromiseState
from engagement.desk.care import CaseCare
from engagement.desk.opening import Opening, kind_of, open_case
from engagement.desk.pledges import Pledges, month_of
from engagement.desk.watch import DeskWatch
from storage.store import SqlStore
from tests import make
from tests.engagement.world import World, build, message


class Staff:
    """The services of the queue over a world."""

    def __init__(self, world: World, section: DeskSection | None = None) -> None:
        self.world = world
        policy = world.desk.policy
        self.care = CaseCare(world.store, world.clock, policy, wake=world.outbox.wake)
        self.watch = DeskWatch(world.store, world.clock, policy, wake=world.outbox.wake)
        zone = policy.hours.zone
        self.pledges = Pledges(world.store, world.clock, section or DeskSection(), zone, wake=world.outbox.wake)

    async def complaint(self, native_id: str = "1", author: str = "ann") -> int:
        taken = await self.world.take(message("I hate my Lumora", native_id, author=author))
        return taken.cases[0]

    async def later(self, minutes: float) -> list[tuple[str, int | None]]:
        """Let time pass minute by minute, the watch looking each time; return the alarms that went out meanwhile."""
        before = len(self.alarms())
        for _ in range(int(minutes)):
            self.world.pass_minutes(1)
            await self.watch.sweep()
        await self.world.outbox.drain()
        return [(one.draft.text, one.draft.case_id) for one in self.alarms()[before:]]

    def alarms(self) -> list[Action]:
        return [one for one in self.world.discord.effects if one.draft.kind is ActionKind.ALARM]


@pytest.fixture
def staff(world: World) -> Staff:
    return Staff(world)


async def test_a_reminder_then_an_escalation_once_each(staff: Staff) -> None:
    case_id = await staff.complaint()
    assert await staff.later(23) == []
    assert await staff.later(2) == [("first_reminder", case_id)]
    assert await staff.later(4) == []
    assert await staff.later(60) == [("first_breach", case_id)]
    kinds = [event.kind for event in await staff.world.desk.trail(case_id)]
    assert kinds.count(CaseEventKind.REMINDED) == kinds.count(CaseEventKind.ESCALATED) == 1


async def test_an_answer_in_time_is_not_escalated(staff: Staff) -> None:
    case_id = await staff.complaint()
    await staff.world.desk.reply(case_id, "9", "We are sorry.")
    await staff.world.outbox.drain()
    assert await staff.later(60) == []


async def test_after_a_downtime_only_the_breach_is_told(staff: Staff) -> None:
    case_id = await staff.complaint()
    staff.world.pass_minutes(45)
    assert await staff.watch.sweep() == 1
    assert await staff.watch.sweep() == 0
    assert await staff.later(1) == [("first_breach", case_id)]


async def test_two_watches_at_once_ring_once(staff: Staff) -> None:
    await staff.complaint()
    staff.world.pass_minutes(45)
    other = DeskWatch(staff.world.store, staff.world.clock, staff.world.desk.policy, wake=staff.world.outbox.wake)
    rung = await asyncio.gather(staff.watch.sweep(), other.sweep())
    assert sum(rung) == 1


async def test_a_closed_case_rings_no_more(staff: Staff) -> None:
    case_id = await staff.complaint()
    await staff.world.desk.dismiss(case_id, "9")
    assert await staff.later(40) == []


async def test_the_resolution_clock_stands_still_for_the_customer(staff: Staff) -> None:
    world = staff.world
    case_id = await staff.complaint()
    world.pass_minutes(10)
    await world.desk.reply(case_id, "9", "What is its serial number?")
    await world.outbox.drain()
    waiting = (await world.desk.view(case_id)).case
    assert (waiting.state, waiting.paused_at) == (CaseState.WAITING, world.clock.now())
    left = (waiting.resolve_due_at or world.clock.now()) - world.clock.now()

    world.pass_minutes(3 * 24 * 60)
    assert await staff.watch.sweep() == 0, "we wait: nothing is overdue"
    await world.take(message("I hate it, it is broken?", "2", parent="1", minutes=3 * 24 * 60 + 10))
    again = (await world.desk.view(case_id)).case
    assert again.paused_at is None
    assert again.resolve_due_at is not None
    assert again.resolve_due_at - world.clock.now() == left
    staff.world.pass_minutes(left / timedelta(minutes=1) + 1)
    await staff.watch.sweep()
    await world.outbox.drain()
    assert [one.draft.text for one in staff.alarms()] == ["resolve_breach"]


async def test_another_complaint_of_the_author_makes_it_ours_again(staff: Staff) -> None:
    world = staff.world
    case_id = await staff.complaint()
    await world.desk.reply(case_id, "9", "Sorry!")
    await world.outbox.drain()
    world.pass_minutes(20)
    taken = await world.take(message("I hate my Lumora even more", "2", minutes=20))
    assert taken.cases == (), "it joined"
    case = (await world.desk.view(case_id)).case
    assert (case.state, case.paused_at) == (CaseState.CLAIMED, None)


async def test_somebody_elses_complaint_in_the_thread_makes_it_ours_again(staff: Staff) -> None:
    world = staff.world
    taken = await world.take(message("I hate my Lumora", "1", thread="t"))
    case_id = taken.cases[0]
    await world.desk.reply(case_id, "9", "Sorry!")
    await world.outbox.drain()
    await world.take(message("I hate my Lumora, too", "2", author="ben", thread="t", minutes=1))
    case = (await world.desk.view(case_id)).case
    assert len(case.mention_ids) == 2
    assert case.state is CaseState.CLAIMED, "ben was not answered yet"
    assert case.paused_at is None


async def test_a_reopened_case_goes_on_where_it_stopped(staff: Staff) -> None:
    case_id = await staff.complaint()
    staff.world.pass_minutes(60)
    closed = await staff.world.desk.resolve(case_id, "9")
    staff.world.pass_minutes(600)
    opened = await staff.world.desk.reopen(case_id, "9")
    assert closed.resolve_due_at is not None
    assert opened.resolve_due_at == closed.resolve_due_at + timedelta(minutes=600)


async def test_raising_the_severity_moves_the_alarms(staff: Staff) -> None:
    case_id = await staff.complaint()
    await staff.care.prioritise(case_id, "9", Severity.URGENT)
    assert await staff.later(6) == [("first_reminder", case_id), ("first_breach", case_id)]


async def test_a_snooze_ends_and_only_the_last_one_counts(staff: Staff) -> None:
    case_id = await staff.complaint()
    now = staff.world.clock.now()
    await staff.care.snooze(case_id, "9", now + timedelta(minutes=10))
    await staff.care.snooze(case_id, "9", now + timedelta(minutes=20))
    assert await staff.later(15) == []
    async with staff.world.store.read() as unit:
        assert await unit.cases.count(CaseQuery(snoozed_at=staff.world.clock.now())) == 1
    assert await staff.later(6) == [("snooze_over", case_id)]
    assert (await staff.world.desk.view(case_id)).case.snoozed_until is None
    with pytest.raises(InputError):
        await staff.care.snooze(case_id, "9", now)
    with pytest.raises(ConflictError):
        await staff.care.wake_up(case_id, "9")


async def test_the_customer_ends_a_snooze(staff: Staff) -> None:
    case_id = await staff.complaint()
    await staff.care.snooze(case_id, "9", staff.world.clock.now() + timedelta(days=2))
    await staff.world.desk.reply(case_id, "9", "Sorry!")
    await staff.world.outbox.drain()
    await staff.world.take(message("I hate this, where is it?", "2", parent="1", minutes=1))
    assert (await staff.world.desk.view(case_id)).case.snoozed_until is None


async def test_a_promise_rings_before_and_at_its_time_unless_kept(staff: Staff) -> None:
    case_id = await staff.complaint()
    await staff.world.desk.reply(case_id, "9", "By tomorrow.")
    await staff.world.outbox.drain()
    now = staff.world.clock.now()
    broken = await staff.pledges.promise(case_id, "9", "call", now + timedelta(hours=5))
    kept = await staff.pledges.promise(case_id, "9", "send", now + timedelta(hours=5))
    await staff.pledges.settle(kept.id, "9", PromiseState.KEPT)
    rung = await staff.later(6 * 60)
    assert rung == [("promise_reminder", case_id), ("promise_breach", case_id)]
    assert {one.draft.key for one in staff.alarms()} == {
        f"alarm:{case_id}:promise_reminder:{broken.id}",
        f"alarm:{case_id}:promise_breach:{broken.id}",
    }


async def test_the_round_robin_is_fair(staff: Staff) -> None:
    for member in ("1", "2", "3"):
        staff.world.pass_minutes(1)
        assert await staff.watch.go(member, on=True)
    given_to = []
    for number in range(7):
        staff.world.pass_minutes(1)
        case_id = await staff.complaint(f"m{number}", f"author{number}")
        given_to.append((await staff.care.assign_next(case_id, "9")).claimed_by)
    assert given_to == ["1", "2", "3", "1", "2", "3", "1"]
    await staff.watch.go("2", on=False)
    assert [one.duty.member for one in await staff.watch.on_duty()] == ["3", "1"]


async def test_new_cases_are_given_away_where_that_is_wanted(tmp_path: Path) -> None:
    world = await build(tmp_path)
    staff = Staff(world)
    await staff.watch.go("7", on=True)
    judged = make.judged(make.post("I hate my Lumora"))
    policy = replace(world.desk.policy, auto_assign=True)

    async def work(unit: Unit) -> str | None:
        (mention_id,) = await unit.mentions.add_many([judged])
        assert mention_id is not None
        opening = Opening(
            mention_id=mention_id,
            kind=kind_of(judged.decision),
            brand="Lumora",
            source=judged.mention.post.ref.source,
            text="I hate my Lumora",
            assessment=judged.assessment,
            author_key=None,
            thread_id=None,
            opened_at=world.clock.now(),
        )
        return (await open_case(unit, opening, policy))[0].claimed_by

    assert await world.store.write(work) == "7"
    await world.store.close()


async def test_a_target_set_live_holds_for_cases_to_come(staff: Staff) -> None:
    await staff.watch.set_target(Severity.HIGH, first=3, resolve=None)
    case_id = await staff.complaint()
    case = (await staff.world.desk.view(case_id)).case
    assert case.due_at - case.opened_at == timedelta(minutes=3)
    assert (await staff.watch.clock()).target(Severity.HIGH).resolve_minutes == SlaSection().resolve_high
    with pytest.raises(InputError):
        await staff.watch.set_target(Severity.HIGH, first=0, resolve=None)


async def test_the_queue_tells_what_waits(staff: Staff) -> None:
    first = await staff.complaint()
    staff.world.pass_minutes(40)
    second = await staff.complaint("2", "ben")
    await staff.world.desk.claim(second, "9")
    await staff.watch.go("9", on=True)
    view = await staff.watch.queue()
    assert view.open[Severity.HIGH] == 2
    assert (view.unclaimed, view.overdue, view.waiting) == (1, 1, 0)
    assert view.oldest is not None
    assert view.next_due is not None
    assert (view.oldest.id, view.next_due.id) == (first, second), "the first is overdue already"
    assert [case.id for case in view.pressing] == [first, second]
    assert [(one.duty.member, one.cases) for one in view.on_duty] == [("9", 1)]
    assert (await staff.watch.next_free()) is not None


@pytest.mark.parametrize("spent", [60, 100])
async def test_goodwill_keeps_to_its_budget_when_two_offer_at_once(world: World, spent: int) -> None:
    staff = Staff(world, DeskSection(goodwill_month=100))
    case_id = await staff.complaint()
    results = await asyncio.gather(
        *(staff.pledges.offer(case_id, str(actor), spent, "voucher") for actor in range(5)), return_exceptions=True
    )
    assert sum(not isinstance(one, Exception) for one in results) == 1
    (offer,) = await staff.pledges.offers(case_id)
    assert offer.state is GoodwillState.PROPOSED
    with pytest.raises(ConflictError):
        await staff.pledges.decide(offer.id, offer.offered_by, GoodwillState.APPROVED)
    refused = await staff.pledges.decide(offer.id, offer.offered_by, GoodwillState.REFUSED)
    assert refused.state is GoodwillState.REFUSED
    await staff.pledges.offer(case_id, "5", 100, "what was refused is free again")


async def test_without_a_budget_there_is_no_goodwill(staff: Staff) -> None:
    case_id = await staff.complaint()
    with pytest.raises(InputError, match="0 USD left"):
        await staff.pledges.offer(case_id, "9", 1, "voucher")


@given(st.datetimes(timezones=st.just(make.START.tzinfo)))
@settings(max_examples=50)
def test_a_month_holds_its_moment(moment: datetime) -> None:
    if not 1900 < moment.year < 3000:
        return
    start, end = month_of(moment, ZoneInfo("Asia/Seoul"))
    assert start <= moment < end
    assert (start.day, end.day) == (1, 1)


async def test_words_of_staff_go_with_the_person(staff: Staff) -> None:
    case_id = await staff.complaint()
    await staff.care.note(case_id, "9", "says her name is Ann")
    await staff.care.tag(case_id, "9", "ann")
    await staff.pledges.promise(case_id, "9", "call Ann", staff.world.clock.now() + timedelta(hours=1))
    key = (await staff.world.desk.view(case_id)).case.author_key
    assert key is not None
    now = staff.world.clock.now()
    await staff.world.store.write(lambda unit: unit.mentions.erase_author(key, now))
    assert await staff.care.notes(case_id) == []
    assert [one.text for one in await staff.pledges.promises(case_id)] == [""]
    assert (await staff.world.desk.view(case_id)).tags == ()


async def test_alarms_survive_a_restart(staff: Staff) -> None:
    case_id = await staff.complaint()
    world = staff.world
    path = world.store.path
    await world.store.close()
    clock = SteppedClock(world.clock.now() + timedelta(minutes=31))
    store = await SqlStore.open(path, clock=clock)
    watch = DeskWatch(store, clock, world.desk.policy, wake=world.outbox.wake)
    assert await watch.sweep() == 1
    async with store.read() as unit:
        assert AlarmKind.FIRST_BREACH not in {alarm.kind for alarm in await unit.watch.alarms(case_id)}
    world.store = store
