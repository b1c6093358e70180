"""`/cause`: what lies behind cases, and telling those who wrote when it is mended."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.cogs.case_choices import LARGEST_ID, MOST_CHOICES, CaseNumber, case_choices, in_time_or_none
from bot.context import AnyInteraction, acts_as_staff, reader, require_staff
from bot.services import Services
from bot.views.answering import say, wait_for_answer
from bot.views.lists import Page, pages, show_list, when
from bot.views.text import CHOICE_LIMIT, plain, safe
from core.text import Translate, mark
from core.types.learning import Cause
from engagement.desk.causes import TITLE_LIMIT

PAGE_SIZE = 10
CAUSES_OFFERED = 100
CauseNumber = app_commands.Range[int, 1, LARGEST_ID]


@app_commands.default_permissions(manage_messages=True)
@app_commands.guild_only()
class CauseCog(commands.GroupCog, group_name=mark("cause"), group_description=mark("What lies behind the cases")):
    """Causes for staff."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(name=mark("list"), description=mark("List causes, open ones first"))
    async def list_causes(self, interaction: AnyInteraction) -> None:
        """Show a list that pages."""
        require_staff(interaction)
        await wait_for_answer(interaction)

        async def page_of(reading: AnyInteraction, number: int) -> Page:
            require_staff(reading)
            t = reader(reading)
            causes, total = await self._services.causes.find(limit=PAGE_SIZE, offset=number * PAGE_SIZE)
            lines = [_line(cause, t) for cause in causes]
            return Page(t("Causes: {count}", count=total), lines, number, pages(total, PAGE_SIZE))

        await show_list(interaction, page_of)

    @app_commands.command(name=mark("add"), description=mark("Add a cause that several cases may share"))
    @app_commands.describe(title=mark("What is broken, in words that customers may read"))
    @app_commands.rename(title=mark("title"))
    async def add(self, interaction: AnyInteraction, title: app_commands.Range[str, 1, TITLE_LIMIT]) -> None:
        """Add a cause."""
        actor = require_staff(interaction)
        await wait_for_answer(interaction)
        cause = await self._services.causes.add(title, actor)
        await say(interaction, reader(interaction)("Cause {cause} is noted.", cause=cause.id))

    @app_commands.command(name=mark("link"), description=mark("Link a case to its cause"))
    @app_commands.describe(cause=mark("Number of the cause"), case=mark("Number of the case"))
    @app_commands.rename(cause=mark("cause"), case=mark("case"))
    async def link(self, interaction: AnyInteraction, cause: CauseNumber, case: CaseNumber) -> None:
        """Link a case."""
        actor = require_staff(interaction)
        await wait_for_answer(interaction)
        found = await self._services.causes.link(cause, case, actor)
        t = reader(interaction)
        await say(interaction, t("Cases linked to cause {cause}: {count}", cause=cause, count=found.cases))

    @app_commands.command(name=mark("fixed"), description=mark("Mark a cause fixed and tell who agreed to hear of it"))
    @app_commands.describe(cause=mark("Number of the cause"))
    @app_commands.rename(cause=mark("cause"))
    async def fixed(self, interaction: AnyInteraction, cause: CauseNumber) -> None:
        """Close the loop."""
        actor = require_staff(interaction)
        await wait_for_answer(interaction)
        told = await self._services.causes.fix(cause, actor)
        words = reader(interaction)(
            "Cause {cause} is fixed. People told: {told}; not told, without consent or out of reach: {silent}.",
            cause=cause,
            told=told.told,
            silent=told.silent,
        )
        await say(interaction, words)

    @link.autocomplete("cause")
    @fixed.autocomplete("cause")
    async def suggest_causes(self, interaction: AnyInteraction, current: str | int) -> list[app_commands.Choice[int]]:
        """Offer the causes that are not fixed, to staff only."""
        if not acts_as_staff(interaction):
            return []
        return await _open_causes(self._services, str(current))

    @link.autocomplete("case")
    async def suggest_cases(self, interaction: AnyInteraction, current: str | int) -> list[app_commands.Choice[int]]:
        """Offer the cases that are not closed, to staff only."""
        return await case_choices(self._services, interaction, current)


@in_time_or_none
async def _open_causes(services: Services, typed: str) -> list[app_commands.Choice[int]]:
    """Return causes that are not fixed and whose number or title holds what was typed."""
    causes, _ = await services.causes.find(limit=CAUSES_OFFERED)
    names = [(cause.id, f"{cause.id} · {cause.title}") for cause in causes if cause.fixed_at is None]
    fitting = [(number, name) for number, name in names if typed.strip().casefold() in name.casefold()]
    return [app_commands.Choice(name=plain(name, CHOICE_LIMIT), value=number) for number, name in fitting][
        :MOST_CHOICES
    ]


def _line(cause: Cause, t: Translate) -> str:
    parts = [f"**{cause.id}** {safe(cause.title, 160)}", t("cases: {count}", count=cause.cases)]
    if cause.fixed_at is not None:
        parts.append(t("fixed {when}", when=when(cause.fixed_at)))
    return " · ".join(parts)
