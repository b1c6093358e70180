"""What we owe a customer: promises with due dates of their own, and goodwill within a budget."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from core.clock import Clock
from core.errors import ConflictError, InputError, NotFoundError
from core.ports.storing import Store, Unit
from core.settings import DeskSection
from core.text import mark
from core.types.case import CaseEvent, CaseEventKind
from core.types.deskwork import Alarm, AlarmKind, Goodwill, GoodwillState, Promise, PromiseState
from engagement.desk.care import active_case
from engagement.outgoing.records import refresh_card

__all__ = ["PLEDGE_LIMIT", "PROMISE_REMINDER", "Pledges", "month_of"]

PROMISE_REMINDER = timedelta(hours=4)
"""Staff are reminded so long before a promise is due, or half-way to it where less time is left."""
PLEDGE_LIMIT = 300
"""Characters of a promise and of what goodwill is."""
_EVENTS = {
    PromiseState.KEPT: CaseEventKind.PROMISE_KEPT,
    PromiseState.WITHDRAWN: CaseEventKind.PROMISE_WITHDRAWN,
}
_DECISIONS = {
    GoodwillState.APPROVED: CaseEventKind.GOODWILL_APPROVED,
    GoodwillState.REFUSED: CaseEventKind.GOODWILL_REFUSED,
}

T = TypeVar("T")


class Pledges:
    """The service behind `/case promise` and `/case goodwill`."""

    def __init__(
        self, store: Store, clock: Clock, section: DeskSection, zone: ZoneInfo, *, wake: Callable[[], None]
    ) -> None:
        self.section = section
        self._store = store
        self._clock = clock
        self._zone = zone
        self._wake = wake

    async def promise(self, case_id: int, actor: str, text: str, due_at: datetime) -> Promise:
        """Record what was promised and until when. Raises InputError for a moment that is past."""
        words = _words(text)

        async def work(unit: Unit) -> Promise:
            case = await active_case(unit, case_id)
            now = self._clock.now()
            if due_at <= now:
                raise InputError(mark("That moment is past."))
            made = await unit.casework.add_promise(case_id, text=words, due_at=due_at, made_by=actor, at=now)
            ahead = max(due_at - PROMISE_REMINDER, now + (due_at - now) / 2)
            await unit.watch.set_alarms(
                [
                    Alarm(case_id, AlarmKind.PROMISE_REMINDER, made.id, ahead),
                    Alarm(case_id, AlarmKind.PROMISE_BREACH, made.id, due_at),
                ]
            )
            await unit.cases.add_event(CaseEvent(case_id, CaseEventKind.PROMISED, now, actor))
            await refresh_card(unit, case, now)
            return made

        return await self._written(work)

    async def settle(self, promise_id: int, actor: str, state: PromiseState) -> Promise:
        """Note that a promise was kept or taken back. Raises ConflictError when it is settled already."""

        async def work(unit: Unit) -> Promise:
            made = await unit.casework.promise(promise_id)
            if made is None:
                raise NotFoundError(mark("There is no such promise."))
            now = self._clock.now()
            if not await unit.casework.settle_promise(promise_id, state, at=now):
                raise ConflictError(mark("This promise is settled already."))
            await self._noted(unit, made.case_id, _EVENTS[state], actor)
            return await unit.casework.promise(promise_id) or made

        return await self._written(work)

    async def promises(self, case_id: int) -> list[Promise]:
        """Return the promises of a case, by due date."""
        async with self._store.read() as unit:
            return await unit.casework.promises(case_id)

    async def offer(self, case_id: int, actor: str, amount: int, text: str) -> Goodwill:
        """Record an offer of goodwill; above `goodwill_alone` it waits for a second person.

        Raises InputError when there is no budget, or when it does not reach.
        """
        words = _words(text)
        alone = amount <= self.section.goodwill_alone
        state = GoodwillState.APPROVED if alone else GoodwillState.PROPOSED

        async def work(unit: Unit) -> Goodwill:
            await active_case(unit, case_id)
            now = self._clock.now()
            since, until = month_of(now, self._zone)
            left = self.section.goodwill_month - await unit.casework.goodwill_spent(since=since, until=until)
            if amount <= 0:
                raise InputError(mark("Goodwill is at least 1."))
            if amount > left:
                raise InputError(mark("This month's goodwill has {left} left."), left=self.money(max(left, 0)))
            made = await unit.casework.add_goodwill(
                case_id, amount=amount, text=words, offered_by=actor, at=now, state=state
            )
            await self._noted(unit, case_id, CaseEventKind.GOODWILL_OFFERED, actor, self.money(amount))
            if alone:
                await self._noted(unit, case_id, CaseEventKind.GOODWILL_APPROVED, actor, self.money(amount))
            return made

        return await self._written(work)

    async def decide(self, goodwill_id: int, actor: str, state: GoodwillState) -> Goodwill:
        """Approve or refuse an offer.

        Raises ConflictError when it was decided already, and when the one who made it approves it.
        """

        async def work(unit: Unit) -> Goodwill:
            made = await unit.casework.goodwill(goodwill_id)
            if made is None:
                raise NotFoundError(mark("There is no such offer."))
            if state is GoodwillState.APPROVED and made.offered_by == actor:
                raise ConflictError(mark("A second person approves goodwill."), holder=actor)
            if not await unit.casework.decide_goodwill(goodwill_id, state, by=actor, at=self._clock.now()):
                raise ConflictError(mark("This offer was decided already."), holder=made.decided_by)
            await self._noted(unit, made.case_id, _DECISIONS[state], actor, self.money(made.amount))
            return await unit.casework.goodwill(goodwill_id) or made

        return await self._written(work)

    async def offers(self, case_id: int) -> list[Goodwill]:
        """Return the offers of a case, oldest first."""
        async with self._store.read() as unit:
            return await unit.casework.offers(case_id)

    def money(self, amount: int) -> str:
        """Return an amount with its currency."""
        return f"{amount:,} {self.section.goodwill_currency}"

    async def _noted(self, unit: Unit, case_id: int, kind: CaseEventKind, actor: str, reason: str = "") -> None:
        now = self._clock.now()
        await unit.cases.add_event(CaseEvent(case_id, kind, now, actor, reason))
        case = await unit.cases.get(case_id)
        if case is not None:
            await refresh_card(unit, case, now)

    async def _written(self, work: Callable[[Unit], Awaitable[T]]) -> T:
        result = await self._store.write(work)
        self._wake()
        return result


def _words(text: str) -> str:
    words = " ".join(text.split())
    if not words or len(words) > PLEDGE_LIMIT:
        raise InputError(mark("Write between 1 and {most} characters."), most=PLEDGE_LIMIT)
    return words


def month_of(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the calendar month that holds a moment, as [start, end)."""
    start = now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (start.replace(tzinfo=None) + timedelta(days=32)).replace(day=1)
    return start, end.replace(tzinfo=zone)
