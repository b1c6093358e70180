"""What staff read when a clock of a case runs low or out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from bot.views.lists import when
from bot.views.queue import MARKS, case_name
from bot.views.text import CONTENT_LIMIT, safe
from core.text import Translate, cut, mark
from core.types.case import Case
from core.types.deskwork import AlarmKind, Promise

WORDS: Mapping[AlarmKind, str] = MappingProxyType(
    {
        AlarmKind.FIRST_REMINDER: mark("The first response to {case} ({brand}) is due {when}."),
        AlarmKind.FIRST_BREACH: mark("Nobody has answered {case} ({brand}) in time: it was due {when}."),
        AlarmKind.RESOLVE_REMINDER: mark("The resolution of {case} ({brand}) is due {when}."),
        AlarmKind.RESOLVE_BREACH: mark("{case} ({brand}) was not resolved in time: it was due {when}."),
        AlarmKind.PROMISE_REMINDER: mark("We promised something in {case} ({brand}), due {when}."),
        AlarmKind.PROMISE_BREACH: mark("A promise in {case} ({brand}) was not kept in time: it was due {when}."),
        AlarmKind.SNOOZE_OVER: mark("{case} ({brand}) is back: its snooze is over."),
    }
)
BRAND_LIMIT = 80
PROMISE_LIMIT = 300
BURST_BRAND_LIMIT = 40
REST_LIMIT = 60
"""Characters kept for the line that counts what is not listed."""


def alarm_head(kind: AlarmKind, case: Case, t: Translate) -> str:
    """Return the beginning of an alarm's message: it alone tells whether a message is this alarm's."""
    return f"-# {t('Case {case} · {what}', case=case.id, what=t(TITLES[kind]))}"


TITLES: Mapping[AlarmKind, str] = MappingProxyType(
    {
        AlarmKind.FIRST_REMINDER: mark("first response: reminder"),
        AlarmKind.FIRST_BREACH: mark("first response: overdue"),
        AlarmKind.RESOLVE_REMINDER: mark("resolution: reminder"),
        AlarmKind.RESOLVE_BREACH: mark("resolution: overdue"),
        AlarmKind.PROMISE_REMINDER: mark("promise: reminder"),
        AlarmKind.PROMISE_BREACH: mark("promise: overdue"),
        AlarmKind.SNOOZE_OVER: mark("snooze over"),
    }
)


def burst_head(count: int, at: datetime, t: Translate) -> str:
    """Return the beginning of the one message about many alarms; `at` tells two of them apart."""
    return f"-# {t('Clocks that ran low or out: {count}', count=count)} · <t:{int(at.timestamp())}:f>"


def burst_text(
    rung: Sequence[tuple[AlarmKind, Case]], t: Translate, *, at: datetime, guild_id: str | None, called: str
) -> str:
    """Return many alarms as one message: what fits is listed, the rest stands in the queue.

    `called` names first whom it pings, where the sender allows that.
    """
    lines = [burst_head(len(rung), at, t)]
    if called:
        lines.append(called)
    room = CONTENT_LIMIT - sum(len(line) + 1 for line in lines) - REST_LIMIT
    shown = 0
    for kind, case in rung:
        parts = (case_name(case, guild_id, t), safe(case.brand, BURST_BRAND_LIMIT), t(TITLES[kind]))
        line = f"{MARKS[case.severity]} " + " · ".join(parts)
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
        shown += 1
    if shown < len(rung):
        lines.append(t("and {count} more; see /queue", count=len(rung) - shown))
    return "\n".join(lines)


def alarm_text(
    kind: AlarmKind, case: Case, t: Translate, *, promise: Promise | None, guild_id: str | None, called: str
) -> str:
    """Return an alarm as a message; `called` names first whom it pings, where the sender allows that."""
    due = case.due_at
    if kind in (AlarmKind.RESOLVE_REMINDER, AlarmKind.RESOLVE_BREACH):
        due = case.resolve_due_at or due
    if promise is not None:
        due = promise.due_at
    name = case_name(case, guild_id, t)
    words = t(WORDS[kind], case=name, brand=safe(case.brand, BRAND_LIMIT), when=when(due))
    lines = [alarm_head(kind, case, t), " ".join(filter(None, [called, words]))]
    if promise is not None and promise.text:
        lines.append(f"> {safe(promise.text, PROMISE_LIMIT)}")
    holder = case.claimed_by
    in_charge = t("nobody has it") if holder is None else t("In charge: {person}", person=f"<@{holder}>")
    lines.append(f"{MARKS[case.severity]} {in_charge}")
    return cut("\n".join(lines), CONTENT_LIMIT)
