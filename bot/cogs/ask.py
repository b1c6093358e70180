"""Chat: `/ask`, and messages that mention the bot or are written to it directly."""

from __future__ import annotations

import re

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.context import AnyInteraction, reader
from bot.services import Asker, Services
from bot.views.answering import wait_for_answer
from bot.views.person import person_view
from bot.views.text import CONTENT_LIMIT
from core.errors import MaeariError, NotFoundError
from core.text import cut, mark
from core.types.post import PostRef, Source

MOST_QUESTION = 500
"""Characters of a question that are read."""

log = structlog.get_logger(__name__)


class AskCog(commands.Cog):
    """Answers from the knowledge base, always with a person one tap away."""

    def __init__(self, bot: commands.Bot, services: Services) -> None:
        self._bot = bot
        self._services = services

    @app_commands.command(name=mark("ask"), description=mark("Ask a question; only you see the answer"))
    @app_commands.describe(question=mark("What you want to know"))
    @app_commands.rename(question=mark("question"))
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def ask(self, interaction: AnyInteraction, question: app_commands.Range[str, 1, MOST_QUESTION]) -> None:
        """Answer a question to the one who asked."""
        if not self._services.settings.chat.enabled:
            raise NotFoundError(mark("Questions are not answered here."))
        await wait_for_answer(interaction)
        t = reader(interaction)
        answer = await self._services.chat.answer(question, t.locale)
        await interaction.followup.send(cut(answer, CONTENT_LIMIT), view=person_view("0", t), ephemeral=True)
        await self._count(interaction)

    async def _count(self, interaction: AnyInteraction) -> None:
        now = self._services.clock.now()
        place = str(interaction.channel_id)
        await self._services.store.write(
            lambda unit: unit.counts.count_reply("bot", at=now, container=place, source=Source.DISCORD)
        )

    @commands.Cog.listener("on_message")
    async def answer_message(self, message: discord.Message) -> None:
        """Answer a message that was written to the bot; the answer leaves through the outbox."""
        question = self._question(message)
        if question is None or not self._services.settings.chat.enabled:
            return
        try:
            await self._services.chat.take(question, self._asker(message))
        except MaeariError as error:
            log.warning("chat_failed", message=message.id, kind=type(error).__name__)
            return
        self._services.wake()

    def _question(self, message: discord.Message) -> str | None:
        """Return what was asked of the bot, or None when the message is not for it."""
        me = self._bot.user
        if me is None or message.author.bot or message.webhook_id is not None:
            return None
        if message.type not in (discord.MessageType.default, discord.MessageType.reply):
            return None
        named = re.compile(rf"<@!?{me.id}>")
        if not _is_direct(message) and not named.search(message.content):
            return None
        return " ".join(named.sub(" ", message.content).split())[:MOST_QUESTION]

    def _asker(self, message: discord.Message) -> Asker:
        channel = str(message.channel.id)
        preferred = message.guild.preferred_locale.value if message.guild is not None else ""
        return Asker(
            member_id=str(message.author.id),
            channel_id=channel,
            guild_id=None if message.guild is None else str(message.guild.id),
            message=PostRef(Source.DISCORD, channel, str(message.id)),
            locale=preferred or self._services.settings.maeari.locale,
        )


def _is_direct(message: discord.Message) -> bool:
    return isinstance(message.channel, discord.DMChannel)
