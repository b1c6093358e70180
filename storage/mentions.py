"""The mention repository: what is asked of mentions; storing and purging stand in modules of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select, update

from core.types.decision import Reason
from core.types.mention import JudgedMention, MentionOrder, MentionQuery, StoredMention
from core.types.post import Author, PostRef, Removal, RemovalReason, ReplyCount, Source
from storage import ingest, purging, replies, search
from storage.mention_rows import clean, stored, stored_mentions
from storage.session import Session, any_of, encode_list
from storage.tables import authors, case_mentions, mentions
from storage.times import micros

_EXPORTED_AT_ONCE = 500
"""Rows of an export held in memory."""
_BRANDS_PER_POST = 4
"""Rows read per wanted post where a post may stand for several brands."""
_ASKING_SOURCES = (Source.REDDIT, Source.DISCORD)

_BY_ID = stored_mentions().where(mentions.c.id == bindparam("id"))
_BY_IDS = stored_mentions().where(mentions.c.id.in_(any_of("ids")))
_BY_REF = stored_mentions().where(
    mentions.c.source == bindparam("source"),
    mentions.c.container == bindparam("container"),
    mentions.c.native_id == bindparam("native_id"),
)
_AUTHOR = select(authors).where(authors.c.author_key == bindparam("author_key"))
_REFS_OF_AUTHOR = select(mentions.c.source, mentions.c.container, mentions.c.native_id).where(
    mentions.c.author_key == bindparam("author_key")
)
_ORDERS: dict[MentionOrder, tuple[Any, ...]] = {
    MentionOrder.NEWEST: (mentions.c.created_at.desc(), mentions.c.id.desc()),
    MentionOrder.OLDEST: (mentions.c.created_at, mentions.c.id),
    MentionOrder.MOST_POSITIVE: (mentions.c.score.desc(), mentions.c.created_at.desc(), mentions.c.id.desc()),
    MentionOrder.MOST_NEGATIVE: (mentions.c.score, mentions.c.created_at.desc(), mentions.c.id.desc()),
}


class Mentions:
    """Mentions, their authors, search text, roll-ups and tombstones."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add_many(
        self, judged: Sequence[JudgedMention], *, recheck_after: datetime | None = None
    ) -> list[int | None]:
        """Store mentions; return an id each, None where it is stored already or was purged before."""
        return await ingest.add_many(self._session, judged, recheck_after) if judged else []

    async def get(self, mention_id: int) -> StoredMention | None:
        """Return one mention."""
        row = await self._session.first(_BY_ID, {"id": mention_id})
        return None if row is None else stored(row)

    async def many(self, mention_ids: Sequence[int]) -> list[StoredMention]:
        """Return those that are there, in the order asked for."""
        rows = await self._session.all(_BY_IDS, {"ids": encode_list(mention_ids)}) if mention_ids else []
        found = {row.id: stored(row) for row in rows}
        return [found[mention_id] for mention_id in mention_ids if mention_id in found]

    async def by_ref(self, ref: PostRef) -> list[StoredMention]:
        """Return the mentions, one per brand, that a post became."""
        fields = {"source": ref.source, "container": clean(ref.container), "native_id": clean(ref.native_id)}
        return [stored(row) for row in await self._session.all(_BY_REF, fields)]

    async def find(self, query: MentionQuery, *, limit: int, offset: int = 0) -> list[StoredMention]:
        """Return a page of mentions."""
        order = _ORDERS[query.order]
        # The page is cut on the index alone; only its own rows are read in full.
        ids = await self._arriving(query)
        if ids is None:
            ids = select(mentions.c.id).where(*_conditions(query)).order_by(*order)
        page = ids.limit(limit).offset(offset)
        statement = stored_mentions().where(mentions.c.id.in_(page)).order_by(*order)
        return [stored(row) for row in await self._session.all(statement)]

    async def count(self, query: MentionQuery, *, most: int | None = None) -> int:
        """Count what `find` would list in all; with `most` no further than that."""
        ids = None if most is None else await self._arriving(query)
        if ids is None:
            ids = select(mentions.c.id).where(*_conditions(query))
        found = ids.limit(most).subquery()
        return int(await self._session.scalar(select(func.count()).select_from(found)))

    async def export(self, query: MentionQuery) -> AsyncIterator[StoredMention]:
        """Yield all mentions of a query without holding them in memory."""
        statement = stored_mentions().where(*_conditions(query)).order_by(*_ORDERS[query.order])
        async for row in self._session.stream(statement.execution_options(yield_per=_EXPORTED_AT_ONCE)):
            yield stored(row)

    async def mark_thanked(self, mention_id: int) -> None:
        """Note that the author was thanked."""
        await self._session.run(update(mentions).where(mentions.c.id == mention_id).values(thanked=True))

    async def set_reply_counts(self, counts: Sequence[ReplyCount]) -> None:
        """Set how many replies posts received, as the source tells it; unknown posts are passed over."""
        if counts:
            await replies.set_counts(self._session, counts)

    async def add_replies(self, answers: Sequence[tuple[PostRef, str]]) -> list[bool]:
        """Count posts (native ids) that answer stored posts, each once; return for each whether it was new."""
        return await replies.add(self._session, answers) if answers else []

    async def tracked(self, *, limit: int) -> list[PostRef]:
        """Return the newest stored posts whose text lives."""
        m = mentions.c
        newest = select(m.source, m.container, m.native_id).where(m.purged_at.is_(None))
        return await self._posts(newest.order_by(m.created_at.desc(), m.id.desc()), limit)

    async def open_questions(self, *, since: datetime, until: datetime, limit: int) -> list[StoredMention]:
        """Return questions of [since, until) nobody answered, without a case or a reply, oldest first."""
        m = mentions.c
        statement = (
            stored_mentions()
            .where(m.created_at >= micros(since), m.created_at < micros(until), m.reason == Reason.QUESTION)
            .where(m.source.in_(_ASKING_SOURCES), m.purged_at.is_(None), m.reply_count == 0)
            .where(~exists().where(case_mentions.c.mention_id == m.id))
            .order_by(m.created_at, m.id)
            .limit(limit)
        )
        return [stored(row) for row in await self._session.all(statement)]

    async def purge(self, removals: Sequence[Removal]) -> list[StoredMention]:
        """Turn mentions into tombstones; return what they were. Unknown posts are passed over."""
        return await purging.purge(self._session, removals) if removals else []

    async def expired(self, source: Source, before: datetime, *, limit: int) -> list[PostRef]:
        """Return posts created before `before` whose text is still there, oldest first."""
        m = mentions.c
        old = (
            select(m.source, m.container, m.native_id)
            .where(m.source == source, m.created_at < micros(before), m.purged_at.is_(None))
            .order_by(m.created_at)
        )
        return await self._posts(old, limit)

    async def author(self, author_key: str) -> Author | None:
        """Return the author behind a key, while one of their posts lives."""
        row = await self._session.first(_AUTHOR, {"author_key": author_key})
        return None if row is None else Author(row.native_id, row.name, row.is_bot, row.is_staff, row.is_self)

    async def keys_of_name(self, source: Source, name: str) -> list[str]:
        """Return the keys of living authors of this name (case-folded) on a platform."""
        named = (authors.c.source == source, authors.c.folded_name == clean(name).casefold())
        rows = await self._session.all(select(authors.c.author_key).where(*named).order_by(authors.c.id))
        return [row.author_key for row in rows]

    async def erase_author(self, author_key: str, noticed_at: datetime) -> list[StoredMention]:
        """Purge everything of one author; return what was purged."""
        rows = await self._session.all(_REFS_OF_AUTHOR, {"author_key": author_key})
        refs = {PostRef(Source(row.source), row.container, row.native_id) for row in rows}
        removals = [Removal(ref, RemovalReason.ERASED, noticed_at) for ref in refs]
        return await purging.erase_author(self._session, author_key, removals, noticed_at)

    async def _arriving(self, query: MentionQuery) -> Select[Any] | None:
        """Return the ids of a search in the order they were stored, where too many hold the words to sort them by time.

        That of live posts is the same. Of so common a word those that only begin with it are left out: to merge them
        SQLite would read all of both. None for any other query.
        """
        words = _words(query)
        if query.order not in (MentionOrder.NEWEST, MentionOrder.OLDEST) or not words:
            return None
        exact = await search.is_common(self._session, words, exact=True)
        if not exact and not await search.is_common(self._session, words, exact=False):
            return None
        found = search.arriving(words, oldest_first=query.order is MentionOrder.OLDEST, exact=exact)
        joined = search.INDEX.join(mentions, mentions.c.id == search.INDEX.c.rowid + 0)
        return found.select_from(joined).where(*_conditions(replace(query, text=None)))

    async def _posts(self, statement: Select[Any], limit: int) -> list[PostRef]:
        """Return the first posts of a statement, each once however many brands it names."""
        rows = await self._session.all(statement.limit(limit * _BRANDS_PER_POST))
        refs = dict.fromkeys(PostRef(Source(row.source), row.container, row.native_id) for row in rows)
        return list(refs)[:limit]


def _words(query: MentionQuery) -> str:
    return "" if query.text is None else query.text.strip()


def _conditions(query: MentionQuery) -> list[ColumnElement[bool]]:
    m = mentions.c
    sides = {
        m.brand: query.brand,
        m.source: query.source,
        m.container: query.container,
        m.label: query.label,
        m.intent: query.intent,
        m.decision: query.decision,
        m.author_key: query.author_key,
    }
    conditions = [column == wanted for column, wanted in sides.items() if wanted is not None]
    if query.since is not None:
        conditions.append(m.created_at >= micros(query.since))
    if query.until is not None:
        conditions.append(m.created_at < micros(query.until))
    if not query.with_tombstones:
        conditions.append(m.purged_at.is_(None))
    if words := _words(query):
        conditions.append(m.id.in_(search.matching(words)))
    return conditions
