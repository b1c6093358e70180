"""“Talk to a person”: under every answer of the bot, one tap away."""

from __future__ import annotations

import re
from typing import Any, Self

import discord
from discord import ui

from bot.context import AnyInteraction, reader, services_of
from bot.services import Asker
from bot.views.answering import answering_failures, say, wait_for_answer
from bot.views.text import LABEL_LIMIT
from core.text import Translate, cut
from core.types.post import PostRef, Source


class PersonButton(ui.DynamicItem[ui.Button[Any]], template=r"person:(?P<message>\d{1,20})"):
    """Opens a case for whoever presses it: `person:<id of the message that asked, 0 for a command>`."""

    def __init__(self, message_id: str, label: str = "…") -> None:
        self.message_id = message_id
        button: ui.Button[Any] = ui.Button(
            label=cut(label, LABEL_LIMIT), style=discord.ButtonStyle.secondary, custom_id=f"person:{message_id}"
        )
        super().__init__(button)

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(match["message"])

    async def callback(self, interaction: AnyInteraction) -> None:
        """Call a person, and say so."""
        async with answering_failures(interaction):
            await wait_for_answer(interaction)
            services = services_of(interaction)
            await services.chat.request_person(self._asker(interaction), await self._question(interaction))
            services.wake()
            t = reader(interaction)
            await say(interaction, t("I have called a person from the team. They will answer you here."))

    def _asker(self, interaction: AnyInteraction) -> Asker:
        channel = str(interaction.channel_id)
        return Asker(
            member_id=str(interaction.user.id),
            channel_id=channel,
            guild_id=None if interaction.guild_id is None else str(interaction.guild_id),
            message=None if self.message_id == "0" else PostRef(Source.DISCORD, channel, self.message_id),
            locale=interaction.locale.value,
        )

    async def _question(self, interaction: AnyInteraction) -> str:
        """Return what was asked, where the one who presses is the one who asked; else nothing."""
        channel = interaction.channel
        if self.message_id == "0" or channel is None or isinstance(channel, discord.ForumChannel):
            return ""
        if isinstance(channel, discord.CategoryChannel):
            return ""
        try:
            asked = await channel.fetch_message(int(self.message_id))
        except discord.HTTPException:
            return ""
        return asked.clean_content if asked.author == interaction.user else ""


def person_view(message_id: str, t: Translate) -> ui.View:
    """Return the button as a message's only component."""
    view = ui.View(timeout=None)
    view.add_item(PersonButton(message_id, t("Talk to a person")))
    return view
