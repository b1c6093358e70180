"""`/case note|tag|promise|goodwill`: what staff keep beside a case."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.case_choices import CaseNumber, case_choices, may_choose, tag_choices
from bot.context import AnyInteraction, reader, require_staff
from bot.services import Services
from bot.views import more
from bot.views.answering import say, wait_for_answer
from bot.views.pledges import GoodwillList, PromiseList
from bot.views.text import safe
from core.errors import InputError
from core.text import mark
from core.types.case import CaseState
from core.types.deskwork import GoodwillState
from engagement.desk.care import TAG_LIMIT
from engagement.desk.moments import moment_of
from engagement.desk.pledges import PLEDGE_LIMIT

LARGEST_AMOUNT = 1_000_000_000
"""Keeps amounts within what people can mean, and within what Discord lets them type."""


class CaseWorkCommands(commands.Cog):
    """Part of `/case`; the cog that it is mixed into has the services."""

    _services: Services

    @app_commands.command(name=mark("note"), description=mark("Write an internal note on a case"))
    @app_commands.describe(case=mark("Number of the case"), text=mark("Only staff read it; leave it out for a window"))
    @app_commands.rename(case=mark("case"), text=mark("text"))
    async def note(
        self,
        interaction: AnyInteraction,
        case: CaseNumber,
        text: app_commands.Range[str, 1, more.NOTE_LIMIT] | None = None,
    ) -> None:
        """Note something, in a modal unless the text is given."""
        actor = require_staff(interaction)
        if text is None:
            await interaction.response.send_modal(more.note_modal(case, reader(interaction)))
            return
        await wait_for_answer(interaction)
        await more.note(interaction, actor, case, text)

    @app_commands.command(name=mark("tag"), description=mark("Put a tag on a case, or take it off"))
    @app_commands.describe(
        case=mark("Number of the case"), tag=mark("A word or two"), remove=mark("Take it off instead")
    )
    @app_commands.rename(case=mark("case"), tag=mark("tag"), remove=mark("remove"))
    async def tag(
        self,
        interaction: AnyInteraction,
        case: CaseNumber,
        tag: app_commands.Range[str, 1, TAG_LIMIT],
        remove: bool = False,
    ) -> None:
        """Tag or untag a case."""
        actor = require_staff(interaction)
        await wait_for_answer(interaction)
        care, t = self._services.care, reader(interaction)
        tags = await (care.untag(case, actor, tag) if remove else care.tag(case, actor, tag))
        shown = ", ".join(safe(one, TAG_LIMIT * 2) for one in tags) or "–"
        await say(interaction, t("Tags of case {case}: {tags}", case=case, tags=shown))

    @app_commands.command(
        name=mark("promise"), description=mark("Record what was promised and until when, or show the promises")
    )
    @app_commands.describe(
        case=mark("Number of the case"),
        text=mark("What was promised; leave it out to see the promises"),
        due=mark("4h, 2d, 15:00, tomorrow, friday 09:00, 2026-11-20 15:00"),
    )
    @app_commands.rename(case=mark("case"), text=mark("text"), due=mark("due"))
    async def promise(
        self,
        interaction: AnyInteraction,
        case: CaseNumber,
        text: app_commands.Range[str, 1, PLEDGE_LIMIT] | None = None,
        due: app_commands.Range[str, 1, 40] | None = None,
    ) -> None:
        """Make a promise, or list those there are with their buttons."""
        actor = require_staff(interaction)
        if (text is None) != (due is None):
            raise InputError(mark("A promise needs its words and its due date."))
        await wait_for_answer(interaction)
        pledges, t = self._services.pledges, reader(interaction)
        if text is None or due is None:
            await self._services.desk.trail(case)
            await say(interaction, view=PromiseList(case, await pledges.promises(case), t))
            return
        moment = moment_of(due, self._services.clock.now(), self._services.settings.zone)
        await pledges.promise(case, actor, text, moment)
        at = discord.utils.format_dt(moment, "f")
        await say(interaction, t("Noted: promised in case {case} until {when}.", case=case, when=at))

    @app_commands.command(
        name=mark("goodwill"), description=mark("Propose goodwill for a case, or show and decide what is proposed")
    )
    @app_commands.describe(
        case=mark("Number of the case"),
        amount=mark("How much; leave it out to see the offers"),
        text=mark("What is offered, and why"),
    )
    @app_commands.rename(case=mark("case"), amount=mark("amount"), text=mark("text"))
    async def goodwill(
        self,
        interaction: AnyInteraction,
        case: CaseNumber,
        amount: app_commands.Range[int, 1, LARGEST_AMOUNT] | None = None,
        text: app_commands.Range[str, 1, PLEDGE_LIMIT] | None = None,
    ) -> None:
        """Propose goodwill, or list the offers with their buttons."""
        actor = require_staff(interaction)
        if (amount is None) != (text is None):
            raise InputError(mark("Goodwill needs an amount and its words."))
        await wait_for_answer(interaction)
        pledges, t = self._services.pledges, reader(interaction)
        if amount is None or text is None:
            await self._services.desk.trail(case)
            await say(interaction, view=GoodwillList(case, await pledges.offers(case), pledges, t))
            return
        made = await pledges.offer(case, actor, amount, text)
        given = {"amount": pledges.money(amount), "case": case}
        if made.state is GoodwillState.APPROVED:
            await say(interaction, t("{amount} for case {case}: approved.", **given))
        else:
            await say(interaction, t("{amount} for case {case}: a second person has to approve it.", **given))

    @note.autocomplete("case")
    @tag.autocomplete("case")
    @promise.autocomplete("case")
    @goodwill.autocomplete("case")
    async def suggest_any(self, interaction: AnyInteraction, current: str | int) -> list[app_commands.Choice[int]]:
        """Offer cases, those that are not closed first."""
        return await case_choices(self._services, interaction, current, tuple(CaseState))

    @tag.autocomplete("tag")
    async def suggest_tags(self, interaction: AnyInteraction, current: str) -> list[app_commands.Choice[str]]:
        """Offer tags in use."""
        if not may_choose(self._services, interaction):
            return []
        return await tag_choices(self._services, current)
