"""Moderation in Discord: delete, warn, time out, kick and ban, within Discord's own rights and role hierarchy."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import aiohttp
import discord

from bot.sender import as_send_error
from core.errors import InputError, NotAllowedError, NotFoundError
from core.text import cut, mark
from core.types.moderation import Measure, MeasureKind
from core.types.post import PostRef, Source

REASON_LIMIT = 512
"""Characters of an audit-log reason (Discord's limit)."""
_RIGHTS = {
    MeasureKind.DELETE: "manage_messages",
    MeasureKind.WARN: "moderate_members",
    MeasureKind.TIMEOUT: "moderate_members",
    MeasureKind.KICK: "kick_members",
    MeasureKind.BAN: "ban_members",
}
"""Discord's own permission for each measure."""
_UNREACHABLE = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)


class DiscordModerator:
    """The port Moderator for Discord."""

    source = Source.DISCORD
    kinds = frozenset(_RIGHTS)

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def remove(self, ref: PostRef, *, reason: str) -> None:
        """Delete a message. One that is gone already is as good as deleted."""
        channel = self._client.get_partial_messageable(int(ref.container))
        await _asked(self._client.http.delete_message(channel.id, int(ref.native_id), reason=reason), gone_is_fine=True)

    async def check(self, measure: Measure) -> None:
        """Compare rights and roles of the moderator, of the bot and of the member, as Discord does.

        Raises NotAllowedError with a sentence for the moderator, NotFoundError where somebody is not there.
        """
        guild = self._guild(measure)
        moderator = await _member(guild, measure.moderator)
        if moderator is None:
            raise NotAllowedError(mark("You are not a member of the server where this was written."))
        right = _RIGHTS[measure.kind]
        if not _has(moderator, right, guild, measure):
            raise NotAllowedError(mark("Discord does not give you the right to do this there."))
        if measure.kind is not MeasureKind.WARN and not _has(guild.me, right, guild, measure):
            raise NotAllowedError(mark("Discord does not give the bot the right to do this there."))
        if measure.kind is MeasureKind.DELETE:
            return
        if measure.member_id is None:
            raise NotFoundError(mark("That member is not there (any more)."))
        target = await _member(guild, measure.member_id)
        if target is None:
            if measure.kind is MeasureKind.BAN:
                return  # who has left may be banned all the same
            raise NotFoundError(mark("That member is not there (any more)."))
        _compare(guild, moderator, target, measure.kind)

    async def take(self, measure: Measure, *, number: int) -> None:
        """Do what was ordered; the audit log says by whom, why, and the number in our own log."""
        reason = audit_reason(measure, number)
        if measure.kind is MeasureKind.DELETE:
            if measure.post_id is None:
                raise NotFoundError(mark("The post is gone: there is nothing left to moderate."))
            await self.remove(PostRef(self.source, measure.container, measure.post_id), reason=reason)
            return
        if measure.kind is MeasureKind.WARN or measure.member_id is None:
            return
        guild, member = self._guild(measure), discord.Object(int(measure.member_id))
        if measure.kind is MeasureKind.TIMEOUT:
            await self._time_out(guild, measure, reason)
        elif measure.kind is MeasureKind.KICK:
            await _asked(guild.kick(member, reason=reason))
        else:
            await _asked(guild.ban(member, reason=reason, delete_message_seconds=0))

    async def lift(self, measure: Measure, *, number: int) -> None:
        """Take a timeout or ban back; the second moderator needs the same right."""
        guild = self._guild(measure)
        moderator = await _member(guild, measure.moderator)
        if moderator is None or not _has(moderator, _RIGHTS[measure.kind], guild, measure):
            raise NotAllowedError(mark("Discord does not give you the right to do this there."))
        if measure.member_id is None:
            raise NotFoundError(mark("That member is not there (any more)."))
        reason = audit_reason(measure, number)
        if measure.kind is MeasureKind.BAN:
            await _asked(guild.unban(discord.Object(int(measure.member_id)), reason=reason), gone_is_fine=True)
            return
        member = await _member(guild, measure.member_id)
        if member is not None:
            await _asked(member.timeout(None, reason=reason))

    async def channel_of(self, member_id: str) -> str | None:
        """Open the direct channel with a member; nothing is written there yet. None where Discord gives none."""
        try:
            user = self._client.get_user(int(member_id)) or await self._client.fetch_user(int(member_id))
            return str((await user.create_dm()).id)
        except _UNREACHABLE:
            return None

    async def _time_out(self, guild: discord.Guild, measure: Measure, reason: str) -> None:
        member = await _member(guild, measure.member_id or "0")
        if member is None or measure.until is None:
            raise NotFoundError(mark("That member is not there (any more)."))
        await _asked(member.timeout(measure.until, reason=reason))

    def _guild(self, measure: Measure) -> discord.Guild:
        guild = None if measure.guild_id is None else self._client.get_guild(int(measure.guild_id))
        if guild is None:
            raise InputError(mark("The bot is not on the server where this was written."))
        return guild


def audit_reason(measure: Measure, number: int) -> str:
    """Return what Discord's audit log shows: our number, the moderator's id, and the reason."""
    return cut(f"#{number} <@{measure.moderator}>: {measure.reason}", REASON_LIMIT)


def _has(member: discord.Member, right: str, guild: discord.Guild, measure: Measure) -> bool:
    """Say whether a member has a right; deleting is asked in the channel itself."""
    permissions = member.guild_permissions
    if measure.kind is MeasureKind.DELETE:
        channel = guild.get_channel_or_thread(int(measure.container))
        if channel is not None:
            permissions = channel.permissions_for(member)
    return bool(getattr(permissions, right)) or permissions.administrator


def _compare(guild: discord.Guild, moderator: discord.Member, target: discord.Member, kind: MeasureKind) -> None:
    """Raise NotAllowedError where the role hierarchy forbids it: everybody acts only on those below them."""
    if target.id == guild.me.id:
        raise NotAllowedError(mark("The bot takes no measures against itself."))
    if target.id == moderator.id:
        raise NotAllowedError(mark("Nobody takes measures against themselves."))
    if target.id == guild.owner_id:
        raise NotAllowedError(mark("Nobody takes measures against the owner of the server."))
    if moderator.id != guild.owner_id and target.top_role >= moderator.top_role:
        raise NotAllowedError(mark("That member's highest role is not below yours."))
    if kind is MeasureKind.WARN:
        return
    if target.top_role >= guild.me.top_role:
        raise NotAllowedError(mark("That member's highest role is not below the bot's."))
    if kind is MeasureKind.TIMEOUT and target.guild_permissions.administrator:
        raise NotAllowedError(mark("Discord lets nobody time out an administrator."))


async def _member(guild: discord.Guild, user_id: str) -> discord.Member | None:
    """Return a member as Discord knows them now; the cache is not asked, it may know roles they lost."""
    try:
        return await guild.fetch_member(int(user_id))
    except discord.NotFound:
        return None
    except _UNREACHABLE as error:
        raise as_send_error(error) from error


async def _asked(request: Awaitable[Any], *, gone_is_fine: bool = False) -> None:
    """Wait for Discord; its refusals become errors of ours."""
    try:
        await request
    except discord.Forbidden as error:
        raise NotAllowedError(mark("Discord does not give the bot the right to do this there.")) from error
    except discord.NotFound as error:
        if not gone_is_fine:
            raise NotFoundError(mark("That member is not there (any more).")) from error
    except _UNREACHABLE as error:
        raise as_send_error(error) from error
