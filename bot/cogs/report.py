"""`/report`: the weekly mention report, on demand."""

from __future__ import annotations

import io
import re

import discord
from discord import app_commands
from discord.ext import commands

from bot.context import AnyInteraction, reader, require_staff
from bot.services import Services
from bot.views.answering import say, wait_for_answer
from core.errors import InputError
from core.text import mark

WEEK = re.compile(r"\d{4}-W(0[1-9]|[1-4]\d|5[0-3])")


class ReportCog(commands.Cog):
    """Numbers for leads."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(name=mark("report"), description=mark("Show a weekly mention report"))
    @app_commands.describe(week=mark("ISO week such as 2026-W46; the latest week with posts if left out"))
    @app_commands.rename(week=mark("week"))
    @app_commands.default_permissions(manage_messages=True)
    @app_commands.guild_only()
    async def report(self, interaction: AnyInteraction, week: app_commands.Range[str, 8, 8] | None = None) -> None:
        """Build and show a report."""
        require_staff(interaction)
        if week is not None and WEEK.fullmatch(week.upper()) is None:
            raise InputError(mark("Write the week like 2026-W46."))
        await wait_for_answer(interaction)
        t = reader(interaction)
        report = await self._services.report(None if week is None else week.upper(), t.locale)
        picture = None if report.picture is None else discord.File(io.BytesIO(report.picture), f"{report.week}.png")
        await say(interaction, report.text, file=picture)
