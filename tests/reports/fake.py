"""A store in memory that answers what the report asks: as the port says, and nothing more."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from core.ports.storing import Store, Unit
from core.types.brand import Brand
from core.types.case import Case, CaseQuery
from core.types.learning import NO_ANSWERS, CsatCounts
from core.types.mention import MentionOrder, MentionQuery, StoredMention
from core.types.post import Gap
from core.types.rollup import ReplyRow, RollupRow


@dataclass(slots=True)
class FakeStore:
    """Holds rows; each list may be changed by a test."""

    brands_: list[Brand] = field(default_factory=list)
    mentions_: list[StoredMention] = field(default_factory=list)
    cases_: list[Case] = field(default_factory=list)
    replies_: list[ReplyRow] = field(default_factory=list)
    gaps_: list[Gap] = field(default_factory=list)
    csat_: CsatCounts = NO_ANSWERS

    def as_store(self) -> Store:
        """Return it as what it stands in for."""
        return cast(Store, self)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Unit]:
        """Open a reader."""
        yield cast(Unit, _FakeUnit(self))


class _FakeUnit:
    def __init__(self, store: FakeStore) -> None:
        self.mentions = _Mentions(store)
        self.cases = _Cases(store)
        self.counts = _Counts(store)
        self.ledger = _Ledger(store)
        self.brands = _Brands(store)
        self.csat = _Csat(store)


@dataclass(slots=True)
class _Mentions:
    store: FakeStore

    async def find(self, query: MentionQuery, *, limit: int, offset: int = 0) -> list[StoredMention]:
        found = [one for one in self.store.mentions_ if _matches(one, query)]
        orders = {
            MentionOrder.NEWEST: lambda one: (-one.created_at.timestamp(), -one.id),
            MentionOrder.OLDEST: lambda one: (one.created_at.timestamp(), one.id),
            MentionOrder.MOST_POSITIVE: lambda one: (-one.assessment.score, one.id),
            MentionOrder.MOST_NEGATIVE: lambda one: (one.assessment.score, one.id),
        }
        return sorted(found, key=orders[query.order])[offset : offset + limit]


def _matches(one: StoredMention, query: MentionQuery) -> bool:
    wanted = (
        (query.brand, one.brand),
        (query.source, one.source),
        (query.container, one.container),
        (query.intent, one.assessment.intent),
        (query.label, one.assessment.label),
    )
    return (
        all(value in (None, has) for value, has in wanted)
        and (query.since is None or one.created_at >= query.since)
        and (query.until is None or one.created_at < query.until)
        and (query.with_tombstones or one.purged_at is None)
    )


@dataclass(slots=True)
class _Cases:
    store: FakeStore

    async def find(self, query: CaseQuery, *, limit: int, offset: int = 0) -> list[Case]:
        assert query.since is not None
        assert query.until is not None
        found = [case for case in self.store.cases_ if query.since <= case.opened_at < query.until]
        return sorted(found, key=lambda case: -case.id)[offset : offset + limit]

    async def get(self, case_id: int) -> Case | None:
        return next((case for case in self.store.cases_ if case.id == case_id), None)


@dataclass(slots=True)
class _Counts:
    store: FakeStore

    async def rollups(self, *, since: datetime, until: datetime) -> list[RollupRow]:
        mentions: Counter[tuple[object, ...]] = Counter()
        received: Counter[tuple[object, ...]] = Counter()
        for one in self.store.mentions_:
            hour = one.created_at.replace(minute=0, second=0, microsecond=0)
            judged = (one.assessment.label, one.assessment.intent, one.decision.kind)
            cell = (hour, one.source, one.container, one.brand, *judged)
            mentions[cell] += 1
            received[cell] += one.reply_count
        rows = [RollupRow(*cell, mentions[cell], received[cell]) for cell in mentions]  # type: ignore[call-arg, arg-type]
        return [row for row in rows if since <= row.hour < until]

    async def reply_rows(self, *, since: datetime, until: datetime) -> list[ReplyRow]:
        return [row for row in self.store.replies_ if since <= row.hour < until]

    async def latest_post(self) -> datetime | None:
        return max((one.created_at for one in self.store.mentions_), default=None)


@dataclass(slots=True)
class _Csat:
    store: FakeStore

    async def counts(self, *, since: datetime, until: datetime) -> CsatCounts:
        return self.store.csat_


@dataclass(slots=True)
class _Ledger:
    store: FakeStore

    async def gaps(self, *, since: datetime, until: datetime | None = None) -> list[Gap]:
        return [gap for gap in self.store.gaps_ if gap.ended_at > since and (until is None or gap.started_at < until)]


@dataclass(slots=True)
class _Brands:
    store: FakeStore

    async def all(self) -> Sequence[Brand]:
        return list(self.store.brands_)
