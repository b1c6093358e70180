"""The guided set-up: one message with the choices, each stored the moment it is made."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Self, TypeVar

import discord
from discord import ui

from bot.context import AnyInteraction, reader, require_guild_manager, require_manager, services_of
from bot.views.answering import answering_failures
from bot.views.text import safe
from bot.zone import COMMON_ZONES
from core.text import Translate
from core.types.member import GuildSettings

ItemT = TypeVar("ItemT", bound=ui.Item[Any])

LANGUAGES = (("en", "English"), ("ko", "한국어"))
"""Languages by their own names: whoever looks for theirs reads it."""
MOST_ROLES = 10
MOST_CHANNELS = 25
"""What Discord lets people choose in one select."""


class SetupView(ui.LayoutView):
    """What is set on this server, and the choices. Staff and their channels are chosen on the home server only."""

    def __init__(self, settings: GuildSettings, t: Translate, *, at_home: bool, timezone: str, crisis: bool) -> None:
        super().__init__(timeout=None)
        self.add_item(ui.TextDisplay("### " + t("Set up this server")))
        if at_home:
            self._choose(t("Staff channel: cards of cases and drafts"), ChannelChoice("staff", settings.staff_channel))
            self._choose(t("Report channel: the weekly report"), ChannelChoice("report", settings.report_channel))
            self._choose(t("Staff roles: whose members handle cases"), RoleChoice(settings.staff_roles))
        self._choose(t("Channels to follow; none: all that everyone can read"), ListenChoice(settings.listen))
        self._choose(t("Language of cards and notices on this server"), LanguageChoice(settings.locale))
        if at_home:
            self._choose(t("Time zone of weeks, days and business hours"), ZoneChoice(settings.timezone))
        notes = []
        if at_home:
            notes.append(t("Time zone now: {zone}. Another one holds from the next start on.", zone=safe(timezone, 60)))
            notes.append(
                t("Crisis mode is on: a second person sends every reply.") if crisis else t("Crisis mode is off.")
            )
        notes.append(t("What is empty here comes from the configuration."))
        self.add_item(ui.TextDisplay("\n".join(f"-# {note}" for note in notes)))

    def _choose(self, said: str, choice: ui.Item[Any]) -> None:
        self.add_item(ui.TextDisplay(said))
        self.add_item(ui.ActionRow(choice))


class SetupChoice(ui.DynamicItem[ItemT], template=r"setup:none"):
    """Base of the choices: each stores what was chosen, for those who may; nothing chosen means the configuration."""

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the used select from its custom_id and the named parts of that."""
        return cls(**match.groupdict())  # type: ignore[arg-type]

    async def callback(self, interaction: AnyInteraction) -> None:
        """Store it, and show the message as things stand then."""
        async with answering_failures(interaction):
            self.require(interaction)
            await _change(interaction, self.sides())

    def require(self, interaction: AnyInteraction) -> None:
        """Raise NotAllowedError for who may not choose this."""
        require_guild_manager(interaction)

    def sides(self) -> dict[str, Any]:
        """Return what is stored, as fields of GuildSettings."""
        raise NotImplementedError


class ChannelChoice(SetupChoice[ui.ChannelSelect[Any]], template=r"setup:channel:(?P<which>staff|report)"):
    """`setup:channel:<staff or report>`."""

    def __init__(self, which: str, chosen: str | None = None) -> None:
        self.which = which
        super().__init__(
            ui.ChannelSelect(
                custom_id=f"setup:channel:{which}",
                channel_types=[discord.ChannelType.text],
                min_values=0,
                max_values=1,
                default_values=_defaults([chosen] if chosen else [], discord.SelectDefaultValueType.channel),
            )
        )

    def require(self, interaction: AnyInteraction) -> None:
        """Staff and their channels are chosen on the home server."""
        require_manager(interaction)

    def sides(self) -> dict[str, Any]:
        """Return the channel."""
        chosen = str(self.item.values[0].id) if self.item.values else None
        return {f"{self.which}_channel": chosen}


class ListenChoice(SetupChoice[ui.ChannelSelect[Any]], template=r"setup:listen"):
    """`setup:listen`."""

    def __init__(self, chosen: Iterable[str] = ()) -> None:
        kinds = discord.ChannelType
        super().__init__(
            ui.ChannelSelect(
                custom_id="setup:listen",
                channel_types=[kinds.text, kinds.voice, kinds.forum, kinds.category],
                min_values=0,
                max_values=MOST_CHANNELS,
                default_values=_defaults(list(chosen)[:MOST_CHANNELS], discord.SelectDefaultValueType.channel),
            )
        )

    def sides(self) -> dict[str, Any]:
        """Return the channels; the listener follows them from the next message on."""
        return {"listen": tuple(str(one.id) for one in self.item.values)}


class RoleChoice(SetupChoice[ui.RoleSelect[Any]], template=r"setup:roles"):
    """`setup:roles`."""

    def __init__(self, chosen: Iterable[str] = ()) -> None:
        super().__init__(
            ui.RoleSelect(
                custom_id="setup:roles",
                min_values=0,
                max_values=MOST_ROLES,
                default_values=_defaults(list(chosen)[:MOST_ROLES], discord.SelectDefaultValueType.role),
            )
        )

    def require(self, interaction: AnyInteraction) -> None:
        """Staff are chosen on the home server."""
        require_manager(interaction)

    def sides(self) -> dict[str, Any]:
        """Return the roles."""
        return {"staff_roles": tuple(str(role.id) for role in self.item.values)}


class LanguageChoice(SetupChoice[ui.Select[Any]], template=r"setup:language"):
    """`setup:language`."""

    def __init__(self, chosen: str | None = None) -> None:
        options = [
            discord.SelectOption(label=name, value=locale, default=locale == chosen) for locale, name in LANGUAGES
        ]
        super().__init__(ui.Select(custom_id="setup:language", options=options, min_values=0, max_values=1))

    def sides(self) -> dict[str, Any]:
        """Return the language."""
        return {"locale": self.item.values[0] if self.item.values else None}


class ZoneChoice(SetupChoice[ui.Select[Any]], template=r"setup:zone"):
    """`setup:zone`: the common time zones, and the one that was chosen."""

    def __init__(self, chosen: str | None = None) -> None:
        zones = [*COMMON_ZONES, *([chosen] if chosen is not None and chosen not in COMMON_ZONES else [])]
        options = [discord.SelectOption(label=zone, value=zone, default=zone == chosen) for zone in zones]
        super().__init__(ui.Select(custom_id="setup:zone", options=options, min_values=0, max_values=1))

    def require(self, interaction: AnyInteraction) -> None:
        """One installation has one time zone: it is chosen on the home server."""
        require_manager(interaction)

    def sides(self) -> dict[str, Any]:
        """Return the time zone."""
        return {"timezone": self.item.values[0] if self.item.values else None}


def setup_view(interaction: AnyInteraction) -> SetupView:
    """Return the message as things stand."""
    services, guild_id = services_of(interaction), interaction.guild_id
    return SetupView(
        services.guilds.get(guild_id),
        reader(interaction),
        at_home=guild_id is not None and guild_id == services.settings.discord.home_guild,
        timezone=services.settings.maeari.timezone,
        crisis=services.crisis.on,
    )


async def _change(interaction: AnyInteraction, sides: dict[str, Any]) -> None:
    await interaction.response.defer()
    assert interaction.guild_id is not None
    await services_of(interaction).guilds.change(interaction.guild_id, **sides)
    await interaction.edit_original_response(view=setup_view(interaction))


def _defaults(ids: Iterable[str], kind: discord.SelectDefaultValueType) -> list[discord.SelectDefaultValue]:
    return [discord.SelectDefaultValue(id=int(one), type=kind) for one in ids]
