"""How further posts join a case: by their author, their thread, or as one of a burst. Each stays answerable."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from core.ports.storing import Unit
from core.types.case import Case, CaseEvent, CaseEventKind, CaseKind, CaseState, JoinReason, Severity
from engagement.desk.burst import burst_case, has_room
from engagement.desk.clock import live_clock, resumed
from engagement.desk.policy import ACTIVE, DeskPolicy, Opening
from engagement.desk.severity import graver
from engagement.outgoing.records import refresh_card

__all__ = ["join_case", "joinable", "raise_severity", "set_by_hand"]

MANY_POSTS = 10
"""From so many posts on a case, its card tells of further ones a little later and of several at once."""
EDIT_PAUSE = timedelta(seconds=3)
_OF_A_BURST = (CaseKind.COMPLAINT, CaseKind.REVIEW, CaseKind.QUESTION)
"""What may join the complaints of a burst: among many of them, those nobody is sure about say the same."""


async def joinable(unit: Unit, opening: Opening, policy: DeskPolicy) -> tuple[Case, JoinReason | None] | None:
    """Return the case that a mention joins, and why; without a reason it is on that case already."""
    on_it = await unit.cases.of_mentions([opening.mention_id])
    if on_it:
        return on_it[0], None
    since = opening.opened_at - timedelta(minutes=policy.flags.join_minutes)
    if opening.author_key is not None:
        own = await unit.cases.of_author(opening.author_key, since=since)
        own += await unit.cases.with_posts_of(opening.author_key, since=since)
        if (case := _fitting(own, opening)) is not None:
            return case, JoinReason.AUTHOR
    # A measure is about one person: what others wrote in the same thread is another case of abuse.
    if opening.thread_id is not None and opening.kind is not CaseKind.ABUSE:
        near = await unit.cases.of_thread(opening.source, opening.thread_id, brand=opening.brand, since=since)
        if (case := _fitting([case for case in near if has_room(case)], opening)) is not None:
            return case, JoinReason.THREAD
    if opening.kind in _OF_A_BURST and not opening.by_hand:
        burst = await burst_case(
            unit,
            source=opening.source,
            brand=opening.brand,
            text=opening.text,
            named=opening.named,
            author_key=opening.author_key,
            written_at=opening.written_at or opening.opened_at,
            opened_at=opening.opened_at,
            flags=policy.flags,
        )
        if burst is not None:
            return burst, JoinReason.BURST
    return None


def _fitting(candidates: list[Case], opening: Opening) -> Case | None:
    # Abuse is handled apart: a complaint never disappears in a moderation case, nor the other way round.
    return next(
        (
            case
            for case in candidates
            if case.brand == opening.brand
            and case.state in ACTIVE
            and (case.kind is CaseKind.ABUSE) == (opening.kind is CaseKind.ABUSE)
        ),
        None,
    )


async def join_case(
    unit: Unit, case: Case, opening: Opening, reason: JoinReason | None, severity: Severity, policy: DeskPolicy
) -> Case:
    """Put a mention on a case and return it; one that waits for a customer is ours again, whoever complains."""
    at = opening.opened_at
    if opening.mention_id not in case.mention_ids:
        await unit.cases.join(case.id, opening.mention_id, at, reason=reason or "")
        case = await unit.cases.get(case.id) or case
        if case.state is CaseState.WAITING:
            case = await _ours_again(unit, case, at, policy)
    if reason is JoinReason.BURST and case.severity in (Severity.LOW, Severity.NORMAL):
        # Many people at once are what reach is about.
        severity = severity if await set_by_hand(unit, case) else graver(severity, Severity.HIGH)
    if graver(severity, case.severity) is not case.severity:
        case = await raise_severity(unit, case, severity, at, policy)
    await refresh_card(unit, case, at, within=EDIT_PAUSE if len(case.mention_ids) >= MANY_POSTS else timedelta(0))
    return case


async def set_by_hand(unit: Unit, case: Case) -> bool:
    """Say whether a person set the severity of a case: reach does not raise it any more."""
    return any(event.kind is CaseEventKind.PRIORITISED for event in await unit.cases.events(case.id))


async def _ours_again(unit: Unit, case: Case, at: datetime, policy: DeskPolicy) -> Case:
    """Somebody complains while we wait for the customer: the ball is ours, and the resolution clock goes on."""
    clock = await live_clock(unit, policy.clock)
    state = CaseState.OPEN if case.claimed_by is None else CaseState.CLAIMED
    changed = replace(resumed(case, at, clock.hours), state=state, snoozed_until=None)
    case = await unit.cases.save(changed, CaseEvent(case.id, CaseEventKind.CUSTOMER_WROTE, at, None))
    await unit.watch.set_alarms(clock.alarms(case))
    return case


async def raise_severity(unit: Unit, case: Case, severity: Severity, at: datetime, policy: DeskPolicy) -> Case:
    """Give a case a graver severity: it is due as early as a new one of that severity, never later than before."""
    clock = await live_clock(unit, policy.clock)
    resolve_due = clock.resolve_due(at, severity)
    changed = replace(
        case,
        severity=severity,
        due_at=min(case.due_at, clock.first_due(at, severity)),
        resolve_due_at=min(case.resolve_due_at or resolve_due, resolve_due),
    )
    case = await unit.cases.save(changed, CaseEvent(case.id, CaseEventKind.RAISED, at, None, severity))
    await unit.watch.set_alarms(clock.alarms(case))
    return case
