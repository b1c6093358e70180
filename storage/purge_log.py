"""Reading the purge log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from core.types.post import PostRef, PurgeEntry, RemovalReason
from storage.mention_rows import clean
from storage.session import Session
from storage.tables import purges
from storage.times import micros, moment


class PurgeEntries:
    """The purge log's repository (`core.ports.purging.PurgeLog`)."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def entries(self, *, since: datetime | None = None, limit: int, offset: int = 0) -> list[PurgeEntry]:
        """Return a page of the log, the newest first."""
        wanted: Select[Any] = select(purges).order_by(purges.c.purged_at.desc(), purges.c.name)
        if since is not None:
            wanted = wanted.where(purges.c.purged_at >= micros(since))
        return [_entry(row) for row in await self._session.all(wanted.limit(limit).offset(offset))]

    async def of_post(self, ref: PostRef) -> PurgeEntry | None:
        """Return when and why a post was purged; None where the log does not know it."""
        name = self._session.keys.post(ref.source, clean(ref.container), clean(ref.native_id))
        row = await self._session.first(select(purges).where(purges.c.name == name))
        return None if row is None else _entry(row)


def _entry(row: Row[Any]) -> PurgeEntry:
    return PurgeEntry(row.name, RemovalReason(row.reason), moment(row.purged_at))
