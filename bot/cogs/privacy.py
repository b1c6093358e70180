"""`/privacy`: what a member decides about being written to, and about their own data."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.context import AnyInteraction, reader
from bot.services import Services
from bot.views.answering import say, wait_for_answer
from bot.views.forget import forget_view
from core.text import mark
from core.types.action import Purpose
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

    @app_commands.command(name=mark("consent"), description=mark("Agree to be asked or told, or take it back"))
    @app_commands.describe(what=mark("What you agree to"), agree=mark("No takes your consent back"))
    @app_commands.rename(what=mark("what"), agree=mark("agree"))
    @app_commands.choices(
        what=[
            app_commands.Choice(name=mark("one question after a closed case"), value=Purpose.SURVEY.value),
            app_commands.Choice(name=mark("news when what I wrote about is fixed"), value=Purpose.FOLLOW_UP.value),
        ]
    )
    async def consent(self, interaction: AnyInteraction, what: str, agree: bool = True) -> None:
        """Note a consent, or that it is taken back."""
        await wait_for_answer(interaction)
        privacy, me, t = self._services.privacy, str(interaction.user.id), reader(interaction)
        if not agree:
            await privacy.withdraw(Source.DISCORD, me, Purpose(what))
            await say(interaction, t("Noted. Your consent is taken back."))
            return
        await privacy.consent(Source.DISCORD, me, Purpose(what))
        text = t("Noted, thank you. You can take it back at any time with the same command.")
        if await privacy.is_opted_out(Source.DISCORD, me):
            text += " " + t("As long as your opt-out stands, the bot stays silent all the same.")
        await say(interaction, text)

    @app_commands.command(name=mark("forget-me"), description=mark("Erase everything the bot has stored about you"))
    async def forget_me(self, interaction: AnyInteraction) -> None:
        """Ask for confirmation before anything is erased."""
        t = reader(interaction)
        text = t(
            "This erases the texts of your posts, your name and your wishes from the bot's database. "
            "Counts without any name stay. It cannot be undone."
        )
        await interaction.response.send_message(text, view=forget_view(str(interaction.user.id), t), ephemeral=True)
