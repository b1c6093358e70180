"""Replies that stored posts received: set as the source tells it, or counted one by one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Row

from core.types.post import PostRef, ReplyCount
from storage.mention_rows import clean, ids_of_posts
from storage.rollups import Tally, cell_of
from storage.session import Prepared, Session, any_of, encode_list, encode_refs
from storage.tables import mentions, received_replies

_IDS = ids_of_posts()
_ROWS = select(mentions).where(mentions.c.id.in_(any_of("ids")))
_SET = Prepared(
    update(mentions).where(mentions.c.id == bindparam("mention_id")).values(reply_count=bindparam("replies")),
    ("replies", "mention_id"),
)
_KNOWN = select(received_replies).where(received_replies.c.mention_id.in_(any_of("ids")))
_REMEMBER = Prepared(received_replies.insert().prefix_with("OR IGNORE"), ("mention_id", "native_id"))


async def set_counts(session: Session, counts: Sequence[ReplyCount]) -> None:
    """Do what `MentionRepository.set_reply_counts` promises; the last count of a post wins."""
    found = await _mentions(session, [count.ref for count in counts])
    wanted = {row.id: count.replies for count, rows in zip(counts, found, strict=True) for row in rows}
    await _write(session, {row.id: row for rows in found for row in rows}, wanted)


async def add(session: Session, replies: Sequence[tuple[PostRef, str]]) -> list[bool]:
    """Do what `MentionRepository.add_replies` promises."""
    found = await _mentions(session, [ref for ref, _ in replies])
    rows = {row.id: row for rows in found for row in rows}
    known = {tuple(row) for row in await session.all(_KNOWN, {"ids": encode_list(rows.keys())})} if rows else set()
    more: Counter[int] = Counter()
    fresh: list[tuple[int, str]] = []
    new: list[bool] = []
    for (_, native_id), parents in zip(replies, found, strict=True):
        pairs = [pair for row in parents if (pair := (row.id, clean(native_id))) not in known]
        known.update(pairs)
        fresh += pairs
        more.update(mention_id for mention_id, _ in pairs)
        new.append(bool(pairs))
    await session.many(_REMEMBER, fresh)
    await _write(session, rows, {mention_id: rows[mention_id].reply_count + by for mention_id, by in more.items()})
    return new


async def _mentions(session: Session, refs: Sequence[PostRef]) -> list[list[Row[Any]]]:
    """Return for each post the rows of its mentions."""
    if not refs:
        return []
    named = [PostRef(ref.source, clean(ref.container), clean(ref.native_id)) for ref in refs]
    places = await session.all(_IDS, {"refs": encode_refs(named)})
    rows = {row.id: row for row in await session.all(_ROWS, {"ids": encode_list([each.id for each in places])})}
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for each in places:
        found[each.place].append(rows[each.id])
    return [found[place] for place in range(len(refs))]


async def _write(session: Session, rows: dict[int, Row[Any]], wanted: dict[int, int]) -> None:
    tally = Tally()
    changed: list[tuple[int, int]] = []
    for mention_id, replies in wanted.items():
        row = rows[mention_id]
        if replies != row.reply_count:
            changed.append((replies, mention_id))
            tally.reply(cell_of(row), replies - row.reply_count)
    await session.many(_SET, changed)
    await tally.write(session)
