"""The confirmation of “forget me”: what is erased cannot be brought back."""

from __future__ import annotations

import re
from typing import Any, Self

import discord
from discord import ui

from bot.context import AnyInteraction, reader, services_of
from bot.views.answering import answering_failures, say, wait_for_answer
from core.errors import NotAllowedError
from core.text import Translate, mark
from core.types.post import Source


class ForgetButton(ui.DynamicItem[ui.Button[Any]], template=r"privacy:forget:(?P<member>\d{1,20})"):
    """Erases everything of the person it was shown to: `privacy:forget:<member id>`."""

    def __init__(self, member_id: str, label: str = "…") -> None:
        self.member_id = member_id
        button: ui.Button[Any] = ui.Button(
            label=label, style=discord.ButtonStyle.danger, custom_id=f"privacy:forget:{member_id}"
        )
        super().__init__(button)

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(match["member"])

    async def callback(self, interaction: AnyInteraction) -> None:
        """Erase, and say how much it was."""
        async with answering_failures(interaction):
            if str(interaction.user.id) != self.member_id:
                raise NotAllowedError(mark("Only the person it belongs to can press this."))
            await wait_for_answer(interaction)
            privacy = services_of(interaction).privacy
            forgotten = await privacy.forget(privacy.key(Source.DISCORD, self.member_id))
            t = reader(interaction)
            await say(interaction, t("Done. Posts erased: {count}.", count=forgotten.mentions))


def forget_view(member_id: str, t: Translate) -> ui.View:
    """Return the button as a message's only component."""
    view = ui.View(timeout=None)
    view.add_item(ForgetButton(member_id, t("Erase everything about me")))
    return view
