"""Full-text search: FTS5 over texts whose Hangul is cut to syllable pairs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, column, func, insert, select, table, text

from matching.hangul import is_syllable, pairs_of_runs
from storage.session import Prepared, Session, encode_list

INDEX = table("search", column("rowid", Integer), column("words"))
"""The search index as a table: `rowid` is the id of a mention."""
SORTED_BY_TIME = 2_000
"""Most mentions of a search that are sorted by the time they were written."""
_words = table("search_words", column("mention_id"), column("words"))
_ADD = Prepared(insert(INDEX).values(rowid=bindparam("rowid"), words=bindparam("words")), ("rowid", "words"))
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
    return _found(expression(words))


def arriving(words: str, *, oldest_first: bool = False, exact: bool = False) -> Select[Any]:
    """Return the select of `id` of what `matching` finds, in the order it was stored: read only as far as it is asked.

    Join other tables to `INDEX.c.rowid + 0`: an expression, lest SQLite starts from them.
    """
    row = INDEX.c.rowid
    return _found(expression(words, exact=exact), row.label("id")).order_by(row if oldest_first else row.desc())


async def is_common(session: Session, words: str, *, exact: bool) -> bool:
    """Say whether more mentions than `SORTED_BY_TIME` hold all words; looks no further."""
    found = _found(expression(words, exact=exact)).limit(SORTED_BY_TIME + 1).subquery()
    return int(await session.scalar(select(func.count()).select_from(found))) > SORTED_BY_TIME


def _found(query: str | None, column: ColumnElement[int] = INDEX.c.rowid) -> Select[Any]:
    if query is None:
        return select(column).where(text("0"))
    return select(column).where(text("search MATCH :query").bindparams(query=query))


def expression(words: str, *, exact: bool = False) -> str | None:
    """Return a query as FTS5 wants it, or None where it holds nothing to search for.

    All words must occur. Each is quoted, so that nothing in it is an operator; what does not end in Hangul, and a
    single syllable, also finds words that begin with it, unless `exact`.
    """
    terms = [term for word in words.split() for term in _terms(word, exact=exact)]
    return " AND ".join(terms) or None


def _terms(word: str, *, exact: bool) -> list[str]:
    """Return a phrase for each run of a word: between two runs the index holds single syllables."""
    runs = [run for run in pairs_of_runs(word.replace("\0", " ")) if any(map(str.isalnum, run))]
    phrases = ['"' + run.replace('"', '""') + '"' for run in runs]
    if runs and not exact:
        last = runs[-1].split()[-1]
        whole = len(last) > 1 and all(map(is_syllable, last))
        phrases[-1] += "" if whole else "*"
    return phrases
