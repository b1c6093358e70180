"""The two clocks of a case: what holds for every history of pauses, and how alarms follow them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.settings import SlaSection
from core.types.case import Case, CaseKind, CaseState, Severity
from core.types.deskwork import AlarmKind, SlaTarget
from engagement.desk.clock import SlaClock, paused, resumed, still_rings
from engagement.desk.hours import BusinessHours
from tests.engagement.desk.test_hours import AMOUNTS, MOMENTS, some_hours

SPANS = st.lists(st.tuples(AMOUNTS, AMOUNTS), max_size=4)


def a_case(opened_at: datetime, **changes: Any) -> Case:
    case = Case(
        id=1,
        kind=CaseKind.COMPLAINT,
        state=CaseState.OPEN,
        severity=Severity.HIGH,
        brand="Lumora",
        opened_at=opened_at,
        due_at=opened_at,
        mention_ids=(7,),
    )
    return replace(case, **changes)


def started(clock: SlaClock, opened_at: datetime, severity: Severity = Severity.HIGH) -> Case:
    return a_case(
        opened_at,
        severity=severity,
        due_at=clock.first_due(opened_at, severity),
        resolve_due_at=clock.resolve_due(opened_at, severity),
    )


@settings(max_examples=60, deadline=None)
@given(some_hours(), MOMENTS, SPANS)
def test_what_is_left_is_left_after_any_pauses(
    hours: BusinessHours, opened: datetime, spans: list[tuple[timedelta, timedelta]]
) -> None:
    clock = SlaClock.of(SlaSection(), hours)
    target = timedelta(minutes=clock.target(Severity.HIGH).resolve_minutes)
    case, now, worked = started(clock, opened), opened, timedelta()
    for working, waiting in spans:
        worked += hours.between(now, now + working)
        now += working
        case = paused(case, now)
        assert paused(case, now + timedelta(hours=1)) == case, "a clock that stands still cannot be stopped again"
        if worked >= target:
            assert resumed(case, now + waiting, hours).resolve_due_at == case.resolve_due_at, "run out stays run out"
            return
        now += waiting
        case = resumed(case, now, hours)
        assert case.paused_at is None
        assert case.resolve_due_at is not None
        assert hours.between(now, case.resolve_due_at) == target - worked


@settings(max_examples=40, deadline=None)
@given(some_hours(), MOMENTS, st.sampled_from(Severity), st.integers(1, 99))
def test_a_reminder_comes_before_its_breach(
    hours: BusinessHours, opened: datetime, severity: Severity, percent: int
) -> None:
    clock = replace(SlaClock.of(SlaSection(), hours), remind_percent=percent)
    case = started(clock, opened, severity)
    due = {alarm.kind: alarm.due_at for alarm in clock.alarms(case)}
    first = clock.target(severity).first_minutes
    remind, breach = due[AlarmKind.FIRST_REMINDER], due[AlarmKind.FIRST_BREACH]
    assert remind is not None
    assert breach == case.due_at
    assert opened <= remind <= breach
    used = hours.between(opened, remind)
    assert abs(used - timedelta(minutes=first) * percent / 100) < timedelta(milliseconds=1)


@settings(max_examples=40, deadline=None)
@given(some_hours(), MOMENTS, st.sampled_from(Severity), AMOUNTS, AMOUNTS)
def test_another_severity_keeps_the_pauses(
    hours: BusinessHours, opened: datetime, severity: Severity, working: timedelta, waiting: timedelta
) -> None:
    clock = SlaClock.of(SlaSection(), hours)
    case = started(clock, opened)
    stopped = paused(case, opened + working)
    going = resumed(stopped, opened + working + waiting, hours)
    set_anew = clock.set_anew(going, severity)
    assert clock.set_anew(set_anew, Severity.HIGH).resolve_due_at == going.resolve_due_at
    assert set_anew.due_at == clock.first_due(opened, severity)


def test_a_clock_that_stands_still_has_no_alarms() -> None:
    clock = SlaClock.of(SlaSection())
    case = paused(started(clock, datetime(2026, 11, 9, tzinfo=UTC)), datetime(2026, 11, 9, 1, tzinfo=UTC))
    due = {alarm.kind: alarm.due_at for alarm in clock.alarms(case)}
    assert due[AlarmKind.RESOLVE_BREACH] is None
    assert due[AlarmKind.RESOLVE_REMINDER] is None
    assert due[AlarmKind.FIRST_BREACH] is not None


def test_live_targets_win() -> None:
    clock = SlaClock.of(SlaSection()).with_targets([SlaTarget(Severity.HIGH, 7, 70)])
    assert clock.target(Severity.HIGH).first_minutes == 7
    assert clock.target(Severity.URGENT).first_minutes == 5, "five minutes for the top severity by default"


def test_what_an_alarm_still_rings_for() -> None:
    case = a_case(datetime(2026, 11, 9, tzinfo=UTC), resolve_due_at=datetime(2026, 11, 10, tzinfo=UTC))
    answered = replace(case, answered_at=case.opened_at)
    closed = replace(case, state=CaseState.RESOLVED)
    assert still_rings(AlarmKind.FIRST_BREACH, case)
    assert not still_rings(AlarmKind.FIRST_BREACH, answered)
    assert still_rings(AlarmKind.RESOLVE_BREACH, answered)
    assert not still_rings(AlarmKind.RESOLVE_BREACH, replace(answered, resolve_due_at=None))
    assert not any(still_rings(kind, closed) for kind in AlarmKind)
