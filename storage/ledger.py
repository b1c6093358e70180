"""Cursors, seen names, gaps and re-checks of the feeds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from core.types.post import Batch, Gap, PostRef, Source
from storage.mention_rows import clean, ids_of_posts
from storage.session import Session, decode_strings, encode_list, encode_refs
from storage.tables import feeds, gaps, mentions, seen_names
from storage.times import micros, moment

LEDGER_NAMES = 5_000
"""Names kept per feed: five times what Reddit lists at once, so that nothing still listed is taken for new."""
_BRANDS_PER_POST = 4

_feed = upsert(feeds).values(name=bindparam("feed"), cursor=bindparam("new_cursor"), seen=bindparam("count"))
_ADVANCE = _feed.on_conflict_do_update(
    index_elements=["name"],
    set_={
        "cursor": func.coalesce(_feed.excluded.cursor, feeds.c.cursor),
        "seen": feeds.c.seen + _feed.excluded.seen,
    },
).returning(feeds.c.id, feeds.c.seen)
_REMEMBER = insert(seen_names)
# A row goes once the newest LEDGER_NAMES names all lie behind it.
_FORGET = delete(seen_names).where(seen_names.c.feed_id == bindparam("feed_id"), seen_names.c.upto <= bindparam("upto"))
_NAMES = (
    select(seen_names.c.names).join(feeds, feeds.c.id == seen_names.c.feed_id).where(feeds.c.name == bindparam("feed"))
)
_CURSOR = select(feeds.c.cursor).where(feeds.c.name == bindparam("feed"))
_ADD_GAP = upsert(gaps).on_conflict_do_nothing()
_IDS = ids_of_posts().subquery("checked")
_CHECKED = (
    update(mentions)
    .where(mentions.c.id.in_(select(_IDS.c.id)), mentions.c.purged_at.is_(None))
    .values(recheck_at=bindparam("next_at"))
)


class Ledger:
    """The ledger repository."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def advance(self, batch: Batch) -> None:
        """Store a batch's seen names, cursor and gaps; the ledger stays bounded per feed."""
        names = list(dict.fromkeys(map(clean, batch.seen)))[-LEDGER_NAMES:]
        if names or batch.cursor is not None:
            await self._move(batch.feed, batch.cursor, names)
        for gap in batch.gaps:
            await self._session.run(
                _ADD_GAP,
                {
                    "feed": gap.feed,
                    "started_at": micros(gap.started_at),
                    "ended_at": micros(gap.ended_at),
                    "estimate": gap.estimate,
                    "reason": gap.reason,
                },
            )

    async def _move(self, feed: str, cursor: str | None, names: Sequence[str]) -> None:
        row = await self._session.first(_ADVANCE, {"feed": feed, "new_cursor": cursor, "count": len(names)})
        assert row is not None
        if names:
            here = {"feed_id": row.id, "upto": row.seen}
            await self._session.run(_REMEMBER, {**here, "names": encode_list(names)})
            await self._session.run(_FORGET, {**here, "upto": row.seen - LEDGER_NAMES})

    async def cursor(self, feed: str) -> str | None:
        """Return a feed's cursor."""
        found: str | None = await self._session.scalar(_CURSOR, {"feed": feed})
        return found

    async def known(self, feed: str, native_ids: Collection[str]) -> set[str]:
        """Return those ids that the ledger holds."""
        wanted = {clean(native_id): native_id for native_id in native_ids}
        if not wanted:
            return set()
        held: set[str] = set()
        for row in await self._session.all(_NAMES, {"feed": feed}):
            held.update(decode_strings(row.names))
        return {wanted[name] for name in wanted.keys() & held}

    async def gaps(self, *, since: datetime, until: datetime | None = None) -> list[Gap]:
        """Return gaps that touch a span of time."""
        statement = select(gaps).where(gaps.c.ended_at >= micros(since)).order_by(gaps.c.started_at, gaps.c.id)
        if until is not None:
            statement = statement.where(gaps.c.started_at < micros(until))
        return [
            Gap(row.feed, moment(row.started_at), moment(row.ended_at), row.estimate, row.reason)
            for row in await self._session.all(statement)
        ]

    async def due_for_recheck(self, source: Source, now: datetime, *, limit: int) -> list[PostRef]:
        """Return stored posts whose re-check is due, the longest unchecked first."""
        m = mentions.c
        due = (
            select(m.source, m.container, m.native_id)
            .where(m.source == source, m.recheck_at <= micros(now), m.recheck_at.is_not(None))
            .order_by(m.recheck_at)
            .limit(limit * _BRANDS_PER_POST)
        )
        refs = dict.fromkeys(
            PostRef(Source(row.source), row.container, row.native_id) for row in await self._session.all(due)
        )
        return list(refs)[:limit]

    async def mark_checked(self, refs: Collection[PostRef], *, next_at: datetime) -> None:
        """Set when these posts are to be checked again."""
        if refs:
            named = [PostRef(ref.source, clean(ref.container), clean(ref.native_id)) for ref in refs]
            await self._session.run(_CHECKED, {"refs": encode_refs(named), "next_at": micros(next_at)})
