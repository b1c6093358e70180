"""Slash commands and events, one feature a module."""

from __future__ import annotations

from discord.ext import commands

from bot.cogs.ask import AskCog
from bot.cogs.brands import BrandCog
from bot.cogs.cases import CaseCog
from bot.cogs.causes import CauseCog
from bot.cogs.csat import CsatCog
from bot.cogs.desk import DeskCog, DutyCog, SlaCog
from bot.cogs.drafts import DraftCog
from bot.cogs.help import HelpCog
from bot.cogs.mentions import MentionCog
from bot.cogs.menus import MenuCog
from bot.cogs.moderation import ModerationCog
from bot.cogs.privacy import PrivacyCog
from bot.cogs.report import ReportCog
from bot.cogs.rules import RulesCog
from bot.cogs.setup import SetupCog
from bot.cogs.status import StatusCog
from bot.cogs.templates import TemplateCog
from bot.services import Services


def all_cogs(bot: commands.Bot, services: Services) -> tuple[commands.Cog, ...]:
    """Return every cog there is, in the order of `/help`."""
    return (
        AskCog(bot, services),
        HelpCog(bot, services),
        StatusCog(services),
        CaseCog(services),
        DeskCog(services),
        DutyCog(services),
        SlaCog(services),
        DraftCog(services),
        TemplateCog(services),
        ModerationCog(services),
        MentionCog(services),
        RulesCog(services),
        CauseCog(services),
        CsatCog(services),
        ReportCog(services),
        BrandCog(services),
        SetupCog(services),
        PrivacyCog(services),
        MenuCog(bot, services),
    )
