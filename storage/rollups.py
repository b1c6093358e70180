"""Roll-ups and term counts: changes are summed up per unit of work and written once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, literal_column, select
from sqlalchemy.dialects.sqlite import insert as upsert

from storage.session import Prepared, Session
from storage.tables import mentions, rollups, term_counts
from storage.times import DAY, HOUR, floor

Cell = tuple[int, str, str, str, str, str, str]
"""Hour, source, container, brand, label, intent, decision."""

_ROLLUP_NAMES = ("hour", "source", "container", "brand", "label", "intent", "decision", "mentions", "replies_received")
_TERM_NAMES = ("day", "brand", "term", "mentions")


def _adding() -> Prepared:
    statement = upsert(rollups)
    changed = statement.on_conflict_do_update(
        index_elements=list(rollups.primary_key),
        set_={
            "mentions": rollups.c.mentions + statement.excluded.mentions,
            "replies_received": rollups.c.replies_received + statement.excluded.replies_received,
        },
    )
    return Prepared(changed, _ROLLUP_NAMES)


def _adding_terms() -> Prepared:
    statement = upsert(term_counts)
    changed = statement.on_conflict_do_update(
        index_elements=list(term_counts.primary_key),
        set_={"mentions": term_counts.c.mentions + statement.excluded.mentions},
    )
    return Prepared(changed, _TERM_NAMES)


_ADD = _adding()
_ADD_TERMS = _adding_terms()
_DROP = Prepared(
    delete(rollups)
    .where(*(column == bindparam(column.name) for column in rollups.primary_key))
    .where(rollups.c.mentions == literal_column("0")),
    _ROLLUP_NAMES[:-2],
)
_DROP_TERMS = Prepared(
    delete(term_counts)
    .where(*(column == bindparam(column.name) for column in term_counts.primary_key))
    .where(term_counts.c.mentions <= literal_column("0")),
    _TERM_NAMES[:-1],
)


class Tally:
    """What a unit of work changes about the counts."""

    __slots__ = ("_mentions", "_replies", "_taken", "_terms")

    def __init__(self) -> None:
        self._mentions: Counter[Cell] = Counter()
        self._replies: Counter[Cell] = Counter()
        self._terms: Counter[tuple[int, str, str]] = Counter()
        self._taken = False

    def add(self, cell: Cell, replies: int) -> None:
        """Count a mention with the replies it received."""
        self._mentions[cell] += 1
        if replies:
            self._replies[cell] += replies

    def take(self, cell: Cell, replies: int) -> None:
        """Take a mention out of a cell again: it was judged anew."""
        self._mentions[cell] -= 1
        self._replies[cell] -= replies
        self._taken = True

    def reply(self, cell: Cell, replies: int) -> None:
        """Count replies received by a mention of this cell."""
        self._replies[cell] += replies

    def term(self, created_at: int, brand: str, terms: Iterable[str], by: int = 1) -> None:
        """Count the terms of a mention, or with `by` -1 take them out."""
        day = floor(created_at, DAY)
        for term in terms:
            self._terms[day, brand, term] += by
        self._taken |= by < 0

    async def write(self, session: Session) -> None:
        """Put the changes into the tables."""
        cells = self._mentions.keys() | self._replies.keys()
        rows = [(*cell, self._mentions[cell], self._replies[cell]) for cell in cells]
        await session.many(_ADD, [row for row in rows if row[-1] or row[-2]])
        await session.many(_ADD_TERMS, [(*key, count) for key, count in self._terms.items() if count])
        if self._taken:
            await session.many(_DROP, [cell for cell in cells if self._mentions[cell] < 0])
            await session.many(_DROP_TERMS, [key for key, count in self._terms.items() if count < 0])


def cell_of(row: Any) -> Cell:
    """Return the cell of a row that has the columns of `mentions`."""
    hour = floor(row.created_at, HOUR)
    return hour, row.source, row.container, row.brand, row.label, row.intent, row.decision


async def recount(session: Session) -> int:
    """Count all roll-ups anew from mentions and tombstones; return how many rows there are.

    Term counts stay: a tombstone does not tell its terms.
    """
    m = mentions.c
    # SQLite's remainder has the sign of its left side: made positive, so that years before 1970 round down too.
    hour = (m.created_at - (m.created_at % HOUR + HOUR) % HOUR).label("hour")
    sides = (hour, m.source, m.container, m.brand, m.label, m.intent, m.decision)
    counted = select(*sides, func.count(), func.sum(m.reply_count)).group_by(*sides)
    await session.run(delete(rollups))
    await session.run(insert(rollups).from_select(list(_ROLLUP_NAMES), counted))
    return int(await session.scalar(select(func.count()).select_from(rollups)))
