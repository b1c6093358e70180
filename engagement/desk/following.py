"""What happens to a case from outside the desk: staff answer natively, the customer writes again, a post goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.ports.storing import Unit
from core.types.case import AnsweredBy, Case, CaseEvent, CaseEventKind, CaseState
from core.types.mention import StoredMention
from core.types.post import Source
from engagement.desk.cards import refresh_draft_cards
from engagement.desk.clock import live_clock, paused, resumed
from engagement.desk.opening import DeskPolicy
from engagement.outgoing.records import refresh_card

__all__ = ["answered_natively", "customer_wrote", "mentions_gone"]

REOPEN_WITHIN = timedelta(days=14)
"""So long after its resolution a case is opened again when the author is not content."""
_WAITS = (CaseState.OPEN, CaseState.CLAIMED)


async def answered_natively(
    unit: Unit, case: Case, *, mention_id: int, actor: str | None, at: datetime, now: datetime
) -> Case:
    """Stop the clock for an answer that staff gave straight at the source; the trail names the post it answers."""
    if case.state not in (*_WAITS, CaseState.WAITING):
        return case
    changed = replace(
        paused(case, at),
        state=CaseState.WAITING,
        answered_at=case.answered_at or at,
        answered_by=case.answered_by or AnsweredBy.NATIVE,
    )
    saved = await unit.cases.save(
        changed, CaseEvent(case.id, CaseEventKind.ANSWERED_NATIVELY, at, actor, str(mention_id))
    )
    await refresh_card(unit, saved, now)
    return saved


async def customer_wrote(
    unit: Unit, case: Case, *, at: datetime, now: datetime, content: bool, policy: DeskPolicy
) -> Case:
    """Note that the author wrote again; the ball is ours unless they are `content`.

    A resolved case is opened again, a dismissed one stays dismissed. Where the ball is ours the resolution clock goes
    on and a snooze is over.
    """
    state = case.state
    kind = CaseEventKind.CUSTOMER_WROTE
    if not content and state is CaseState.WAITING:
        state = _ours(case)
    elif not content and state is CaseState.RESOLVED and at - (case.resolved_at or at) <= REOPEN_WITHIN:
        state, kind = _ours(case), CaseEventKind.REOPENED
    reopened = kind is CaseEventKind.REOPENED
    changed = replace(case, state=state, resolved_at=None if reopened else case.resolved_at)
    if not content and state in _WAITS:
        clock = await live_clock(unit, policy.clock)
        changed = replace(resumed(changed, at, clock.hours), snoozed_until=None)
        await unit.watch.set_alarms(clock.alarms(changed))
    saved = await unit.cases.save(changed, CaseEvent(case.id, kind, at, None))
    await refresh_card(unit, saved, now)
    return saved


def _ours(case: Case) -> CaseState:
    return CaseState.CLAIMED if case.claimed_by is not None else CaseState.OPEN


async def mentions_gone(unit: Unit, purged: Sequence[StoredMention], *, at: datetime) -> None:
    """After a purge: take the posts' words off the cards. What waits to be sent about them the store cancelled."""
    if not purged:
        return
    about = await unit.outbox.of_mentions([mention.id for mention in purged])
    await refresh_draft_cards(unit, [action for action in about if action.draft.needs_approval], now=at)
    for case in await unit.cases.of_mentions([mention.id for mention in purged]):
        await unit.cases.add_event(CaseEvent(case.id, CaseEventKind.MENTION_PURGED, at, None))
        await refresh_card(unit, case, at)


def actor_of(source: Source, native_id: str) -> str | None:
    """Return the actor of an audit line: Discord ids only, a Reddit name is no Discord member."""
    return native_id if source is Source.DISCORD else None
