"""Buttons whose state stands in their custom_id: they work for months, over restarts, without any registration."""

from __future__ import annotations

import re
from typing import Any, Self

import discord
from discord import ui

from bot.context import AnyInteraction, reader, require_staff, services_of
from bot.views.answering import answering_failures, say, wait_for_answer
from bot.views.reply import reply_modal
from bot.views.text import LABEL_LIMIT
from core.text import cut


class CaseButton(ui.DynamicItem[ui.Button[Any]], template=r"case:none:(?P<case>\d{1,18})"):
    """Base of the buttons on a case's card: `case:<action>:<case id>`."""

    action = "none"
    style = discord.ButtonStyle.secondary

    def __init__(self, case_id: int, label: str = "…", *, disabled: bool = False) -> None:
        self.case_id = case_id
        super().__init__(
            ui.Button(
                label=cut(label, LABEL_LIMIT),
                style=self.style,
                custom_id=f"case:{self.action}:{case_id}",
                disabled=disabled,
            )
        )

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(int(match["case"]))

    async def callback(self, interaction: AnyInteraction) -> None:
        """Check that staff pressed it, and act; whatever goes wrong becomes one line."""
        async with answering_failures(interaction):
            actor = require_staff(interaction)
            await self.act(interaction, actor)

    async def act(self, interaction: AnyInteraction, actor: str) -> None:
        """Do what this button is for."""
        raise NotImplementedError


class ClaimButton(CaseButton, template=r"case:claim:(?P<case>\d{1,18})"):
    """Takes a case: of two people pressing at once one wins, and the other is told who."""

    action = "claim"
    style = discord.ButtonStyle.primary

    async def act(self, interaction: AnyInteraction, actor: str) -> None:
        """Claim the case for the person who pressed."""
        await wait_for_answer(interaction)
        await services_of(interaction).desk.claim(self.case_id, actor)
        t = reader(interaction)
        await say(interaction, t("Case {case} is yours now.", case=self.case_id))


class ReplyButton(CaseButton, template=r"case:reply:(?P<case>\d{1,18})"):
    """Asks for the text of a reply. The state is checked once it was written: a modal has to open at once."""

    action = "reply"
    style = discord.ButtonStyle.success

    async def act(self, interaction: AnyInteraction, _actor: str) -> None:
        """Open the reply modal."""
        shelf = services_of(interaction).templates.shelf
        await interaction.response.send_modal(reply_modal(self.case_id, reader(interaction), shelf))


class ResolveButton(CaseButton, template=r"case:resolve:(?P<case>\d{1,18})"):
    """Closes a case."""

    action = "resolve"

    async def act(self, interaction: AnyInteraction, actor: str) -> None:
        """Resolve the case."""
        await wait_for_answer(interaction)
        await services_of(interaction).desk.resolve(self.case_id, actor)
        t = reader(interaction)
        await say(interaction, t("Case {case} is resolved.", case=self.case_id))
