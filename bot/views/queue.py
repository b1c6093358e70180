"""The queue board: what waits, how long, what is due next, and who is on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Self

import discord
from discord import ui

from bot.context import AnyInteraction, reader, require_staff, services_of
from bot.views.answering import answering_failures, say, wait_for_answer
from bot.views.card import CaseCard
from bot.views.lists import counted, when
from bot.views.text import LABEL_LIMIT, safe
from core.errors import ConflictError, NotFoundError
from core.text import Translate, cut, mark
from core.types.case import Case, Severity
from core.types.deskwork import Board
from engagement.desk.view import KINDS, SEVERITIES
from engagement.desk.watch import QueueView

MOST_PEOPLE = 10
"""People on duty that are named; the rest is counted."""
MARKS = {
    Severity.URGENT: "🟥",
    Severity.HIGH: "🟧",
    Severity.NORMAL: "🟦",
    Severity.LOW: "⬜",
}
_CALM, _BUSY, _LATE = 0x12B76A, 0x2E90FA, 0xD92D20


class QueueButton(ui.DynamicItem[ui.Button[Any]], template=r"queue:(?P<act>next|on|off)"):
    """`queue:<next, on or off>`: take the most pressing free case, go on duty, go off."""

    def __init__(self, act: str, label: str = "…", *, disabled: bool = False) -> None:
        self.act = act
        style = discord.ButtonStyle.primary if act == "next" else discord.ButtonStyle.secondary
        super().__init__(
            ui.Button(label=cut(label, LABEL_LIMIT), style=style, custom_id=f"queue:{act}", disabled=disabled)
        )

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(match["act"])

    async def callback(self, interaction: AnyInteraction) -> None:
        """Do what the button says, for whoever pressed it."""
        async with answering_failures(interaction):
            actor = require_staff(interaction)
            await wait_for_answer(interaction)
            if self.act == "next":
                await take_next(interaction, actor)
            else:
                await say(interaction, await duty_changed(interaction, actor, on=self.act == "on"))


class QueueBoard(ui.LayoutView):
    """The board as a message."""

    def __init__(self, view: QueueView, t: Translate) -> None:
        super().__init__(timeout=None)
        colour = _LATE if view.overdue else _BUSY if any(view.open.values()) else _CALM
        box: ui.Container[Any] = ui.Container(accent_colour=colour)
        box.add_item(ui.TextDisplay("\n".join(_counts(view, t))))
        box.add_item(ui.Separator(visible=True, spacing=discord.SeparatorSpacing.small))
        box.add_item(ui.TextDisplay("\n".join(_head(view, t))))
        box.add_item(ui.Separator(visible=True, spacing=discord.SeparatorSpacing.small))
        box.add_item(ui.TextDisplay("\n".join(_people(view, t))))
        row: ui.ActionRow[Any] = ui.ActionRow(
            QueueButton("next", t("Take the next case"), disabled=view.unclaimed == 0),
            QueueButton("on", t("Go on duty")),
            QueueButton("off", t("Go off duty")),
        )
        box.add_item(row)
        self.add_item(box)


def _counts(view: QueueView, t: Translate) -> Iterator[str]:
    yield f"### {t('Queue')}"
    yield " · ".join(f"{MARKS[one]} {t(SEVERITIES[one])} **{counted(count)}**" for one, count in view.open.items())
    others = (
        t("unclaimed: {count}", count=counted(view.unclaimed)),
        t("waiting for the customer: {count}", count=counted(view.waiting)),
        t("snoozed: {count}", count=counted(view.snoozed)),
    )
    yield " · ".join(others)
    if view.overdue:
        yield "**" + t("First response overdue: {count}", count=counted(view.overdue)) + "**"
    if view.oldest is not None:
        oldest = case_name(view.oldest, view.guild_id, t)
        yield t("Oldest: {case}, opened {when}", case=oldest, when=when(view.oldest.opened_at))
    if view.next_due is not None:
        due = case_name(view.next_due, view.guild_id, t)
        yield t("Due next: {case}, {when}", case=due, when=when(view.next_due.due_at))


def _head(view: QueueView, t: Translate) -> Iterator[str]:
    if not view.pressing:
        yield t("Nothing waits for us.")
    for case in view.pressing:
        parts = [
            f"{MARKS[case.severity]} {case_name(case, view.guild_id, t)}",
            safe(case.brand, 40),
            t(KINDS[case.kind]),
            _due(case, view, t),
            "" if case.claimed_by is None else f"<@{case.claimed_by}>",
        ]
        yield " · ".join(part for part in parts if part)


def _due(case: Case, view: QueueView, t: Translate) -> str:
    if case.answered_at is not None:
        return t("answered")
    due = t("due {when}", when=when(case.due_at))
    return f"**{due}**" if case.due_at < view.at else due


def _people(view: QueueView, t: Translate) -> Iterator[str]:
    if not view.on_duty:
        yield t("Nobody is on duty.")
        return
    named = [f"<@{one.duty.member}> ({counted(one.cases)})" for one in view.on_duty[:MOST_PEOPLE]]
    more = len(view.on_duty) - MOST_PEOPLE
    if more > 0:
        named.append(t("and {count} more people", count=more))
    yield t("On duty, next in turn first: {people}", people=", ".join(named))


def case_name(case: Case, guild_id: str | None, t: Translate) -> str:
    """Return a case's number, linked to its card where it has one."""
    name = t("case {case}", case=case.id)
    if case.card_channel is None or case.card_message is None or guild_id is None:
        return name
    return f"[{name}](https://discord.com/channels/{guild_id}/{case.card_channel}/{case.card_message})"


def board_link(board: Board) -> str | None:
    """Return the address of the live board, where it was posted."""
    if board.message is None or board.guild_id is None:
        return None
    return f"https://discord.com/channels/{board.guild_id}/{board.channel}/{board.message}"


async def take_next(interaction: AnyInteraction, actor: str) -> None:
    """Claim the most pressing free case for whoever acts, and show it."""
    services, t = services_of(interaction), reader(interaction)
    for _ in range(3):  # two people may press at once: the slower one gets the case behind
        free = await services.watch.next_free()
        if free is None:
            raise NotFoundError(mark("No case is free."))
        try:
            await services.desk.claim(free.id, actor)
        except ConflictError:
            continue
        await say(interaction, view=CaseCard(await services.desk.view(free.id), t))
        return
    raise ConflictError(mark("Others were faster; please press again."))


async def duty_changed(interaction: AnyInteraction, member: str, *, on: bool) -> str:
    """Put somebody on duty or take them off; return what to say."""
    services, t = services_of(interaction), reader(interaction)
    changed = await services.watch.go(member, on=on)
    person = f"<@{member}>"
    if on:
        return t("{person} is on duty now.", person=person) if changed else t("{person} was on duty.", person=person)
    return t("{person} is off duty now.", person=person) if changed else t("{person} was off duty.", person=person)
