"""Driving purged bytes off the disk."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.connect import BUSY_MILLISECONDS
from storage.tables import purges
from storage.times import DAY

ATTEMPTS = 3
"""How often readers are let through before a scrub gives up on emptying the log."""
PURGE_LOG = timedelta(days=400)
"""How long the log remembers a purged post: longer than any backup should be kept."""
_WAIT_MILLISECONDS = 2_000


async def optimise(connection: AsyncConnection, now: int) -> None:
    """Merge the search index into one segment, which holds no deleted words, and shorten the purge log."""
    await connection.exec_driver_sql("INSERT INTO search (search) VALUES ('optimize')")
    await connection.execute(delete(purges).where(purges.c.purged_at < now - PURGE_LOG.days * DAY))


async def truncate(connection: AsyncConnection) -> bool:
    """Write the log into the database and cut it to nothing; False while somebody reads from it."""
    await connection.exec_driver_sql(f"PRAGMA busy_timeout = {_WAIT_MILLISECONDS}")
    try:
        row = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()
    finally:
        await connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    return bool(row[0] == 0)


async def vacuum(connection: AsyncConnection) -> None:
    """Write the database anew: pages that were rearranged may hold old copies of what was deleted."""
    await connection.exec_driver_sql("VACUUM")
