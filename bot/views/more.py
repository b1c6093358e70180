"""“More” on a case's card: snooze, dismiss, assign, severity, note, history, and giving back.

One select on the card, and small selects in answers that only the person who asked sees; all work over restarts.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import discord
from discord import ui

from bot.context import AnyInteraction, is_manager, is_staff, live_roles, reader, require_staff, services_of
from bot.views.answering import answering_failures, say, wait_for_answer
from bot.views.case_control import CaseControl, CaseSelect
from bot.views.history import show_history
from bot.views.modals import TextModal, submission_of
from bot.views.posts import show_posts
from bot.views.text import LABEL_LIMIT
from core.errors import InputError, NotAllowedError
from core.text import Translate, cut, mark
from core.types.case import Case, CaseState, Dismissal, Severity
from engagement.desk.moments import moment_of
from engagement.desk.view import DISMISSALS, SEVERITIES

NOTE_ID = re.compile(r"case:note:(?P<number>\d{1,18})")
NOTE_LIMIT = 1500

SNOOZES: Mapping[str, str] = MappingProxyType(
    {
        "1h": mark("for 1 hour"),
        "4h": mark("for 4 hours"),
        "tomorrow 09:00": mark("until tomorrow, 09:00"),
        "monday 09:00": mark("until Monday, 09:00"),
        "1w": mark("for 1 week"),
    }
)
"""What `moment_of` reads, and how people read it."""

_RUNNING: Sequence[tuple[str, str]] = (
    ("snooze", mark("Snooze")),
    ("dismiss", mark("Dismiss")),
    ("assign", mark("Assign")),
    ("severity", mark("Severity")),
    ("note", mark("Note")),
    ("history", mark("History")),
)
"""What is offered about a running case; what depends on its state is added."""
_CLOSED: Sequence[tuple[str, str]] = (
    ("reopen", mark("Reopen")),
    ("note", mark("Note")),
    ("history", mark("History")),
)
_DONE = (CaseState.RESOLVED, CaseState.DISMISSED)


class MoreSelect(CaseSelect, template=r"case:pick-more:(?P<case>\d{1,18})"):
    """On the card: what else can be done."""

    what = "more"

    async def choose(self, interaction: AnyInteraction, actor: str, chosen: str) -> None:
        """Ask what is missing, or do it at once."""
        deed = _DEEDS.get(chosen)
        if deed is None:
            raise InputError(mark("That input cannot be used."))
        await deed(interaction, actor, self.case_id)


class SnoozeSelect(CaseSelect, template=r"case:pick-snooze:(?P<case>\d{1,18})"):
    """Until when a case is out of the way."""

    what = "snooze"

    async def choose(self, interaction: AnyInteraction, actor: str, chosen: str) -> None:
        """Snooze the case."""
        await wait_for_answer(interaction)
        await snooze(interaction, actor, self.case_id, chosen)


class DismissSelect(CaseSelect, template=r"case:pick-dismiss:(?P<case>\d{1,18})"):
    """Why a case is none."""

    what = "dismiss"

    async def choose(self, interaction: AnyInteraction, actor: str, chosen: str) -> None:
        """Dismiss the case."""
        if chosen not in set(Dismissal):
            raise InputError(mark("That input cannot be used."))
        await wait_for_answer(interaction)
        await dismiss(interaction, actor, self.case_id, Dismissal(chosen))


class SeveritySelect(CaseSelect, template=r"case:pick-severity:(?P<case>\d{1,18})"):
    """How grave a case is."""

    what = "severity"

    async def choose(self, interaction: AnyInteraction, actor: str, chosen: str) -> None:
        """Set the severity."""
        if chosen not in set(Severity):
            raise InputError(mark("That input cannot be used."))
        await wait_for_answer(interaction)
        await prioritise(interaction, actor, self.case_id, Severity(chosen))


class AssignSelect(CaseControl[ui.UserSelect[Any]], template=r"case:assign:(?P<case>\d{1,18})"):
    """Whom a case is given to: `case:assign:<case id>`."""

    def __init__(self, case_id: int, hint: str = "…") -> None:
        super().__init__(case_id, ui.UserSelect(custom_id=f"case:assign:{case_id}", placeholder=cut(hint, 150)))

    async def act(self, interaction: AnyInteraction, actor: str) -> None:
        """Give the case to the chosen person."""
        if not self.item.values:
            raise InputError(mark("That input cannot be used."))
        await assign(interaction, actor, self.case_id, self.item.values[0])


class NextInTurnButton(CaseControl[ui.Button[Any]], template=r"case:assign-next:(?P<case>\d{1,18})"):
    """Gives a case to whoever on duty is next: `case:assign-next:<case id>`."""

    def __init__(self, case_id: int, label: str = "…") -> None:
        super().__init__(case_id, ui.Button(label=cut(label, LABEL_LIMIT), custom_id=f"case:assign-next:{case_id}"))

    async def act(self, interaction: AnyInteraction, actor: str) -> None:
        """Give the case to the next in turn."""
        await assign(interaction, actor, self.case_id, None)


def more_row(case: Case, t: Translate) -> ui.ActionRow[Any]:
    """Return the card's second row."""
    options = list(_CLOSED if case.state in _DONE else _RUNNING)
    if case.state not in _DONE:
        if case.snoozed_until is not None:
            options.append(("wake", mark("End the snooze")))
        if case.claimed_by is not None:
            options.append(("unclaim", mark("Give back")))
    if len(case.mention_ids) > 1:
        options.append(("posts", mark("Posts")))
    return ui.ActionRow(MoreSelect(case.id, [(value, t(label)) for value, label in options], t("More …")))


# -- what the selects and the commands do alike; an answer was promised already unless it says otherwise


async def snooze(interaction: AnyInteraction, actor: str, case_id: int, until: str) -> None:
    """Snooze a case until a moment as staff write it, and say so."""
    services, t = services_of(interaction), reader(interaction)
    moment = moment_of(until, services.clock.now(), services.settings.zone)
    case = await services.care.snooze(case_id, actor, moment)
    said = t("Case {case} is snoozed until {when}.", case=case_id, when=discord.utils.format_dt(moment, "f"))
    if case.answered_at is None and case.due_at < moment:
        due = discord.utils.format_dt(case.due_at, "f")
        said += " " + t("Mind the clock, it goes on: the first response is due {when}.", when=due)
    await say(interaction, said)


async def dismiss(interaction: AnyInteraction, actor: str, case_id: int, why: Dismissal, comment: str = "") -> None:
    """Dismiss a case for a reason and say so."""
    await services_of(interaction).desk.dismiss(case_id, actor, comment, why=why)
    t = reader(interaction)
    await say(interaction, t("Case {case} is dismissed: {reason}.", case=case_id, reason=t(DISMISSALS[why])))


async def prioritise(interaction: AnyInteraction, actor: str, case_id: int, severity: Severity) -> None:
    """Set the severity of a case and say until when it is due."""
    case = await services_of(interaction).care.prioritise(case_id, actor, severity)
    t = reader(interaction)
    due = discord.utils.format_dt(case.due_at, "f")
    named = t(SEVERITIES[severity])
    await say(interaction, t("Case {case}: severity {severity}, due {when}.", case=case_id, severity=named, when=due))


async def assign(
    interaction: AnyInteraction, actor: str, case_id: int, member: discord.Member | discord.User | None
) -> None:
    """Give a case to a person on the staff, or to the next in turn, and say so. Promises the answer itself.

    Raises NotAllowedError for somebody who is not on the staff.
    """
    services, t = services_of(interaction), reader(interaction)
    if member is not None:
        rights = member.guild_permissions if isinstance(member, discord.Member) else discord.Permissions.none()
        if member.bot or not is_staff(member, rights, services.settings.discord, live_roles(services)):
            raise NotAllowedError(mark("Cases are given to staff only."))
    await wait_for_answer(interaction)
    over = is_manager(interaction)
    if member is None:
        case = await services.care.assign_next(case_id, actor, take_over=over)
    else:
        case = await services.care.assign(case_id, actor, str(member.id), take_over=over)
    await say(interaction, t("{person} has case {case} now.", person=f"<@{case.claimed_by}>", case=case_id))


async def unclaim(interaction: AnyInteraction, actor: str, case_id: int) -> None:
    """Give a case back to the queue and say so. Promises the answer itself."""
    await wait_for_answer(interaction)
    await services_of(interaction).desk.unclaim(case_id, actor, of_others=is_manager(interaction))
    await say(interaction, reader(interaction)("Case {case} is back in the queue.", case=case_id))


async def reopen(interaction: AnyInteraction, actor: str, case_id: int, reason: str = "") -> None:
    """Open a closed case again and say so. Promises the answer itself."""
    await wait_for_answer(interaction)
    await services_of(interaction).desk.reopen(case_id, actor, reason)
    await say(interaction, reader(interaction)("Case {case} is open again.", case=case_id))


async def wake_up(interaction: AnyInteraction, actor: str, case_id: int) -> None:
    """End a snooze and say so. Promises the answer itself."""
    await wait_for_answer(interaction)
    await services_of(interaction).care.wake_up(case_id, actor)
    await say(interaction, reader(interaction)("Case {case} is no longer snoozed.", case=case_id))


async def note(interaction: AnyInteraction, actor: str, case_id: int, text: str) -> None:
    """Store a note and say so."""
    await services_of(interaction).care.note(case_id, actor, text)
    await say(interaction, reader(interaction)("The note is on case {case}.", case=case_id))


def note_modal(case_id: int, t: Translate) -> TextModal:
    """Return the modal for a note."""
    return TextModal(
        f"case:note:{case_id}",
        title=t("Note on case {case}", case=case_id),
        label=t("Note"),
        hint=t("Only staff read it."),
        most=NOTE_LIMIT,
    )


async def take_note(interaction: AnyInteraction) -> None:
    """Handle the submission of a note; other interactions are passed over."""
    submission = submission_of(interaction, NOTE_ID)
    if submission is None:
        return
    async with answering_failures(interaction):
        actor = require_staff(interaction)
        await wait_for_answer(interaction)
        await note(interaction, actor, submission.number, submission.text)


# -- the options of “More”


async def _ask_snooze(interaction: AnyInteraction, _actor: str, case_id: int) -> None:
    t = reader(interaction)
    options = [(value, t(label)) for value, label in SNOOZES.items()]
    await _ask(interaction, t("Out of the way until when?"), SnoozeSelect(case_id, options, t("Choose …")))


async def _ask_dismiss(interaction: AnyInteraction, _actor: str, case_id: int) -> None:
    t = reader(interaction)
    options = [(why.value, t(words)) for why, words in DISMISSALS.items()]
    await _ask(interaction, t("Why is it no case?"), DismissSelect(case_id, options, t("Choose …")))


async def _ask_severity(interaction: AnyInteraction, _actor: str, case_id: int) -> None:
    t = reader(interaction)
    options = [(one.value, t(SEVERITIES[one])) for one in reversed(Severity)]
    await _ask(interaction, t("How grave is it?"), SeveritySelect(case_id, options, t("Choose …")))


async def _ask_assign(interaction: AnyInteraction, _actor: str, case_id: int) -> None:
    t = reader(interaction)
    next_one = NextInTurnButton(case_id, t("Next on duty"))
    await _ask(interaction, t("Who takes it?"), AssignSelect(case_id, t("Choose …")), next_one)


async def _ask_note(interaction: AnyInteraction, _actor: str, case_id: int) -> None:
    await interaction.response.send_modal(note_modal(case_id, reader(interaction)))


async def _show_history(interaction: AnyInteraction, _actor: str, case_id: int) -> None:
    await wait_for_answer(interaction)
    await show_history(interaction, case_id)


async def _ask(interaction: AnyInteraction, question: str, *controls: ui.Item[Any]) -> None:
    view = ui.View(timeout=None)
    for control in controls:
        view.add_item(control)
    await say(interaction, question, view=view)


Deed = Callable[[AnyInteraction, str, int], Awaitable[None]]
_DEEDS: Mapping[str, Deed] = MappingProxyType(
    {
        "snooze": _ask_snooze,
        "dismiss": _ask_dismiss,
        "assign": _ask_assign,
        "severity": _ask_severity,
        "note": _ask_note,
        "history": _show_history,
        "posts": show_posts,
        "unclaim": unclaim,
        "reopen": reopen,
        "wake": wake_up,
    }
)
