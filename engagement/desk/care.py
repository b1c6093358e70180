"""What staff do with a case beside answering it: assign, snooze, prioritise, note and tag it.

Each change is one unit of work with its audit line, as in `desk`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import structlog

from core.clock import Clock
from core.errors import ConflictError, InputError, NotFoundError
from core.ports.storing import Store, Unit
from core.text import mark
from core.types.case import Case, CaseEvent, CaseEventKind, Severity
from core.types.deskwork import Alarm, AlarmKind, Note
from engagement.desk.clock import live_clock
from engagement.desk.duty import give_to, give_to_next
from engagement.desk.opening import ACTIVE, DeskPolicy
from engagement.outgoing.records import refresh_card

__all__ = ["MOST_TAGS", "TAG_LIMIT", "CaseCare", "active_case"]

MOST_TAGS = 10
TAG_LIMIT = 30
"""Characters of a tag."""
NOTE_LIMIT = 2000
"""Characters of a note."""

_log = structlog.get_logger(__name__)


class CaseCare:
    """The service behind assigning, snoozing, notes, tags and severity."""

    def __init__(self, store: Store, clock: Clock, policy: DeskPolicy, *, wake: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._wake = wake

    async def assign(self, case_id: int, actor: str, member: str, *, take_over: bool = False) -> Case:
        """Give a case to somebody.

        A free case may be given by anyone, one that is held by its holder; `take_over` allows everything. Raises
        ConflictError with the holder otherwise, and when the case is closed.
        """

        async def work(unit: Unit, case: Case) -> Case:
            _may_hand_over(case, actor, take_over=take_over)
            if case.claimed_by == member:
                return case
            return await give_to(unit, case, member, actor=actor, at=self._clock.now())

        return await self._change(case_id, work)

    async def assign_next(self, case_id: int, actor: str, *, take_over: bool = False) -> Case:
        """Give a case to whoever on duty is next. Raises ConflictError as `assign`, and when nobody is there."""

        async def work(unit: Unit, case: Case) -> Case:
            _may_hand_over(case, actor, take_over=take_over)
            given = await give_to_next(unit, case, actor=actor, at=self._clock.now())
            if given is None:
                raise ConflictError(mark("Nobody else is on duty."))
            return given

        return await self._change(case_id, work)

    async def snooze(self, case_id: int, actor: str, until: datetime) -> Case:
        """Put a case behind the others until a moment; its clocks go on, and staff are told when it is back.

        Raises InputError for a moment that is past.
        """

        async def work(unit: Unit, case: Case) -> Case:
            now = self._clock.now()
            if until <= now:
                raise InputError(mark("That moment is past."))
            changed = replace(case, snoozed_until=until)
            event = CaseEvent(case.id, CaseEventKind.SNOOZED, now, actor, until.isoformat(timespec="seconds"))
            saved = await unit.cases.save(changed, event)
            # Numbered by the case's version: a second snooze wakes it again, the first one's alarm finds it void.
            await unit.watch.set_alarms([Alarm(case.id, AlarmKind.SNOOZE_OVER, saved.version, until)])
            return saved

        return await self._change(case_id, work)

    async def wake_up(self, case_id: int, actor: str) -> Case:
        """End a snooze. Raises ConflictError when the case is not snoozed."""

        async def work(unit: Unit, case: Case) -> Case:
            if case.snoozed_until is None:
                raise ConflictError(mark("This case is not snoozed."))
            event = CaseEvent(case.id, CaseEventKind.WOKEN, self._clock.now(), actor)
            return await unit.cases.save(replace(case, snoozed_until=None), event)

        return await self._change(case_id, work)

    async def prioritise(self, case_id: int, actor: str, severity: Severity) -> Case:
        """Set the severity by hand: both clocks are as if the case had been opened with it."""

        async def work(unit: Unit, case: Case) -> Case:
            if case.severity is severity:
                return case
            clock = await live_clock(unit, self._policy.clock)
            changed = clock.set_anew(case, severity)
            event = CaseEvent(case.id, CaseEventKind.PRIORITISED, self._clock.now(), actor, severity)
            saved = await unit.cases.save(changed, event)
            await unit.watch.set_alarms(clock.alarms(saved))
            return saved

        return await self._change(case_id, work)

    async def note(self, case_id: int, actor: str, text: str) -> Note:
        """Add an internal note, also to a closed case. Raises InputError for an empty one."""
        words = text.strip()[:NOTE_LIMIT]
        if not words:
            raise InputError(mark("The note is empty."))

        async def work(unit: Unit) -> Note:
            case = await _get(unit, case_id)
            now = self._clock.now()
            note = await unit.casework.add_note(case.id, author=actor, text=words, at=now)
            await self._touched(unit, case, CaseEventKind.NOTED, actor)
            return note

        note = await self._store.write(work)
        self._wake()
        return note

    async def notes(self, case_id: int) -> list[Note]:
        """Return the notes of a case, oldest first."""
        async with self._store.read() as unit:
            await _get(unit, case_id)
            return await unit.casework.notes(case_id)

    async def tag(self, case_id: int, actor: str, tag: str) -> tuple[str, ...]:
        """Put a tag on a case and return all of them. Raises InputError for an empty tag, and when there are many."""
        wanted = _folded(tag)

        async def work(unit: Unit) -> tuple[str, ...]:
            case = await _get(unit, case_id)
            known = (await unit.casework.tags([case_id])).get(case_id, ())
            if wanted in known:
                return known
            if len(known) >= MOST_TAGS:
                raise InputError(mark("A case takes {count} tags at most."), count=MOST_TAGS)
            await unit.casework.add_tag(case_id, wanted)
            await self._touched(unit, case, CaseEventKind.TAGGED, actor, wanted)
            return tuple(sorted({*known, wanted}))

        tags = await self._store.write(work)
        self._wake()
        return tags

    async def untag(self, case_id: int, actor: str, tag: str) -> tuple[str, ...]:
        """Take a tag off a case and return what is left. Raises NotFoundError when it has none such."""
        wanted = _folded(tag)

        async def work(unit: Unit) -> tuple[str, ...]:
            case = await _get(unit, case_id)
            if not await unit.casework.remove_tag(case_id, wanted):
                raise NotFoundError(mark("This case has no such tag."))
            await self._touched(unit, case, CaseEventKind.UNTAGGED, actor, wanted)
            return (await unit.casework.tags([case_id])).get(case_id, ())

        tags = await self._store.write(work)
        self._wake()
        return tags

    async def known_tags(self, prefix: str) -> list[str]:
        """Return tags in use that begin so."""
        async with self._store.read() as unit:
            return await unit.casework.known_tags(" ".join(prefix.split()).casefold(), limit=25)

    async def _touched(self, unit: Unit, case: Case, kind: CaseEventKind, actor: str, reason: str = "") -> None:
        now = self._clock.now()
        await unit.cases.add_event(CaseEvent(case.id, kind, now, actor, reason))
        await refresh_card(unit, case, now)

    async def _change(self, case_id: int, work: Callable[[Unit, Case], Awaitable[Case]]) -> Case:
        async def within(unit: Unit) -> Case:
            case = await work(unit, await active_case(unit, case_id))
            await refresh_card(unit, case, self._clock.now())
            return case

        case = await self._store.write(within)
        _log.info("desk.case", case=case.id, state=case.state, version=case.version)
        self._wake()
        return case


def _may_hand_over(case: Case, actor: str, *, take_over: bool) -> None:
    if case.claimed_by not in (None, actor) and not take_over:
        raise ConflictError(mark("Somebody else has this case."), holder=case.claimed_by)


def _folded(tag: str) -> str:
    words = " ".join(tag.split()).casefold()
    if not words or len(words) > TAG_LIMIT:
        raise InputError(mark("A tag has between 1 and {most} characters."), most=TAG_LIMIT)
    return words


async def _get(unit: Unit, case_id: int) -> Case:
    case = await unit.cases.get(case_id)
    if case is None:
        raise NotFoundError(mark("There is no such case."))
    return case


async def active_case(unit: Unit, case_id: int) -> Case:
    """Return a case that is not closed. Raises NotFoundError and ConflictError."""
    case = await _get(unit, case_id)
    if case.state not in ACTIVE:
        raise ConflictError(mark("This case is closed."), holder=case.claimed_by)
    return case
