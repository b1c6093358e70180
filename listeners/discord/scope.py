"""Which channels are followed, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import discord
from discord.abc import GuildChannel

from core.settings import DiscordSection
from core.types.member import GuildSettings

Channel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
"""Where messages stand. Forums hold threads only; direct messages are answered, never followed."""


@dataclass(frozen=True, slots=True)
class Place:
    """A followed channel."""

    container: str
    name: str
    """`#help`, or `#help › title` for a thread."""
    guild_id: str
    thread_id: str | None
    is_nsfw: bool


class Scope:
    """Decides by configuration and permissions; answers are kept until `forget()`."""

    def __init__(self, section: DiscordSection) -> None:
        self._listen = frozenset(section.listen)
        self._ignore = frozenset(section.ignore)
        self._staff = frozenset(section.staff_roles)
        # Cards and reports quote posts: following these would count every mention twice.
        self._own_rooms = frozenset(room for room in (section.staff_channel, section.report_channel) if room)
        self._guilds: dict[int, GuildSettings] = {}
        self._places: dict[int, Place | None] = {}

    def apply(self, settings: GuildSettings) -> None:
        """Let what moderators set in a guild take the place of the configuration there."""
        self._guilds[int(settings.guild_id)] = settings
        self.forget()

    def forget(self) -> None:
        """Decide anew: channels, roles, permissions or settings have changed."""
        self._places.clear()

    def place(self, channel: object) -> Place | None:
        """Return the place a channel is, None where it is not followed."""
        if not isinstance(channel, Channel):
            return None
        try:
            return self._places[channel.id]
        except KeyError:
            place = self._places[channel.id] = self._decide(channel)
            return place

    def staff_roles(self, guild_id: int) -> frozenset[int]:
        """Return the roles whose members are staff in a guild."""
        settings = self._guilds.get(guild_id)
        return _ids(settings.staff_roles) if settings is not None and settings.staff_roles else self._staff

    def ignored(self, guild_id: int) -> frozenset[int]:
        """Return the channels, categories and roles that are left out in a guild."""
        settings = self._guilds.get(guild_id)
        return self._ignore | _ids(settings.ignore) if settings is not None else self._ignore

    def channels(self, guild: discord.Guild) -> list[Channel]:
        """Return the followed channels and open threads of a guild."""
        rooms: list[Channel] = [*guild.text_channels, *guild.voice_channels, *guild.stage_channels, *guild.threads]
        return [room for room in rooms if self.place(room) is not None]

    def parents(self, guild: discord.Guild) -> list[discord.TextChannel | discord.ForumChannel]:
        """Return the followed channels of a guild that may hold threads."""
        rooms: list[discord.TextChannel | discord.ForumChannel] = [*guild.text_channels, *guild.forums]
        return [room for room in rooms if self._follows(room, room)]

    def _decide(self, channel: Channel) -> Place | None:
        thread = channel if isinstance(channel, discord.Thread) else None
        room = channel if thread is None else thread.parent
        if not isinstance(room, GuildChannel) or not self._follows(channel, room):
            return None
        name = f"#{room.name}" if thread is None else f"#{room.name} › {thread.name}"
        is_nsfw = bool(getattr(room, "nsfw", False))
        return Place(str(channel.id), name, str(room.guild.id), None if thread is None else str(thread.id), is_nsfw)

    def _follows(self, channel: Channel | discord.ForumChannel, room: GuildChannel) -> bool:
        """Say whether a channel, or a thread in the channel `room`, is followed."""
        settings = self._guilds.get(room.guild.id)
        listen = _ids(settings.listen) if settings is not None and settings.listen else self._listen
        names = {channel.id, room.id, *([room.category_id] if room.category_id else [])}
        rooms = self._own_rooms | ({int(settings.staff_channel)} if settings and settings.staff_channel else set())
        if names & self.ignored(room.guild.id) or (names & rooms and not names & listen):
            return False
        return self._is_wanted(channel, room, listen)

    def _is_wanted(self, channel: Channel | discord.ForumChannel, room: GuildChannel, listen: frozenset[int]) -> bool:
        if channel.id in listen:
            return True
        if isinstance(channel, discord.Thread) and channel.is_private():
            return False  # whoever opened it chose who reads it
        if room.id in listen:
            return True
        is_public = room.permissions_for(room.guild.default_role).read_messages
        if not listen:
            return is_public
        category = room.category
        if category is None or category.id not in listen:
            return False
        # A named category brings its channels, but not one that is more private than itself.
        return is_public or not category.permissions_for(room.guild.default_role).read_messages


def _ids(names: Iterable[str]) -> frozenset[int]:
    return frozenset(int(name) for name in names)
