"""Buttons whose state stands in their custom_id: they work for months, over restarts, without any registration."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.context import AnyInteraction, reader, services_of
from bot.views.answering import say, wait_for_answer
from bot.views.case_control import CaseControl
from bot.views.reply import reply_modal
from bot.views.text import LABEL_LIMIT
from core.text import cut


class CaseButton(CaseControl[ui.Button[Any]], template=r"case:none:(?P<case>\d{1,18})"):
    """Base of the buttons on a case's card: `case:<action>:<case id>`."""

    action = "none"
    style = discord.ButtonStyle.secondary

    def __init__(self, case_id: int, label: str = "…", *, disabled: bool = False) -> None:
        button: ui.Button[Any] = ui.Button(
            label=cut(label, LABEL_LIMIT),
            style=self.style,
            custom_id=f"case:{self.action}:{case_id}",
            disabled=disabled,
        )
        super().__init__(case_id, button)


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
