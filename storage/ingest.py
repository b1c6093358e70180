"""Storing judged mentions: new ones, and those that were edited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, exists, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from core.types.mention import JudgedMention
from storage import scrubbing, search
from storage.mention_rows import (
    MENTION_NAMES,
    TEXT_NAMES,
    clean,
    mention_row,
    terms_of,
    text_row,
)
from storage.rollups import Tally, cell_of
from storage.session import Prepared, Session, any_of, encode_list
from storage.tables import authors, mentions, purges, texts
from storage.times import HOUR, floor, micros

_AUTHOR_NAMES = ("author_key", "source", "native_id", "name", "folded_name", "is_bot", "is_staff", "is_self")
_NEXT = select(
    (func.coalesce(func.max(mentions.c.id), 0) + 1).label("next_id"), exists(select(purges.c.name)).label("has_purges")
)
_NEW = select(mentions.c.id).where(mentions.c.id >= bindparam("first"))
_ADD = Prepared(upsert(mentions).on_conflict_do_nothing(), MENTION_NAMES)
_ADD_TEXT = Prepared(insert(texts), TEXT_NAMES)
_GONE = select(purges.c.name).where(purges.c.name.in_(any_of("names")))
_STORED = (
    select(mentions, texts.c.edited_at, texts.c.terms)
    .join(texts, texts.c.mention_id == mentions.c.id)
    .where(mentions.c.source == bindparam("source"), mentions.c.container == bindparam("container"))
    .where(mentions.c.native_id == bindparam("native_id"), mentions.c.brand == bindparam("brand"))
)
_CHANGED_COLUMNS = ("label", "score", "intent", "language", "decision", "reason")


def _adding_authors() -> Prepared:
    statement = upsert(authors)
    newest = {name: statement.excluded[name] for name in _AUTHOR_NAMES[3:]}
    return Prepared(statement.on_conflict_do_update(index_elements=["author_key"], set_=newest), _AUTHOR_NAMES)


_ADD_AUTHORS = _adding_authors()


async def add_many(
    session: Session, judged: Sequence[JudgedMention], recheck_after: datetime | None
) -> list[int | None]:
    """Do what `MentionRepository.add_many` promises.

    The database decides what is new: all rows are offered with ids of their own, those it knows are passed over.
    """
    row = await session.first(_NEXT)
    assert row is not None
    first, has_purges = row.next_id, row.has_purges
    gone = await _purged(session, judged) if has_purges else frozenset[int]()
    recheck_at = micros(recheck_after)
    rows = [
        mention_row(first + place, each, session.keys, recheck_at)
        for place, each in enumerate(judged)
        if place not in gone
    ]
    new = {row[0] for row in rows}
    if await session.many(_ADD, rows) < len(rows):  # some were known: ask which
        new = {row.id for row in await session.all(_NEW, {"first": first})}
    tally = Tally()
    await _complete(session, [row for row in rows if row[0] in new], judged, first, tally)
    edited = {
        place: await _replace(session, each, tally)
        for place, each in enumerate(judged)
        if each.mention.post.edited_at is not None and first + place not in new and place not in gone
    }
    await tally.write(session)
    return [first + place if first + place in new else edited.get(place) for place in range(len(judged))]


async def _purged(session: Session, judged: Sequence[JudgedMention]) -> frozenset[int]:
    """Return the places of those that were purged before: they do not come back."""
    names = [session.keys.post(*each.mention.post.ref) for each in judged]
    found = {row.name for row in await session.all(_GONE, {"names": encode_list(names)})}
    return frozenset(place for place, name in enumerate(names) if name in found)


async def _complete(
    session: Session, rows: Sequence[tuple[Any, ...]], judged: Sequence[JudgedMention], first: int, tally: Tally
) -> None:
    """Store what belongs to new mentions: authors, texts, search, counts."""
    people: dict[str, tuple[Any, ...]] = {}
    text_rows: list[tuple[Any, ...]] = []
    for row in rows:
        mention_id, source, container, _, brand, author_key, created_at, label, _, intent, _, decision = row[:12]
        each = judged[mention_id - first]
        text_rows.append(text_row(mention_id, each))
        author = each.mention.post.author
        if author is not None:
            name = clean(author.name)
            people[author_key] = (
                *(author_key, source, clean(author.native_id), name, name.casefold()),
                *(author.is_bot, author.is_staff, author.is_self),
            )
        replies = each.mention.post.reply_count or 0
        tally.add((floor(created_at, HOUR), source, container, brand, label, intent, decision), replies)
        tally.term(created_at, brand, terms_of(each))
    await session.many(_ADD_AUTHORS, list(people.values()))
    await session.many(_ADD_TEXT, text_rows)
    await search.add(session, [(row[0], row[1] if row[2] is None else row[2]) for row in text_rows])


async def _replace(session: Session, judged: JudgedMention, tally: Tally) -> int | None:
    """Replace a stored mention by a newer edit of it; return its id, or None where what is stored is as new."""
    ref = judged.mention.post.ref
    key = {"source": ref.source, "container": clean(ref.container), "native_id": clean(ref.native_id)}
    old = await session.first(_STORED, {**key, "brand": judged.mention.brand})
    edited_at = micros(judged.mention.post.edited_at)
    if old is None or edited_at is None or (old.edited_at is not None and old.edited_at >= edited_at):
        return None
    mention_id = int(old.id)
    tally.take(cell_of(old), old.reply_count)
    tally.term(old.created_at, old.brand, msgspec.json.decode(old.terms, type=list[str]), by=-1)
    row = dict(zip(MENTION_NAMES, mention_row(mention_id, judged, session.keys, None), strict=True))
    changed = {name: row[name] for name in _CHANGED_COLUMNS}
    await session.run(update(mentions).where(mentions.c.id == mention_id).values(changed))
    await search.remove(session, [mention_id])
    await scrubbing.mark(session)
    text = dict(zip(TEXT_NAMES, text_row(mention_id, judged), strict=True))
    await session.run(update(texts).where(texts.c.mention_id == mention_id).values(text))
    words = text["text"] if text["words"] is None else text["words"]
    await search.add(session, [(mention_id, words)])
    cell = (*cell_of(old)[:4], row["label"], row["intent"], row["decision"])
    tally.add(cell, old.reply_count)
    tally.term(old.created_at, old.brand, terms_of(judged))
    return mention_id
