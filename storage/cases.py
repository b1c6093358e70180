"""Cases and their audit trail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, func, insert, select, union, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Row

from core.errors import ConflictError, NotFoundError
from core.text import mark
from core.types.action import Target
from core.types.case import (
    AnsweredBy,
    Case,
    CaseEvent,
    CaseEventKind,
    CaseKind,
    CaseQuery,
    CaseState,
    Dismissal,
    HeldPost,
    Severity,
)
from core.types.post import Source
from storage import casework, scrubbing
from storage.session import Prepared, Session, any_of, encode_list
from storage.tables import case_events, case_mentions, cases, mentions, texts
from storage.tables_queue import case_tags
from storage.times import micros, moment

_CLOSED = (CaseState.RESOLVED, CaseState.DISMISSED)
_END = 1 << 62
"""The queue is one ascending number: a running case stands at its due time, a closed one at `_END` minus its opening.
A snoozed one stands where its snooze ends. So running cases come first by due time, closed ones behind them with the
newest first, and one index serves a page."""
_FIRST_CLOSED = 1 << 61
_BY_PLACE = (cases.c.place, cases.c.id.desc())
_OF_CASES = (
    select(case_mentions.c.case_id, case_mentions.c.mention_id)
    .where(case_mentions.c.case_id.in_(any_of("ids")))
    .order_by(case_mentions.c.case_id, case_mentions.c.position)
)
_LAST_ID = select(func.max(cases.c.id))
_OPEN = Prepared(insert(cases), [column.name for column in cases.c])
_HOLD = Prepared(insert(case_mentions), ("case_id", "mention_id", "position"))
_NOTE = Prepared(insert(case_events), ("case_id", "kind", "at", "reason"))


class Cases:
    """The case repository."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def open(
        self,
        *,
        kind: CaseKind,
        severity: Severity,
        brand: str,
        opened_at: datetime,
        due_at: datetime,
        mention_id: int | None,
        author_key: str | None,
        target: Target | None = None,
        note: str = "",
        resolve_due_at: datetime | None = None,
    ) -> Case:
        """Open a case, with its `opened` event."""
        case = Case(
            id=0,
            kind=kind,
            state=CaseState.OPEN,
            severity=severity,
            brand=brand,
            opened_at=opened_at,
            due_at=due_at,
            mention_ids=() if mention_id is None else (mention_id,),
            author_key=author_key,
            target=target,
            note=note,
            resolve_due_at=resolve_due_at,
        )
        case_id = await self._session.scalar(insert(cases).values(_sides(case)).returning(cases.c.id))
        case = replace(case, id=case_id)
        if mention_id is not None:
            await self._hold(case.id, mention_id)
        await self.add_event(CaseEvent(case.id, CaseEventKind.OPENED, opened_at, None))
        return case

    async def open_many(self, cases: Sequence[Case]) -> list[int]:
        """Store new cases with their mentions and `opened` events; return the ids they got (theirs is void)."""
        # There is one writer, so the next ids are known beforehand and all rows go at the driver's own speed.
        first = int(await self._session.scalar(_LAST_ID) or 0) + 1
        ids = list(range(first, first + len(cases)))
        opened = [(case_id, case, micros(case.opened_at)) for case_id, case in zip(ids, cases, strict=True)]
        await self._session.many(_OPEN, [(case_id, *_sides(case).values()) for case_id, case, _ in opened])
        held = [
            (case_id, mention_id, position)
            for case_id, case, _ in opened
            for position, mention_id in enumerate(case.mention_ids)
        ]
        await self._session.many(_HOLD, held)
        await self._session.many(_NOTE, [(case_id, CaseEventKind.OPENED, at, "") for case_id, _, at in opened])
        return ids

    async def get(self, case_id: int) -> Case | None:
        """Return one case."""
        found = await self._cases(select(cases).where(cases.c.id == case_id))
        return found[0] if found else None

    async def save(self, case: Case, event: CaseEvent) -> Case:
        """Store a changed case and what happened; return it with its new version.

        Raises ConflictError, naming who holds the case, when somebody changed it since `case.version`, and
        NotFoundError when there is none.
        """
        changed = replace(case, version=case.version + 1)
        same = (cases.c.id == case.id, cases.c.version == case.version)
        if not await self._session.run(update(cases).where(*same).values(_sides(changed))):
            now = await self.get(case.id)
            if now is None:
                raise NotFoundError(mark("There is no case {number}."), number=case.id)
            raise ConflictError(
                mark("Case {number} was changed meanwhile; look at it again."), holder=now.claimed_by, number=case.id
            )
        await self.add_event(event)
        return changed

    async def add_event(self, event: CaseEvent) -> None:
        """Note something that changes no field."""
        await self._session.run(
            insert(case_events).values(
                case_id=event.case_id, kind=event.kind, at=micros(event.at), actor=event.actor, reason=event.reason
            )
        )

    async def events(self, case_id: int) -> list[CaseEvent]:
        """Return the trail, oldest first."""
        of_case = select(case_events).where(case_events.c.case_id == case_id).order_by(case_events.c.id)
        return [
            CaseEvent(row.case_id, CaseEventKind(row.kind), moment(row.at), row.actor, row.reason)
            for row in await self._session.all(of_case)
        ]

    async def find(self, query: CaseQuery, *, limit: int, offset: int = 0) -> list[Case]:
        """Return a page of cases: open ones by due time, then the newest."""
        # The page is cut on the index alone; only its own rows are read in full.
        page = select(cases.c.id).where(*_conditions(query)).order_by(*_BY_PLACE).limit(limit).offset(offset)
        return await self._cases(select(cases).where(cases.c.id.in_(page)).order_by(*_BY_PLACE))

    async def count(self, query: CaseQuery, *, most: int | None = None) -> int:
        """Count what `find` would list in all; with `most` no further than that."""
        found = select(cases.c.id).where(*_conditions(query)).limit(most).subquery()
        return int(await self._session.scalar(select(func.count()).select_from(found)))

    async def oldest(self, query: CaseQuery) -> Case | None:
        """Return the case of a query that was opened first."""
        # State by state, since that is how they stand in the index.
        found: list[Case] = []
        for state in query.states or tuple(CaseState):
            of_state = (*_conditions(replace(query, states=None)), cases.c.state == state)
            found += await self._cases(select(cases).where(*of_state).order_by(cases.c.opened_at, cases.c.id).limit(1))
        return min(found, key=lambda case: (case.opened_at, case.id), default=None)

    async def of_author(self, author_key: str, *, since: datetime) -> list[Case]:
        """Return an author's cases, newest first."""
        of_them = select(cases).where(cases.c.author_key == author_key, cases.c.opened_at >= micros(since))
        return await self._cases(of_them.order_by(cases.c.opened_at.desc(), cases.c.id.desc()))

    async def with_posts_of(self, author_key: str, *, since: datetime) -> list[Case]:
        """Return the cases that hold a post which this author wrote since `since`, newest first."""
        held = (
            select(case_mentions.c.case_id)
            .join(mentions, mentions.c.id == case_mentions.c.mention_id)
            .where(mentions.c.author_key == author_key, mentions.c.created_at >= micros(since))
        )
        of_them = select(cases).where(cases.c.id.in_(held))
        return await self._cases(of_them.order_by(cases.c.opened_at.desc(), cases.c.id.desc()))

    async def complaints_about(
        self, source: Source, brand: str, *, since: datetime, until: datetime, limit: int
    ) -> list[HeldPost]:
        """Return living posts written in [since, until] that stand on complaint cases of a brand, newest first."""
        m = mentions.c
        about = (
            select(case_mentions.c.case_id, m.id, m.author_key, texts.c.text)
            .select_from(mentions)
            .join(case_mentions, case_mentions.c.mention_id == m.id)
            .join(texts, texts.c.mention_id == m.id)
            .join(cases, cases.c.id == case_mentions.c.case_id)
            .where(m.brand == brand, m.created_at.between(micros(since), micros(until)))
            .where(m.source == source, cases.c.kind == CaseKind.COMPLAINT)
            .order_by(m.created_at.desc())
            .limit(limit)
        )
        rows = await self._session.all(about)
        return [HeldPost(row.case_id, row.id, row.author_key, row.text) for row in rows]

    async def of_mentions(self, mention_ids: Collection[int]) -> list[Case]:
        """Return the cases that hold any of these mentions."""
        held = select(case_mentions.c.case_id).where(case_mentions.c.mention_id.in_(any_of("ids")))
        return await self._cases(
            select(cases).where(cases.c.id.in_(held)).order_by(cases.c.id), {"ids": encode_list(mention_ids)}
        )

    async def of_thread(self, source: Source, thread_id: str, *, brand: str | None, since: datetime) -> list[Case]:
        """Return the cases opened since `since` that hold a mention of this brand (None: any) in this thread.

        The post that began the thread belongs to it. Newest first.
        """
        inside = union(
            select(texts.c.mention_id).where(texts.c.thread_id == thread_id),
            select(mentions.c.id).where(mentions.c.native_id == thread_id),
        )
        held = (
            select(case_mentions.c.case_id)
            .join(mentions, mentions.c.id == case_mentions.c.mention_id)
            .where(case_mentions.c.mention_id.in_(inside), mentions.c.source == source)
        )
        if brand is not None:
            held = held.where(mentions.c.brand == brand)
        recent = select(cases).where(cases.c.opened_at >= micros(since), cases.c.id.in_(held))
        return await self._cases(recent.order_by(cases.c.opened_at.desc(), cases.c.id.desc()))

    async def join(self, case_id: int, mention_id: int, at: datetime, *, reason: str = "") -> None:
        """Put one more mention on a case, with its `joined` event; one it holds already changes nothing."""
        if await self._hold(case_id, mention_id):
            await self.add_event(CaseEvent(case_id, CaseEventKind.JOINED, at, None, reason))

    async def expire_requests(self, before: datetime, *, limit: int) -> list[Case]:
        """Take person, place and words off requests that were opened before `before`, and return those.

        What staff wrote beside them goes, too.
        """
        personal = (cases.c.note != "") | cases.c.author_key.is_not(None)
        old = select(cases.c.id).where(cases.c.opened_at < micros(before), cases.c.kind == CaseKind.REQUEST, personal)
        ids = [row.id for row in await self._session.all(old.order_by(cases.c.opened_at).limit(limit))]
        if not ids:
            return []
        await scrubbing.mark(self._session)
        await casework.strip(self._session, ids)
        of_them = cases.c.id.in_(any_of("ids"))
        fields = {"ids": encode_list(ids)}
        await self._session.run(update(cases).where(of_them).values(author_key=None, note="", target=None), fields)
        return await self._cases(select(cases).where(of_them), fields)

    async def set_card(self, case_id: int, *, channel: str, message: str) -> None:
        """Note where the case's card stands; no event, and `version` stays."""
        place = {"card_channel": channel, "card_message": message}
        await self._session.run(update(cases).where(cases.c.id == case_id).values(place))

    async def _hold(self, case_id: int, mention_id: int) -> bool:
        held = select(func.count()).where(case_mentions.c.case_id == case_id).scalar_subquery()
        row = upsert(case_mentions).values(case_id=case_id, mention_id=mention_id, position=held)
        return await self._session.run(row.on_conflict_do_nothing()) > 0

    async def _cases(self, statement: Select[Any], fields: dict[str, Any] | None = None) -> list[Case]:
        rows = await self._session.all(statement, fields)
        held: defaultdict[int, list[int]] = defaultdict(list)
        if rows:
            for row in await self._session.all(_OF_CASES, {"ids": encode_list([row.id for row in rows])}):
                held[row.case_id].append(row.mention_id)
        return [_case(row, held[row.id]) for row in rows]


def _case(row: Row[Any], mention_ids: Sequence[int]) -> Case:
    return Case(
        id=row.id,
        kind=CaseKind(row.kind),
        state=CaseState(row.state),
        severity=Severity(row.severity),
        brand=row.brand,
        opened_at=moment(row.opened_at),
        due_at=moment(row.due_at),
        mention_ids=tuple(mention_ids),
        author_key=row.author_key,
        claimed_by=row.claimed_by,
        claimed_at=moment(row.claimed_at),
        answered_at=moment(row.answered_at),
        answered_by=None if row.answered_by is None else AnsweredBy(row.answered_by),
        resolved_at=moment(row.resolved_at),
        resolution=row.resolution,
        card_channel=row.card_channel,
        card_message=row.card_message,
        target=None if row.target is None else msgspec.json.decode(row.target, type=Target),
        note=row.note,
        resolve_due_at=moment(row.resolve_due_at),
        paused_at=moment(row.paused_at),
        snoozed_until=moment(row.snoozed_until),
        dismissal=None if row.dismissal is None else Dismissal(row.dismissal),
        version=row.version,
    )


def _sides(case: Case) -> dict[str, Any]:
    return {
        "kind": case.kind,
        "state": case.state,
        "severity": case.severity,
        "brand": case.brand,
        "opened_at": micros(case.opened_at),
        "due_at": micros(case.due_at),
        "author_key": case.author_key,
        "claimed_by": case.claimed_by,
        "claimed_at": micros(case.claimed_at),
        "answered_at": micros(case.answered_at),
        "answered_by": case.answered_by,
        "resolved_at": micros(case.resolved_at),
        "resolution": case.resolution,
        "card_channel": case.card_channel,
        "card_message": case.card_message,
        "target": None if case.target is None else msgspec.json.encode(case.target).decode(),
        "note": case.note,
        "resolve_due_at": micros(case.resolve_due_at),
        "paused_at": micros(case.paused_at),
        "snoozed_until": micros(case.snoozed_until),
        "dismissal": case.dismissal,
        "version": case.version,
        "place": _place(case),
    }


def _place(case: Case) -> int:
    if case.state in _CLOSED:
        return _END - micros(case.opened_at)
    return max(micros(case.due_at), micros(case.snoozed_until) or 0)


def _conditions(query: CaseQuery) -> list[ColumnElement[bool]]:
    c = cases.c
    sides = {c.brand: query.brand, c.severity: query.severity, c.claimed_by: query.claimed_by}
    conditions: list[ColumnElement[bool]] = [column == wanted for column, wanted in sides.items() if wanted is not None]
    if query.states is not None:
        conditions += _of_states(query.states)
    if query.since is not None:
        conditions.append(c.opened_at >= micros(query.since))
    if query.until is not None:
        conditions.append(c.opened_at < micros(query.until))
    if query.overdue_at is not None:
        # The place of a running case is its due time; one closed without an answer waits for nobody.
        conditions += [c.answered_at.is_(None), c.place < micros(query.overdue_at)]
    if query.due_from is not None:
        conditions += [c.answered_at.is_(None), c.place >= micros(query.due_from)]
    if query.tag is not None:
        conditions.append(c.id.in_(select(case_tags.c.case_id).where(case_tags.c.tag == query.tag)))
    if query.snoozed_at is not None:
        conditions.append(c.snoozed_until > micros(query.snoozed_at))
    if query.unclaimed:
        conditions.append(c.claimed_by.is_(None))
    return conditions


def _of_states(states: Sequence[CaseState]) -> list[ColumnElement[bool]]:
    """Ask for states; where they are all running, or all closed, one stretch of the queue holds them.

    Where it holds no others the states are not asked for: SQLite would read and sort them state by state.
    """
    asked, closed = set(states), set(_CLOSED)
    # Several states as an expression, lest SQLite goes by the index of states instead of the one that fits the rest.
    column = cases.c.state if len(asked) == 1 else cases.c.state.concat("")
    named: ColumnElement[bool] = column.in_(states)
    if asked & closed and asked - closed:
        return [named]
    stretch = cases.c.place >= _FIRST_CLOSED if asked & closed else cases.c.place < _FIRST_CLOSED
    return [stretch] if asked in (closed, set(CaseState) - closed) else [named, stretch]
