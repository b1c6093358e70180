"""Counts for the report and `/status`."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from core.types.action import Purpose
from core.types.assessment import Intent, Label
from core.types.decision import DecisionKind
from core.types.post import Source
from core.types.rollup import ReplyCounts, ReplyKind, ReplyRow, RollupRow, TermCount
from storage.rollups import recount
from storage.session import Session
from storage.tables import actions, cases, mentions, reply_counts, rollups, term_counts
from storage.times import HOUR, floor, micros, moment

_KINDS = {
    Purpose.THANKS: ReplyKind.THANKS,
    Purpose.ANSWER: ReplyKind.BOT,
    Purpose.ARTICLE_OFFER: ReplyKind.BOT,
    Purpose.SURVEY: ReplyKind.BOT,
    Purpose.FOLLOW_UP: ReplyKind.BOT,
    Purpose.ADVERT: ReplyKind.BOT,
    Purpose.STAFF_REPLY: ReplyKind.STAFF,
}
"""What a sent action counts as; what went into our own rooms is no reply."""


def _sent() -> Select[Any]:
    a = actions.c
    hour = (a.sent_at - (a.sent_at % HOUR + HOUR) % HOUR).label("hour")
    brand = func.coalesce(mentions.c.brand, cases.c.brand, "").label("brand")
    return (
        select(hour, a.source, a.container, brand, a.purpose, func.count().label("replies"))
        .outerjoin(mentions, mentions.c.id == a.mention_id)
        .outerjoin(cases, cases.c.id == a.case_id)
        .where(a.sent_at >= bindparam("since"), a.sent_at < bindparam("until"))
        .where(a.purpose.in_(_KINDS))
        .group_by(hour, a.source, a.container, brand, a.purpose)
    )


_SENT = _sent()
# A row counts where its whole hour does: spans are made of whole hours.
_COUNTED = select(reply_counts).where(
    reply_counts.c.hour >= bindparam("since"), reply_counts.c.hour < bindparam("until")
)
_COUNT = (
    upsert(reply_counts)
    .values({name: bindparam(name) for name in ("hour", "kind", "source", "container", "brand")} | {"replies": 1})
    .on_conflict_do_update(index_elements=list(reply_counts.primary_key), set_={"replies": reply_counts.c.replies + 1})
)


class Counts:
    """Roll-ups and reply counts."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def rollups(self, *, since: datetime, until: datetime) -> list[RollupRow]:
        """Return the hours of a span [since, until)."""
        span = (rollups.c.hour >= micros(since), rollups.c.hour < micros(until))
        rows = await self._session.all(select(rollups).where(*span).order_by(*rollups.primary_key))
        return [
            RollupRow(
                hour=moment(row.hour),
                source=Source(row.source),
                container=row.container,
                brand=row.brand,
                label=Label(row.label),
                intent=Intent(row.intent),
                decision=DecisionKind(row.decision),
                mentions=row.mentions,
                replies_received=row.replies_received,
            )
            for row in rows
        ]

    async def replies(self, *, since: datetime, until: datetime) -> ReplyCounts:
        """Count our own replies of a span."""
        total: Counter[ReplyKind] = Counter()
        for row in await self.reply_rows(since=since, until=until):
            total[row.kind] += row.replies
        return ReplyCounts(**{kind.value: total[kind] for kind in ReplyKind})

    async def reply_rows(self, *, since: datetime, until: datetime) -> list[ReplyRow]:
        """Return our own replies of a span by hour, source, container, brand and kind; they add up to `replies`."""
        span = {"since": micros(since), "until": micros(until)}
        total: Counter[tuple[int, str, str, str, ReplyKind]] = Counter()
        for row in await self._session.all(_SENT, span):
            total[row.hour, row.source, row.container, row.brand, _KINDS[Purpose(row.purpose)]] += row.replies
        for row in await self._session.all(_COUNTED, span):
            total[row.hour, row.source, row.container, row.brand, ReplyKind(row.kind)] += row.replies
        return [
            ReplyRow(moment(hour), Source(source), container, brand or None, kind, replies)
            for (hour, source, container, brand, kind), replies in sorted(total.items())
        ]

    async def count_reply(
        self, kind: str, *, at: datetime, container: str, source: Source, brand: str | None = None
    ) -> None:
        """Count one reply that has no outbox row: `bot` (an interaction answered) or `native`."""
        await self._session.run(
            _COUNT,
            {
                "hour": floor(micros(at), HOUR),
                "kind": ReplyKind(kind),
                "source": source,
                "container": container,
                "brand": brand or "",
            },
        )

    async def term_counts(self, *, since: datetime, until: datetime) -> list[TermCount]:
        """Return how many mentions held each term, per UTC day that begins in [since, until)."""
        span = (term_counts.c.day >= micros(since), term_counts.c.day < micros(until))
        rows = await self._session.all(select(term_counts).where(*span).order_by(*term_counts.primary_key))
        return [TermCount(moment(row.day), row.brand, row.term, row.mentions) for row in rows]

    async def latest_post(self) -> datetime | None:
        """Return when the newest stored mention or tombstone was written."""
        newest: int | None = await self._session.scalar(select(func.max(mentions.c.created_at)))
        return moment(newest)

    async def rebuild(self) -> int:
        """Count all roll-ups anew from mentions and tombstones; return how many rows there are."""
        return await recount(self._session)
