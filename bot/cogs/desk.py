"""`/queue`, `/stats`, `/duty` and `/sla`: the desk as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.case_choices import brand_choices, may_choose
from bot.cogs.case_filter import SEVERITY_CHOICES
from bot.context import AnyInteraction, is_manager, reader, require_manager, require_staff
from bot.services import Services
from bot.views.answering import say, wait_for_answer
from bot.views.csat import csat_lines
from bot.views.queue import QueueBoard, board_link, duty_changed
from bot.views.text import safe
from core.errors import NotAllowedError
from core.text import Translate, mark
from core.types.case import Severity
from engagement.desk.clock import SlaClock
from engagement.desk.stats import DeskStats, read_stats
from engagement.desk.view import DISMISSALS, SEVERITIES
from engagement.desk.watch import MOST_MINUTES

MOST_PEOPLE = 10


class DeskCog(commands.Cog):
    """The queue and its figures."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(
        name=mark("queue"), description=mark("Show the queue; keep a live board in the staff channel")
    )
    @app_commands.describe(repost=mark("Post the live board anew at the end of the staff channel"))
    @app_commands.rename(repost=mark("repost"))
    @app_commands.default_permissions(manage_messages=True)
    @app_commands.guild_only()
    async def queue(self, interaction: AnyInteraction, repost: bool = False) -> None:
        """Show the board as it is now; the live one is posted where there is none yet."""
        require_staff(interaction)
        await wait_for_answer(interaction)
        watch, t = self._services.watch, reader(interaction)
        board = await watch.board()
        posting = repost or board is None
        if posting:
            await watch.post_board()
        await say(interaction, view=QueueBoard(await watch.queue(), t))
        link = None if posting or board is None else board_link(board)
        if posting:
            await say(interaction, t("The live board is on its way to the staff channel."))
        elif link is not None:
            await say(interaction, t("The live board: {link}", link=link))

    @app_commands.command(name=mark("stats"), description=mark("How the desk did: first response, resolution, people"))
    @app_commands.describe(days=mark("Of how many days back"), brand=mark("Only this brand"))
    @app_commands.rename(days=mark("days"), brand=mark("brand"))
    @app_commands.default_permissions(manage_messages=True)
    @app_commands.guild_only()
    async def stats(
        self,
        interaction: AnyInteraction,
        days: app_commands.Range[int, 1, 90] = 7,
        brand: app_commands.Range[str, 1, 80] | None = None,
    ) -> None:
        """Show the figures."""
        require_staff(interaction)
        await wait_for_answer(interaction)
        found = await read_stats(self._services.store, self._services.clock, days=days, brand=brand)
        money = self._services.pledges.money(found.goodwill)
        csat, t = await self._services.surveys.counts(days=days, brand=brand), reader(interaction)
        await say(interaction, "\n".join([*stats_lines(found, money, days, brand, t), *csat_lines(csat, t)]))

    @stats.autocomplete("brand")
    async def suggest_brands(self, interaction: AnyInteraction, current: str) -> list[app_commands.Choice[str]]:
        """Offer the brands."""
        return await brand_choices(self._services, current) if may_choose(self._services, interaction) else []


@app_commands.default_permissions(manage_messages=True)
@app_commands.guild_only()
class DutyCog(commands.GroupCog, group_name=mark("duty"), group_description=mark("Who is on duty")):
    """On and off duty."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(name=mark("on"), description=mark("Go on duty: new cases may be given to you"))
    async def go_on(self, interaction: AnyInteraction) -> None:
        """Go on duty."""
        actor = require_staff(interaction)
        await wait_for_answer(interaction)
        await say(interaction, await duty_changed(interaction, actor, on=True))

    @app_commands.command(name=mark("off"), description=mark("Go off duty"))
    @app_commands.describe(person=mark("Somebody else; only managers may send others"))
    @app_commands.rename(person=mark("person"))
    async def go_off(self, interaction: AnyInteraction, person: discord.User | None = None) -> None:
        """Go off duty, or send somebody who forgot to."""
        actor = require_staff(interaction)
        if person is not None and str(person.id) != actor and not is_manager(interaction):
            raise NotAllowedError(mark("Only members who may manage the server can do this."))
        await wait_for_answer(interaction)
        await say(interaction, await duty_changed(interaction, actor if person is None else str(person.id), on=False))

    @app_commands.command(name=mark("list"), description=mark("Show who is on duty, the next in turn first"))
    async def show(self, interaction: AnyInteraction) -> None:
        """List who is on duty."""
        require_staff(interaction)
        await wait_for_answer(interaction)
        t, people = reader(interaction), await self._services.watch.on_duty()
        if not people:
            await say(interaction, t("Nobody is on duty."))
            return
        lines = [
            t(
                "<@{person}> since {when}, cases: {count}",
                person=one.duty.member,
                when=discord.utils.format_dt(one.duty.since, "R"),
                count=one.cases,
            )
            for one in people[:MOST_PEOPLE]
        ]
        await say(interaction, "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1)))


@app_commands.default_permissions(manage_messages=True)
@app_commands.guild_only()
class SlaCog(commands.GroupCog, group_name=mark("sla"), group_description=mark("How fast cases have to be answered")):
    """Targets, live."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(name=mark("show"), description=mark("Show the targets and the business hours"))
    async def show(self, interaction: AnyInteraction) -> None:
        """Show what holds now."""
        require_staff(interaction)
        await wait_for_answer(interaction)
        clock = await self._services.watch.clock()
        await say(interaction, "\n".join(sla_lines(clock, self._services, reader(interaction))))

    @app_commands.command(name=mark("set"), description=mark("Set the targets of a severity, for cases to come"))
    @app_commands.describe(
        severity=mark("How grave it is"),
        first_response=mark("Minutes of business time to the first response"),
        resolution=mark("Minutes of business time to the resolution"),
    )
    @app_commands.rename(
        severity=mark("severity"), first_response=mark("first-response"), resolution=mark("resolution")
    )
    @app_commands.choices(severity=SEVERITY_CHOICES)
    async def set_target(
        self,
        interaction: AnyInteraction,
        severity: str,
        first_response: app_commands.Range[int, 1, MOST_MINUTES] | None = None,
        resolution: app_commands.Range[int, 1, MOST_MINUTES] | None = None,
    ) -> None:
        """Set a target; what is left out stays."""
        require_manager(interaction)
        await wait_for_answer(interaction)
        await self._services.watch.set_target(Severity(severity), first=first_response, resolve=resolution)
        clock = await self._services.watch.clock()
        await say(interaction, "\n".join(sla_lines(clock, self._services, reader(interaction))))


def sla_lines(clock: SlaClock, services: Services, t: Translate) -> Iterator[str]:
    """Yield the targets and the business hours as lines."""
    yield f"### {t('Targets')}"
    for target in clock.targets:
        first = span(timedelta(minutes=target.first_minutes), t)
        resolve = span(timedelta(minutes=target.resolve_minutes), t)
        words = t("first response {first}, resolution {resolve}", first=first, resolve=resolve)
        yield f"- **{t(SEVERITIES[target.severity])}**: {words}"
    hours, section = clock.hours, services.settings.sla
    if section.hours is None:
        yield t("The clocks always run: no business hours are set.")
    else:
        for day, spans in section.hours.items():
            named = ", ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in spans) or "–"
            yield f"- {t(WEEKDAYS[day])}: {named}"
    if section.holidays:
        yield t("Holidays: {days}", days=", ".join(day.isoformat() for day in section.holidays[:20]))
    now = services.clock.now()
    open_now = t("the clocks run now") if hours.is_open(now) else t("the clocks stand still now")
    yield t("Time zone: {zone}", zone=hours.zone.key) + f" · {open_now}"
    yield t("Reminder at {percent} % of the time.", percent=section.remind_percent)


WEEKDAYS = {
    "mon": mark("Monday"),
    "tue": mark("Tuesday"),
    "wed": mark("Wednesday"),
    "thu": mark("Thursday"),
    "fri": mark("Friday"),
    "sat": mark("Saturday"),
    "sun": mark("Sunday"),
}


def span(amount: timedelta | None, t: Translate) -> str:
    """Return a length of time in at most two units, rounded to minutes."""
    if amount is None:
        return "–"
    minutes = round(amount / timedelta(minutes=1))
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return t("{days} d {hours} h", days=days, hours=hours) if hours else t("{days} d", days=days)
    if hours:
        return t("{hours} h {minutes} min", hours=hours, minutes=rest) if rest else t("{hours} h", hours=hours)
    return t("{minutes} min", minutes=minutes)


def stats_lines(found: DeskStats, money: str, days: int, brand: str | None, t: Translate) -> Iterator[str]:
    """Yield the figures of a span as lines."""
    title = t("The desk in the last {days} days", days=days)
    yield f"### {title}" + ("" if brand is None else f" · {safe(brand, 100)}")
    if found.cut:
        yield "**" + t("Only {count} cases of this span are counted; choose fewer days.", count=found.opened) + "**"
    yield t(
        "Cases opened: {opened}, resolved: {resolved}, dismissed: {dismissed}, not closed: {open}",
        opened=found.opened,
        resolved=found.resolved,
        dismissed=found.dismissed,
        open=found.open,
    )
    yield t(
        "First response: {median} (median), in time: {good}, late: {late}",
        median=span(found.first_response, t),
        good=found.answered_in_time,
        late=found.answered_late,
    )
    yield t(
        "Resolution: {median} (median), in time: {good}, late: {late}",
        median=span(found.resolution, t),
        good=found.resolved_in_time,
        late=found.resolved_late,
    )
    if found.dismissals:
        named = ", ".join(f"{t(DISMISSALS[why])} {count}" for why, count in found.dismissals)
        yield t("Dismissed as: {reasons}", reasons=named)
    if found.promises and brand is None:
        yield t(
            "Promises: {count}, kept: {kept}, broken: {broken}",
            count=found.promises,
            kept=found.promises_kept,
            broken=found.promises_broken,
        )
    if found.goodwill and brand is None:
        yield t("Goodwill: {amount}", amount=money)
    for one in found.members[:MOST_PEOPLE]:
        yield "- " + t(
            "<@{person}>: held {held}, resolved {resolved}, first response {median}",
            person=one.member,
            held=one.held,
            resolved=one.resolved,
            median=span(one.first_response, t),
        )
