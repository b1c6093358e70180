"""`/drafts`: proposed messages that a person sends, changes or throws away."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.context import AnyInteraction, reader, require_staff
from bot.services import Services
from bot.views.answering import say, wait_for_answer
from bot.views.drafts import take_edit, waiting
from core.text import mark


class DraftCog(commands.Cog):
    """Approval for staff; on Reddit nothing is sent without it unless the subreddit permits."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(name=mark("drafts"), description=mark("Messages that wait for a person to press Send"))
    @app_commands.default_permissions(manage_messages=True)
    @app_commands.guild_only()
    async def drafts(self, interaction: AnyInteraction) -> None:
        """Show the oldest drafts with their buttons."""
        require_staff(interaction)
        await wait_for_answer(interaction)
        await say(interaction, view=await waiting(self._services, reader(interaction)))

    @commands.Cog.listener("on_interaction")
    async def take_submission(self, interaction: AnyInteraction) -> None:
        """Handle edited drafts."""
        await take_edit(interaction)
