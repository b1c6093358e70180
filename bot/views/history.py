"""The trail of a case: who did what, when, and why, with the notes of staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from bot.context import AnyInteraction, reader, require_staff, services_of
from bot.services import Services
from bot.views.lists import Page, pages, show_list, when
from bot.views.text import safe
from core.text import Translate, mark
from core.types.case import CaseEvent, CaseEventKind, Dismissal, JoinReason, Severity
from core.types.deskwork import AlarmKind
from engagement.desk.view import DISMISSALS, SEVERITIES

PAGE_SIZE = 10
REASON_LIMIT = 200
NOTE_LIMIT = 600

EVENTS: Mapping[CaseEventKind, str] = MappingProxyType(
    {
        CaseEventKind.OPENED: mark("opened"),
        CaseEventKind.JOINED: mark("another post joined"),
        CaseEventKind.RAISED: mark("severity raised"),
        CaseEventKind.CLAIMED: mark("claimed"),
        CaseEventKind.UNCLAIMED: mark("given back"),
        CaseEventKind.REPLIED: mark("replied"),
        CaseEventKind.REPLY_FAILED: mark("reply did not go out"),
        CaseEventKind.ANSWERED_NATIVELY: mark("answered at the source"),
        CaseEventKind.CUSTOMER_WROTE: mark("the customer wrote"),
        CaseEventKind.RESOLVED: mark("resolved"),
        CaseEventKind.DISMISSED: mark("dismissed"),
        CaseEventKind.REOPENED: mark("reopened"),
        CaseEventKind.MENTION_PURGED: mark("a post was deleted"),
        CaseEventKind.ASSIGNED: mark("assigned"),
        CaseEventKind.PRIORITISED: mark("severity set"),
        CaseEventKind.NOTED: mark("note added"),
        CaseEventKind.TAGGED: mark("tag added"),
        CaseEventKind.UNTAGGED: mark("tag removed"),
        CaseEventKind.SNOOZED: mark("snoozed"),
        CaseEventKind.WOKEN: mark("snooze over"),
        CaseEventKind.PROMISED: mark("promise made"),
        CaseEventKind.PROMISE_KEPT: mark("promise kept"),
        CaseEventKind.PROMISE_WITHDRAWN: mark("promise taken back"),
        CaseEventKind.GOODWILL_OFFERED: mark("goodwill proposed"),
        CaseEventKind.GOODWILL_APPROVED: mark("goodwill approved"),
        CaseEventKind.GOODWILL_REFUSED: mark("goodwill refused"),
        CaseEventKind.REMINDED: mark("staff reminded"),
        CaseEventKind.ESCALATED: mark("escalated"),
    }
)
_JOIN_REASONS: Mapping[str, str] = MappingProxyType(
    {
        JoinReason.AUTHOR: mark("by the same author"),
        JoinReason.THREAD: mark("from the same thread"),
        JoinReason.BURST: mark("one of many at once"),
    }
)
_ALARM_REASONS: Mapping[str, str] = MappingProxyType(
    {
        AlarmKind.FIRST_REMINDER: mark("first response"),
        AlarmKind.FIRST_BREACH: mark("first response"),
        AlarmKind.RESOLVE_REMINDER: mark("resolution"),
        AlarmKind.RESOLVE_BREACH: mark("resolution"),
        AlarmKind.PROMISE_REMINDER: mark("promise"),
        AlarmKind.PROMISE_BREACH: mark("promise"),
    }
)


async def show_history(interaction: AnyInteraction, case_id: int) -> None:
    """Answer a deferred interaction with the trail and the notes, the newest first; pages."""

    async def page_of(reading: AnyInteraction, number: int) -> Page:
        require_staff(reading)
        return await _page(services_of(reading), case_id, number, reader(reading))

    await show_list(interaction, page_of)


async def _page(services: Services, case_id: int, number: int, t: Translate) -> Page:
    lines = await history_lines(services, case_id, t)
    total = pages(len(lines), PAGE_SIZE)
    number = min(number, max(total - 1, 0))
    shown = lines[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
    return Page(t("History of case {case}", case=case_id), shown, number, total)


async def history_lines(services: Services, case_id: int, t: Translate) -> Sequence[str]:
    """Return the trail and the notes as lines, the newest first. Raises NotFoundError."""
    trail = await services.desk.trail(case_id)
    notes = await services.care.notes(case_id)
    dated = [(event.at, event_line(event, t)) for event in trail if event.kind is not CaseEventKind.NOTED]
    dated += [(note.at, _note_line(note.author, note.at, note.text, t)) for note in notes]
    return [line for _, line in sorted(dated, key=lambda one: one[0], reverse=True)]


def event_line(event: CaseEvent, t: Translate) -> str:
    """Return one line of the trail."""
    who = f"<@{event.actor}>" if event.actor is not None and event.actor.isdecimal() else t("Maeari")
    words = t(EVENTS[event.kind]) if event.kind in EVENTS else safe(event.kind, 40)
    reason = _reason(event, t)
    return f"{when(event.at)} · {who} · {words}" + (f": {reason}" if reason else "")


def _reason(event: CaseEvent, t: Translate) -> str:
    reason = event.reason
    if event.kind is CaseEventKind.ASSIGNED and reason.isdecimal():
        return f"<@{reason}>"
    if event.kind in (CaseEventKind.RAISED, CaseEventKind.PRIORITISED) and reason in set(Severity):
        return t(SEVERITIES[Severity(reason)])
    if event.kind is CaseEventKind.JOINED and reason in _JOIN_REASONS:
        return t(_JOIN_REASONS[reason])
    if event.kind is CaseEventKind.ANSWERED_NATIVELY and reason.isdecimal():
        return t("post {number}", number=reason)
    if event.kind in (CaseEventKind.REMINDED, CaseEventKind.ESCALATED) and reason in _ALARM_REASONS:
        return t(_ALARM_REASONS[reason])
    if event.kind is CaseEventKind.SNOOZED and reason:
        return t("until {when}", when=when(datetime.fromisoformat(reason)))
    code, _, rest = reason.partition(": ")
    if event.kind is CaseEventKind.DISMISSED and code in set(Dismissal):
        return ": ".join(filter(None, [t(DISMISSALS[Dismissal(code)]), safe(rest, REASON_LIMIT)]))
    return safe(reason, REASON_LIMIT)


def _note_line(author: str, at: datetime, text: str, t: Translate) -> str:
    return f"{when(at)} · <@{author}> · 📝 {t('Note')}: {safe(text, NOTE_LIMIT)}"
