"""Where staff are written to: the home guild's own setting wins over the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from core.ports.storing import Unit
from core.types.action import Target
from core.types.post import Source

__all__ = ["StaffRoom", "staff_room"]


@dataclass(frozen=True, slots=True)
class StaffRoom:
    """The staff channel and its language."""

    target: Target
    locale: str


async def staff_room(unit: Unit, home_guild: str | None, staff_channel: str | None, locale: str) -> StaffRoom | None:
    """Return the staff channel; None where there is none. The arguments are those of the configuration."""
    home = await unit.members.guild(home_guild) if home_guild is not None else None
    channel = (home.staff_channel if home is not None else None) or staff_channel
    if channel is None:
        return None
    spoken = (home.locale if home is not None else None) or locale
    return StaffRoom(Target(Source.DISCORD, channel, guild_id=home_guild), spoken)
