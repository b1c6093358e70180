"""Driving purged bytes off the disk."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.connect import BUSY_MILLISECONDS
from storage.session import Session
from storage.tables import install, purges
from storage.times import DAY

ATTEMPTS = 3
"""How often readers are let through before a scrub gives up on emptying the log."""
PURGE_LOG = timedelta(days=400)
"""How long the log remembers a purged post: longer than any backup should be kept."""
_WAIT_MILLISECONDS = 2_000
_MARKED = "unscrubbed"
_mark = upsert(install).values(name=bindparam("name"), value=bindparam("value"))
_MARK = _mark.on_conflict_do_update(index_elements=["name"], set_={"value": _mark.excluded.value})


async def mark(session: Session) -> None:
    """Note, in the transaction that takes something away, that its bytes are to be driven off the disk."""
    await session.run(_MARK, {"name": _MARKED, "value": secrets.token_hex(8)})


async def unmark(connection: AsyncConnection, value: str) -> None:
    """Note that the disk is clean, unless something else was taken away meanwhile."""
    await connection.execute(delete(install).where(install.c.name == _MARKED, install.c.value == value))


async def optimise(connection: AsyncConnection, now: int) -> str | None:
    """Merge the search index into one segment, which holds no deleted words, and shorten the purge log.

    Returns the mark of what was taken away; None, and nothing is done, without one.
    """
    value: str | None = await connection.scalar(select(install.c.value).where(install.c.name == _MARKED))
    if value is None:
        return None
    await connection.exec_driver_sql("INSERT INTO search (search) VALUES ('optimize')")
    await connection.execute(delete(purges).where(purges.c.purged_at < now - PURGE_LOG.days * DAY))
    return value


async def truncate(connection: AsyncConnection) -> bool:
    """Write the log into the database and cut it to nothing; False while somebody reads from it."""
    await connection.exec_driver_sql(f"PRAGMA busy_timeout = {_WAIT_MILLISECONDS}")
    try:
        row = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()
    finally:
        await connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    return bool(row[0] == 0)


async def vacuum(connection: AsyncConnection) -> None:
    """Write the database anew: pages that were rearranged may hold old copies of what was deleted.

    SQLite builds the new copy in a temporary file, which has no name and holds nothing that was purged; in memory it
    would need as much of it as the database is large.
    """
    await connection.exec_driver_sql("PRAGMA temp_store = FILE")
    try:
        await connection.exec_driver_sql("VACUUM")
    finally:
        await connection.exec_driver_sql("PRAGMA temp_store = MEMORY")
