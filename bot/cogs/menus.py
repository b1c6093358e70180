"""Context menus of a message: open a case, say it is no complaint, thank the author."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.context import AnyInteraction, reader, require_staff
from bot.services import Services
from bot.views.answering import say, wait_for_answer
from core.text import mark
from core.types.post import Author, Post, PostKind, PostRef, Source


class MenuCog(commands.Cog):
    """discord.py registers context menus on the tree; this owns them."""

    def __init__(self, bot: commands.Bot, services: Services) -> None:
        self._bot = bot
        self._services = services
        self._menus = [
            app_commands.ContextMenu(name=app_commands.locale_str(mark("Open a case")), callback=self.open_case),
            app_commands.ContextMenu(
                name=app_commands.locale_str(mark("Not a complaint")), callback=self.not_a_complaint
            ),
            app_commands.ContextMenu(name=app_commands.locale_str(mark("Thank the author")), callback=self.thank),
        ]
        for menu in self._menus:
            menu.guild_only = True
            menu.default_permissions = discord.Permissions(manage_messages=True)

    async def cog_load(self) -> None:
        """Put the menus on the tree."""
        for menu in self._menus:
            self._bot.tree.add_command(menu)

    async def cog_unload(self) -> None:
        """Take them off again."""
        for menu in self._menus:
            self._bot.tree.remove_command(menu.name, type=menu.type)

    async def open_case(self, interaction: AnyInteraction, message: discord.Message) -> None:
        """Open the case of a message."""
        actor = require_staff(interaction)
        await wait_for_answer(interaction)
        case, new = await self._services.by_hand.open_case(self._post(message), actor)
        t = reader(interaction)
        if new:
            await say(interaction, t("Case {case} is open.", case=case.id))
        else:
            await say(interaction, t("This message belongs to case {case}.", case=case.id))

    async def not_a_complaint(self, interaction: AnyInteraction, message: discord.Message) -> None:
        """Dismiss the case of a message."""
        actor = require_staff(interaction)
        await wait_for_answer(interaction)
        ref = PostRef(Source.DISCORD, str(message.channel.id), str(message.id))
        cases = await self._services.by_hand.not_a_complaint(ref, actor)
        numbers = ", ".join(str(case.id) for case in cases)
        await say(interaction, reader(interaction)("Dismissed as not a complaint: case {cases}.", cases=numbers))

    async def thank(self, interaction: AnyInteraction, message: discord.Message) -> None:
        """Thank the author of a message, through the send gate."""
        actor = require_staff(interaction)
        await wait_for_answer(interaction)
        await self._services.by_hand.thank(self._post(message), actor)
        t = reader(interaction)
        await say(interaction, t("A thank-you is on its way, unless the author wants none or was thanked lately."))

    def _post(self, message: discord.Message) -> Post:
        """Return a message as the domain knows it."""
        author, guild = message.author, message.guild
        me = self._bot.user
        name = getattr(message.channel, "name", None)
        in_thread = isinstance(message.channel, discord.Thread)
        reference = message.reference.message_id if message.reference is not None else None
        return Post(
            ref=PostRef(Source.DISCORD, str(message.channel.id), str(message.id)),
            kind=PostKind.MESSAGE,
            text=message.content,
            created_at=message.created_at,
            author=Author(
                native_id=str(author.id),
                name=author.display_name,
                is_bot=author.bot or message.webhook_id is not None,
                is_self=me is not None and author.id == me.id,
            ),
            url=message.jump_url,
            parent_id=None if reference is None else str(reference),
            thread_id=str(message.channel.id) if in_thread else None,
            guild_id=None if guild is None else str(guild.id),
            container_name=None if name is None else f"#{name}",
            edited_at=message.edited_at,
        )
