"""The Discord client: intents, cogs, persistent buttons, and the registration of the commands.

It owns no task: workers belong to the composition root.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path

import discord
import structlog
from discord import AppCommandType, app_commands
from discord.ext import commands

from bot.cogs import all_cogs
from bot.context import AnyInteraction, ServingBot
from bot.moderator import DiscordModerator
from bot.services import Services
from bot.translator import CommandTranslator
from bot.views.answering import report_failure
from bot.views.buttons import ClaimButton, ReplyButton, ResolveButton
from bot.views.csat import CsatButton, WhyButton
from bot.views.drafts import DraftButton, DraftCardButton
from bot.views.forget import ForgetButton
from bot.views.lists import FileButton, Lists, PageButton
from bot.views.moderation import AppealButton, DecideButton, MeasureButton
from bot.views.more import (
    AssignSelect,
    DismissSelect,
    MoreSelect,
    NextInTurnButton,
    SeveritySelect,
    SnoozeSelect,
)
from bot.views.person import PersonButton, Questions
from bot.views.pledges import GoodwillButton, PromiseButton
from bot.views.posts import PostSelect
from bot.views.queue import QueueButton
from bot.views.reply import PreviewButton
from bot.views.rules import RuleButton
from bot.views.setup import ChannelChoice, LanguageChoice, ListenChoice, RoleChoice, ZoneChoice
from bot.views.verdict import CorrectionSelect, VerdictButton
from core.types.post import Source

log = structlog.get_logger(__name__)

HASH_FILE = "discord-commands.sha256"
"""In data_dir: what Discord was last told about our commands. Registering costs rate limit, so only when it changed."""
LONGEST_RATE_LIMIT = 30.0
"""Seconds discord.py waits by itself at most; longer waits go back to the outbox, which keeps its other work going."""
DYNAMIC_ITEMS = (
    ClaimButton,
    ReplyButton,
    ResolveButton,
    MoreSelect,
    SnoozeSelect,
    DismissSelect,
    SeveritySelect,
    AssignSelect,
    NextInTurnButton,
    PostSelect,
    PromiseButton,
    GoodwillButton,
    QueueButton,
    PersonButton,
    PageButton,
    FileButton,
    ForgetButton,
    DraftButton,
    VerdictButton,
    CorrectionSelect,
    RuleButton,
    CsatButton,
    WhyButton,
    DraftCardButton,
    PreviewButton,
    MeasureButton,
    AppealButton,
    DecideButton,
    ChannelChoice,
    ListenChoice,
    RoleChoice,
    LanguageChoice,
    ZoneChoice,
)


class MaeariTree(app_commands.CommandTree[ServingBot]):
    """The command tree; its error handler is the boundary behind every command."""

    async def on_error(self, interaction: AnyInteraction, error: app_commands.AppCommandError, /) -> None:
        """Tell the person in one line, log what nobody expected."""
        await report_failure(interaction, error)


class MaeariBot(ServingBot):
    """Maeari in Discord."""

    def __init__(self, services: Services, *, message_content: bool = True) -> None:
        """Build the client; nothing is connected yet.

        `message_content` asks for the privileged intent: without it only messages that mention the bot, and direct
        messages, can be read.
        """
        super().__init__(
            # Commands are slash commands; a prefix is only there because the base class wants one.
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=MaeariTree,
            intents=wanted_intents(message_content=message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=LONGEST_RATE_LIMIT,
        )
        self.services = services
        self.lists = Lists()
        self.questions = Questions()

    async def setup_hook(self) -> None:
        """Load cogs, languages, buttons and what staff set, and register the commands where they changed."""
        await self.services.guilds.load()
        await self.services.templates.load()
        self.services.moderation.moderators[Source.DISCORD] = DiscordModerator(self)
        await self.tree.set_translator(CommandTranslator(self.services.catalogues))
        for cog in all_cogs(self, self.services):
            await self.add_cog(cog)
        self.add_dynamic_items(*DYNAMIC_ITEMS)
        await self.register_commands(self.services.settings.maeari.data_dir / HASH_FILE)

    async def on_message(self, message: discord.Message, /) -> None:
        """Do nothing: there are no prefix commands, cogs listen by themselves."""

    async def register_commands(self, record: Path, *, force: bool = False) -> bool:
        """Tell Discord our commands if they differ from what `record` says it was told; return whether it was."""
        fingerprint = await self._fingerprint()
        if not force and await asyncio.to_thread(_read, record) == fingerprint:
            return False
        synced = await self.tree.sync()
        await asyncio.to_thread(_write, record, fingerprint)
        log.info("commands_registered", count=len(synced))
        return True

    async def _fingerprint(self) -> str:
        translator = self.tree.translator
        assert translator is not None
        registered = [
            await command.get_translated_payload(self.tree, translator)
            for kind in AppCommandType
            for command in self.tree.get_commands(type=kind)
        ]
        text = json.dumps([self.application_id, *registered], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def wanted_intents(*, message_content: bool) -> discord.Intents:
    """Return what we ask of the gateway; `message_content` is the only privileged one."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=message_content)


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8").strip()
    except FileNotFoundError:
        return None


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", "utf-8")
