"""The stand-in Discord's state: guilds, roles, members, channels, messages. No events, no HTTP."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from core.clock import Clock
from core.errors import NotFoundError
from lab.discord.types import Channel, ChannelKind, Guild, Member, Message, Role
from lab.ids import Snowflakes

VIEW_CHANNEL = 1 << 10
EVERYONE_PERMISSIONS = sum(1 << bit for bit in (6, 10, 11, 14, 15, 16, 18, 31, 35, 38))
"""React, see, write, embed, attach, read history, foreign emoji, commands, open threads, write in threads."""
ADMINISTRATOR = 1 << 3
PERMISSION_BITS = {
    "kick_members": 1 << 1,
    "ban_members": 1 << 2,
    "administrator": ADMINISTRATOR,
    "manage_channels": 1 << 4,
    "manage_guild": 1 << 5,
    "manage_messages": 1 << 13,
    "manage_roles": 1 << 28,
    "manage_threads": 1 << 34,
    "moderate_members": 1 << 40,
}
HISTORY_LIMIT = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Window:
    """Which messages of a channel are asked for; at most one of the three anchors."""

    limit: int = 50
    before: int | None = None
    after: int | None = None
    around: int | None = None


class DiscordWorld:
    """Everything that stands there, by id. Ids grow, so the order of ids is the order of time."""

    def __init__(self, clock: Clock, *, bot_name: str) -> None:
        self.clock = clock
        self.ids = Snowflakes(clock)
        self.application_id = self.ids.mint()
        self.bot = Member(id=self.ids.mint(), guild_id=0, name=bot_name, is_bot=True)
        self.guilds: dict[int, Guild] = {}
        self.roles: dict[int, Role] = {}
        self.members: dict[tuple[int, int], Member] = {}
        """By (guild, person)."""
        self.people: dict[int, Member] = {self.bot.id: self.bot}
        self.channels: dict[int, Channel] = {}
        self._messages: dict[int, Message] = {}
        self._order: dict[int, list[int]] = {}

    # -- building

    def add_guild(self, name: str, *, locale: str = "en-US") -> Guild:
        """Open a guild; our bot is a member at once."""
        guild_id = self.ids.mint()
        owner = Member(
            id=self.ids.mint(), guild_id=guild_id, name=f"{name} owner", joined_at=self.clock.now(), locale=locale
        )
        guild = Guild(guild_id, name, locale, owner.id)
        self.guilds[guild_id] = guild
        self.roles[guild_id] = Role(guild_id, guild_id, "@everyone", EVERYONE_PERMISSIONS)
        bot_role = Role(self.ids.mint(), guild_id, self.bot.name, ADMINISTRATOR)
        self.roles[bot_role.id] = bot_role
        self.put_member(owner)
        self.put_member(replace(self.bot, guild_id=guild_id, joined_at=self.clock.now(), role_ids=(bot_role.id,)))
        return guild

    def add_role(self, guild: Guild, name: str, permissions: Iterable[str] = ()) -> Role:
        """Make a role. Raises KeyError for a permission whose bit is not known here."""
        bits = 0
        for permission in permissions:
            bits |= PERMISSION_BITS[permission]
        role = Role(self.ids.mint(), guild.id, name, bits)
        self.roles[role.id] = role
        return role

    def put_member(self, member: Member) -> None:
        """Enter a member."""
        self.members[member.guild_id, member.id] = member
        if member.id != self.bot.id:
            self.people[member.id] = member

    def put_channel(self, channel: Channel) -> Channel:
        """Enter a channel, or a changed one."""
        self.channels[channel.id] = channel
        self._order.setdefault(channel.id, [])
        return channel

    def put_message(self, message: Message) -> Message:
        """Enter a message, or a changed one. Ephemeral ones stand in no channel's history."""
        order = self._order[message.channel_id]
        if message.id not in self._messages and not message.is_ephemeral:
            order.insert(bisect_left(order, message.id), message.id)
        self._messages[message.id] = message
        return message

    def drop_message(self, message: Message) -> None:
        """Let a message go."""
        del self._messages[message.id]
        if not message.is_ephemeral:
            order = self._order[message.channel_id]
            del order[bisect_left(order, message.id)]

    # -- looking

    def guild(self, guild_id: int) -> Guild:
        """Return a guild. Raises NotFoundError."""
        return _found(self.guilds.get(guild_id), "guild", guild_id)

    def channel(self, channel_id: int) -> Channel:
        """Return a channel. Raises NotFoundError."""
        return _found(self.channels.get(channel_id), "channel", channel_id)

    def message(self, channel_id: int, message_id: int) -> Message:
        """Return a message. Raises NotFoundError."""
        message = self._messages.get(message_id)
        return _found(message if message and message.channel_id == channel_id else None, "message", message_id)

    def find_message(self, message_id: int) -> Message | None:
        """Return a message, wherever it stands."""
        return self._messages.get(message_id)

    def member(self, guild_id: int, person_id: int) -> Member:
        """Return a member. Raises NotFoundError."""
        return _found(self.members.get((guild_id, person_id)), "member", person_id)

    def members_of(self, guild_id: int) -> list[Member]:
        """Return the members of a guild, our bot among them."""
        return [member for (guild, _), member in self.members.items() if guild == guild_id]

    def roles_of(self, guild_id: int) -> list[Role]:
        """Return the roles of a guild, @everyone first."""
        return [role for role in self.roles.values() if role.guild_id == guild_id]

    def channels_of(self, guild_id: int, *, threads: bool) -> list[Channel]:
        """Return the channels, or the threads, of a guild."""
        return [
            channel
            for channel in self.channels.values()
            if channel.guild_id == guild_id and channel.kind.is_thread == threads
        ]

    def direct_channel(self, person_id: int) -> Channel:
        """Return the direct-message channel with a person; the first look opens it."""
        for channel in self.channels.values():
            if channel.kind is ChannelKind.DIRECT and channel.recipient_id == person_id:
                return channel
        return self.put_channel(Channel(self.ids.mint(), None, "", ChannelKind.DIRECT, recipient_id=person_id))

    def permissions(self, member: Member, channel: Channel) -> int:
        """Return the bit field an interaction carries. Overwrites do no more than hide a channel."""
        if member.guild_id not in self.guilds:
            return EVERYONE_PERMISSIONS
        bits = self.roles[member.guild_id].permissions
        for role_id in member.role_ids:
            bits |= self.roles[role_id].permissions
        if bits & ADMINISTRATOR or self.guilds[member.guild_id].owner_id == member.id:
            return (1 << 53) - 1
        return bits if self.can_see(member, channel) else bits & ~VIEW_CHANNEL

    def can_see(self, member: Member, channel: Channel) -> bool:
        """Tell whether a channel is visible to a member."""
        if channel.kind.is_thread and channel.parent_id is not None:
            channel = self.channel(channel.parent_id)
        return channel.visible_to is None or not set(channel.visible_to).isdisjoint(member.role_ids)

    def history(self, channel_id: int, window: Window = Window()) -> list[Message]:
        """Return messages of a channel, newest first, as `GET /channels/…/messages` does.

        `after` gives the ones right behind the anchor, not the newest.
        """
        order = self._order.get(channel_id, [])
        limit = min(HISTORY_LIMIT, window.limit)
        if window.around is not None:
            middle = bisect_left(order, window.around)
            start = max(0, middle - limit // 2)
            chosen: Collection[int] = order[start : start + limit]
        elif window.after is not None:
            start = bisect_right(order, window.after)
            chosen = order[start : start + limit]
        else:
            stop = len(order) if window.before is None else bisect_left(order, window.before)
            chosen = order[max(0, stop - limit) : stop]
        return [self._messages[message_id] for message_id in reversed(list(chosen))]

    def messages(self, channel: Channel) -> list[Message]:
        """Return all messages of a channel, oldest first."""
        return [self._messages[message_id] for message_id in self._order.get(channel.id, ())]


def _found(thing: T | None, what: str, thing_id: int) -> T:
    if thing is None:
        raise NotFoundError(f"the stand-in Discord has no {what} {thing_id}")
    return thing
