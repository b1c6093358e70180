"""`/case`: the queue by command; the buttons of the cards do the same."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.context import AnyInteraction, is_staff, reader, require_staff
from bot.services import Services
from bot.views.answering import say, wait_for_answer
from bot.views.card import CaseCard
from bot.views.lists import Page, pages, show_list, when
from bot.views.reply import reply_modal, send_reply, take_reply
from bot.views.text import CHOICE_LIMIT, CONTENT_LIMIT, plain, safe
from core.text import Translate, mark
from core.types.case import Case, CaseQuery, CaseState
from engagement.desk.view import KINDS, SEVERITIES, STATES

PAGE_SIZE = 10
MOST_CHOICES = 25
"""What Discord shows of an autocomplete."""
LARGEST_ID = 2**53 - 1
"""Largest whole number that Discord lets people type."""
LIVE = (CaseState.OPEN, CaseState.CLAIMED, CaseState.WAITING)

CaseNumber = app_commands.Range[int, 1, LARGEST_ID]


@app_commands.default_permissions(manage_messages=True)
@app_commands.guild_only()
class CaseCog(
    commands.GroupCog, group_name=mark("case"), group_description=mark("Complaints and questions waiting for staff")
):
    """The staff queue."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @commands.Cog.listener("on_interaction")
    async def take_submission(self, interaction: AnyInteraction) -> None:
        """Handle reply modals, also those opened before a restart."""
        await take_reply(interaction)

    @app_commands.command(name=mark("list"), description=mark("List cases, the most pressing first"))
    @app_commands.describe(which=mark("Which cases"), brand=mark("Only this brand"))
    @app_commands.rename(which=mark("which"), brand=mark("brand"))
    @app_commands.choices(
        which=[
            app_commands.Choice(name=mark("not closed"), value="open"),
            app_commands.Choice(name=mark("mine"), value="mine"),
            app_commands.Choice(name=mark("overdue"), value="overdue"),
            app_commands.Choice(name=mark("closed"), value="closed"),
            app_commands.Choice(name=mark("all"), value="all"),
        ]
    )
    async def list_cases(
        self, interaction: AnyInteraction, which: str = "open", brand: app_commands.Range[str, 1, 80] | None = None
    ) -> None:
        """Show a list that pages."""
        require_staff(interaction)
        await wait_for_answer(interaction)

        async def page_of(reading: AnyInteraction, number: int) -> Page:
            actor = require_staff(reading)
            return await self._page(self._query(which, brand, actor), number, reader(reading))

        await show_list(interaction, page_of)

    def _query(self, which: str, brand: str | None, actor: str) -> CaseQuery:
        if which == "mine":
            return CaseQuery(states=LIVE, claimed_by=actor, brand=brand)
        if which == "overdue":
            return CaseQuery(states=LIVE, overdue_at=self._services.clock.now(), brand=brand)
        if which == "closed":
            return CaseQuery(states=(CaseState.RESOLVED, CaseState.DISMISSED), brand=brand)
        return CaseQuery(states=None if which == "all" else LIVE, brand=brand)

    async def _page(self, query: CaseQuery, number: int, t: Translate) -> Page:
        async with self._services.store.read() as unit:
            total = await unit.cases.count(query)
            number = min(number, max(pages(total, PAGE_SIZE) - 1, 0))
            cases = await unit.cases.find(query, limit=PAGE_SIZE, offset=number * PAGE_SIZE)
        title = t("Cases: {count}", count=total)
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
    @app_commands.describe(case=mark("Number of the case"), text=mark("Your reply; leave it out for a window"))
    @app_commands.rename(case=mark("case"), text=mark("text"))
    async def reply(
        self,
        interaction: AnyInteraction,
        case: CaseNumber,
        text: app_commands.Range[str, 1, CONTENT_LIMIT] | None = None,
    ) -> None:
        """Reply to a case, in a modal unless the text is given."""
        actor = require_staff(interaction)
        if text is None:
            await interaction.response.send_modal(reply_modal(case, reader(interaction)))
            return
        await wait_for_answer(interaction)
        await send_reply(interaction, case, actor, text)

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
        if not is_staff(interaction.user, interaction.permissions, self._services.settings.discord):
            return []
        typed, t = str(current).strip(), reader(interaction)
        async with self._services.store.read() as unit:
            cases = await unit.cases.find(CaseQuery(states=LIVE), limit=200)
        fitting = [case for case in cases if typed in str(case.id)]
        return [app_commands.Choice(name=_choice(case, t), value=case.id) for case in fitting[:MOST_CHOICES]]

    @list_cases.autocomplete("brand")
    async def suggest_brands(self, interaction: AnyInteraction, current: str) -> list[app_commands.Choice[str]]:
        """Offer the brands, to staff only."""
        if not is_staff(interaction.user, interaction.permissions, self._services.settings.discord):
            return []
        return await brand_choices(self._services, current)


async def brand_choices(services: Services, typed: str) -> list[app_commands.Choice[str]]:
    """Return brands whose name holds what was typed."""
    brands = await services.brands.all()
    fitting = [brand.name for brand in brands if typed.casefold().strip() in brand.name.casefold()]
    return [app_commands.Choice(name=plain(name, CHOICE_LIMIT), value=name[:CHOICE_LIMIT]) for name in fitting][
        :MOST_CHOICES
    ]


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


def _choice(case: Case, t: Translate) -> str:
    parts = (str(case.id), t(SEVERITIES[case.severity]), t(KINDS[case.kind]), case.brand)
    return plain(" · ".join(parts), CHOICE_LIMIT)
