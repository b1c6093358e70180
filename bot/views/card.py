"""The staff card of a case: what was written, why it was flagged, until when, and the buttons to act."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.views.buttons import ClaimButton, ReplyButton, ResolveButton
from bot.views.lists import is_link
from bot.views.moderation import measure_row
from bot.views.more import more_row
from bot.views.names import INTENT, LABEL, place
from bot.views.text import LABEL_LIMIT, quote, safe
from bot.views.verdict import verdict_line, verdict_row
from core.text import Translate, cut
from core.types.assessment import Evidence
from core.types.case import AnsweredBy, CaseState, Severity
from core.types.post import Source
from engagement.desk.view import DISMISSALS, KINDS, SEVERITIES, STATES, CaseView, is_abuse

EXCERPT_LIMIT = 1500
"""Characters of the post on the card, backslashes counted; leaves room for the rest within the 4,000 of a message."""
BRAND_LIMIT = 120
REASON_LIMIT = 300
WORDS_LIMIT = 400
WORD_LIMIT = 40
PROMISES_SHOWN = 2
PROMISE_LIMIT = 150

_AROUND = string.punctuation + string.whitespace + "’”…"
_WORD_END = re.compile(r"[가-힣]{1,8}")

_COLOURS = {
    Severity.URGENT: 0xD92D20,
    Severity.HIGH: 0xF79009,
    Severity.NORMAL: 0x2E90FA,
    Severity.LOW: 0x98A2B3,
}
_DONE_COLOUR = 0x12B76A
_DONE = (CaseState.RESOLVED, CaseState.DISMISSED)


class CaseCard(ui.LayoutView):
    """The card as a message. Its buttons carry the case id, so they work for months and over restarts."""

    def __init__(self, view: CaseView, t: Translate) -> None:
        super().__init__(timeout=None)
        colour = _DONE_COLOUR if view.state in _DONE else _COLOURS[view.severity]
        box: ui.Container[Any] = ui.Container(accent_colour=colour)
        box.add_item(ui.TextDisplay(_heading(view, t)))
        box.add_item(ui.TextDisplay(_excerpt(view, t)))
        box.add_item(ui.Separator(visible=True, spacing=discord.SeparatorSpacing.small))
        box.add_item(ui.TextDisplay("\n".join(_details(view, t))))
        box.add_item(_actions(view, t))
        box.add_item(more_row(view.case, t))
        measures = measure_row(view.source, view.case.id, t) if _is_abuse(view) else None
        if measures is not None:
            box.add_item(measures)
        if view.mention_id is not None:
            box.add_item(verdict_row(view.mention_id, t))
        self.add_item(box)


def _is_abuse(view: CaseView) -> bool:
    """Say whether measures are offered: on abuse only, so that a harsh complaint is never punished by a slip."""
    return is_abuse(view.case.kind, view.verdict) and view.state not in _DONE and not view.gone


def _heading(view: CaseView, t: Translate) -> str:
    title = t("Case {case} · {brand}", case=view.case.id, brand=safe(view.brand, BRAND_LIMIT))
    said = (t(KINDS[view.case.kind]), t("Severity: {severity}", severity=t(SEVERITIES[view.severity])))
    return f"### {title}\n**{' · '.join(said)}** · {t(STATES[view.state])}"


def _excerpt(view: CaseView, t: Translate) -> str:
    if view.gone:
        return t("The post was deleted at its source, so its text is gone here, too.")
    if view.excerpt is None:
        return t("No text: someone pressed “Talk to a person”.")
    where = "" if view.source is None else place(t, view.source, view.container or "", view.container_name)
    head = " · ".join(safe(part, 80) for part in (view.author_name or "", where) if part)
    return f"{head}\n{quote(view.excerpt, EXCERPT_LIMIT)}".strip()


def _details(view: CaseView, t: Translate) -> Sequence[str]:
    lines = []
    if view.label is not None and view.score is not None and view.intent is not None:
        judged = {"label": t(LABEL[view.label]), "score": f"{view.score:+.2f}", "intent": t(INTENT[view.intent])}
        lines.append(t("Judged {label} ({score}), {intent}", **judged))
    if view.deciding:
        lines.append(t("What decided: {words}", words=_words(view.deciding, view.excerpt or "")))
    if view.verdict is not None:
        lines.append(verdict_line(view.verdict, t))
    lines += _progress(view, t)
    lines += _care(view, t)
    if view.joined:
        lines.append(t("More posts in this case: {count}", count=view.joined))
    if view.people > 1:
        counted = {"people": view.people, "waiting": view.unanswered}
        lines.append(t("People: {people}, without an answer: {waiting} (More › Posts)", **counted))
    if view.earlier_cases:
        lines.append(t("Earlier cases of this author: {count}", count=view.earlier_cases))
    return lines


def _progress(view: CaseView, t: Translate) -> list[str]:
    case = view.case
    lines = [t("Opened {when}", when=discord.utils.format_dt(case.opened_at, "f"))]
    if case.answered_at is None and view.state not in _DONE:
        due = t("First response due {when}", when=discord.utils.format_dt(view.due_at, "R"))
        lines.append(f"**{due}**" if view.overdue else due)
    elif case.resolve_due_at is not None and view.state in (CaseState.OPEN, CaseState.CLAIMED):
        lines.append(t("Resolution due {when}", when=discord.utils.format_dt(case.resolve_due_at, "R")))
    if case.snoozed_until is not None and view.state not in _DONE:
        lines.append(t("Snoozed until {when}", when=discord.utils.format_dt(case.snoozed_until, "f")))
    if view.claimed_by is not None:
        lines.append(t("Claimed by {person}", person=f"<@{view.claimed_by}>"))
    if case.answered_at is not None:
        answered = discord.utils.format_dt(case.answered_at, "R")
        native = case.answered_by is AnsweredBy.NATIVE
        lines.append(t("Answered directly at the post {when}" if native else "Answered {when}", when=answered))
    if view.state in _DONE and case.resolved_at is not None:
        lines.append(t("Closed {when}", when=discord.utils.format_dt(case.resolved_at, "R")))
        if case.dismissal is not None:
            lines.append(t("Dismissed: {reason}", reason=t(DISMISSALS[case.dismissal])))
        if case.resolution:
            lines.append(t("How it ended: {reason}", reason=safe(case.resolution, REASON_LIMIT)))
    return lines


def _care(view: CaseView, t: Translate) -> list[str]:
    """Return what staff keep beside the case."""
    lines = []
    if view.tags:
        lines.append(t("Tags: {tags}", tags=", ".join(safe(tag, 60) for tag in view.tags)))
    for promise in view.promises[:PROMISES_SHOWN]:
        due = discord.utils.format_dt(promise.due_at, "R")
        lines.append(t("Promised, due {when}: {text}", when=due, text=safe(promise.text, PROMISE_LIMIT)))
    if view.notes:
        lines.append(t("Notes: {count} (More › History)", count=view.notes))
    if view.problem:
        lines.append(f"⚠ **{t(view.problem)}**")
    return lines


def _words(evidence: Sequence[Evidence], text: str) -> str:
    """Name the words that decided, the heaviest first and each whole; none that a heavier one holds already."""
    shown: list[str] = []
    taken: list[Evidence] = []
    for found in evidence:
        whole = _whole_words(found, text)
        word = safe(whole.strip(_AROUND) or whole, WORD_LIMIT)  # an emoticon is punctuation through and through
        if not word or any(found.start < other.end and other.start < found.end for other in taken):
            continue
        taken.append(found)
        if f"**{word}**" in shown:
            continue
        if len(", ".join([*shown, f"**{word}**"])) > WORDS_LIMIT:
            break
        shown.append(f"**{word}**")
    return ", ".join(shown)


def _whole_words(found: Evidence, text: str) -> str:
    """Return what was found up to the end of its last word: cues of Korean end in the middle of one."""
    if text[found.start : found.end] != found.text or not found.text[-1:].isalnum():
        return found.text
    rest = _WORD_END.match(text, found.end)
    return found.text + ("" if rest is None else rest[0])


def _actions(view: CaseView, t: Translate) -> ui.ActionRow[Any]:
    case_id, done = view.case.id, view.state in _DONE
    row: ui.ActionRow[Any] = ui.ActionRow(
        ClaimButton(case_id, t("Claim"), disabled=done or view.claimed_by is not None),
        ReplyButton(case_id, t("Reply"), disabled=done),
        ResolveButton(case_id, t("Resolve"), disabled=done),
    )
    url = view.url or _jump(view)
    if url is not None and is_link(url) and not view.gone:
        row.add_item(ui.Button(url=url, label=cut(t("Open the post"), LABEL_LIMIT)))
    return row


def _jump(view: CaseView) -> str | None:
    """Return the address of the message in which somebody asked for a person."""
    target = view.case.target
    if target is None or target.source is not Source.DISCORD or target.reply_to is None:
        return None
    return f"https://discord.com/channels/{target.guild_id or '@me'}/{target.container}/{target.reply_to}"
