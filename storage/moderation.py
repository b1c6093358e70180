"""The moderation log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Row

from core.errors import ConflictError, NotFoundError
from core.text import mark
from core.types.moderation import AppealState, Measure, MeasureKind, MeasureRecord, MeasureState
from core.types.post import Author, Source
from storage.mention_rows import clean
from storage.session import Session
from storage.tables import authors
from storage.tables_reply import measures
from storage.times import micros, moment

_NO_MEASURE = mark("There is no such moderation case.")


class Moderations:
    """The repository of measures and appeals."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def begin(self, measure: Measure, *, author_key: str | None, at: datetime) -> MeasureRecord:
        """Note a measure before it is taken, as `begun`, with the person it is about."""
        if author_key is not None and measure.member_id is not None:
            await self._know(measure, author_key)
        row = await self._session.first(insert(measures).values(_sides(measure, author_key, at)).returning(*measures.c))
        assert row is not None
        return _record(row)

    async def settle(self, number: int, state: MeasureState, *, detail: str = "") -> MeasureRecord:
        """Note what became of it. Raises NotFoundError."""
        return await self._change(number, {"state": state, "detail": detail})

    async def get(self, number: int) -> MeasureRecord | None:
        """Return one line of the log."""
        row = await self._session.first(select(measures).where(measures.c.number == number))
        return None if row is None else _record(row)

    async def subject(self, number: int) -> Author | None:
        """Return whom a measure is about, while they are known."""
        found = select(authors).join(measures, measures.c.author_key == authors.c.author_key)
        row = await self._session.first(found.where(measures.c.number == number))
        return None if row is None else Author(row.native_id, row.name, row.is_bot, row.is_staff, row.is_self)

    async def find(self, *, author_key: str | None = None, limit: int, offset: int = 0) -> list[MeasureRecord]:
        """Return the log, newest first; of one person where a key is given."""
        statement = select(measures).where(*_of(author_key)).order_by(measures.c.number.desc())
        return [_record(row) for row in await self._session.all(statement.limit(limit).offset(offset))]

    async def count(self, *, author_key: str | None = None, most: int | None = None) -> int:
        """Count what `find` would list in all; with `most` no further than that."""
        found = select(measures.c.number).where(*_of(author_key)).limit(most).subquery()
        return int(await self._session.scalar(select(func.count()).select_from(found)))

    async def appeal(self, number: int, *, text: str, at: datetime) -> MeasureRecord:
        """Open an appeal. Raises NotFoundError, and ConflictError where one was made already."""
        sides = {"appeal": AppealState.OPEN, "appeal_text": clean(text), "appealed_at": micros(at)}
        return await self._change(number, sides, measures.c.appeal.is_(None))

    async def decide(self, number: int, state: AppealState, *, actor: str, reason: str, at: datetime) -> MeasureRecord:
        """Decide an open appeal, once. Raises NotFoundError, and ConflictError with who was faster."""
        sides = {"appeal": state, "decided_by": actor, "decided_at": micros(at), "decision": clean(reason)}
        return await self._change(number, sides, measures.c.appeal == AppealState.OPEN)

    async def _know(self, measure: Measure, author_key: str) -> None:
        name = clean(measure.member_name or measure.member_id or "")
        sides = {"name": name, "folded_name": name.casefold()}
        statement = upsert(authors).values(
            author_key=author_key,
            source=measure.source,
            native_id=clean(measure.member_id or ""),
            is_bot=False,
            is_staff=False,
            is_self=False,
            **sides,
        )
        await self._session.run(statement.on_conflict_do_nothing(index_elements=["author_key"]))

    async def _change(self, number: int, sides: dict[str, Any], *where: ColumnElement[bool]) -> MeasureRecord:
        statement = update(measures).where(measures.c.number == number, *where).values(sides)
        row = await self._session.first(statement.returning(*measures.c))
        if row is not None:
            return _record(row)
        now = await self.get(number)
        if now is None:
            raise NotFoundError(_NO_MEASURE)
        if now.appeal is None:
            raise ConflictError(mark("There is no appeal against this measure."))
        if now.decided_by is not None:
            raise ConflictError(mark("This appeal is decided already."), holder=now.decided_by)
        raise ConflictError(mark("There is an appeal against this measure already."))


def _of(author_key: str | None) -> list[ColumnElement[bool]]:
    return [] if author_key is None else [measures.c.author_key == author_key]


def _sides(measure: Measure, author_key: str | None, at: datetime) -> dict[str, Any]:
    return {
        "kind": measure.kind,
        "state": MeasureState.BEGUN,
        "source": measure.source,
        "container": clean(measure.container),
        "guild_id": measure.guild_id,
        "moderator": measure.moderator,
        "reason": clean(measure.reason),
        "at": micros(at),
        "author_key": author_key,
        "until": micros(measure.until),
        "case_id": measure.case_id,
        "detail": "",
        "appeal_text": "",
        "decision": "",
    }


def _record(row: Row[Any]) -> MeasureRecord:
    return MeasureRecord(
        number=row.number,
        kind=MeasureKind(row.kind),
        state=MeasureState(row.state),
        source=Source(row.source),
        container=row.container,
        guild_id=row.guild_id,
        moderator=row.moderator,
        reason=row.reason,
        at=moment(row.at),
        author_key=row.author_key,
        until=moment(row.until),
        case_id=row.case_id,
        detail=row.detail,
        appeal=None if row.appeal is None else AppealState(row.appeal),
        appeal_text=row.appeal_text,
        appealed_at=moment(row.appealed_at),
        decided_by=row.decided_by,
        decided_at=moment(row.decided_at),
        decision=row.decision,
    )
