"""Full-text search: FTS5 over texts whose Hangul is cut to syllable pairs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, column, insert, select, table, text

from matching.hangul import bigrams, is_syllable
from storage.session import Prepared, Session, encode_list

_search = table("search", column("rowid"), column("words"))
_words = table("search_words", column("mention_id"), column("words"))
_ADD = Prepared(insert(_search).values(rowid=bindparam("rowid"), words=bindparam("words")), ("rowid", "words"))
# FTS5 takes a row out by being told what was indexed; the view still holds it.
_REMOVE = text(
    "INSERT INTO search (search, rowid, words) SELECT 'delete', mention_id, words FROM search_words"
    " WHERE mention_id IN (SELECT value FROM json_each(:ids))"
)


async def add(session: Session, rows: Sequence[tuple[int, str]]) -> None:
    """Index the search texts of mentions."""
    await session.many(_ADD, rows)


async def remove(session: Session, mention_ids: Collection[int]) -> None:
    """Take mentions out of the index, while their texts still stand."""
    await session.run(_REMOVE, {"ids": encode_list(mention_ids)})


def matching(words: str) -> Select[Any]:
    """Return the select of the mentions whose text holds all words of a query."""
    query = expression(words)
    if query is None:
        return select(_words.c.mention_id).where(text("0"))
    return select(_search.c.rowid).where(text("search MATCH :query").bindparams(query=query))


def expression(words: str) -> str | None:
    """Return a query as FTS5 wants it, or None where it holds nothing to search for.

    All words must occur. Each is quoted, so that nothing in it is an operator; what is not purely Hangul, and a
    single syllable, also finds words that begin with it.
    """
    terms = [term for word in words.split() if (term := _term(word)) is not None]
    return " AND ".join(terms) or None


def _term(word: str) -> str | None:
    cut = bigrams(word).replace("\0", " ").strip()
    if not any(character.isalnum() for character in cut):
        return None
    last = cut.split()[-1]
    whole = len(last) > 1 and all(map(is_syllable, last))
    phrase = cut.replace('"', '""')
    return f'"{phrase}"' if whole else f'"{phrase}"*'
