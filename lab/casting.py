"""Setting the stage: a scenario's people and places on fresh stand-ins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.clock import Clock
from lab.discord import Channel, Guild, Member, Role, StandInDiscord
from lab.reddit import StandInReddit
from lab.reddit.server import Credentials
from lab.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Cast:
    """The scenario's names as they stand on the stand-in Discord: what a configuration needs."""

    guild: Guild
    channels: Mapping[str, Channel]
    """By name, with `#`."""
    members: Mapping[str, Member]
    staff_roles: tuple[Role, ...]
    staff_channel: Channel
    report_channel: Channel


def reddit_for(scenario: Scenario, clock: Clock, *, port: int = 0) -> StandInReddit:
    """Return a stand-in Reddit with the scenario's subreddits; it is not listening yet."""
    reddit = StandInReddit(clock, port=port, credentials=Credentials(username=scenario.reddit.account))
    for name in scenario.reddit.subreddits:
        reddit.world.add_subreddit(name)
    return reddit


def discord_for(scenario: Scenario, clock: Clock, *, port: int = 0) -> tuple[StandInDiscord, Cast]:
    """Return a stand-in Discord with the scenario's guild, and who is who; it is not listening yet.

    Private channels are seen by the staff roles and our bot alone.
    """
    cast = scenario.discord
    discord = StandInDiscord(clock, port=port)
    guild = discord.add_guild(cast.guild, locale=cast.locale)
    roles = {role.name: discord.add_role(guild, role.name, role.permissions) for role in cast.roles}
    staff_roles = tuple(roles[name] for name in cast.staff_roles)
    channels = {
        one.name: discord.add_channel(guild, one.name, topic=one.topic, visible_to=staff_roles if one.private else None)
        for one in cast.channels
    }
    members = {
        one.name: discord.add_member(
            guild,
            one.name,
            display=one.display,
            locale=one.locale,
            roles=[roles[name] for name in one.roles],
            is_bot=one.is_bot,
        )
        for one in cast.members
    }
    return discord, Cast(
        guild, channels, members, staff_roles, channels[cast.staff_channel], channels[cast.report_channel]
    )
