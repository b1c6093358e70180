"""Causes behind cases, and satisfaction after them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, exists, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Row

from core.types.action import ActionKind, ActionState, Purpose
from core.types.case import Case, CaseState
from core.types.learning import Cause, CsatAnswer, CsatCounts
from storage.cases import Cases
from storage.session import Session
from storage.tables import actions, cases
from storage.tables_learning import cause_cases, causes, csat_answers
from storage.times import micros, moment

_OPEN, _FIXED = 0, 1
_LINKED = (
    select(func.count())
    .select_from(cause_cases)
    .where(cause_cases.c.cause_id == causes.c.id)
    .scalar_subquery()
    .label("linked")
)


class Causes:
    """The cause repository."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, title: str, *, actor: str, at: datetime) -> Cause:
        """Store a new cause."""
        sides = {"title": title, "added_at": micros(at), "added_by": actor, "place": _OPEN}
        cause_id = await self._session.scalar(insert(causes).values(sides).returning(causes.c.id))
        return Cause(cause_id, title, at, actor)

    async def get(self, cause_id: int) -> Cause | None:
        """Return one cause with its number of cases."""
        found = await self._causes(_causes().where(causes.c.id == cause_id))
        return found[0] if found else None

    async def find(self, *, limit: int, offset: int = 0) -> list[Cause]:
        """Return a page: open causes first, each newest first."""
        page = _causes().order_by(causes.c.place, causes.c.id.desc()).limit(limit).offset(offset)
        return await self._causes(page)

    async def count(self) -> int:
        """Count all causes."""
        return int(await self._session.scalar(select(func.count()).select_from(causes)))

    async def link(self, cause_id: int, case_id: int, *, actor: str, at: datetime) -> bool:
        """Link a case; False where it is linked already."""
        row = upsert(cause_cases).values(cause_id=cause_id, case_id=case_id, linked_at=micros(at), linked_by=actor)
        return await self._session.run(row.on_conflict_do_nothing()) > 0

    async def cases(self, cause_id: int) -> list[int]:
        """Return the ids of the linked cases, ascending."""
        linked = select(cause_cases.c.case_id).where(cause_cases.c.cause_id == cause_id).order_by(cause_cases.c.case_id)
        return [row.case_id for row in await self._session.all(linked)]

    async def of_case(self, case_id: int) -> list[Cause]:
        """Return the causes of a case."""
        linked = select(cause_cases.c.cause_id).where(cause_cases.c.case_id == case_id)
        return await self._causes(_causes().where(causes.c.id.in_(linked)).order_by(causes.c.id))

    async def fix(self, cause_id: int, *, actor: str, at: datetime) -> bool:
        """Mark it fixed; False where it is fixed already, or there is none."""
        still_open = (causes.c.id == cause_id, causes.c.fixed_at.is_(None))
        fixed = {"fixed_at": micros(at), "fixed_by": actor, "place": _FIXED}
        return await self._session.run(update(causes).where(*still_open).values(fixed)) > 0

    async def _causes(self, statement: Select[Any]) -> list[Cause]:
        return [
            Cause(
                id=row.id,
                title=row.title,
                added_at=moment(row.added_at),
                added_by=row.added_by,
                fixed_at=moment(row.fixed_at),
                fixed_by=row.fixed_by,
                cases=row.linked,
            )
            for row in await self._session.all(statement)
        ]


def _causes() -> Select[Any]:
    return select(causes, _LINKED)


class Csat:
    """The satisfaction repository."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def to_ask(self, *, since: datetime, until: datetime, limit: int) -> Sequence[Case]:
        """Return cases resolved in [since, until) whose author is known and was not asked, oldest first."""
        c = cases.c
        asked = exists().where(actions.c.case_id == c.id, actions.c.kind == ActionKind.SURVEY)
        resolved = (
            select(c.id)
            .where(c.resolved_at >= micros(since), c.resolved_at < micros(until))
            .where(c.state == CaseState.RESOLVED, c.author_key.is_not(None), ~asked)
            .order_by(c.resolved_at, c.id)
            .limit(limit)
        )
        known = Cases(self._session)
        found = [await known.get(row.id) for row in await self._session.all(resolved)]
        return [case for case in found if case is not None]

    async def put(self, answer: CsatAnswer) -> None:
        """Store an answer; a later one replaces score and time, and `why` where it says something."""
        sides = {"score": answer.score, "why": answer.why, "answered_at": micros(answer.answered_at)}
        statement = upsert(csat_answers).values(case_id=answer.case_id, **sides)
        given = statement.excluded
        kept = case((given.why != "", given.why), else_=csat_answers.c.why)
        changed = {"score": given.score, "answered_at": given.answered_at, "why": kept}
        await self._session.run(statement.on_conflict_do_update(index_elements=["case_id"], set_=changed))

    async def get(self, case_id: int) -> CsatAnswer | None:
        """Return the answer about a case."""
        row = await self._session.first(select(csat_answers).where(csat_answers.c.case_id == case_id))
        return None if row is None else _answer(row)

    async def counts(self, *, since: datetime, until: datetime, brand: str | None = None) -> CsatCounts:
        """Count questions sent and answers given in [since, until), of one brand where it is named."""
        a, x = actions.c, csat_answers.c
        asked = (
            select(func.count())
            .select_from(actions)
            .where(a.purpose == Purpose.SURVEY, a.sent_at >= micros(since), a.sent_at < micros(until))
            .where(a.kind == ActionKind.SURVEY, a.state == ActionState.SENT)
        )
        given = (
            select(x.score, func.count().label("answers"))
            .where(x.answered_at >= micros(since), x.answered_at < micros(until))
            .group_by(x.score)
        )
        if brand is not None:
            asked = asked.where(exists().where(cases.c.id == a.case_id, cases.c.brand == brand))
            given = given.where(exists().where(cases.c.id == x.case_id, cases.c.brand == brand))
        by_score = {row.score: row.answers for row in await self._session.all(given)}
        one, two, three, four, five = (by_score.get(score, 0) for score in range(1, 6))
        return CsatCounts(int(await self._session.scalar(asked)), (one, two, three, four, five))

    async def reasons(self, *, since: datetime, until: datetime, limit: int) -> list[CsatAnswer]:
        """Return answers of a span that say why, newest first."""
        x = csat_answers.c
        given = (
            select(csat_answers)
            .where(x.why != "", x.answered_at >= micros(since), x.answered_at < micros(until))
            .order_by(x.answered_at.desc())
            .limit(limit)
        )
        return [_answer(row) for row in await self._session.all(given)]


def _answer(row: Row[Any]) -> CsatAnswer:
    return CsatAnswer(row.case_id, row.score, row.why, moment(row.answered_at))
