"""A small bot on the real discord.py client, for tests of the stand-in."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import discord
import pytest
import yarl
from discord import app_commands, ui
from discord.gateway import DiscordWebSocket
from discord.http import Route

from lab.discord import StandInDiscord


class Translations(app_commands.Translator):
    """Korean names for two words."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        return {"ask": "질문", "Ask the bot": "봇에게 질문"}.get(string.message) if locale.value == "ko" else None


class ReplyForm(ui.Modal, title="Reply"):
    """One text in a label."""

    body: ui.Label[Self] = ui.Label(text="Text", component=ui.TextInput(custom_id="body"))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        assert isinstance(self.body.component, ui.TextInput)
        await interaction.response.send_message(f"sent {self.body.component.value}", ephemeral=True)


class CaseButton(ui.DynamicItem[ui.Button[Any]], template=r"case:(?P<act>\w+):(?P<id>\d+)"):
    """A button whose state stands in its custom id."""

    def __init__(self, act: str, case_id: int) -> None:
        self.act = act
        super().__init__(ui.Button(label=act.title(), custom_id=f"case:{act}:{case_id}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["act"], int(match["id"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        if self.act == "reply":
            await interaction.response.send_modal(ReplyForm())
        elif self.act == "slow":
            await interaction.response.defer()
        elif self.act == "vanish":
            await interaction.response.defer(thinking=True, ephemeral=True)
            await interaction.delete_original_response()
        elif self.act != "silent":
            await interaction.response.edit_message(view=card(f"by {interaction.user.name}"))


def card(text: str) -> ui.LayoutView:
    """Return a card with buttons, in Components V2."""
    view = ui.LayoutView(timeout=None)
    row: ui.ActionRow[Any] = ui.ActionRow(
        *(CaseButton(act, 7) for act in ("claim", "reply", "slow", "vanish", "silent"))
    )
    view.add_item(ui.Container(ui.TextDisplay(text), row))
    return view


class SmallBot(discord.Client):
    """Notes what it hears; has two commands, a menu and a card."""

    def __init__(self, **options: Any) -> None:
        intents = discord.Intents.default()
        intents.message_content = options.pop("message_content", True)
        intents.members = True
        # The real default waits two seconds for late guilds.
        super().__init__(intents=intents, guild_ready_timeout=0.05, **options)
        self.tree = app_commands.CommandTree(self)
        self.heard: asyncio.Queue[discord.Message] = asyncio.Queue()
        self.happened: list[str] = []

    async def setup_hook(self) -> None:
        self.add_dynamic_items(CaseButton)
        await self.tree.set_translator(Translations())
        case = app_commands.Group(name="case", description="Cases")

        @case.command(name="view", description="View a case")
        async def view(interaction: discord.Interaction[Any], case_id: int, who: discord.Member | None = None) -> None:
            await interaction.response.defer(ephemeral=True)
            said = f"case {case_id} {who} {interaction.locale} {interaction.guild_locale}"
            await interaction.followup.send(said)
            await interaction.followup.send("and more", ephemeral=True)

        @view.autocomplete("case_id")
        async def numbers(_: discord.Interaction[Any], current: str) -> list[app_commands.Choice[int]]:
            return [app_commands.Choice(name=f"Case {current}", value=int(current))]

        @self.tree.command(name=app_commands.locale_str("ask"), description=app_commands.locale_str("Ask the bot"))
        async def ask(interaction: discord.Interaction[Any], question: str) -> None:
            await interaction.response.send_message(f"**{question}**")
            original = await interaction.original_response()
            await interaction.edit_original_response(content=f"{original.content}!")

        @self.tree.context_menu(name="Quote")
        async def quote(interaction: discord.Interaction[Any], message: discord.Message) -> None:
            await interaction.response.send_message(f"> {message.content}", ephemeral=True)

        self.tree.add_command(case)
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify at once: the real hook waits five seconds before a second time."""

    async def on_message(self, message: discord.Message) -> None:
        if message.author.id != self.application_id and not message.author.bot:
            self.heard.put_nowait(message)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        self.happened.append(f"edit {event.message.content}")

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self.happened.append(f"delete {event.message_id}")

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        self.happened.append(f"react {event.emoji}")

    async def on_thread_create(self, thread: discord.Thread) -> None:
        self.happened.append(f"thread {thread.name}")

    async def on_member_join(self, member: discord.Member) -> None:
        self.happened.append(f"join {member.name}")

    async def on_resumed(self) -> None:
        self.happened.append("resumed")

    async def next(self) -> discord.Message:
        """Return the next message that was heard."""
        return await asyncio.wait_for(self.heard.get(), 5)


def point_at(stand_in: StandInDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let discord.py talk to the stand-in."""
    monkeypatch.setattr(Route, "BASE", stand_in.api_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(stand_in.gateway_url))


@asynccontextmanager
async def connected(stand_in: StandInDiscord, **options: Any) -> AsyncIterator[SmallBot]:
    """Log a small bot in and out."""
    bot = SmallBot(**options)
    running = asyncio.create_task(bot.start(stand_in.token))
    try:
        await asyncio.wait_for(asyncio.shield(_ready(bot, running)), 10)
        yield bot
    finally:
        await bot.close()
        await asyncio.wait_for(running, 5)


async def _ready(bot: SmallBot, running: asyncio.Task[None]) -> None:
    while not bot.is_ready():
        if running.done():
            running.result()
        await asyncio.sleep(0.005)
