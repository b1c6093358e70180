"""Notes, tags, promises and goodwill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Row

from core.types.case import CaseEventKind
from core.types.deskwork import Goodwill, GoodwillState, Note, Promise, PromiseState
from storage.mention_rows import clean
from storage.session import Session, any_of, encode_list
from storage.tables import case_events, cases
from storage.tables_queue import case_notes, case_promises, case_tags, goodwill_offers
from storage.times import micros, moment

_WORDED = (
    CaseEventKind.RESOLVED,
    CaseEventKind.DISMISSED,
    CaseEventKind.REOPENED,
    CaseEventKind.TAGGED,
    CaseEventKind.UNTAGGED,
)
"""Lines of the trail whose reason is in the words of staff; the others carry codes."""


class Casework:
    """The casework repository."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add_note(self, case_id: int, *, author: str, text: str, at: datetime) -> Note:
        """Store a note."""
        sides = {"case_id": case_id, "author": author, "at": micros(at), "text": clean(text)}
        note_id = await self._session.scalar(insert(case_notes).values(sides).returning(case_notes.c.id))
        return Note(note_id, case_id, author, at, text)

    async def notes(self, case_id: int) -> list[Note]:
        """Return the notes of a case, oldest first."""
        of_case = select(case_notes).where(case_notes.c.case_id == case_id).order_by(case_notes.c.id)
        rows = await self._session.all(of_case)
        return [Note(row.id, row.case_id, row.author, moment(row.at), row.text) for row in rows]

    async def add_tag(self, case_id: int, tag: str) -> bool:
        """Put a tag on a case; False when it has it."""
        return await self._session.run(upsert(case_tags).values(case_id=case_id, tag=tag).on_conflict_do_nothing()) > 0

    async def remove_tag(self, case_id: int, tag: str) -> bool:
        """Take a tag off; False when it has none such."""
        same = (case_tags.c.case_id == case_id, case_tags.c.tag == tag)
        return await self._session.run(delete(case_tags).where(*same)) > 0

    async def tags(self, case_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
        """Return the tags of cases, sorted; cases without any are left out."""
        of_cases = select(case_tags).where(case_tags.c.case_id.in_(any_of("ids"))).order_by(*case_tags.primary_key)
        found: defaultdict[int, list[str]] = defaultdict(list)
        for row in await self._session.all(of_cases, {"ids": encode_list(case_ids)}):
            found[row.case_id].append(row.tag)
        return {case_id: tuple(tags) for case_id, tags in found.items()}

    async def known_tags(self, prefix: str, *, limit: int) -> list[str]:
        """Return tags in use that begin so, sorted."""
        # A range, not LIKE: it is the index's own order, and what was typed holds no wildcards.
        tag = case_tags.c.tag
        known = select(tag).where(tag >= prefix, tag < prefix + "\U0010ffff").distinct().order_by(tag).limit(limit)
        return [row.tag for row in await self._session.all(known)]

    async def add_promise(self, case_id: int, *, text: str, due_at: datetime, made_by: str, at: datetime) -> Promise:
        """Store a promise."""
        sides = {
            "case_id": case_id,
            "text": clean(text),
            "due_at": micros(due_at),
            "made_by": made_by,
            "made_at": micros(at),
            "state": PromiseState.OPEN,
        }
        promise_id = await self._session.scalar(insert(case_promises).values(sides).returning(case_promises.c.id))
        return Promise(promise_id, case_id, text, due_at, made_by, at)

    async def promise(self, promise_id: int) -> Promise | None:
        """Return one promise."""
        row = await self._session.first(select(case_promises).where(case_promises.c.id == promise_id))
        return None if row is None else _promise(row)

    async def promises(self, case_id: int) -> list[Promise]:
        """Return the promises of a case, by due date."""
        c = case_promises.c
        rows = await self._session.all(select(case_promises).where(c.case_id == case_id).order_by(c.due_at, c.id))
        return [_promise(row) for row in rows]

    async def settle_promise(self, promise_id: int, state: PromiseState, *, at: datetime) -> bool:
        """Note what became of an open promise; False when it is settled already."""
        open_one = (case_promises.c.id == promise_id, case_promises.c.state == PromiseState.OPEN)
        sides = {"state": state, "settled_at": micros(at)}
        return await self._session.run(update(case_promises).where(*open_one).values(sides)) > 0

    async def promises_made(self, *, since: datetime, until: datetime) -> list[Promise]:
        """Return the promises made in [since, until)."""
        made = case_promises.c.made_at
        within = select(case_promises).where(made >= micros(since), made < micros(until)).order_by(made)
        return [_promise(row) for row in await self._session.all(within)]

    async def add_goodwill(
        self, case_id: int, *, amount: int, text: str, offered_by: str, at: datetime, state: GoodwillState
    ) -> Goodwill:
        """Store an offer; one that is approved at once was decided by the person who makes it."""
        decided = state is not GoodwillState.PROPOSED
        sides = {
            "case_id": case_id,
            "amount": amount,
            "text": clean(text),
            "offered_by": offered_by,
            "offered_at": micros(at),
            "state": state,
            "decided_by": offered_by if decided else None,
            "decided_at": micros(at) if decided else None,
        }
        row = await self._session.first(insert(goodwill_offers).values(sides).returning(*goodwill_offers.c))
        assert row is not None
        return _goodwill(row)

    async def goodwill(self, goodwill_id: int) -> Goodwill | None:
        """Return one offer."""
        row = await self._session.first(select(goodwill_offers).where(goodwill_offers.c.id == goodwill_id))
        return None if row is None else _goodwill(row)

    async def offers(self, case_id: int) -> list[Goodwill]:
        """Return the offers of a case, oldest first."""
        c = goodwill_offers.c
        rows = await self._session.all(select(goodwill_offers).where(c.case_id == case_id).order_by(c.id))
        return [_goodwill(row) for row in rows]

    async def decide_goodwill(self, goodwill_id: int, state: GoodwillState, *, by: str, at: datetime) -> bool:
        """Approve or refuse a proposed offer; False when it was decided already."""
        waiting = (goodwill_offers.c.id == goodwill_id, goodwill_offers.c.state == GoodwillState.PROPOSED)
        sides = {"state": state, "decided_by": by, "decided_at": micros(at)}
        return await self._session.run(update(goodwill_offers).where(*waiting).values(sides)) > 0

    async def goodwill_spent(self, *, since: datetime, until: datetime) -> int:
        """Return what was offered in [since, until) and not refused."""
        c = goodwill_offers.c
        within = (c.offered_at >= micros(since), c.offered_at < micros(until), c.state != GoodwillState.REFUSED)
        return int(await self._session.scalar(select(func.coalesce(func.sum(c.amount), 0)).where(*within)))


async def strip(session: Session, case_ids: Collection[int]) -> None:
    """Take all words of staff off cases whose author is forgotten, or whose posts are all gone: they may quote them.

    Tags go with them, and so do the words with which it was closed or opened again; a promise and an offer of goodwill
    stay as dates and amounts, a dismissal as its code.
    """
    ids = {"ids": encode_list(case_ids)}
    for table in (case_notes, case_tags):
        await session.run(delete(table).where(table.c.case_id.in_(any_of("ids"))), ids)
    for table in (case_promises, goodwill_offers):
        await session.run(update(table).where(table.c.case_id.in_(any_of("ids"))).values(text=""), ids)
    await session.run(update(cases).where(cases.c.id.in_(any_of("ids"))).values(resolution=""), ids)
    worded = case_events.c.kind.in_(_WORDED)
    await session.run(
        update(case_events).where(case_events.c.case_id.in_(any_of("ids")), worded).values(reason=""), ids
    )


def _promise(row: Row[Any]) -> Promise:
    return Promise(
        id=row.id,
        case_id=row.case_id,
        text=row.text,
        due_at=moment(row.due_at),
        made_by=row.made_by,
        made_at=moment(row.made_at),
        state=PromiseState(row.state),
        settled_at=moment(row.settled_at),
    )


def _goodwill(row: Row[Any]) -> Goodwill:
    return Goodwill(
        id=row.id,
        case_id=row.case_id,
        amount=row.amount,
        text=row.text,
        offered_by=row.offered_by,
        offered_at=moment(row.offered_at),
        state=GoodwillState(row.state),
        decided_by=row.decided_by,
        decided_at=moment(row.decided_at),
    )
