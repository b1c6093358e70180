"""How cases begin: from a flagged mention, an unanswered question or a request, each with one card for staff."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from core.ports.storing import Unit
from core.types.action import ActionDraft, ActionKind, Purpose, Target
from core.types.case import Case, CaseKind, CaseState, Severity
from core.types.decision import Decision, DecisionKind
from engagement.desk.clock import SlaClock, live_clock
from engagement.desk.duty import give_to_next
from engagement.desk.joining import join_case, joinable
from engagement.desk.policy import ACTIVE, DeskPolicy, Opening
from engagement.desk.severity import severity_of, widely_seen
from engagement.desk.staffroom import staff_room
from engagement.outgoing.board import refresh_board

__all__ = ["ACTIVE", "DeskPolicy", "Opening", "kind_of", "open_case", "open_request", "open_silently"]


def kind_of(decision: Decision) -> CaseKind:
    """Return the kind of case that a decision opens."""
    kinds = {DecisionKind.FLAG: CaseKind.COMPLAINT, DecisionKind.MODERATE: CaseKind.ABUSE}
    return kinds.get(decision.kind, CaseKind.REVIEW)


async def open_case(unit: Unit, opening: Opening, policy: DeskPolicy) -> tuple[Case, bool]:
    """Return the case of a mention and whether it is new; a new one gets a card.

    A mention that is on a case already stays there; a complaint of an author, thread or burst with an open case joins.
    """
    severity = _severity(opening, policy)
    if (existing := await joinable(unit, opening, policy)) is not None:
        case, reason = existing
        return await join_case(unit, case, opening, reason, severity, policy), False
    clock = await live_clock(unit, policy.clock)
    case = await unit.cases.open(
        kind=opening.kind,
        severity=severity,
        brand=opening.brand,
        opened_at=opening.opened_at,
        due_at=clock.first_due(opening.opened_at, severity),
        resolve_due_at=clock.resolve_due(opening.opened_at, severity),
        mention_id=opening.mention_id,
        author_key=opening.author_key,
    )
    return await _started(unit, case, policy, clock), True


async def _started(unit: Unit, case: Case, policy: DeskPolicy, clock: SlaClock) -> Case:
    """Start the clocks of a new case, post its card, and give it to somebody where that is wanted."""
    await unit.watch.set_alarms(clock.alarms(case))
    if policy.auto_assign:
        case = await give_to_next(unit, case, actor=None, at=case.opened_at) or case
    await _post_card(unit, case, policy)
    return case


async def open_silently(
    unit: Unit, openings: Sequence[Opening], policy: DeskPolicy, *, edited: Collection[int]
) -> list[int]:
    """Open the cases of posts of long ago, all at once; nobody is called, nothing is joined. Return the new ids.

    `edited` are the mentions among them that may have been stored, and be on a case, before.
    """
    if not openings:
        return []
    on_cases = await unit.cases.of_mentions(edited) if edited else []
    taken = {mention_id for case in on_cases for mention_id in case.mention_ids}
    clock = await live_clock(unit, policy.clock)
    return await unit.cases.open_many(
        [_silent(opening, policy, clock) for opening in openings if opening.mention_id not in taken]
    )


def _severity(opening: Opening, policy: DeskPolicy) -> Severity:
    severity = severity_of(opening.kind, opening.text, opening.assessment, policy.sla.urgent_terms)
    return widely_seen(opening.kind, severity) if opening.reach >= policy.flags.reach_replies else severity


def _silent(opening: Opening, policy: DeskPolicy, clock: SlaClock) -> Case:
    severity = _severity(opening, policy)
    return Case(
        id=0,
        kind=opening.kind,
        state=CaseState.OPEN,
        severity=severity,
        brand=opening.brand,
        opened_at=opening.opened_at,
        due_at=clock.first_due(opening.opened_at, severity),
        resolve_due_at=clock.resolve_due(opening.opened_at, severity),
        mention_ids=(opening.mention_id,),
        author_key=opening.author_key,
    )


async def open_request(
    unit: Unit,
    *,
    brand: str,
    author_key: str,
    target: Target,
    note: str,
    now: datetime,
    policy: DeskPolicy,
) -> tuple[Case, bool]:
    """Return the case of somebody who asked the bot for a person, and whether it is new.

    One open request a person is enough: asking twice does not make two cases.
    """
    earlier = await unit.cases.of_author(author_key, since=now - timedelta(days=7))
    for case in earlier:
        if case.kind is CaseKind.REQUEST and case.state in ACTIVE:
            return case, False
    severity = severity_of(CaseKind.REQUEST, note, None, policy.sla.urgent_terms)
    clock = await live_clock(unit, policy.clock)
    case = await unit.cases.open(
        kind=CaseKind.REQUEST,
        severity=severity,
        brand=brand,
        opened_at=now,
        due_at=clock.first_due(now, severity),
        resolve_due_at=clock.resolve_due(now, severity),
        mention_id=None,
        author_key=author_key,
        target=target,
        note=note,
    )
    return await _started(unit, case, policy, clock), True


async def _post_card(unit: Unit, case: Case, policy: DeskPolicy) -> None:
    room = await staff_room(unit, policy.home_guild, policy.staff_channel, policy.locale)
    if room is None:
        return
    await unit.outbox.add(
        ActionDraft(
            kind=ActionKind.CARD,
            purpose=Purpose.STAFF_POST,
            target=room.target,
            key=f"card:{case.id}",
            case_id=case.id,
            locale=room.locale,
        ),
        created_at=case.opened_at,
    )
    await refresh_board(unit, case.opened_at)
