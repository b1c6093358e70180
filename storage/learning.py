"""Verdicts and the rules that follow from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Row

from core.errors import NotFoundError
from core.text import mark
from core.types.decision import DecisionKind, Reason
from core.types.learning import (
    AppliedRule,
    Correction,
    JudgedByPerson,
    MentionVerdict,
    PrecisionRow,
    RuleChange,
    RuleKind,
)
from storage.mention_rows import hour_of, stored, stored_mentions
from storage.session import Session, any_of, encode_list
from storage.tables import mentions
from storage.tables_learning import applied_rules, verdict_counts, verdicts
from storage.times import micros, moment


class Verdicts:
    """The verdict repository."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def put(self, verdict: MentionVerdict) -> None:
        """Store a verdict in place of the mention's earlier one. Raises NotFoundError for a purged mention."""
        living = select(mentions.c.created_at).where(
            mentions.c.id == verdict.mention_id, mentions.c.purged_at.is_(None)
        )
        created_at = await self._session.scalar(living)
        if created_at is None:
            raise NotFoundError(mark("The post is gone: there is nothing left to judge."))
        earlier = await self._row(verdict.mention_id)
        if earlier is not None:
            await self._count(earlier.hour, earlier.brand, earlier.reason, right=bool(earlier.correct), by=-1)
        hour = hour_of(created_at)
        sides = {
            "correct": verdict.right,
            "should_be": verdict.should_be,
            "brand": verdict.brand,
            "decision": verdict.decision,
            "reason": verdict.reason,
            "hour": hour,
            "actor": verdict.actor,
            "at": micros(verdict.at),
        }
        statement = upsert(verdicts).values(mention_id=verdict.mention_id, **sides)
        await self._session.run(statement.on_conflict_do_update(index_elements=["mention_id"], set_=sides))
        await self._count(hour, verdict.brand, verdict.reason, right=verdict.right, by=1)

    async def get(self, mention_id: int) -> MentionVerdict | None:
        """Return a mention's verdict."""
        row = await self._row(mention_id)
        return None if row is None else _verdict(row)

    async def judged(self, *, brand: str | None, limit: int) -> list[JudgedByPerson]:
        """Return living mentions with their verdicts, the newest verdicts first."""
        newest = select(verdicts).order_by(verdicts.c.at.desc()).limit(limit)
        if brand is not None:
            newest = newest.where(verdicts.c.brand == brand)
        given = {row.mention_id: _verdict(row) for row in await self._session.all(newest)}
        living = stored_mentions().where(mentions.c.id.in_(any_of("ids")))
        found = {row.id: stored(row) for row in await self._session.all(living, {"ids": encode_list(given.keys())})}
        return [JudgedByPerson(found[each], verdict) for each, verdict in given.items() if each in found]

    async def precision(self, *, since: datetime, until: datetime, brand: str | None = None) -> list[PrecisionRow]:
        """Return counts of verdicts on mentions written in [since, until), oldest first; empty cells are left out."""
        c = verdict_counts.c
        within = select(verdict_counts).where(c.hour >= micros(since), c.hour < micros(until), c.correct + c.wrong > 0)
        if brand is not None:
            within = within.where(c.brand == brand)
        return [
            PrecisionRow(moment(row.hour), row.brand, Reason(row.reason), row.correct, row.wrong)
            for row in await self._session.all(within.order_by(c.hour, c.brand, c.reason))
        ]

    async def _row(self, mention_id: int) -> Row[Any] | None:
        return await self._session.first(select(verdicts).where(verdicts.c.mention_id == mention_id))

    async def _count(self, hour: int, brand: str, reason: str, *, right: bool, by: int) -> None:
        more = {"correct": by if right else 0, "wrong": 0 if right else by}
        statement = upsert(verdict_counts).values(hour=hour, brand=brand, reason=reason, **more)
        added = {name: verdict_counts.c[name] + statement.excluded[name] for name in more}
        await self._session.run(
            statement.on_conflict_do_update(index_elements=list(verdict_counts.primary_key), set_=added)
        )


def _verdict(row: Row[Any]) -> MentionVerdict:
    return MentionVerdict(
        mention_id=row.mention_id,
        right=bool(row.correct),
        should_be=None if row.should_be is None else Correction(row.should_be),
        brand=row.brand,
        decision=DecisionKind(row.decision),
        reason=Reason(row.reason),
        actor=row.actor,
        at=moment(row.at),
    )


class Rules:
    """The rule repository."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def all(self) -> list[AppliedRule]:
        """Return all, oldest first."""
        rows = await self._session.all(select(applied_rules).order_by(applied_rules.c.id))
        return [
            AppliedRule(RuleChange(RuleKind(row.kind), row.brand, row.term, row.value), row.actor, moment(row.at))
            for row in rows
        ]

    async def put(self, rule: AppliedRule) -> None:
        """Store a rule; a threshold replaces the earlier one of its kind."""
        change = rule.change
        c = applied_rules.c
        same = (c.kind == change.kind, c.brand == change.brand, c.term == change.term)
        await self._session.run(delete(applied_rules).where(*same))
        await self._session.run(
            insert(applied_rules).values(
                kind=change.kind,
                brand=change.brand,
                term=change.term,
                value=change.value,
                actor=rule.actor,
                at=micros(rule.at),
            )
        )

    async def clear(self) -> list[AppliedRule]:
        """Take all back; return them, oldest first."""
        gone = await self.all()
        await self._session.run(delete(applied_rules))
        return gone
