"""“Talk to a person”: under every answer of the bot, one tap away."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any, Self

import discord
from discord import ui

from bot.context import AnyInteraction, author_of, reader, services_of
from bot.views.answering import answering_failures, say, wait_for_answer
from bot.views.text import LABEL_LIMIT
from core.text import Translate, cut
from core.types.post import Source
from engagement.members.chat import ChatQuestion

MOST_QUESTIONS = 500
"""Questions of slash commands that are remembered, so that staff can read them; no message holds them."""


class Questions:
    """The newest questions of slash commands, by the id of their interaction."""

    def __init__(self, most: int = MOST_QUESTIONS) -> None:
        self._most = most
        self._questions: OrderedDict[int, str] = OrderedDict()

    def keep(self, interaction_id: int, question: str) -> None:
        """Remember a question."""
        self._questions[interaction_id] = question
        while len(self._questions) > self._most:
            self._questions.popitem(last=False)

    def get(self, interaction_id: int) -> str:
        """Return the question, or nothing once it is forgotten."""
        return self._questions.get(interaction_id, "")


class PersonButton(ui.DynamicItem[ui.Button[Any]], template=r"person:(?P<kind>[mq]):(?P<id>\d{1,20})"):
    """Opens a case for whoever presses it.

    `person:m:<id of the message that asked>`, or `person:q:<id of the interaction>` under the answer to a command.
    """

    def __init__(self, kind: str, asked_id: int, label: str = "…") -> None:
        self.kind, self.asked_id = kind, asked_id
        button: ui.Button[Any] = ui.Button(label=cut(label, LABEL_LIMIT), custom_id=f"person:{kind}:{asked_id}")
        super().__init__(button)

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(match["kind"], int(match["id"]))

    async def callback(self, interaction: AnyInteraction) -> None:
        """Call a person, and say so; who has called already is told the same."""
        async with answering_failures(interaction):
            await wait_for_answer(interaction)
            question = await self._question(interaction)
            case, new = await services_of(interaction).chat.person(question)
            t = reader(interaction)
            if new:
                await say(interaction, t("I have called a person from the team. They will answer you here."))
            else:
                await say(interaction, t("The team knows already (case {case}). They will answer you.", case=case.id))

    async def _question(self, interaction: AnyInteraction) -> ChatQuestion:
        asked = await self._message(interaction)
        ours = asked is not None and asked.author.id == interaction.user.id
        text = asked.clean_content if asked is not None and ours else ""
        if self.kind == "q":
            text = questions_of(interaction).get(self.asked_id)
        return ChatQuestion(
            text=text,
            asker=author_of(interaction.user),
            source=Source.DISCORD,
            container=str(interaction.channel_id),
            locale=interaction.locale.value,
            guild_id=None if interaction.guild_id is None else str(interaction.guild_id),
            # Somebody else may press, too: they are answered in the channel, not under the first one's message.
            message_id=str(self.asked_id) if ours else None,
        )

    async def _message(self, interaction: AnyInteraction) -> discord.Message | None:
        """Return the message that asked, while it is there and can be read."""
        if self.kind != "m" or interaction.channel_id is None:
            return None
        channel = interaction.client.get_partial_messageable(interaction.channel_id)
        try:
            found: discord.Message = await channel.fetch_message(self.asked_id)
        except discord.HTTPException:
            return None
        return found


def person_view(kind: str, asked_id: int, t: Translate) -> ui.View:
    """Return the button as a message's only component."""
    view = ui.View(timeout=None)
    view.add_item(PersonButton(kind, asked_id, t("Talk to a person")))
    return view


def questions_of(interaction: AnyInteraction) -> Questions:
    """Return the client's memory of questions."""
    questions = getattr(interaction.client, "questions", None)
    assert isinstance(questions, Questions)
    return questions
