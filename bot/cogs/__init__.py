"""Slash commands and events, one feature a module."""

from __future__ import annotations

from discord.ext import commands

from bot.cogs.ask import AskCog
from bot.cogs.brands import BrandCog
from bot.cogs.cases import CaseCog
from bot.cogs.drafts import DraftCog
from bot.cogs.mentions import MentionCog
from bot.cogs.privacy import PrivacyCog
from bot.cogs.report import ReportCog
from bot.cogs.status import StatusCog
from bot.services import Services


def all_cogs(bot: commands.Bot, services: Services) -> tuple[commands.Cog, ...]:
    """Return every cog there is, in the order of `/help`."""
    return (
        AskCog(bot, services),
        StatusCog(services),
        CaseCog(services),
        DraftCog(services),
        MentionCog(services),
        ReportCog(services),
        BrandCog(services),
        PrivacyCog(services),
    )
