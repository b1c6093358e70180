"""Promises and goodwill of a case, with the buttons that settle them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Self

import discord
from discord import ui

from bot.context import AnyInteraction, reader, require_staff, services_of
from bot.views.answering import answering_failures, say, wait_for_answer
from bot.views.lists import when
from bot.views.text import LABEL_LIMIT, safe
from core.text import Translate, cut, mark
from core.types.deskwork import Goodwill, GoodwillState, Promise, PromiseState
from engagement.desk.pledges import Pledges

SHOWN = 8
"""Promises or offers in one message, each with its buttons."""
TEXT_SHOWN = 300
PROMISE_STATES = {
    PromiseState.OPEN: mark("open"),
    PromiseState.KEPT: mark("kept"),
    PromiseState.WITHDRAWN: mark("taken back"),
}
GOODWILL_STATES = {
    GoodwillState.PROPOSED: mark("waits for a second person"),
    GoodwillState.APPROVED: mark("approved"),
    GoodwillState.REFUSED: mark("refused"),
}


class PromiseButton(ui.DynamicItem[ui.Button[Any]], template=r"promise:(?P<state>kept|withdrawn):(?P<number>\d{1,18})"):
    """`promise:<kept or withdrawn>:<promise id>`."""

    def __init__(self, state: str, promise_id: int, label: str = "…") -> None:
        self.state, self.promise_id = PromiseState(state), promise_id
        super().__init__(ui.Button(label=cut(label, LABEL_LIMIT), custom_id=f"promise:{state}:{promise_id}"))

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(match["state"], int(match["number"]))

    async def callback(self, interaction: AnyInteraction) -> None:
        """Settle the promise."""
        async with answering_failures(interaction):
            actor = require_staff(interaction)
            await wait_for_answer(interaction)
            made = await services_of(interaction).pledges.settle(self.promise_id, actor, self.state)
            t = reader(interaction)
            if self.state is PromiseState.KEPT:
                await say(interaction, t("Noted: the promise in case {case} was kept.", case=made.case_id))
            else:
                await say(interaction, t("Noted: the promise in case {case} was taken back.", case=made.case_id))


class GoodwillButton(
    ui.DynamicItem[ui.Button[Any]], template=r"goodwill:(?P<state>approved|refused):(?P<number>\d{1,18})"
):
    """`goodwill:<approved or refused>:<offer id>`."""

    def __init__(self, state: str, offer_id: int, label: str = "…") -> None:
        self.state, self.offer_id = GoodwillState(state), offer_id
        style = discord.ButtonStyle.success if state == "approved" else discord.ButtonStyle.secondary
        button: ui.Button[Any] = ui.Button(
            label=cut(label, LABEL_LIMIT), style=style, custom_id=f"goodwill:{state}:{offer_id}"
        )
        super().__init__(button)

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(match["state"], int(match["number"]))

    async def callback(self, interaction: AnyInteraction) -> None:
        """Approve or refuse the offer."""
        async with answering_failures(interaction):
            actor = require_staff(interaction)
            await wait_for_answer(interaction)
            pledges = services_of(interaction).pledges
            made = await pledges.decide(self.offer_id, actor, self.state)
            t = reader(interaction)
            given = {"amount": pledges.money(made.amount), "case": made.case_id}
            if self.state is GoodwillState.APPROVED:
                await say(interaction, t("{amount} for case {case}: approved.", **given))
            else:
                await say(interaction, t("{amount} for case {case}: refused.", **given))


class PromiseList(ui.LayoutView):
    """The promises of a case; those that are open have buttons."""

    def __init__(self, case_id: int, promises: Sequence[Promise], t: Translate) -> None:
        super().__init__(timeout=None)
        title = t("Promises in case {case}", case=case_id) if promises else t("No promise in case {case}", case=case_id)
        self.add_item(ui.TextDisplay(f"### {title}"))
        for one in promises[-SHOWN:]:
            parts = (t(PROMISE_STATES[one.state]), t("due {when}", when=when(one.due_at)), f"<@{one.made_by}>")
            self.add_item(ui.TextDisplay(" · ".join(parts) + f"\n> {safe(one.text, TEXT_SHOWN)}"))
            if one.state is PromiseState.OPEN:
                kept = PromiseButton("kept", one.id, t("Kept"))
                self.add_item(ui.ActionRow(kept, PromiseButton("withdrawn", one.id, t("Take back"))))


class GoodwillList(ui.LayoutView):
    """The offers of a case; those that wait for a second person have buttons."""

    def __init__(self, case_id: int, offers: Sequence[Goodwill], pledges: Pledges, t: Translate) -> None:
        super().__init__(timeout=None)
        title = t("Goodwill in case {case}", case=case_id) if offers else t("No goodwill in case {case}", case=case_id)
        self.add_item(ui.TextDisplay(f"### {title}"))
        for one in offers[-SHOWN:]:
            parts = (f"**{pledges.money(one.amount)}**", t(GOODWILL_STATES[one.state]), f"<@{one.offered_by}>")
            self.add_item(ui.TextDisplay(" · ".join(parts) + f"\n> {safe(one.text, TEXT_SHOWN)}"))
            if one.state is GoodwillState.PROPOSED:
                approve = GoodwillButton("approved", one.id, t("Approve"))
                self.add_item(ui.ActionRow(approve, GoodwillButton("refused", one.id, t("Refuse"))))
