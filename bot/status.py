"""How the installation is doing, read from the store."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.services import Status
from core.ports.storing import MOST_COUNTED as CASES_COUNTED
from core.ports.storing import Store
from core.types.action import ActionState
from core.types.case import CaseQuery, CaseState
from core.types.mention import MentionQuery
from core.types.post import FeedHealth

_OURS = (CaseState.OPEN, CaseState.CLAIMED)
_RUNNING = (*_OURS, CaseState.WAITING)
MOST_COUNTED = 1000
"""Outbox rows of one state that are counted; more is trouble whatever the number."""

MOST_GAPS = 5
"""Gaps that are told one by one."""


async def read_status(store: Store, now: datetime, started_at: datetime, feeds: tuple[FeedHealth, ...]) -> Status:
    """Return what `/status` shows; the counts of the last 24 hours."""
    day_ago = now - timedelta(days=1)
    async with store.read() as unit:
        gaps = await unit.ledger.gaps(since=day_ago)

        async def waiting(*states: ActionState) -> int:
            return len(await unit.outbox.find(states=states, limit=MOST_COUNTED))

        return Status(
            started_at=started_at,
            feeds=feeds,
            mentions_today=await unit.mentions.count(MentionQuery(since=day_ago, with_tombstones=True)),
            open_cases=await unit.cases.count(CaseQuery(states=_OURS), most=CASES_COUNTED),
            overdue_cases=await unit.cases.count(CaseQuery(states=_RUNNING, overdue_at=now), most=CASES_COUNTED),
            outbox_waiting=await waiting(ActionState.PENDING, ActionState.SENDING),
            drafts_waiting=await waiting(ActionState.DRAFT),
            outbox_refused=await waiting(ActionState.REFUSED),
            gaps=len(gaps),
            recent_gaps=tuple(sorted(gaps, key=lambda gap: gap.ended_at)[-MOST_GAPS:]),
        )
