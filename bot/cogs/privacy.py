"""`/privacy`: what a member decides about being written to, and about their own data."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.context import AnyInteraction, reader
from bot.services import Services
from bot.views.answering import say, wait_for_answer
from bot.views.forget import forget_view
from core.text import mark
from core.types.post import Source


@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
class PrivacyCog(commands.GroupCog, group_name=mark("privacy"), group_description=mark("Your own data and peace")):
    """Open to everybody; each person decides for themselves only."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(name=mark("opt-out"), description=mark("Be written to only when you ask something"))
    async def opt_out(self, interaction: AnyInteraction) -> None:
        """Note an opt-out."""
        await wait_for_answer(interaction)
        await self._services.privacy.opt_out(Source.DISCORD, str(interaction.user.id))
        t = reader(interaction)
        await say(interaction, t("Noted. The bot will write to you only to answer your own questions."))

    @app_commands.command(name=mark("opt-in"), description=mark("Take your opt-out back"))
    async def opt_in(self, interaction: AnyInteraction) -> None:
        """Take an opt-out back."""
        await wait_for_answer(interaction)
        await self._services.privacy.opt_in(Source.DISCORD, str(interaction.user.id))
        t = reader(interaction)
        await say(interaction, t("Noted. The bot may thank you and point you to articles again."))

    @app_commands.command(name=mark("forget-me"), description=mark("Erase everything the bot has stored about you"))
    async def forget_me(self, interaction: AnyInteraction) -> None:
        """Ask for confirmation before anything is erased."""
        t = reader(interaction)
        text = t(
            "This erases the texts of your posts, your name and your wishes from the bot's database. "
            "Counts without any name stay. It cannot be undone."
        )
        await interaction.response.send_message(text, view=forget_view(str(interaction.user.id), t), ephemeral=True)
