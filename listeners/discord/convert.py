"""Discord messages as posts: what counts as somebody's words, and who they are."""

from __future__ import annotations

import discord

from core.types.post import Author, Post, PostKind, PostRef, Source
from listeners.discord.scope import Place, Scope

_SPOKEN = frozenset({discord.MessageType.default, discord.MessageType.reply})
"""Everything else is written by Discord: joins, pins, boosts, thread starters, poll results, command answers."""


def to_post(
    message: discord.Message, place: Place, scope: Scope, own_id: int | None, *, is_staff: bool | None = None
) -> Post | None:
    """Return a message as a post; None where nobody of interest says anything in words.

    So it is for system messages, forwards (the words of somebody who is not here; where we listen, the original was
    read), stickers and pictures without a description, embeds (written by the linked site), and authors with an
    ignored role. `is_staff` is given where the message came without its author's roles.
    """
    if message.type not in _SPOKEN:
        return None
    author, guild_id = message.author, int(place.guild_id)
    roles = author if isinstance(author, discord.Member) else None
    if roles is not None and _has_any(roles, scope.ignored(guild_id)):
        return None
    text = words(message)
    if not text:
        return None
    if is_staff is None:
        is_staff = roles is not None and _has_any(roles, scope.staff_roles(guild_id))
    reference = message.reference
    return Post(
        ref=PostRef(Source.DISCORD, place.container, str(message.id)),
        kind=PostKind.MESSAGE,
        text=text,
        created_at=message.created_at,
        author=Author(
            native_id=str(author.id),
            name=author.display_name,
            is_bot=author.bot or message.webhook_id is not None,
            is_staff=is_staff,
            is_self=author.id == own_id,
        ),
        url=f"https://discord.com/channels/{place.guild_id}/{place.container}/{message.id}",
        parent_id=None if reference is None or reference.message_id is None else str(reference.message_id),
        thread_id=place.thread_id,
        guild_id=place.guild_id,
        container_name=place.name,
        edited_at=message.edited_at,
        is_nsfw=place.is_nsfw,
    )


def _has_any(member: discord.Member, roles: frozenset[int]) -> bool:
    return bool(roles) and any(member.get_role(role) is not None for role in roles)


def words(message: discord.Message) -> str:
    """Return what the author wrote: the message, descriptions of pictures, and a poll's question and answers."""
    if message.message_snapshots:
        return ""
    if not message.attachments and message.poll is None:
        return message.content.strip()
    parts = [message.content, *(one.description for one in message.attachments if one.description)]
    if message.poll is not None:
        parts += [message.poll.question, *(answer.text for answer in message.poll.answers)]
    return "\n".join(part for part in parts if part).strip()
