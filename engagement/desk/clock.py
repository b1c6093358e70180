"""The two clocks of a case: first response and resolution, in business hours; the second pauses for the customer.

Pure functions; who calls them stores what they return.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.ports.storing import Unit
from core.settings import SlaSection
from core.types.case import Case, CaseState, Severity
from core.types.deskwork import Alarm, AlarmKind, SlaTarget
from engagement.desk.hours import AROUND_THE_CLOCK, BusinessHours

__all__ = ["ALARM_KINDS_OF_BREACH", "SlaClock", "live_clock", "paused", "resumed", "still_rings"]

_RUNNING = (CaseState.OPEN, CaseState.CLAIMED, CaseState.WAITING)
ALARM_KINDS_OF_BREACH = {
    AlarmKind.FIRST_REMINDER: AlarmKind.FIRST_BREACH,
    AlarmKind.RESOLVE_REMINDER: AlarmKind.RESOLVE_BREACH,
    AlarmKind.PROMISE_REMINDER: AlarmKind.PROMISE_BREACH,
}
"""The breach that each reminder warns of."""


@dataclass(frozen=True, slots=True)
class SlaClock:
    """Targets by severity over business hours."""

    targets: tuple[SlaTarget, ...]
    hours: BusinessHours = AROUND_THE_CLOCK
    remind_percent: int = 80

    @classmethod
    def of(cls, section: SlaSection, hours: BusinessHours = AROUND_THE_CLOCK) -> SlaClock:
        """Return the clock that the configuration asks for."""
        targets = (
            SlaTarget(Severity.URGENT, section.urgent, section.resolve_urgent),
            SlaTarget(Severity.HIGH, section.high, section.resolve_high),
            SlaTarget(Severity.NORMAL, section.normal, section.resolve_normal),
            SlaTarget(Severity.LOW, section.low, section.resolve_low),
        )
        return cls(targets, hours, section.remind_percent)

    def with_targets(self, live: Sequence[SlaTarget]) -> SlaClock:
        """Return the clock with the targets that staff set live."""
        by_severity = {target.severity: target for target in live}
        return replace(self, targets=tuple(by_severity.get(target.severity, target) for target in self.targets))

    def target(self, severity: Severity) -> SlaTarget:
        """Return the target of a severity."""
        return next(target for target in self.targets if target.severity is severity)

    def first_due(self, start: datetime, severity: Severity) -> datetime:
        """Return when the first response is due."""
        return self.hours.add(start, timedelta(minutes=self.target(severity).first_minutes))

    def resolve_due(self, start: datetime, severity: Severity) -> datetime:
        """Return when the resolution is due, if nothing pauses it."""
        return self.hours.add(start, timedelta(minutes=self.target(severity).resolve_minutes))

    def alarms(self, case: Case) -> tuple[Alarm, ...]:
        """Return when the clocks of a case ring; those of a clock that stands still have no moment."""
        target = self.target(case.severity)
        margin = 1 - self.remind_percent / 100
        first = self._pair(
            case,
            (AlarmKind.FIRST_REMINDER, AlarmKind.FIRST_BREACH),
            case.opened_at,
            case.due_at,
            timedelta(minutes=target.first_minutes) * margin,
        )
        resolve_due = None if case.paused_at is not None else case.resolve_due_at
        if case.resolve_due_at is None:
            return first
        return first + self._pair(
            case,
            (AlarmKind.RESOLVE_REMINDER, AlarmKind.RESOLVE_BREACH),
            case.opened_at,
            resolve_due,
            timedelta(minutes=target.resolve_minutes) * margin,
        )

    def _pair(
        self, case: Case, kinds: tuple[AlarmKind, AlarmKind], since: datetime, due: datetime | None, margin: timedelta
    ) -> tuple[Alarm, Alarm]:
        """Return reminder and breach; the reminder rings `margin` of business time before the breach."""
        remind = None if due is None else self.hours.add(since, self.hours.between(since, due) - margin)
        return Alarm(case.id, kinds[0], 0, remind), Alarm(case.id, kinds[1], 0, due)

    def set_anew(self, case: Case, severity: Severity) -> Case:
        """Return the case with another severity: both clocks as if opened with it, what was paused still paused."""
        usual = self.resolve_due(case.opened_at, case.severity)
        pauses = timedelta() if case.resolve_due_at is None else self.hours.between(usual, case.resolve_due_at)
        resolve_due = self.hours.add(self.resolve_due(case.opened_at, severity), pauses)
        return replace(
            case, severity=severity, due_at=self.first_due(case.opened_at, severity), resolve_due_at=resolve_due
        )


def paused(case: Case, at: datetime) -> Case:
    """Return the case with its resolution clock stopped; one that stands still stays so."""
    return case if case.paused_at is not None else replace(case, paused_at=at)


def resumed(case: Case, at: datetime, hours: BusinessHours) -> Case:
    """Return the case with its resolution clock going on: what was left when it stopped is left now.

    A clock that had run out stays run out.
    """
    if case.paused_at is None:
        return case
    due = case.resolve_due_at
    if due is not None and due > case.paused_at:
        due = hours.add(at, hours.between(case.paused_at, due))
    return replace(case, paused_at=None, resolve_due_at=due)


def still_rings(kind: AlarmKind, case: Case) -> bool:
    """Say whether a clock of the case itself, or its snooze, has anything to ring for."""
    if case.state not in _RUNNING:
        return False
    if kind in (AlarmKind.FIRST_REMINDER, AlarmKind.FIRST_BREACH):
        return case.answered_at is None
    if kind in (AlarmKind.RESOLVE_REMINDER, AlarmKind.RESOLVE_BREACH):
        return case.resolve_due_at is not None
    return True


async def live_clock(unit: Unit, clock: SlaClock) -> SlaClock:
    """Return the clock with the targets that staff set live, as the store holds them."""
    return clock.with_targets(await unit.watch.targets())
