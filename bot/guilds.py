"""What moderators set per Discord guild: stored, held in memory, and heeded from the next moment on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.ports.storing import Store
from core.types.member import GuildSettings


class GuildBook:
    """The settings of all guilds; rights are asked at each press, so they cannot wait for the database."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, GuildSettings] = {}
        self.heard_by: Callable[[GuildSettings], None] | None = None
        """Called with what is set in a guild: at `load`, and at each change."""

    async def load(self) -> None:
        """Read all settings, and tell who hears."""
        async with self._store.read() as unit:
            self._known = {one.guild_id: one for one in await unit.members.guilds()}
        for settings in self._known.values():
            self._tell(settings)

    def get(self, guild_id: int | str | None) -> GuildSettings:
        """Return a guild's settings; one that never set anything has empty ones."""
        return self._known.get(str(guild_id)) or GuildSettings(str(guild_id))

    async def change(self, guild_id: int | str, **sides: Any) -> GuildSettings:
        """Set some sides of a guild's settings (fields of GuildSettings by name)."""
        changed = replace(self.get(guild_id), **sides)
        await self._store.write(lambda unit: unit.members.put_guild(changed))
        self._known[changed.guild_id] = changed
        self._tell(changed)
        return changed

    def _tell(self, settings: GuildSettings) -> None:
        if self.heard_by is not None:
            self.heard_by(settings)
