"""“Right” and “Wrong” under a decision, and what a wrong one should have been."""

from __future__ import annotations

import re
from typing import Any, Self

import discord
from discord import ui

from bot.context import AnyInteraction, reader, require_staff, services_of
from bot.views.answering import answering_failures, say, wait_for_answer
from bot.views.text import LABEL_LIMIT
from core.errors import InputError
from core.text import Translate, cut, mark
from core.types.learning import Correction, MentionVerdict
from engagement.desk.verdicts import CORRECTIONS


class VerdictButton(ui.DynamicItem[ui.Button[Any]], template=r"verdict:(?P<act>right|wrong):(?P<mention>\d{1,18})"):
    """`verdict:<right or wrong>:<mention id>`."""

    def __init__(self, act: str, mention_id: int, label: str = "…") -> None:
        self.act, self.mention_id = act, mention_id
        super().__init__(ui.Button(label=cut(label, LABEL_LIMIT), custom_id=f"verdict:{act}:{mention_id}"))

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(match["act"], int(match["mention"]))

    async def callback(self, interaction: AnyInteraction) -> None:
        """Note that it was right, or ask what it should have been."""
        async with answering_failures(interaction):
            actor = require_staff(interaction)
            t = reader(interaction)
            if self.act == "wrong":
                await say(interaction, t("What should it have been?"), view=_choosing(self.mention_id, t))
                return
            await wait_for_answer(interaction)
            await services_of(interaction).verdicts.give(self.mention_id, actor)
            await say(interaction, t("Noted: the decision was right."))


class CorrectionSelect(ui.DynamicItem[ui.Select[Any]], template=r"verdict:should:(?P<mention>\d{1,18})"):
    """`verdict:should:<mention id>`: what a wrongly judged mention should have been."""

    def __init__(self, mention_id: int, t: Translate | None = None) -> None:
        self.mention_id = mention_id
        options = [
            discord.SelectOption(label=words if t is None else cut(t(words), LABEL_LIMIT), value=correction.value)
            for correction, words in CORRECTIONS.items()
        ]
        super().__init__(ui.Select(custom_id=f"verdict:should:{mention_id}", options=options))

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the used select from its custom_id."""
        return cls(int(match["mention"]))

    async def callback(self, interaction: AnyInteraction) -> None:
        """Note that the decision was wrong."""
        async with answering_failures(interaction):
            actor = require_staff(interaction)
            chosen = self.item.values[0] if self.item.values else ""
            if chosen not in set(Correction):
                raise InputError(mark("That input cannot be used."))
            await wait_for_answer(interaction)
            await services_of(interaction).verdicts.give(self.mention_id, actor, Correction(chosen))
            t = reader(interaction)
            words = t(CORRECTIONS[Correction(chosen)])
            await say(interaction, t("Noted: it should have been {correction}.", correction=words))


def verdict_row(mention_id: int, t: Translate) -> ui.ActionRow[Any]:
    """Return the two buttons as a row of a layout."""
    return ui.ActionRow(VerdictButton("right", mention_id, t("Right")), VerdictButton("wrong", mention_id, t("Wrong")))


def verdict_line(verdict: MentionVerdict, t: Translate) -> str:
    """Return who said what about a decision."""
    person = f"<@{verdict.actor}>"
    if verdict.should_be is None:
        return t("Called right by {person}", person=person)
    return t("Called wrong by {person}: {correction}", person=person, correction=t(CORRECTIONS[verdict.should_be]))


def _choosing(mention_id: int, t: Translate) -> ui.View:
    view = ui.View(timeout=None)
    view.add_item(CorrectionSelect(mention_id, t))
    return view
