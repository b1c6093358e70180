"""Where staff read cards, and in which language."""

from __future__ import annotations

from dataclasses import dataclass

from core.ports.storing import Unit
from core.types.action import Target
from core.types.post import Source
from engagement.desk.opening import DeskPolicy

__all__ = ["StaffRoom", "staff_room"]


@dataclass(frozen=True, slots=True)
class StaffRoom:
    """The channel of the cards."""

    target: Target
    locale: str


async def staff_room(unit: Unit, policy: DeskPolicy) -> StaffRoom | None:
    """Return the staff channel: what the home guild set, or the configuration; None without any."""
    home = await unit.members.guild(policy.home_guild) if policy.home_guild is not None else None
    channel = (home.staff_channel if home is not None else None) or policy.staff_channel
    if channel is None:
        return None
    locale = (home.locale if home is not None else None) or policy.locale
    return StaffRoom(Target(Source.DISCORD, channel, guild_id=policy.home_guild), locale)
