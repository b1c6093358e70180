"""How cases begin: from a flagged mention, an unanswered question or a request, each with one card for staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.ports.storing import Unit
from core.settings import FlagsPolicy, Settings, SlaSection
from core.types.action import ActionDraft, ActionKind, Purpose, Target
from core.types.assessment import Assessment
from core.types.case import Case, CaseEvent, CaseEventKind, CaseKind, CaseState, Severity
from core.types.decision import Decision, DecisionKind
from core.types.post import Source
from engagement.desk.clock import SlaClock, live_clock, resumed
from engagement.desk.duty import give_to_next
from engagement.desk.hours import AROUND_THE_CLOCK, BusinessHours
from engagement.desk.severity import graver, severity_of
from engagement.desk.staffroom import staff_room
from engagement.outgoing.board import refresh_board
from engagement.outgoing.records import refresh_card

__all__ = ["ACTIVE", "DeskPolicy", "Opening", "kind_of", "open_case", "open_request", "open_silently"]

ACTIVE = (CaseState.OPEN, CaseState.CLAIMED, CaseState.WAITING)


@dataclass(frozen=True, slots=True)
class DeskPolicy:
    """What the operator set about cases."""

    sla: SlaSection
    flags: FlagsPolicy
    locale: str = "en"
    """Language of cards."""
    home_guild: str | None = None
    staff_channel: str | None = None
    """Where cards go; the home guild's own setting wins."""
    crisis: bool = False
    """Replies need a second person."""
    hours: BusinessHours = AROUND_THE_CLOCK
    auto_assign: bool = False
    """Each new case goes to the next of the staff on duty."""

    @property
    def clock(self) -> SlaClock:
        """The clocks of the configuration; targets that staff set live win, see `live_clock`."""
        return SlaClock.of(self.sla, self.hours)

    @classmethod
    def of(cls, settings: Settings) -> DeskPolicy:
        """Return the policy that the configuration asks for."""
        discord = settings.discord
        return cls(
            hours=BusinessHours.of(settings.sla, settings.zone),
            auto_assign=settings.desk.auto_assign,
            sla=settings.sla,
            flags=settings.policy.flags,
            locale=settings.maeari.locale,
            home_guild=None if discord.home_guild is None else str(discord.home_guild),
            staff_channel=None if discord.staff_channel is None else str(discord.staff_channel),
        )


@dataclass(frozen=True, slots=True)
class Opening:
    """A mention that asks for a case."""

    mention_id: int
    kind: CaseKind
    brand: str
    source: Source
    text: str
    assessment: Assessment
    author_key: str | None
    thread_id: str | None
    opened_at: datetime


def kind_of(decision: Decision) -> CaseKind:
    """Return the kind of case that a decision opens."""
    kinds = {DecisionKind.FLAG: CaseKind.COMPLAINT, DecisionKind.MODERATE: CaseKind.ABUSE}
    return kinds.get(decision.kind, CaseKind.REVIEW)


async def open_case(unit: Unit, opening: Opening, policy: DeskPolicy) -> tuple[Case, bool]:
    """Return the case of a mention and whether it is new; a new one gets a card.

    A mention that is on a case already stays there; a complaint of an author or thread with a fresh open case joins.
    """
    severity = severity_of(opening.kind, opening.text, opening.assessment, policy.sla.urgent_terms)
    if (existing := await _joinable(unit, opening, policy)) is not None:
        return await _join(unit, existing, opening, severity, policy), False
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


async def open_silently(unit: Unit, openings: Sequence[Opening], policy: DeskPolicy) -> list[int]:
    """Open the cases of posts of long ago, all at once; nobody is called, nothing is joined. Return the new ids."""
    if not openings:
        return []
    on_cases = await unit.cases.of_mentions([opening.mention_id for opening in openings])
    taken = {mention_id for case in on_cases for mention_id in case.mention_ids}
    clock = await live_clock(unit, policy.clock)
    return await unit.cases.open_many(
        [_silent(opening, policy, clock) for opening in openings if opening.mention_id not in taken]
    )


def _silent(opening: Opening, policy: DeskPolicy, clock: SlaClock) -> Case:
    severity = severity_of(opening.kind, opening.text, opening.assessment, policy.sla.urgent_terms)
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


async def _joinable(unit: Unit, opening: Opening, policy: DeskPolicy) -> Case | None:
    """Return the case that a mention is on already, or the fresh open one of its author or thread."""
    on_it = await unit.cases.of_mentions([opening.mention_id])
    if on_it:
        return on_it[0]
    since = opening.opened_at - timedelta(minutes=policy.flags.join_minutes)
    candidates: list[Case] = []
    if opening.author_key is not None:
        candidates += await unit.cases.of_author(opening.author_key, since=since)
    # A measure is about one person: what others wrote in the same thread is another case of abuse.
    if opening.thread_id is not None and opening.kind is not CaseKind.ABUSE:
        candidates += await unit.cases.of_thread(opening.source, opening.thread_id, brand=opening.brand, since=since)
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


async def _join(unit: Unit, case: Case, opening: Opening, severity: Severity, policy: DeskPolicy) -> Case:
    at = opening.opened_at
    if opening.mention_id not in case.mention_ids:
        await unit.cases.join(case.id, opening.mention_id, at)
        case = await unit.cases.get(case.id) or case
        if case.state is CaseState.WAITING and opening.author_key is not None and opening.author_key == case.author_key:
            case = await _ours_again(unit, case, at, policy)
    if graver(severity, case.severity) is not case.severity:
        case = await _raised(unit, case, severity, at, policy)
    await refresh_card(unit, case, at)
    return case


async def _ours_again(unit: Unit, case: Case, at: datetime, policy: DeskPolicy) -> Case:
    """The author complains once more while we wait for them: the ball is ours, and the resolution clock goes on."""
    clock = await live_clock(unit, policy.clock)
    state = CaseState.OPEN if case.claimed_by is None else CaseState.CLAIMED
    changed = replace(resumed(case, at, clock.hours), state=state, snoozed_until=None)
    case = await unit.cases.save(changed, CaseEvent(case.id, CaseEventKind.CUSTOMER_WROTE, at, None))
    await unit.watch.set_alarms(clock.alarms(case))
    return case


async def _raised(unit: Unit, case: Case, severity: Severity, at: datetime, policy: DeskPolicy) -> Case:
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
