"""One transaction's way to the database, shared by the repositories of a unit."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import msgspec
from sqlalchemy import Executable, Select, bindparam, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler

from core.types.post import PostRef, Source

Fields = Mapping[str, Any]
KEY_CHARACTERS = 32
"""Hexadecimal characters of an author key: 128 bits, far more than there are people."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What names are keyed with."""

    secret: bytes
    """The installation's: without it nobody tells whose an author key is."""
    salt: bytes
    """The database's: it travels with backups, so that old purges are known there."""

    def author(self, source: Source, native_id: str) -> str:
        """Return an author's key: HMAC-SHA256(secret, platform, native id), cut to 128 bits."""
        return _author_key(self.secret, source, native_id)

    def post(self, source: str, container: str, native_id: str) -> str:
        """Return the name under which the purge log knows a post."""
        name = f"{source}\0{container}\0{native_id}".encode(errors="surrogatepass")
        return hashlib.blake2b(name, digest_size=16, key=self.salt).hexdigest()

    def person(self, author_key: str) -> str:
        """Return the name under which the purge log knows an erased person."""
        return f"person:{author_key}"

    def text(self, text: str) -> str:
        """Return a digest of one of our own texts, to find equal ones after the text itself is gone."""
        return hashlib.blake2b(text.encode(errors="replace"), digest_size=12, key=self.salt).hexdigest()


@lru_cache(maxsize=4_096)  # a mention's author is asked for several times while it is stored
def _author_key(secret: bytes, source: str, native_id: str) -> str:
    name = f"{source}\0{native_id}".encode(errors="surrogatepass")
    return hmac.digest(secret, name, "sha256").hex()[:KEY_CHARACTERS]


class Session:
    """Runs statements in one transaction, until it is closed."""

    __slots__ = ("_connection", "keys")

    def __init__(self, connection: AsyncConnection, keys: Keys) -> None:
        self._connection: AsyncConnection | None = connection
        self.keys = keys

    @property
    def connection(self) -> AsyncConnection:
        """The connection. Raises RuntimeError once the unit of work is over."""
        if self._connection is None:
            raise RuntimeError("a unit is only valid inside the call it was handed to")
        return self._connection

    def close(self) -> None:
        """Cut the way: whoever kept the unit gets an error instead of somebody else's transaction."""
        self._connection = None

    async def all(self, statement: Executable, fields: Fields | None = None) -> Sequence[Row[Any]]:
        """Return all rows."""
        return (await self.connection.execute(statement, fields)).all()

    async def first(self, statement: Executable, fields: Fields | None = None) -> Row[Any] | None:
        """Return the first row, or None."""
        return (await self.connection.execute(statement, fields)).first()

    async def scalar(self, statement: Executable, fields: Fields | None = None) -> Any:
        """Return the first column of the first row, or None."""
        return await self.connection.scalar(statement, fields)

    async def run(self, statement: Executable, fields: Fields | None = None) -> int:
        """Run a statement; return how many rows it changed."""
        return (await self.connection.execute(statement, fields)).rowcount

    async def many(self, prepared: Prepared, rows: Sequence[tuple[Any, ...]]) -> int:
        """Run one statement for many rows, at the driver's own speed; return how many rows it changed."""
        if not rows:
            return 0
        return (await self.connection.exec_driver_sql(prepared.sql, list(rows))).rowcount

    def stream(self, statement: Executable) -> AsyncIterator[Row[Any]]:
        """Yield rows as they are read."""
        return _stream(self.connection, statement)

    async def pages(self, statement: Executable, size: int) -> AsyncIterator[Sequence[Row[Any]]]:
        """Yield the rows of a statement page by page; it has an `id`, and parameters `after` and `limit`."""
        after = 0
        while rows := await self.all(statement, {"after": after, "limit": size}):
            yield rows
            after = rows[-1].id


async def _stream(connection: AsyncConnection, statement: Executable) -> AsyncIterator[Row[Any]]:
    async with connection.stream(statement) as result:
        async for row in result:
            yield row


class Prepared:
    """A statement compiled once for rows given as tuples, in the order of `names`."""

    __slots__ = ("_sql", "_statement", "names")

    def __init__(self, statement: Executable, names: Sequence[str]) -> None:
        self._statement = statement
        self._sql: str | None = None
        self.names = tuple(names)

    @property
    def sql(self) -> str:
        """The statement's text. Raises ValueError where its places do not come in the order of `names`."""
        if self._sql is None:
            compiled = self._statement.compile(  # type: ignore[attr-defined]
                dialect=_dialect(), column_keys=list(self.names)
            )
            assert isinstance(compiled, SQLCompiler)
            if tuple(compiled.positiontup or ()) != self.names:
                raise ValueError(f"places are {compiled.positiontup}, rows are {self.names}")
            self._sql = compiled.string
        return self._sql


@cache
def _dialect() -> sqlite.dialect:  # type: ignore[valid-type]
    return sqlite.dialect(paramstyle="qmark")


def encode_list(values: Collection[object]) -> str:
    """Return values as a JSON array."""
    return msgspec.json.encode(list(values)).decode()


def decode_strings(text: str) -> tuple[str, ...]:
    """Return a stored JSON array of strings."""
    return msgspec.json.decode(text, type=tuple[str, ...])


def any_of(name: str) -> Select[Any]:
    """Return a list that comes in as one JSON array, so that one compiled statement serves lists of any length."""
    return select(func.json_each(bindparam(name)).table_valued("value").c.value)


def encode_refs(refs: Collection[PostRef]) -> str:
    """Return references as a JSON array of arrays, for `ids_of_posts`."""
    return msgspec.json.encode([tuple(ref) for ref in refs]).decode()
