"""The time zone that staff chose in Discord: it takes the place of the configuration's at the next start."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from core.ports.storing import Store
from core.settings import Settings

COMMON_ZONES = (
    "UTC",
    "Asia/Seoul",
    "Asia/Tokyo",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Jakarta",
    "Asia/Kolkata",
    "Asia/Dubai",
    "Europe/London",
    "Europe/Paris",
    "Europe/Berlin",
    "Europe/Madrid",
    "Europe/Warsaw",
    "Europe/Kyiv",
    "Europe/Istanbul",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "America/Sao_Paulo",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "Australia/Sydney",
    "Pacific/Auckland",
)
"""Those offered in one select, which takes 25; `/setup timezone` knows all."""


@cache
def all_zones() -> tuple[str, ...]:
    """Return every time zone there is; read from the disk once."""
    return tuple(sorted(available_timezones()))


async def with_chosen_zone(settings: Settings, store: Store) -> Settings:
    """Return the settings with the time zone that the home guild chose.

    It is asked for once, before anything is built: weeks, days, business and quiet hours shall all agree on it.
    """
    home = settings.discord.home_guild
    if home is None:
        return settings
    async with store.read() as unit:
        chosen = await unit.members.guild(str(home))
    if chosen is None or chosen.timezone not in all_zones():
        return settings
    return settings.model_copy(update={"maeari": settings.maeari.model_copy(update={"timezone": chosen.timezone})})
