"""`/setup`: channels, roles and language by choice, and crisis mode."""

from __future__ import annotations

from collections.abc import Iterator

from discord import app_commands
from discord.ext import commands

from bot.automod import NAMES, SwitchedOn, switch_on
from bot.cogs.case_choices import MOST_CHOICES
from bot.context import AnyInteraction, acts_as_staff, live_roles, reader, require_guild_manager, require_manager
from bot.services import Services
from bot.views.answering import say, wait_for_answer
from bot.views.setup import setup_view
from bot.zone import COMMON_ZONES, all_zones
from core.errors import InputError
from core.text import Translate, mark

LONGEST_ZONE = 60


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class SetupCog(commands.GroupCog, group_name=mark("setup"), group_description=mark("Set the bot up on this server")):
    """What those who manage the server set live."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(name=mark("guide"), description=mark("Choose channels, roles and the language"))
    async def guide(self, interaction: AnyInteraction) -> None:
        """Show what is set, with the choices."""
        require_guild_manager(interaction)
        await say(interaction, view=setup_view(interaction))

    @app_commands.command(name=mark("timezone"), description=mark("Set the time zone of weeks, days and hours"))
    @app_commands.describe(zone=mark("Such as Asia/Seoul; leave it out for that of the configuration"))
    @app_commands.rename(zone=mark("zone"))
    async def timezone(
        self, interaction: AnyInteraction, zone: app_commands.Range[str, 1, LONGEST_ZONE] | None = None
    ) -> None:
        """Store any time zone; the guide offers the common ones."""
        require_manager(interaction)
        if zone is not None and zone not in all_zones():
            raise InputError(mark("There is no such time zone; write one like Asia/Seoul."))
        await wait_for_answer(interaction)
        assert interaction.guild_id is not None
        await self._services.guilds.change(interaction.guild_id, timezone=zone)
        t = reader(interaction)
        named = zone or t("that of the configuration")
        await say(interaction, t("Time zone from the next start on: {zone}.", zone=named))

    @timezone.autocomplete("zone")
    async def suggest_zones(self, interaction: AnyInteraction, current: str) -> list[app_commands.Choice[str]]:
        """Offer time zones whose name holds what was typed, to staff only."""
        if not acts_as_staff(interaction):
            return []
        typed = current.strip().casefold().replace(" ", "_")
        fitting = [zone for zone in all_zones() if typed in zone.casefold()]
        shown = fitting if typed else list(COMMON_ZONES)
        return [app_commands.Choice(name=zone, value=zone) for zone in shown[:MOST_CHOICES]]

    @app_commands.command(
        name=mark("crisis"), description=mark("Crisis mode: a second person has to send every staff reply")
    )
    @app_commands.describe(state=mark("On or off"))
    @app_commands.rename(state=mark("state"))
    @app_commands.choices(
        state=[app_commands.Choice(name=mark("on"), value="on"), app_commands.Choice(name=mark("off"), value="off")]
    )
    async def crisis(self, interaction: AnyInteraction, state: str) -> None:
        """Switch crisis mode."""
        actor = require_manager(interaction)
        await wait_for_answer(interaction)
        on = state == "on"
        await self._services.crisis.turn(on, actor)
        t = reader(interaction)
        words = t("Crisis mode is on: a second person sends every reply.") if on else t("Crisis mode is off.")
        await say(interaction, words)

    @app_commands.command(
        name=mark("automod"), description=mark("Let Discord's own AutoMod hold back spam, mention floods and slurs")
    )
    async def automod(self, interaction: AnyInteraction) -> None:
        """Make the rules of Discord's own filter that are missing here."""
        actor = require_guild_manager(interaction)
        await wait_for_answer(interaction)
        assert interaction.guild is not None
        services, guild = self._services, interaction.guild
        at_home = guild.id == services.settings.discord.home_guild
        chosen = services.guilds.get(guild.id).staff_channel
        alerts = int(chosen) if chosen is not None else services.settings.discord.staff_channel if at_home else None
        exempt = (live_roles(services) or services.settings.discord.staff_roles) if at_home else ()
        words = services.catalogues.for_locale(str(guild.preferred_locale))
        outcome = await switch_on(guild, actor=actor, alerts=alerts, exempt=exempt, t=words)
        await say(interaction, "\n".join(automod_lines(outcome, reader(interaction))))


def automod_lines(outcome: SwitchedOn, t: Translate) -> Iterator[str]:
    """Yield what became of the rules of Discord's own filter."""
    for kind in outcome.made:
        yield t("AutoMod rule switched on: {rule}", rule=t(NAMES[kind]))
    for kind in outcome.there:
        yield t("AutoMod rule left as it is: {rule}", rule=t(NAMES[kind]))
    yield "-# " + t("Change them in Discord: Server Settings, AutoMod.")
