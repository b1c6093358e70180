"""`/case …`: who has a case, how grave it is, and whether it is in the way; its trail, and the queue as a file."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.case_choices import CaseNumber, brand_choices, case_choices, may_choose, tag_choices
from bot.cogs.case_filter import CLOSED, SEVERITY_CHOICES, WHICH_CHOICES, CaseFilter
from bot.context import AnyInteraction, require_staff
from bot.services import Services
from bot.views import more
from bot.views.answering import wait_for_answer
from bot.views.history import show_history
from bot.views.lists import say_file
from core.text import mark
from core.types.case import CaseState, Dismissal, Severity
from engagement.desk.care import TAG_LIMIT
from engagement.desk.export import export_cases

_SNOOZES = ("1h", "4h", "1d", "1w", "15:00", "tomorrow", "friday", "friday 09:00")


class CaseStateCommands(commands.Cog):
    """Part of `/case`; the cog that it is mixed into has the services."""

    _services: Services

    @app_commands.command(name=mark("assign"), description=mark("Give a case to somebody, or to the next on duty"))
    @app_commands.describe(
        case=mark("Number of the case"), person=mark("Who takes it; leave it out for the next on duty")
    )
    @app_commands.rename(case=mark("case"), person=mark("person"))
    async def assign(self, interaction: AnyInteraction, case: CaseNumber, person: discord.Member | None = None) -> None:
        """Assign a case."""
        actor = require_staff(interaction)
        await more.assign(interaction, actor, case, person)

    @app_commands.command(name=mark("unclaim"), description=mark("Give a case back to the queue"))
    @app_commands.describe(case=mark("Number of the case"))
    @app_commands.rename(case=mark("case"))
    async def unclaim(self, interaction: AnyInteraction, case: CaseNumber) -> None:
        """Give a case back."""
        actor = require_staff(interaction)
        await more.unclaim(interaction, actor, case)

    @app_commands.command(name=mark("snooze"), description=mark("Put a case out of the way for a while"))
    @app_commands.describe(
        case=mark("Number of the case"), until=mark("4h, 2d, 15:00, tomorrow, friday 09:00, 2026-11-20 15:00")
    )
    @app_commands.rename(case=mark("case"), until=mark("until"))
    async def snooze(
        self, interaction: AnyInteraction, case: CaseNumber, until: app_commands.Range[str, 1, 40]
    ) -> None:
        """Snooze a case."""
        actor = require_staff(interaction)
        await wait_for_answer(interaction)
        await more.snooze(interaction, actor, case, until)

    @app_commands.command(name=mark("dismiss"), description=mark("Close a case that is none"))
    @app_commands.describe(
        case=mark("Number of the case"), reason=mark("Why it is none"), comment=mark("Anything to add")
    )
    @app_commands.rename(case=mark("case"), reason=mark("reason"), comment=mark("comment"))
    @app_commands.choices(
        reason=[
            app_commands.Choice(name=mark("not a complaint"), value=Dismissal.NOT_A_COMPLAINT.value),
            app_commands.Choice(name=mark("spam"), value=Dismissal.SPAM.value),
            app_commands.Choice(name=mark("a duplicate"), value=Dismissal.DUPLICATE.value),
            app_commands.Choice(name=mark("the wrong brand"), value=Dismissal.WRONG_BRAND.value),
        ]
    )
    async def dismiss(
        self,
        interaction: AnyInteraction,
        case: CaseNumber,
        reason: str,
        comment: app_commands.Range[str, 1, 300] | None = None,
    ) -> None:
        """Dismiss a case."""
        actor = require_staff(interaction)
        await wait_for_answer(interaction)
        await more.dismiss(interaction, actor, case, Dismissal(reason), comment or "")

    @app_commands.command(name=mark("reopen"), description=mark("Open a closed case again"))
    @app_commands.describe(case=mark("Number of the case"), reason=mark("Why it is open again"))
    @app_commands.rename(case=mark("case"), reason=mark("reason"))
    async def reopen(
        self, interaction: AnyInteraction, case: CaseNumber, reason: app_commands.Range[str, 1, 300] | None = None
    ) -> None:
        """Reopen a case."""
        actor = require_staff(interaction)
        await more.reopen(interaction, actor, case, reason or "")

    @app_commands.command(name=mark("severity"), description=mark("Set how grave a case is; its due times follow"))
    @app_commands.describe(case=mark("Number of the case"), severity=mark("How grave it is"))
    @app_commands.rename(case=mark("case"), severity=mark("severity"))
    @app_commands.choices(severity=SEVERITY_CHOICES)
    async def severity(self, interaction: AnyInteraction, case: CaseNumber, severity: str) -> None:
        """Set the severity."""
        actor = require_staff(interaction)
        await wait_for_answer(interaction)
        await more.prioritise(interaction, actor, case, Severity(severity))

    @app_commands.command(name=mark("trail"), description=mark("Show who did what with a case, notes included"))
    @app_commands.describe(case=mark("Number of the case"))
    @app_commands.rename(case=mark("case"))
    async def trail(self, interaction: AnyInteraction, case: CaseNumber) -> None:
        """Show the history."""
        require_staff(interaction)
        await wait_for_answer(interaction)
        await show_history(interaction, case)

    @app_commands.command(name=mark("export"), description=mark("Get cases as a CSV file"))
    @app_commands.describe(
        which=mark("Which cases"),
        brand=mark("Only this brand"),
        tag=mark("Only with this tag"),
        severity=mark("Only this severity"),
    )
    @app_commands.rename(which=mark("which"), brand=mark("brand"), tag=mark("tag"), severity=mark("severity"))
    @app_commands.choices(which=WHICH_CHOICES, severity=SEVERITY_CHOICES)
    async def export(
        self,
        interaction: AnyInteraction,
        which: str = "all",
        brand: app_commands.Range[str, 1, 80] | None = None,
        tag: app_commands.Range[str, 1, TAG_LIMIT] | None = None,
        severity: str | None = None,
    ) -> None:
        """Attach a CSV file that only the person who asked sees."""
        actor = require_staff(interaction)
        await wait_for_answer(interaction)
        query = CaseFilter(which, brand, tag, severity).query(actor, self._services.clock.now())
        await say_file(interaction, await export_cases(self._services.store, query))

    @assign.autocomplete("case")
    @unclaim.autocomplete("case")
    @snooze.autocomplete("case")
    @dismiss.autocomplete("case")
    @severity.autocomplete("case")
    async def suggest_running(self, interaction: AnyInteraction, current: str | int) -> list[app_commands.Choice[int]]:
        """Offer the cases that are not closed."""
        return await case_choices(self._services, interaction, current)

    @reopen.autocomplete("case")
    async def suggest_closed(self, interaction: AnyInteraction, current: str | int) -> list[app_commands.Choice[int]]:
        """Offer the cases that are closed, the newest first."""
        return await case_choices(self._services, interaction, current, CLOSED)

    @trail.autocomplete("case")
    async def suggest_all(self, interaction: AnyInteraction, current: str | int) -> list[app_commands.Choice[int]]:
        """Offer all cases."""
        return await case_choices(self._services, interaction, current, tuple(CaseState))

    @snooze.autocomplete("until")
    async def suggest_moments(self, _interaction: AnyInteraction, current: str) -> list[app_commands.Choice[str]]:
        """Offer moments as they can be typed."""
        typed = current.casefold().strip()
        return [app_commands.Choice(name=one, value=one) for one in _SNOOZES if typed in one]

    @export.autocomplete("brand")
    async def suggest_export_brands(self, interaction: AnyInteraction, current: str) -> list[app_commands.Choice[str]]:
        """Offer the brands."""
        return await brand_choices(self._services, current) if may_choose(self._services, interaction) else []

    @export.autocomplete("tag")
    async def suggest_export_tags(self, interaction: AnyInteraction, current: str) -> list[app_commands.Choice[str]]:
        """Offer tags in use, to staff only."""
        return await tag_choices(self._services, current) if may_choose(self._services, interaction) else []
