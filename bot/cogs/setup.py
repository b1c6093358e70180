"""`/setup`: channels, roles and language by choice, and crisis mode."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.context import AnyInteraction, reader, require_guild_manager, require_manager
from bot.services import Services
from bot.views.answering import say, wait_for_answer
from bot.views.setup import setup_view
from core.text import mark


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class SetupCog(commands.GroupCog, group_name=mark("setup"), group_description=mark("Set the bot up on this server")):
    """What those who manage the server set live."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(name=mark("guide"), description=mark("Choose channels, roles and the language"))
    async def guide(self, interaction: AnyInteraction) -> None:
        """Show what is set, with the choices."""
        require_guild_manager(interaction)
        await say(interaction, view=setup_view(interaction))

    @app_commands.command(
        name=mark("crisis"), description=mark("Crisis mode: a second person has to send every staff reply")
    )
    @app_commands.describe(state=mark("On or off"))
    @app_commands.rename(state=mark("state"))
    @app_commands.choices(
        state=[app_commands.Choice(name=mark("on"), value="on"), app_commands.Choice(name=mark("off"), value="off")]
    )
    async def crisis(self, interaction: AnyInteraction, state: str) -> None:
        """Switch crisis mode."""
        actor = require_manager(interaction)
        await wait_for_answer(interaction)
        on = state == "on"
        await self._services.crisis.turn(on, actor)
        t = reader(interaction)
        words = t("Crisis mode is on: a second person sends every reply.") if on else t("Crisis mode is off.")
        await say(interaction, words)
