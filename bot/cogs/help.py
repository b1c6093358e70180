"""`/help`: the commands that whoever asks may use."""

from __future__ import annotations

from collections.abc import Iterator

import discord
from discord import app_commands
from discord.ext import commands

from bot.context import AnyInteraction, acts_as_staff, reader
from bot.services import Services
from bot.views.answering import wait_for_answer
from bot.views.lists import Page, pages, show_list
from core.text import Translate, mark

PAGE_SIZE = 12

AnyCommand = app_commands.Command[commands.Cog, ..., None] | app_commands.ContextMenu


class HelpCog(commands.Cog):
    """Lists commands by what Discord lets a person use."""

    def __init__(self, bot: commands.Bot, services: Services) -> None:
        self._bot = bot
        self._services = services

    @app_commands.command(name=mark("help"), description=mark("Show the commands that you can use"))
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def help(self, interaction: AnyInteraction) -> None:
        """Show the commands; the list pages."""
        await wait_for_answer(interaction)

        async def page_of(reading: AnyInteraction, number: int) -> Page:
            t = reader(reading)
            lines = [_line(command, t) for command in self._usable(reading)]
            shown = lines[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
            return Page(t("What you can do here"), shown, number, pages(len(lines), PAGE_SIZE))

        await show_list(interaction, page_of)

    def _usable(self, interaction: AnyInteraction) -> Iterator[AnyCommand]:
        """Yield the commands that this person may use here, those for everybody first."""
        staff = acts_as_staff(interaction)
        found = [*self._bot.tree.walk_commands(), *self._bot.tree.get_commands(type=discord.AppCommandType.message)]
        leaves = [one for one in found if isinstance(one, app_commands.Command | app_commands.ContextMenu)]
        for command in sorted(leaves, key=lambda one: (_needed(one) is not None, one.qualified_name)):
            needed = _needed(command)
            if needed is None or (staff and _has(interaction.permissions, needed)):
                yield command


def _needed(command: AnyCommand) -> discord.Permissions | None:
    """Return the rights that Discord asks for before it shows a command; None where everybody sees it."""
    top = command if isinstance(command, app_commands.ContextMenu) else (command.root_parent or command)
    return top.default_permissions


def _has(given: discord.Permissions, needed: discord.Permissions) -> bool:
    # A staff role may lack Discord's own right where the server gave it the commands; managing is never lent.
    return given.administrator or not needed.manage_guild or given.manage_guild


def _line(command: AnyCommand, t: Translate) -> str:
    if isinstance(command, app_commands.ContextMenu):
        return f"**{t(command.name)}** · " + t("on a message: right click, Apps")
    name = " ".join(t(part) for part in command.qualified_name.split())
    return f"**/{name}** · {t(command.description)}"
