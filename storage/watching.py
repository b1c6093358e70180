"""Alarms, live targets, duty and the queue board."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from core.types.case import Severity
from core.types.deskwork import Alarm, AlarmKind, Board, Duty, SlaTarget
from storage.session import Prepared, Session
from storage.tables_queue import boards, case_alarms, duty, sla_targets
from storage.times import micros, moment

_THE_BOARD = 1


def _setting() -> Prepared:
    statement = upsert(case_alarms)
    newer = statement.on_conflict_do_update(
        index_elements=["case_id", "kind", "ref"],
        set_={"due_at": statement.excluded.due_at},
        where=case_alarms.c.rung_at.is_(literal_column("NULL")),
    )
    return Prepared(newer, ("case_id", "kind", "ref", "due_at"))


_SET = _setting()
_DUE = (
    select(case_alarms)
    .where(case_alarms.c.rung_at.is_(None), case_alarms.c.due_at <= bindparam("now"))
    .order_by(case_alarms.c.due_at)
    .limit(bindparam("limit"))
)


class Watch:
    """The watch repository."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def set_alarms(self, alarms: Sequence[Alarm]) -> None:
        """Set when alarms ring; one that rang already stays as it is."""
        rows = [(alarm.case_id, alarm.kind, alarm.ref, micros(alarm.due_at)) for alarm in alarms]
        await self._session.many(_SET, rows)

    async def due_alarms(self, now: datetime, *, limit: int) -> list[Alarm]:
        """Return alarms whose moment has come and that have not rung, oldest first."""
        rows = await self._session.all(_DUE, {"now": micros(now), "limit": limit})
        return [Alarm(row.case_id, AlarmKind(row.kind), row.ref, moment(row.due_at)) for row in rows]

    async def alarms(self, case_id: int) -> list[Alarm]:
        """Return the alarms of a case that have not rung."""
        c = case_alarms.c
        of_case = select(case_alarms).where(c.case_id == case_id, c.rung_at.is_(None)).order_by(c.kind, c.ref)
        rows = await self._session.all(of_case)
        return [Alarm(row.case_id, AlarmKind(row.kind), row.ref, moment(row.due_at)) for row in rows]

    async def settle_alarm(self, case_id: int, kind: AlarmKind, ref: int, *, at: datetime) -> bool:
        """Mark an alarm as rung or void; False when it was before."""
        c = case_alarms.c
        waiting = (c.case_id == case_id, c.kind == kind, c.ref == ref, c.rung_at.is_(None))
        return await self._session.run(update(case_alarms).where(*waiting).values(rung_at=micros(at))) > 0

    async def targets(self) -> list[SlaTarget]:
        """Return the targets that staff set live."""
        rows = await self._session.all(select(sla_targets))
        return [SlaTarget(Severity(row.severity), row.first_minutes, row.resolve_minutes) for row in rows]

    async def put_target(self, target: SlaTarget) -> None:
        """Set the target of one severity."""
        sides = {"first_minutes": target.first_minutes, "resolve_minutes": target.resolve_minutes}
        statement = upsert(sla_targets).values(severity=target.severity, **sides)
        await self._session.run(statement.on_conflict_do_update(index_elements=["severity"], set_=sides))

    async def on_duty(self) -> list[Duty]:
        """Return who is on duty, the next in turn first: who waits longest since their last case, or since coming."""
        turn = func.coalesce(duty.c.last_given_at, duty.c.since)
        never_first = duty.c.last_given_at.is_not(None)
        rows = await self._session.all(select(duty).order_by(never_first, turn, duty.c.member))
        return [Duty(row.member, moment(row.since), moment(row.last_given_at)) for row in rows]

    async def go_on_duty(self, member: str, *, at: datetime) -> bool:
        """Put somebody on duty; False when they were."""
        row = upsert(duty).values(member=member, since=micros(at)).on_conflict_do_nothing()
        return await self._session.run(row) > 0

    async def go_off_duty(self, member: str) -> bool:
        """Take somebody off duty; False when they were not on."""
        return await self._session.run(delete(duty).where(duty.c.member == member)) > 0

    async def gave(self, member: str, *, at: datetime) -> None:
        """Note that the round robin gave them a case."""
        await self._session.run(update(duty).where(duty.c.member == member).values(last_given_at=micros(at)))

    async def board(self) -> Board | None:
        """Return where the queue board stands."""
        row = await self._session.first(select(boards).where(boards.c.id == _THE_BOARD))
        if row is None:
            return None
        return Board(row.channel, row.message, row.guild_id, row.locale, row.action_id, moment(row.changed_at))

    async def put_board(self, board: Board) -> None:
        """Note where the queue board stands, and which action works on it."""
        sides = {
            "channel": board.channel,
            "message": board.message,
            "guild_id": board.guild_id,
            "locale": board.locale,
            "action_id": board.action_id,
            "changed_at": micros(board.changed_at),
        }
        statement = upsert(boards).values(id=_THE_BOARD, **sides)
        await self._session.run(statement.on_conflict_do_update(index_elements=["id"], set_=sides))
