"""`/csat`: how satisfied people were with closed cases."""

from __future__ import annotations

from collections.abc import Iterator

from discord import app_commands
from discord.ext import commands

from bot.context import AnyInteraction, reader, require_staff
from bot.services import Services
from bot.views.answering import say, wait_for_answer
from bot.views.csat import csat_lines, take_why
from bot.views.text import safe
from core.text import Translate, mark
from engagement.members.surveys import SCORES, Satisfaction

WHY_SHOWN = 150
"""Characters of the words behind one answer."""


class CsatCog(commands.Cog):
    """Satisfaction for staff; answers of everybody who was asked."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(name=mark("csat"), description=mark("Show how satisfied people were with closed cases"))
    @app_commands.describe(days=mark("Last so many days; 30 if left out"))
    @app_commands.rename(days=mark("days"))
    @app_commands.default_permissions(manage_messages=True)
    @app_commands.guild_only()
    async def csat(self, interaction: AnyInteraction, days: app_commands.Range[int, 1, 730] = 30) -> None:
        """Show share, numbers, response rate and the newest words."""
        require_staff(interaction)
        await wait_for_answer(interaction)
        found = await self._services.surveys.satisfaction(days=days)
        await say(interaction, "\n".join(_lines(found, days, reader(interaction))))

    @commands.Cog.listener("on_interaction")
    async def take_submission(self, interaction: AnyInteraction) -> None:
        """Handle the words behind a score."""
        await take_why(interaction)


def _lines(found: Satisfaction, days: int, t: Translate) -> Iterator[str]:
    counts = found.counts
    yield "### " + t("Satisfaction, last {days} days", days=days)
    if not counts.answers:
        yield t("Nobody has answered yet. Questions sent: {asked}", asked=counts.asked)
        return
    yield from csat_lines(counts, t)
    yield " · ".join(f"{score}: {answers}" for score, answers in zip(SCORES, counts.by_score, strict=True))
    for answer in found.whys:
        yield f"- {answer.score}: {safe(answer.why, WHY_SHOWN)}"
