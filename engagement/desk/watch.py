"""The watch over the queue: alarms that ring once, who is on duty, live targets, and the board."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from core.clock import Clock
from core.errors import InputError
from core.ports.storing import MOST_COUNTED, Store, Unit
from core.text import mark
from core.types.action import ActionDraft, ActionKind, Purpose
from core.types.case import Case, CaseEvent, CaseEventKind, CaseQuery, CaseState, Severity
from core.types.deskwork import Alarm, AlarmKind, Board, Duty, PromiseState, SlaTarget
from engagement.desk.clock import ALARM_KINDS_OF_BREACH, SlaClock, live_clock, still_rings
from engagement.desk.opening import ACTIVE, DeskPolicy
from engagement.desk.staffroom import StaffRoom, staff_room
from engagement.outgoing.board import post_board, refresh_board
from engagement.outgoing.records import refresh_card

__all__ = ["BREACHES", "QUEUE_SHOWN", "DeskWatch", "OnDuty", "QueueView"]

ALARM_LIMIT = 200
"""Alarms worked off at once."""
MOST_SINGLE = 5
"""Alarms that get a message each; after a downtime, when more ring at once, one message tells of all."""
QUEUE_SHOWN = 8
"""Cases that the board names."""
MOST_MINUTES = 60 * 24 * 90
"""Longest target: three months."""
BREACHES = frozenset({AlarmKind.FIRST_BREACH, AlarmKind.RESOLVE_BREACH, AlarmKind.PROMISE_BREACH})
_OF_PROMISES = frozenset({AlarmKind.PROMISE_REMINDER, AlarmKind.PROMISE_BREACH})
_OURS = (CaseState.OPEN, CaseState.CLAIMED)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A staff member on duty and how many running cases they hold."""

    duty: Duty
    cases: int


@dataclass(frozen=True, slots=True)
class QueueView:
    """What the queue board shows."""

    at: datetime
    open: dict[Severity, int]
    """Cases that wait for us, by severity."""
    waiting: int
    """Cases that wait for the customer."""
    snoozed: int
    unclaimed: int
    """Cases that wait for us and that nobody holds."""
    overdue: int
    """Cases without a first response whose due time is over."""
    oldest: Case | None
    """The longest open of those that wait for us."""
    next_due: Case | None
    """The next whose first response is due, those overdue left out."""
    pressing: tuple[Case, ...]
    """The head of the queue."""
    on_duty: tuple[OnDuty, ...]
    """The next in turn first."""
    guild_id: str | None


class DeskWatch:
    """The service behind `/queue`, `/duty` and `/sla`, and the sweep that rings."""

    def __init__(self, store: Store, clock: Clock, policy: DeskPolicy, *, wake: Callable[[], None]) -> None:
        self.policy = policy
        self._store = store
        self._clock = clock
        self._wake = wake

    async def sweep(self) -> int:
        """Ring what is due; return how many alarms rang. Each rings once, over restarts too."""
        now = self._clock.now()
        async with self._store.read() as unit:
            if not await unit.watch.due_alarms(now, limit=1):
                return 0

        async def work(unit: Unit) -> int:
            due = await unit.watch.due_alarms(now, limit=ALARM_LIMIT)
            if not due:
                return 0
            room = await staff_room(unit, self.policy.home_guild, self.policy.staff_channel, self.policy.locale)
            rung = [alarm for alarm in due if await self._ring(unit, alarm, room, now)]
            if room is not None:
                for draft in _messages(rung, room, now):
                    await unit.outbox.add(draft, created_at=now)
            await refresh_board(unit, now)
            return len(rung)

        rung = await self._store.write(work)
        if rung:
            _log.info("desk.alarms", rung=rung)
        self._wake()
        return rung

    async def _ring(self, unit: Unit, alarm: Alarm, room: StaffRoom | None, now: datetime) -> bool:
        case = await unit.cases.get(alarm.case_id)
        if case is not None and _stands_still(alarm, case):
            await unit.watch.set_alarms([replace(alarm, due_at=None)])
            return False
        await unit.watch.settle_alarm(alarm.case_id, alarm.kind, alarm.ref, at=now)
        if case is None or not await self._rings(unit, alarm, case, now):
            return False
        if alarm.kind is AlarmKind.SNOOZE_OVER:
            event = CaseEvent(case.id, CaseEventKind.WOKEN, now, None)
            case = await unit.cases.save(replace(case, snoozed_until=None), event)
        elif room is not None:
            kind = CaseEventKind.ESCALATED if alarm.kind in BREACHES else CaseEventKind.REMINDED
            await unit.cases.add_event(CaseEvent(case.id, kind, now, None, alarm.kind))
        await refresh_card(unit, case, now)
        return True

    async def _rings(self, unit: Unit, alarm: Alarm, case: Case, now: datetime) -> bool:
        """Say whether there is still something to ring for; a reminder whose breach came as well keeps quiet."""
        breach = ALARM_KINDS_OF_BREACH.get(alarm.kind)
        if breach is not None:
            others = await unit.watch.alarms(case.id)
            late = (o for o in others if (o.kind, o.ref) == (breach, alarm.ref) and o.due_at is not None)
            if any(other.due_at is not None and other.due_at <= now for other in late):
                return False
        if alarm.kind in _OF_PROMISES:
            made = await unit.casework.promise(alarm.ref)
            return made is not None and made.state is PromiseState.OPEN
        if alarm.kind is AlarmKind.SNOOZE_OVER:
            return case.state in ACTIVE and case.snoozed_until is not None and case.snoozed_until <= now
        return still_rings(alarm.kind, case)

    async def go(self, member: str, *, on: bool) -> bool:
        """Put somebody on duty or take them off; False when that changes nothing."""
        now = self._clock.now()

        async def work(unit: Unit) -> bool:
            changed = await (unit.watch.go_on_duty(member, at=now) if on else unit.watch.go_off_duty(member))
            await refresh_board(unit, now)
            return changed

        changed = await self._store.write(work)
        self._wake()
        return changed

    async def on_duty(self) -> tuple[OnDuty, ...]:
        """Return who is on duty, the next in turn first."""
        async with self._store.read() as unit:
            return await _on_duty(unit)

    async def clock(self) -> SlaClock:
        """Return the targets that hold now, live ones included."""
        async with self._store.read() as unit:
            return await live_clock(unit, self.policy.clock)

    async def set_target(self, severity: Severity, *, first: int | None, resolve: int | None) -> SlaTarget:
        """Set the minutes of one severity, for cases that come from now on; what is None stays as it is.

        Raises InputError for minutes out of range.
        """
        if any(minutes is not None and not 1 <= minutes <= MOST_MINUTES for minutes in (first, resolve)):
            raise InputError(mark("A target has between 1 and {most} minutes."), most=MOST_MINUTES)

        async def work(unit: Unit) -> SlaTarget:
            known = (await live_clock(unit, self.policy.clock)).target(severity)
            target = SlaTarget(severity, first or known.first_minutes, resolve or known.resolve_minutes)
            await unit.watch.put_target(target)
            return target

        return await self._store.write(work)

    async def queue(self) -> QueueView:
        """Return the queue as it stands."""
        now = self._clock.now()
        async with self._store.read() as unit:
            return await _queue(unit, now, self.policy.home_guild)

    async def next_free(self) -> Case | None:
        """Return the most pressing case that waits for us and that nobody holds."""
        async with self._store.read() as unit:
            free = await unit.cases.find(CaseQuery(states=_OURS, unclaimed=True), limit=1)
        return free[0] if free else None

    async def board(self) -> Board | None:
        """Return where the live board stands."""
        async with self._store.read() as unit:
            return await unit.watch.board()

    async def post_board(self) -> Board:
        """Post the live board at the end of the staff channel; from then on it is kept up to date.

        Raises InputError when there is no staff channel.
        """
        now = self._clock.now()

        async def work(unit: Unit) -> Board:
            room = await staff_room(unit, self.policy.home_guild, self.policy.staff_channel, self.policy.locale)
            if room is None:
                raise InputError(mark("There is no staff channel: set discord.staff_channel."))
            known = await unit.watch.board()
            board = Board(room.target.container, None, room.target.guild_id, room.locale)
            if known is not None:
                board = replace(board, action_id=known.action_id, changed_at=known.changed_at)
            await post_board(unit, board, now)
            return board

        board = await self._store.write(work)
        self._wake()
        return board


def _stands_still(alarm: Alarm, case: Case) -> bool:
    of_resolution = alarm.kind in (AlarmKind.RESOLVE_REMINDER, AlarmKind.RESOLVE_BREACH)
    return of_resolution and case.paused_at is not None


def _messages(rung: Sequence[Alarm], room: StaffRoom, now: datetime) -> list[ActionDraft]:
    """Return what tells staff of alarms: a message each, or one in all where many ring at once, with one ping."""
    if len(rung) <= MOST_SINGLE:
        return [_message(alarm, room) for alarm in rung]
    return [
        ActionDraft(
            kind=ActionKind.ALARM,
            purpose=Purpose.STAFF_POST,
            target=room.target,
            key=f"alarms:{int(now.timestamp() * 1_000_000)}",
            text=" ".join(f"{alarm.kind}:{alarm.case_id}" for alarm in rung),
            locale=room.locale,
        )
    ]


def _message(alarm: Alarm, room: StaffRoom) -> ActionDraft:
    return ActionDraft(
        kind=ActionKind.ALARM,
        purpose=Purpose.STAFF_POST,
        target=room.target,
        key=f"alarm:{alarm.case_id}:{alarm.kind}:{alarm.ref}",
        text=alarm.kind,
        case_id=alarm.case_id,
        locale=room.locale,
    )


async def _on_duty(unit: Unit) -> tuple[OnDuty, ...]:
    people = await unit.watch.on_duty()
    counts = [
        await unit.cases.count(CaseQuery(states=ACTIVE, claimed_by=one.member), most=MOST_COUNTED) for one in people
    ]
    return tuple(OnDuty(one, count) for one, count in zip(people, counts, strict=True))


async def _queue(unit: Unit, now: datetime, guild_id: str | None) -> QueueView:
    async def count(query: CaseQuery) -> int:
        return await unit.cases.count(query, most=MOST_COUNTED)

    by_severity = {one: await count(CaseQuery(states=_OURS, severity=one)) for one in reversed(Severity)}
    pressing = await unit.cases.find(CaseQuery(states=_OURS), limit=QUEUE_SHOWN)
    return QueueView(
        at=now,
        open=by_severity,
        waiting=await count(CaseQuery(states=(CaseState.WAITING,))),
        snoozed=await count(CaseQuery(states=ACTIVE, snoozed_at=now)),
        unclaimed=await count(CaseQuery(states=_OURS, unclaimed=True)),
        overdue=await count(CaseQuery(states=ACTIVE, overdue_at=now)),
        oldest=await unit.cases.oldest(CaseQuery(states=_OURS)),
        next_due=next(iter(await unit.cases.find(CaseQuery(states=_OURS, due_from=now), limit=1)), None),
        pressing=tuple(pressing),
        on_duty=await _on_duty(unit),
        guild_id=guild_id,
    )
