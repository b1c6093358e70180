"""World and gateway together: every change that is made here is told to the clients."""

from __future__ import annotations

from dataclasses import replace

from lab.discord.gateway import Gateway
from lab.discord.render import Renderer, emoji
from lab.discord.types import Channel, ChannelKind, Member, Message, Reaction
from lab.discord.world import DiscordWorld

GUILDS, GUILD_MEMBERS, GUILD_MESSAGES, GUILD_REACTIONS, GUILD_TYPING = 1 << 0, 1 << 1, 1 << 9, 1 << 10, 1 << 11
DIRECT_MESSAGES, DIRECT_REACTIONS = 1 << 12, 1 << 13
"""Intents, from Discord's documented list."""

DEFAULT, REPLY = 0, 19
"""Message types."""
HAS_THREAD = 1 << 5
"""Message flag."""


class Stage:
    """Changes the world and emits the matching gateway events."""

    def __init__(self, world: DiscordWorld, renderer: Renderer, gateway: Gateway) -> None:
        self.world = world
        self.renderer = renderer
        self.gateway = gateway

    def post(self, message: Message) -> Message:
        """Enter a message. An ephemeral one is told to nobody."""
        self.world.put_message(message)
        if not message.is_ephemeral:
            self._tell("MESSAGE_CREATE", message)
        return message

    def change(self, message: Message) -> Message:
        """Put a changed message in the old one's place."""
        self.world.put_message(message)
        if not message.is_ephemeral:
            self._tell("MESSAGE_UPDATE", message)
        return message

    def drop(self, message: Message) -> None:
        """Delete a message."""
        self.world.drop_message(message)
        gone = {"id": str(message.id), "channel_id": str(message.channel_id)}
        if message.guild_id is not None:
            gone["guild_id"] = str(message.guild_id)
        if not message.is_ephemeral:
            self.gateway.emit("MESSAGE_DELETE", gone, intent=_messages(message))

    def drop_many(self, channel: Channel, messages: list[Message]) -> None:
        """Delete several messages of one channel at once, as moderators do."""
        for message in messages:
            self.world.drop_message(message)
        self.gateway.emit(
            "MESSAGE_DELETE_BULK",
            {
                "ids": [str(message.id) for message in messages],
                "channel_id": str(channel.id),
                "guild_id": str(channel.guild_id),
            },
            intent=GUILD_MESSAGES,
        )

    def react(self, message: Message, member: Member, symbol: str) -> Message:
        """Add one person's reaction."""
        others = [one for one in message.reactions if one.emoji != symbol]
        same = next((one for one in message.reactions if one.emoji == symbol), Reaction(symbol, ()))
        if member.id in same.user_ids:
            return message
        together = Reaction(symbol, (*same.user_ids, member.id))
        changed = self.world.put_message(replace(message, reactions=(*others, together)))
        self._tell_reaction("MESSAGE_REACTION_ADD", message, member, symbol)
        return changed

    def unreact(self, message: Message, member: Member, symbol: str) -> Message:
        """Take one person's reaction back."""
        kept = [
            replace(one, user_ids=tuple(user for user in one.user_ids if user != member.id))
            if one.emoji == symbol
            else one
            for one in message.reactions
        ]
        changed = self.world.put_message(replace(message, reactions=tuple(one for one in kept if one.user_ids)))
        self._tell_reaction("MESSAGE_REACTION_REMOVE", message, member, symbol)
        return changed

    def open_thread(
        self, parent: Channel, name: str, owner: Member, *, starter: Message | None = None, private: bool = False
    ) -> Channel:
        """Open a thread, from a message (it shares the message's id) or free."""
        thread = self.world.put_channel(
            Channel(
                id=self.world.ids.mint() if starter is None else starter.id,
                guild_id=parent.guild_id,
                name=name,
                kind=ChannelKind.PRIVATE_THREAD if private else ChannelKind.PUBLIC_THREAD,
                parent_id=parent.id,
                owner_id=owner.id,
                opened_at=self.world.clock.now(),
            )
        )
        self.gateway.emit("THREAD_CREATE", self.renderer.channel(thread) | {"newly_created": True}, intent=GUILDS)
        if starter is not None:
            self.change(replace(starter, thread_id=thread.id, flags=starter.flags | HAS_THREAD))
        return thread

    def change_thread(self, thread: Channel) -> Channel:
        """Archive, lock or rename a thread."""
        self.world.put_channel(thread)
        self.gateway.emit("THREAD_UPDATE", self.renderer.channel(thread), intent=GUILDS)
        return thread

    def add_channel(self, channel: Channel) -> Channel:
        """Open a channel."""
        self.world.put_channel(channel)
        self.gateway.emit("CHANNEL_CREATE", self.renderer.channel(channel), intent=GUILDS)
        return channel

    def add_member(self, member: Member) -> Member:
        """Let somebody join."""
        self.world.put_member(member)
        wire = self.renderer.member_with_user(member) | {"guild_id": str(member.guild_id)}
        self.gateway.emit("GUILD_MEMBER_ADD", wire, intent=GUILD_MEMBERS)
        return member

    def type(self, channel: Channel, member: Member) -> None:
        """Show that somebody is writing."""
        told = {
            "channel_id": str(channel.id),
            "user_id": str(member.id),
            "timestamp": int(self.world.clock.now().timestamp()),
        }
        if channel.guild_id is not None:
            told |= {"guild_id": str(channel.guild_id), "member": self.renderer.member_with_user(member)}
        self.gateway.emit("TYPING_START", told, intent=GUILD_TYPING)

    def _tell(self, event: str, message: Message) -> None:
        wire = self.renderer.message(message, event=True)
        if message.guild_id is None:
            wire["channel_type"] = int(ChannelKind.DIRECT)
        self.gateway.emit_message(event, wire, intent=_messages(message))

    def _tell_reaction(self, event: str, message: Message, member: Member, symbol: str) -> None:
        told = {
            "user_id": str(member.id),
            "channel_id": str(message.channel_id),
            "message_id": str(message.id),
            "message_author_id": str(message.author_id),
            "emoji": emoji(symbol),
            "burst": False,
            "type": 0,
        }
        if message.guild_id is not None:
            told |= {"guild_id": str(message.guild_id), "member": self.renderer.member_with_user(member)}
        self.gateway.emit(event, told, intent=DIRECT_REACTIONS if message.guild_id is None else GUILD_REACTIONS)


def _messages(message: Message) -> int:
    return DIRECT_MESSAGES if message.guild_id is None else GUILD_MESSAGES
