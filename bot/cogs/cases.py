"""`/case`: the queue by command; the buttons of the cards do the same."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.case_choices import (
    LARGEST_ID,
    LIVE,
    MOST_CHOICES,
    CaseNumber,
    brand_choices,
    case_choices,
    may_choose,
    post_choices,
    tag_choices,
)
from bot.cogs.case_filter import SEVERITY_CHOICES, WHICH_CHOICES, CaseFilter
from bot.cogs.case_states import CaseStateCommands
from bot.cogs.case_work import CaseWorkCommands
from bot.cogs.template_choices import template_choices
from bot.context import AnyInteraction, reader, require_staff
from bot.services import Services
from bot.views.answering import say, wait_for_answer
from bot.views.card import CaseCard
from bot.views.lists import Page, counted, pages, show_list, when
from bot.views.more import take_note
from bot.views.reply import reply_modal, send_reply, take_reply
from bot.views.text import CONTENT_LIMIT, safe
from core.ports.storing import MOST_COUNTED
from core.text import Translate, mark
from core.types.case import Case, CaseQuery, CaseState
from engagement.desk.care import TAG_LIMIT
from engagement.desk.export import ListFile, export_cases
from engagement.desk.view import KINDS, SEVERITIES, STATES

PAGE_SIZE = 10
__all__ = ["LARGEST_ID", "LIVE", "MOST_CHOICES", "CaseCog", "CaseNumber", "brand_choices", "case_line"]


@app_commands.default_permissions(manage_messages=True)
@app_commands.guild_only()
class CaseCog(
    CaseStateCommands,
    CaseWorkCommands,
    commands.GroupCog,
    group_name=mark("case"),
    group_description=mark("Complaints and questions waiting for staff"),
):
    """The staff queue."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @commands.Cog.listener("on_interaction")
    async def take_submission(self, interaction: AnyInteraction) -> None:
        """Handle reply and note modals, also those opened before a restart."""
        await take_reply(interaction)
        await take_note(interaction)

    @app_commands.command(name=mark("list"), description=mark("List cases, the most pressing first"))
    @app_commands.describe(
        which=mark("Which cases"),
        brand=mark("Only this brand"),
        tag=mark("Only with this tag"),
        severity=mark("Only this severity"),
        person=mark("Only those this person has"),
    )
    @app_commands.rename(
        which=mark("which"), brand=mark("brand"), tag=mark("tag"), severity=mark("severity"), person=mark("person")
    )
    @app_commands.choices(which=WHICH_CHOICES, severity=SEVERITY_CHOICES)
    async def list_cases(
        self,
        interaction: AnyInteraction,
        which: str = "open",
        brand: app_commands.Range[str, 1, 80] | None = None,
        tag: app_commands.Range[str, 1, TAG_LIMIT] | None = None,
        severity: str | None = None,
        person: discord.User | None = None,
    ) -> None:
        """Show a list that pages, and that can be had as a file."""
        require_staff(interaction)
        await wait_for_answer(interaction)
        chosen = CaseFilter(which, brand, tag, severity, None if person is None else str(person.id))

        def query(reading: AnyInteraction) -> CaseQuery:
            return chosen.query(require_staff(reading), self._services.clock.now())

        async def page_of(reading: AnyInteraction, number: int) -> Page:
            return await self._page(query(reading), number, reader(reading))

        async def file_of(reading: AnyInteraction) -> ListFile:
            return await export_cases(self._services.store, query(reading))

        await show_list(interaction, page_of, file_of)

    async def _page(self, query: CaseQuery, number: int, t: Translate) -> Page:
        async with self._services.store.read() as unit:
            total = await unit.cases.count(query, most=MOST_COUNTED)
            number = min(number, max(pages(total, PAGE_SIZE) - 1, 0))
            cases = await unit.cases.find(query, limit=PAGE_SIZE, offset=number * PAGE_SIZE)
        title = t("Cases: {count}", count=counted(total))
        return Page(title, [case_line(case, t) for case in cases], number, pages(total, PAGE_SIZE))

    @app_commands.command(name=mark("view"), description=mark("Show one case with its post"))
    @app_commands.describe(case=mark("Number of the case"))
    @app_commands.rename(case=mark("case"))
    async def view(self, interaction: AnyInteraction, case: CaseNumber) -> None:
        """Show the card of a case, with its buttons."""
        require_staff(interaction)
        await wait_for_answer(interaction)
        found = await self._services.desk.view(case)
        await say(interaction, view=CaseCard(found, reader(interaction)))

    @app_commands.command(name=mark("claim"), description=mark("Take a case: you answer it"))
    @app_commands.describe(case=mark("Number of the case"))
    @app_commands.rename(case=mark("case"))
    async def claim(self, interaction: AnyInteraction, case: CaseNumber) -> None:
        """Claim a case."""
        actor = require_staff(interaction)
        await wait_for_answer(interaction)
        await self._services.desk.claim(case, actor)
        await say(interaction, reader(interaction)("Case {case} is yours now.", case=case))

    @app_commands.command(name=mark("reply"), description=mark("Answer the post of a case, publicly"))
    @app_commands.describe(
        case=mark("Number of the case"),
        text=mark("Your reply; leave it out for a window"),
        template=mark("A canned reply; you see it filled in before it is sent"),
        post=mark("Which post of the case; leave it out for the one on the card"),
    )
    @app_commands.rename(case=mark("case"), text=mark("text"), template=mark("template"), post=mark("post"))
    async def reply(
        self,
        interaction: AnyInteraction,
        case: CaseNumber,
        text: app_commands.Range[str, 1, CONTENT_LIMIT] | None = None,
        template: int | None = None,
        post: CaseNumber | None = None,
    ) -> None:
        """Reply to a case, in a modal unless a text or a canned reply is given."""
        actor = require_staff(interaction)
        if text is None and template is None:
            modal = reply_modal(case, reader(interaction), self._services.templates.shelf, post=post)
            await interaction.response.send_modal(modal)
            return
        await wait_for_answer(interaction)
        await send_reply(interaction, case, actor, text or "", template_id=template, post=post)

    @app_commands.command(name=mark("resolve"), description=mark("Close a case"))
    @app_commands.describe(case=mark("Number of the case"), reason=mark("How it ended"))
    @app_commands.rename(case=mark("case"), reason=mark("reason"))
    async def resolve(
        self, interaction: AnyInteraction, case: CaseNumber, reason: app_commands.Range[str, 1, 300] | None = None
    ) -> None:
        """Resolve a case."""
        actor = require_staff(interaction)
        await wait_for_answer(interaction)
        await self._services.desk.resolve(case, actor, reason or "")
        await say(interaction, reader(interaction)("Case {case} is resolved.", case=case))

    @view.autocomplete("case")
    @claim.autocomplete("case")
    @reply.autocomplete("case")
    @resolve.autocomplete("case")
    async def suggest_cases(self, interaction: AnyInteraction, current: str | int) -> list[app_commands.Choice[int]]:
        """Offer the cases that are not closed, to staff only."""
        return await case_choices(self._services, interaction, current)

    @reply.autocomplete("post")
    async def suggest_posts(self, interaction: AnyInteraction, current: str | int) -> list[app_commands.Choice[int]]:
        """Offer the posts of the case that was typed, to staff only."""
        return await post_choices(self._services, interaction, current)

    @reply.autocomplete("template")
    async def suggest_templates(
        self, interaction: AnyInteraction, current: str | int
    ) -> list[app_commands.Choice[int]]:
        """Offer canned replies, to staff only."""
        return template_choices(self._services, interaction, str(current))

    @list_cases.autocomplete("brand")
    async def suggest_brands(self, interaction: AnyInteraction, current: str) -> list[app_commands.Choice[str]]:
        """Offer the brands, to staff only."""
        return await brand_choices(self._services, current) if may_choose(self._services, interaction) else []

    @list_cases.autocomplete("tag")
    async def suggest_list_tags(self, interaction: AnyInteraction, current: str) -> list[app_commands.Choice[str]]:
        """Offer tags in use, to staff only."""
        if not may_choose(self._services, interaction):
            return []
        return await tag_choices(self._services, current)


def case_line(case: Case, t: Translate) -> str:
    """Return a case as one line of a list."""
    parts = [
        f"**{case.id}**",
        t(SEVERITIES[case.severity]),
        t(KINDS[case.kind]),
        safe(case.brand, 40),
        t(STATES[case.state]),
    ]
    if case.answered_at is None and case.state in (CaseState.OPEN, CaseState.CLAIMED):
        parts.append(t("due {when}", when=when(case.due_at)))
    if case.claimed_by is not None:
        parts.append(f"<@{case.claimed_by}>")
    return " · ".join(parts)
