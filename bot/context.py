"""What cogs and views may ask of the running client."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import discord
from discord.ext import commands

from bot.services import Services
from core.errors import NotAllowedError
from core.settings import DiscordSection
from core.text import Translate, mark
from core.types.post import Author


class ServingBot(commands.Bot):
    """A bot that carries the installation's services."""

    services: Services


AnyInteraction = discord.Interaction[Any]
"""discord.py's interaction; which client it belongs to is asked at run time."""


def services_of(interaction: AnyInteraction) -> Services:
    """Return the services of the client this interaction came to."""
    client = interaction.client
    assert isinstance(client, ServingBot)
    return client.services


def reader(interaction: AnyInteraction) -> Translate:
    """Return the words in the language of the person who acts."""
    return services_of(interaction).catalogues.for_locale(interaction.locale.value)


def author_of(user: discord.abc.User) -> Author:
    """Return a Discord user as the domain knows them."""
    return Author(native_id=str(user.id), name=user.name, is_bot=user.bot)


def is_staff(
    user: discord.abc.User,
    permissions: discord.Permissions,
    section: DiscordSection,
    roles: Collection[int] | None = None,
) -> bool:
    """Say whether this person may handle cases.

    A member with one of the staff roles may (`roles`, or those of the configuration). So may who moderates messages in
    the home guild; rights in another guild say nothing about this installation's cases.
    """
    if not isinstance(user, discord.Member):
        return False
    if any(user.get_role(role) is not None for role in (section.staff_roles if roles is None else roles)):
        return True
    may_moderate = permissions.administrator or permissions.manage_guild or permissions.manage_messages
    return may_moderate and _at_home(user.guild, section)


def _at_home(guild: discord.Guild, section: DiscordSection) -> bool:
    if section.home_guild is not None:
        return guild.id == section.home_guild
    return section.staff_channel is not None and guild.get_channel(section.staff_channel) is not None


def require_staff(interaction: AnyInteraction) -> str:
    """Return the Discord id of the acting staff member.

    Raises NotAllowedError for everybody else: buttons are pressed by people who lost the role, too.
    """
    if not acts_as_staff(interaction):
        raise NotAllowedError(mark("Only staff may do this."))
    return str(interaction.user.id)


def acts_as_staff(interaction: AnyInteraction) -> bool:
    """Say whether who acts is staff; roles that the home guild set take the place of the configuration's."""
    services = services_of(interaction)
    section = services.settings.discord
    return is_staff(interaction.user, interaction.permissions, section, live_roles(services))


def live_roles(services: Services) -> tuple[int, ...] | None:
    """Return the staff roles that the home guild set; None where the configuration's hold."""
    section = services.settings.discord
    live = () if section.home_guild is None else services.guilds.get(section.home_guild).staff_roles
    return tuple(int(role) for role in live) or None


def require_guild_manager(interaction: AnyInteraction) -> str:
    """Return the Discord id of a member who may manage the server they act in, be it the home guild or not.

    Raises NotAllowedError for everybody else.
    """
    permissions = interaction.permissions
    in_guild = interaction.guild_id is not None and isinstance(interaction.user, discord.Member)
    if not in_guild or not (permissions.manage_guild or permissions.administrator):
        raise NotAllowedError(mark("Only members who may manage the server can do this."))
    return str(interaction.user.id)


def is_manager(interaction: AnyInteraction) -> bool:
    """Say whether the acting staff member may manage the server: they may take cases over."""
    permissions = interaction.permissions
    return permissions.manage_guild or permissions.administrator


def require_manager(interaction: AnyInteraction) -> str:
    """Return the Discord id of a member who may manage the home guild.

    Raises NotAllowedError for everybody else.
    """
    require_staff(interaction)
    if not is_manager(interaction):
        raise NotAllowedError(mark("Only members who may manage the server can do this."))
    return str(interaction.user.id)
