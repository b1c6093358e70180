"""Wishes of people and settings of guilds as the store holds them."""

from __future__ import annotations

from typing import Protocol

from core.types.action import Purpose
from core.types.member import ContactWish, GuildSettings


class MemberRepository(Protocol):
    """What people told us about being written to, and per-guild settings."""

    async def wish(self, wish: ContactWish) -> None:
        """Store a wish."""
        ...

    async def opted_out(self, author_key: str) -> bool:
        """Say whether this person wants nothing but answers: their newest opt-out was not taken back."""
        ...

    async def wishes(self, author_key: str) -> list[ContactWish]:
        """Return all that a person told us about being written to, oldest first."""
        ...

    async def consented(self, author_key: str, purpose: Purpose) -> bool:
        """Say whether this person agreed to this purpose and has not opted out since."""
        ...

    async def guild(self, guild_id: str) -> GuildSettings | None:
        """Return a guild's settings."""
        ...

    async def put_guild(self, settings: GuildSettings) -> None:
        """Store a guild's settings."""
        ...

    async def guilds(self) -> list[GuildSettings]:
        """Return the settings of all guilds that have any."""
        ...

    async def forget(self, author_key: str) -> None:
        """Delete a person's wishes; an opt-out stays, so that it keeps being honoured."""
        ...
