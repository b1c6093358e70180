"""How things on the stand-in Discord look on the wire, to REST and gateway alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from lab.discord.types import Attachment, Channel, ChannelKind, Guild, Member, Message, Reaction, Role
from lab.discord.world import VIEW_CHANNEL, DiscordWorld
from lab.server import Json

_MENTION = re.compile(r"<@!?(\d+)>")
AUTO_ARCHIVE_MINUTES = 4_320


def timestamp(moment: datetime) -> str:
    """Return a moment as Discord writes it."""
    return moment.isoformat(timespec="microseconds")


class Renderer:
    """Renders the world's things. `base` is the CDN address for attachments."""

    def __init__(self, world: DiscordWorld) -> None:
        self.world = world
        self.cdn = ""

    def user(self, member: Member) -> Json:
        """Return a user object."""
        return {
            "id": str(member.id),
            "username": member.name,
            "global_name": member.display,
            "discriminator": "0",
            "avatar": None,
            "bot": member.is_bot,
            "system": False,
            "public_flags": 0,
            "banner": None,
            "accent_color": None,
            "avatar_decoration_data": None,
        }

    def member(self, member: Member) -> Json:
        """Return a member object without its user."""
        return {
            "nick": None,
            "avatar": None,
            "roles": [str(role_id) for role_id in member.role_ids],
            "joined_at": timestamp(member.joined_at or self.world.clock.now()),
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
            "communication_disabled_until": None,
        }

    def member_with_user(self, member: Member) -> Json:
        """Return a member object with its user."""
        return self.member(member) | {"user": self.user(member)}

    def role(self, role: Role, position: int) -> Json:
        """Return a role object."""
        return {
            "id": str(role.id),
            "name": role.name,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "icon": None,
            "unicode_emoji": None,
            "position": position,
            "permissions": str(role.permissions),
            "managed": False,
            "mentionable": True,
            "flags": 0,
        }

    def channel(self, channel: Channel) -> Json:
        """Return a channel, thread or direct-message channel."""
        newest = self.world.history(channel.id)[:1]
        common: Json = {
            "id": str(channel.id),
            "type": int(channel.kind),
            "last_message_id": str(newest[0].id) if newest else None,
            "flags": 0,
        }
        if channel.kind is ChannelKind.DIRECT:
            person = self.world.people[channel.recipient_id or 0]
            return common | {"recipients": [self.user(person)]}
        common |= {
            "guild_id": str(channel.guild_id),
            "name": channel.name,
            "parent_id": None if channel.parent_id is None else str(channel.parent_id),
            "rate_limit_per_user": 0,
            "nsfw": channel.is_nsfw,
        }
        return common | (self._thread(channel) if channel.kind.is_thread else self._guild_channel(channel))

    def _thread(self, channel: Channel) -> Json:
        opened = timestamp(channel.opened_at or self.world.clock.now())
        count = len(self.world.messages(channel))
        return {
            "owner_id": str(channel.owner_id),
            "message_count": count,
            "total_message_sent": count,
            "member_count": 1,
            "applied_tags": [],
            "thread_metadata": {
                "archived": channel.is_archived,
                "auto_archive_duration": AUTO_ARCHIVE_MINUTES,
                "archive_timestamp": opened,
                "create_timestamp": opened,
                "locked": channel.is_locked,
            },
        }

    def _guild_channel(self, channel: Channel) -> Json:
        hidden = channel.visible_to is not None
        overwrites = (
            [{"id": str(channel.guild_id), "type": 0, "allow": "0", "deny": str(VIEW_CHANNEL)}] if hidden else []
        )
        overwrites += [
            {"id": str(role_id), "type": 0, "allow": str(VIEW_CHANNEL), "deny": "0"}
            for role_id in channel.visible_to or ()
        ]
        return {
            "position": channel.position,
            "topic": channel.topic,
            "permission_overwrites": overwrites,
            "default_auto_archive_duration": AUTO_ARCHIVE_MINUTES,
            "available_tags": [],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }

    def guild(self, guild: Guild) -> Json:
        """Return a guild object as REST gives it."""
        return {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "splash": None,
            "discovery_splash": None,
            "owner_id": str(guild.owner_id),
            "afk_channel_id": None,
            "afk_timeout": 300,
            "verification_level": 1,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "roles": [self.role(role, place) for place, role in enumerate(self.world.roles_of(guild.id))],
            "emojis": [],
            "stickers": [],
            "features": ["COMMUNITY"],
            "mfa_level": 0,
            "system_channel_id": None,
            "system_channel_flags": 0,
            "rules_channel_id": None,
            "public_updates_channel_id": None,
            "safety_alerts_channel_id": None,
            "max_members": 500_000,
            "vanity_url_code": None,
            "description": None,
            "banner": None,
            "premium_tier": 0,
            "premium_subscription_count": 0,
            "premium_progress_bar_enabled": False,
            "preferred_locale": guild.locale,
            "nsfw_level": 0,
        }

    def guild_create(self, guild: Guild, *, with_members: bool) -> Json:
        """Return what GUILD_CREATE carries. Without the members intent only our bot is among the members."""
        members = self.world.members_of(guild.id)
        shown = [member for member in members if with_members or member.id == self.world.bot.id]
        return self.guild(guild) | {
            "joined_at": timestamp(self.world.clock.now()),
            "large": False,
            "unavailable": False,
            "member_count": len(members),
            "members": [self.member_with_user(member) for member in shown],
            "channels": [self.channel(one) for one in self.world.channels_of(guild.id, threads=False)],
            "threads": [
                self.channel(one) for one in self.world.channels_of(guild.id, threads=True) if not one.is_archived
            ],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def message(self, message: Message, *, event: bool = False, nested: bool = False) -> Json:
        """Return a message. As an `event` it names its guild and member, as REST does not."""
        author = self.world.people[message.author_id]
        shown: Json = {
            "id": str(message.id),
            "channel_id": str(message.channel_id),
            "author": self.user(author),
            "content": message.text,
            "timestamp": timestamp(message.created_at),
            "edited_timestamp": None if message.edited_at is None else timestamp(message.edited_at),
            "tts": False,
            "mention_everyone": False,
            "mentions": [self.user(person) for person in self._mentioned(message)],
            "mention_roles": [],
            "attachments": [self.attachment(message, one) for one in message.attachments],
            "embeds": list(message.wire_embeds),
            "components": list(message.wire_components),
            "reactions": [self.reaction(one) for one in message.reactions],
            "pinned": False,
            "type": message.type,
            "flags": message.flags,
        }
        if message.nonce is not None:
            shown["nonce"] = message.nonce
        if message.interaction_id is not None:
            shown |= self._interaction(message, message.interaction_id)
        if message.thread_id is not None:
            shown["thread"] = self.channel(self.world.channel(message.thread_id))
        if message.reply_to is not None:
            shown |= self._reference(message, message.reply_to, nested=nested)
        if event and message.guild_id is not None:
            shown["guild_id"] = str(message.guild_id)
            member = self.world.members.get((message.guild_id, message.author_id))
            if member is not None:
                shown["member"] = self.member(member)
        return shown

    def attachment(self, message: Message, attachment: Attachment) -> Json:
        """Return an attachment."""
        url = f"{self.cdn}/attachments/{message.channel_id}/{attachment.id}/{attachment.filename}"
        return {
            "id": str(attachment.id),
            "filename": attachment.filename,
            "size": len(attachment.content),
            "url": url,
            "proxy_url": url,
        }

    def reaction(self, reaction: Reaction) -> Json:
        """Return the count of one emoji under a message."""
        return {
            "count": len(reaction.user_ids),
            "count_details": {"burst": 0, "normal": len(reaction.user_ids)},
            "me": self.world.bot.id in reaction.user_ids,
            "me_burst": False,
            "burst_colors": [],
            "emoji": emoji(reaction.emoji),
        }

    def _mentioned(self, message: Message) -> Iterable[Member]:
        named = {int(found) for found in _MENTION.findall(message.text)}
        answered = None if message.reply_to is None else self.world.find_message(message.reply_to)
        # A person's reply pings who is answered; our bot's does only where allowed_mentions says so.
        allowed = message.allowed_mentions
        if answered is not None and (allowed is None or allowed.get("replied_user", False)):
            named.add(answered.author_id)
        return [self.world.people[one] for one in sorted(named) if one in self.world.people]

    def _interaction(self, message: Message, interaction_id: int) -> Json:
        person = self.user(self.world.people[message.invoked_by or self.world.bot.id])
        return {
            "webhook_id": str(self.world.application_id),
            "application_id": str(self.world.application_id),
            "interaction_metadata": {
                "id": str(interaction_id),
                "type": 2,
                "user": person,
                "authorizing_integration_owners": {},
            },
        }

    def _reference(self, message: Message, reply_to: int, *, nested: bool) -> Json:
        reference: Json = {"type": 0, "message_id": str(reply_to), "channel_id": str(message.channel_id)}
        if message.guild_id is not None:
            reference["guild_id"] = str(message.guild_id)
        if nested:
            return {"message_reference": reference}
        answered = self.world.find_message(reply_to)
        return {
            "message_reference": reference,
            "referenced_message": None if answered is None else self.message(answered, nested=True),
        }


def emoji(text: str) -> Json:
    """Return a partial emoji from `👍` or `name:id`."""
    name, colon, number = text.rpartition(":")
    return {"id": number, "name": name} if colon and number.isdecimal() else {"id": None, "name": text}
