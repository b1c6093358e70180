"""Moderation by button: measures on the card of an abuse case, the notice's appeal, and the appeal's card."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Self

import discord
from discord import ui

from bot.context import AnyInteraction, reader, require_staff, services_of
from bot.views.answering import answering_failures, say, wait_for_answer
from bot.views.lists import when
from bot.views.modals import DESCRIPTION_LIMIT, TEXT_FIELD, TextModal, submission_of
from bot.views.modals import LABEL_LIMIT as MODAL_LABEL_LIMIT
from bot.views.text import LABEL_LIMIT, MODAL_TITLE_LIMIT, plain, quote, safe
from core.errors import InputError
from core.text import Translate, cut, mark
from core.types.moderation import AppealState, MeasureKind, MeasureRecord, MeasureState
from core.types.post import Author, Source
from engagement.desk.moderation import LONGEST_APPEAL, LONGEST_REASON, MEASURES

MEASURE_ID = re.compile(r"mod:(?P<kind>[a-z]{3,8}):(?P<number>\d{1,18})")
APPEAL_ID = re.compile(r"appeal:why:(?P<number>\d{1,18})")
MINUTES_FIELD = "minutes"
USUAL_MINUTES = 60
NAME_LIMIT = 60

LABELS: Mapping[MeasureKind, str] = MappingProxyType(
    {
        MeasureKind.DELETE: mark("Delete the post"),
        MeasureKind.WARN: mark("Warn"),
        MeasureKind.TIMEOUT: mark("Time out"),
        MeasureKind.KICK: mark("Kick"),
        MeasureKind.BAN: mark("Ban"),
        MeasureKind.LOCK: mark("Lock the post"),
        MeasureKind.REPORT: mark("Report the post"),
    }
)
OFFERED: Mapping[Source, Sequence[MeasureKind]] = MappingProxyType(
    {
        Source.DISCORD: (
            MeasureKind.DELETE,
            MeasureKind.WARN,
            MeasureKind.TIMEOUT,
            MeasureKind.KICK,
            MeasureKind.BAN,
        ),
        Source.REDDIT: (MeasureKind.DELETE, MeasureKind.LOCK, MeasureKind.REPORT),
    }
)
"""What the card of an abuse case offers, by platform."""
STATES: Mapping[MeasureState, str] = MappingProxyType(
    {
        MeasureState.BEGUN: mark("not known whether it happened"),
        MeasureState.DONE: mark("in force"),
        MeasureState.FAILED: mark("did not happen"),
        MeasureState.LIFTED: mark("taken back"),
    }
)
APPEALS: Mapping[AppealState, str] = MappingProxyType(
    {
        AppealState.OPEN: mark("appeal waits"),
        AppealState.GRANTED: mark("appeal granted"),
        AppealState.UPHELD: mark("appeal turned down"),
    }
)
DETAILS: Mapping[str, str] = MappingProxyType(
    {
        "notice_undelivered": mark("the member could not be told"),
        "not_lifted": mark("the appeal was granted, but the measure could not be taken back"),
    }
)


def measure_row(source: Source | None, case_id: int, t: Translate) -> ui.ActionRow[Any] | None:
    """Return the buttons for the card of an abuse case; None where nothing can be done."""
    kinds = OFFERED.get(source, ()) if source is not None else ()
    if not kinds:
        return None
    return ui.ActionRow(*(MeasureButton(kind, case_id, t(LABELS[kind])) for kind in kinds))


class MeasureButton(ui.DynamicItem[ui.Button[Any]], template=r"mod:(?P<kind>[a-z]{3,8}):(?P<case>\d{1,18})"):
    """`mod:<kind>:<case id>`: asks for the reason. Rights, kind and state are checked once it was given."""

    def __init__(self, kind: MeasureKind, case_id: int, label: str = "…") -> None:
        self.kind, self.case_id = kind, case_id
        grave = kind in (MeasureKind.KICK, MeasureKind.BAN)
        style = discord.ButtonStyle.danger if grave else discord.ButtonStyle.secondary
        super().__init__(ui.Button(label=cut(label, LABEL_LIMIT), style=style, custom_id=f"mod:{kind}:{case_id}"))

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(MeasureKind(match["kind"]), int(match["case"]))

    async def callback(self, interaction: AnyInteraction) -> None:
        """Open the window for the reason."""
        async with answering_failures(interaction):
            require_staff(interaction)
            await interaction.response.send_modal(_MeasureModal(self.kind, self.case_id, reader(interaction)))


class _MeasureModal(ui.Modal):
    """Asks why, and for a timeout how long."""

    def __init__(self, kind: MeasureKind, case_id: int, t: Translate) -> None:
        super().__init__(
            title=plain(t(LABELS[kind]), MODAL_TITLE_LIMIT), custom_id=f"mod:{kind}:{case_id}", timeout=None
        )
        reason: ui.TextInput[Any] = ui.TextInput(
            style=discord.TextStyle.paragraph, custom_id=TEXT_FIELD, min_length=1, max_length=LONGEST_REASON
        )
        hint = t("It stands in the log, in Discord's audit log, and in the notice to the member.")
        self.add_item(
            ui.Label(
                text=cut(t("Reason"), MODAL_LABEL_LIMIT), description=cut(hint, DESCRIPTION_LIMIT), component=reason
            )
        )
        if kind is MeasureKind.TIMEOUT:
            minutes: ui.TextInput[Any] = ui.TextInput(
                custom_id=MINUTES_FIELD, default=str(USUAL_MINUTES), min_length=1, max_length=5
            )
            self.add_item(ui.Label(text=cut(t("Minutes"), MODAL_LABEL_LIMIT), component=minutes))
        self.stop()  # shown all the same; discord.py keeps no record of it (see bot.views.modals)


async def take_measure(interaction: AnyInteraction) -> None:
    """Handle the submission of a measure's window; other interactions are passed over."""
    submission = submission_of(interaction, MEASURE_ID)
    if submission is None:
        return
    async with answering_failures(interaction):
        actor = require_staff(interaction)
        kind = MeasureKind(submission.parts["kind"])
        given = submission.fields.get(MINUTES_FIELD, "").strip()
        if given and not given.isdecimal():
            raise InputError(mark("Write the minutes as a whole number."))
        await wait_for_answer(interaction)
        record = await services_of(interaction).moderation.order_on_case(
            submission.number, kind, actor, submission.text, minutes=int(given) if given else None
        )
        await say(interaction, taken_line(record, reader(interaction)))


def taken_line(record: MeasureRecord, t: Translate) -> str:
    """Return what the moderator reads once a measure was taken."""
    line = t("Done: {measure}. Moderation case {number}.", measure=t(MEASURES[record.kind]), number=record.number)
    return line + (" " + t("But: {detail}.", detail=t(DETAILS[record.detail])) if record.detail in DETAILS else "")


def subject_of(record: MeasureRecord, person: Author | None) -> str:
    """Return whom a measure is about; nothing once they asked to be forgotten."""
    if person is None:
        return ""
    name = safe(person.name, NAME_LIMIT)
    return f"<@{person.native_id}> ({name})" if record.source is Source.DISCORD else f"u/{name}"


def record_line(record: MeasureRecord, t: Translate, person: Author | None = None) -> str:
    """Return a line of the moderation log."""
    parts = [
        f"**{record.number}**",
        t(MEASURES[record.kind]),
        subject_of(record, person),
        t(STATES[record.state]),
        when(record.at),
        t("by {person}", person=f"<@{record.moderator}>"),
        safe(record.reason, 120),
    ]
    if record.until is not None:
        parts.append(t("until {when}", when=when(record.until)))
    if record.appeal is not None:
        parts.append(t(APPEALS[record.appeal]))
    if record.detail in DETAILS:
        parts.append(t(DETAILS[record.detail]))
    return " · ".join(part for part in parts if part)


class AppealButton(ui.DynamicItem[ui.Button[Any]], template=r"appeal:ask:(?P<number>\d{1,18})"):
    """Under the notice to a member: `appeal:ask:<number>`."""

    def __init__(self, number: int, label: str = "…") -> None:
        self.number = number
        super().__init__(ui.Button(label=cut(label, LABEL_LIMIT), custom_id=f"appeal:ask:{number}"))

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(int(match["number"]))

    async def callback(self, interaction: AnyInteraction) -> None:
        """Open the window for the reason; whose measure it is, is checked once it was given."""
        async with answering_failures(interaction):
            t = reader(interaction)
            modal = TextModal(
                f"appeal:why:{self.number}",
                title=t("Appeal against case {number}", number=self.number),
                label=t("Why is it wrong?"),
                hint=t("Another moderator than the first one reads it and decides."),
                most=LONGEST_APPEAL,
            )
            await interaction.response.send_modal(modal)


def notice_view(number: int, t: Translate) -> ui.View:
    """Return the button under a notice."""
    view = ui.View(timeout=None)
    view.add_item(AppealButton(number, t("Appeal")))
    return view


async def take_appeal(interaction: AnyInteraction) -> None:
    """Handle the submission of an appeal; other interactions are passed over."""
    submission = submission_of(interaction, APPEAL_ID)
    if submission is None:
        return
    async with answering_failures(interaction):
        await wait_for_answer(interaction)
        moderation = services_of(interaction).moderation
        key = moderation.key(Source.DISCORD, str(interaction.user.id))
        await moderation.appeal(submission.number, submission.text, by=key)
        await say(interaction, reader(interaction)("Your appeal is with the team. Somebody else will look at it."))


class DecideButton(ui.DynamicItem[ui.Button[Any]], template=r"appeal:(?P<act>grant|uphold):(?P<number>\d{1,18})"):
    """On an appeal's card: `appeal:<grant or uphold>:<number>`."""

    def __init__(self, act: str, number: int, label: str = "…") -> None:
        self.act, self.number = act, number
        style = discord.ButtonStyle.success if act == "grant" else discord.ButtonStyle.secondary
        super().__init__(ui.Button(label=cut(label, LABEL_LIMIT), style=style, custom_id=f"appeal:{act}:{number}"))

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(match["act"], int(match["number"]))

    async def callback(self, interaction: AnyInteraction) -> None:
        """Decide; who took the measure is turned away."""
        async with answering_failures(interaction):
            actor = require_staff(interaction)
            await wait_for_answer(interaction)
            grant = self.act == "grant"
            record = await services_of(interaction).moderation.decide(self.number, actor, grant=grant)
            await say(interaction, decided_line(record, reader(interaction)))


def decided_line(record: MeasureRecord, t: Translate) -> str:
    """Return what the second moderator reads."""
    if record.state is MeasureState.LIFTED:
        return t("The appeal is granted, and the measure of case {number} is taken back.", number=record.number)
    return t("The appeal is turned down; the measure of case {number} stays.", number=record.number)


class AppealCard(ui.LayoutView):
    """An appeal in the staff channel, with its two buttons until somebody decided."""

    def __init__(self, record: MeasureRecord, t: Translate, person: Author | None = None) -> None:
        super().__init__(timeout=None)
        box: ui.Container[Any] = ui.Container()
        title = t("Appeal against case {number}", number=record.number)
        by = t("by {person}", person=f"<@{record.moderator}>")
        about = (t(MEASURES[record.kind]), subject_of(record, person), by, when(record.at))
        box.add_item(ui.TextDisplay(f"### {title}\n" + " · ".join(filter(None, about))))
        words = [quote(record.reason, 600), "↪ " + quote(record.appeal_text, 2_000) if record.appeal_text else ""]
        box.add_item(ui.TextDisplay("\n".join(filter(None, words)) or "…"))
        if record.appeal is AppealState.OPEN:
            box.add_item(
                ui.ActionRow(
                    DecideButton("grant", record.number, t("Grant")),
                    DecideButton("uphold", record.number, t("Turn down")),
                )
            )
        elif record.appeal is not None:
            box.add_item(ui.TextDisplay(f"**{t(APPEALS[record.appeal])}** · <@{record.decided_by}>"))
        self.add_item(box)
