"""`/mod`: warnings, timeouts, the log and appeals. What Discord's own AutoMod does is left to it."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.case_choices import LARGEST_ID, MOST_CHOICES, MOST_LOOKED_AT, in_time_or_none
from bot.context import AnyInteraction, acts_as_staff, reader, require_staff
from bot.services import Services
from bot.views.answering import say, wait_for_answer
from bot.views.lists import Page, counted, pages, show_list
from bot.views.moderation import record_line, take_appeal, take_measure, taken_line
from bot.views.text import CHOICE_LIMIT, plain
from core.errors import InputError
from core.text import Translate, mark
from core.types.moderation import Measure, MeasureKind
from core.types.post import Source
from engagement.desk.export import ListFile, export_measures
from engagement.desk.moderation import LONGEST_APPEAL, LONGEST_REASON, LONGEST_TIMEOUT, MEASURES

PAGE_SIZE = 10
MOST_MINUTES = int(LONGEST_TIMEOUT.total_seconds() // 60)


@app_commands.default_permissions(manage_messages=True)
@app_commands.guild_only()
class ModerationCog(
    commands.GroupCog, group_name=mark("mod"), group_description=mark("Measures against abuse, and appeals")
):
    """Moderation for staff, within the rights Discord gives them."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @commands.Cog.listener("on_interaction")
    async def take_submission(self, interaction: AnyInteraction) -> None:
        """Handle the windows of measures and appeals, also those opened before a restart."""
        await take_measure(interaction)
        await take_appeal(interaction)

    @app_commands.command(name=mark("warn"), description=mark("Warn a member; they are told alone, and may appeal"))
    @app_commands.describe(member=mark("Whom"), reason=mark("Why; the member reads it"))
    @app_commands.rename(member=mark("member"), reason=mark("reason"))
    async def warn(
        self,
        interaction: AnyInteraction,
        member: discord.Member,
        reason: app_commands.Range[str, 1, LONGEST_REASON],
    ) -> None:
        """Warn a member."""
        await self._order(interaction, member, MeasureKind.WARN, reason)

    @app_commands.command(name=mark("timeout"), description=mark("Take a member's voice for a while"))
    @app_commands.describe(
        member=mark("Whom"), minutes=mark("For how many minutes"), reason=mark("Why; the member reads it")
    )
    @app_commands.rename(member=mark("member"), minutes=mark("minutes"), reason=mark("reason"))
    async def timeout(
        self,
        interaction: AnyInteraction,
        member: discord.Member,
        minutes: app_commands.Range[int, 1, MOST_MINUTES],
        reason: app_commands.Range[str, 1, LONGEST_REASON],
    ) -> None:
        """Time a member out."""
        await self._order(interaction, member, MeasureKind.TIMEOUT, reason, minutes)

    @app_commands.command(name=mark("history"), description=mark("Show the moderation log, of all or of one member"))
    @app_commands.describe(member=mark("Only this member"))
    @app_commands.rename(member=mark("member"))
    async def history(self, interaction: AnyInteraction, member: discord.User | None = None) -> None:
        """Show the log; it pages."""
        require_staff(interaction)
        await wait_for_answer(interaction)
        moderation = self._services.moderation
        key = None if member is None else moderation.key(Source.DISCORD, str(member.id))

        async def page_of(reading: AnyInteraction, number: int) -> Page:
            require_staff(reading)
            t = reader(reading)
            records, total = await moderation.history(key, limit=PAGE_SIZE, offset=number * PAGE_SIZE)
            title = t("Measures: {count}", count=counted(total))
            people = await moderation.people(records)
            lines = [record_line(one, t, people.get(one.number)) for one in records]
            return Page(title, lines, number, pages(total, PAGE_SIZE))

        async def file_of(reading: AnyInteraction) -> ListFile:
            require_staff(reading)
            return await export_measures(self._services.store, key)

        await show_list(interaction, page_of, file_of)

    @app_commands.command(name=mark("appeal"), description=mark("Note an appeal for somebody; another one decides"))
    @app_commands.describe(number=mark("Number of the moderation case"), text=mark("What they say"))
    @app_commands.rename(number=mark("number"), text=mark("text"))
    async def appeal(
        self,
        interaction: AnyInteraction,
        number: app_commands.Range[int, 1, LARGEST_ID],
        text: app_commands.Range[str, 1, LONGEST_APPEAL],
    ) -> None:
        """Open an appeal in somebody's name: who was banned has no button to press."""
        require_staff(interaction)
        await wait_for_answer(interaction)
        await self._services.moderation.appeal(number, text)
        t = reader(interaction)
        await say(interaction, t("The appeal against case {number} waits in the staff channel.", number=number))

    @appeal.autocomplete("number")
    async def suggest_measures(self, interaction: AnyInteraction, current: str | int) -> list[app_commands.Choice[int]]:
        """Offer the newest measures against which there is no appeal, to staff only."""
        if not acts_as_staff(interaction):
            return []
        return await _newest(self._services, str(current), reader(interaction))

    async def _order(
        self,
        interaction: AnyInteraction,
        member: discord.Member,
        kind: MeasureKind,
        reason: str,
        minutes: int | None = None,
    ) -> None:
        actor = require_staff(interaction)
        if member.bot:
            raise InputError(mark("That works with messages of people only."))
        await wait_for_answer(interaction)
        moderation = self._services.moderation
        measure = Measure(
            kind=kind,
            source=Source.DISCORD,
            container=str(interaction.channel_id),
            moderator=actor,
            reason=reason,
            guild_id=str(interaction.guild_id),
            member_id=str(member.id),
            member_name=member.name,
            until=None if minutes is None else moderation.end_of(minutes),
        )
        record = await moderation.order(measure)
        await say(interaction, taken_line(record, reader(interaction)))


@in_time_or_none
async def _newest(services: Services, typed: str, t: Translate) -> list[app_commands.Choice[int]]:
    """Return the newest measures nobody appealed against, whose number, kind or reason holds what was typed."""
    records, _ = await services.moderation.history(limit=MOST_LOOKED_AT)
    named = {one.number: f"{one.number} · {t(MEASURES[one.kind])} · {one.reason}" for one in records if not one.appeal}
    fitting = [(number, name) for number, name in named.items() if typed.strip().casefold() in name.casefold()]
    return [app_commands.Choice(name=plain(name, CHOICE_LIMIT), value=number) for number, name in fitting][
        :MOST_CHOICES
    ]
