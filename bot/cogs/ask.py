"""Chat: `/ask`, and messages that mention the bot or are written to it directly."""

from __future__ import annotations

import re

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.context import AnyInteraction, author_of, reader
from bot.services import Services
from bot.views.answering import say, wait_for_answer
from bot.views.person import person_view, questions_of
from core.errors import MaeariError
from core.text import mark
from core.types.post import Source
from engagement.members.chat import ChatAnswerKind, ChatQuestion, answer_text

MOST_QUESTION = 500
"""Characters of a question that `/ask` takes."""
_HANGUL = re.compile(r"[가-힣]")
_LATIN = re.compile(r"[A-Za-z]")

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
        await wait_for_answer(interaction)
        asked = ChatQuestion(
            text=question,
            asker=author_of(interaction.user),
            source=Source.DISCORD,
            container=str(interaction.channel_id),
            locale=interaction.locale.value,
            guild_id=None if interaction.guild_id is None else str(interaction.guild_id),
        )
        answer = await self._services.chat.ask(asked)
        t = reader(interaction)
        if answer.offers_person:
            questions_of(interaction).keep(interaction.id, question)
            await say(interaction, answer_text(answer, t), view=person_view("q", interaction.id, t))
        else:
            await say(interaction, answer_text(answer, t))
        await self._services.chat.count(asked)

    @commands.Cog.listener("on_message")
    async def answer_message(self, message: discord.Message) -> None:
        """Answer a message that was written to the bot; the answer leaves through the outbox."""
        text = self._text(message)
        if text is None:
            return
        asked = self._question(message, text)
        try:
            answer = await self._services.chat.ask(asked)
            if answer.kind not in (ChatAnswerKind.TOO_MANY, ChatAnswerKind.SWITCHED_OFF):
                t = self._services.catalogues.for_locale(asked.locale)
                await self._services.chat.queue(asked, answer, t)
        except MaeariError as error:
            log.warning("chat_failed", message=message.id, kind=type(error).__name__)

    def _text(self, message: discord.Message) -> str | None:
        """Return what was said to the bot, or None when the message is not for it."""
        me = self._bot.user
        if me is None or message.author.bot or message.webhook_id is not None:
            return None
        if message.type not in (discord.MessageType.default, discord.MessageType.reply):
            return None
        named = re.compile(rf"<@!?{me.id}>")
        if message.guild is not None and not named.search(message.content):
            return None
        return " ".join(named.sub(" ", message.content).split())

    def _question(self, message: discord.Message, text: str) -> ChatQuestion:
        return ChatQuestion(
            text=text,
            asker=author_of(message.author),
            source=Source.DISCORD,
            container=str(message.channel.id),
            locale=self._language(message, text),
            guild_id=None if message.guild is None else str(message.guild.id),
            message_id=str(message.id),
        )

    def _language(self, message: discord.Message, text: str) -> str:
        """Return the language of a message: that of its script, or the server's where it has no letters.

        Unlike an interaction, a message does not say which language its author uses Discord in.
        """
        if _HANGUL.search(text):
            return "ko"
        if _LATIN.search(text) or message.guild is None:
            return "en"
        chosen = self._services.guilds.get(message.guild.id).locale
        return chosen or message.guild.preferred_locale.value
