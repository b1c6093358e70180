"""What Discord did not tell us: after a restart or a lost session, channels are read on from where we were."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import discord
import structlog

from core.clock import Clock
from core.ports.listening import StoredPosts
from core.types.post import Batch, Gap, Post, PostRef, Removal, RemovalReason, Source
from listeners.discord.convert import to_post
from listeners.discord.scope import Channel, Place, Scope

_log = structlog.get_logger(__name__)

MOST_MESSAGES = 20_000
"""Messages read on per channel: 200 requests, about 40 seconds of Discord's limit for one channel."""
PAGE = 100
"""Messages a request brings at most."""
MOST_ARCHIVED = 100
"""Archived threads looked at per channel, the latest first."""
MOST_WINDOWS = 30
"""Requests that look for deletions and edits among stored messages before other channels have their turn."""
DISCORD_BEGAN = datetime(2015, 1, 1, tzinfo=UTC)
"""No message is older: whatever still has its text is looked at again."""
STORED_AT_ONCE = 1_000
_ONE_TICK = timedelta(milliseconds=1)
"""Ids hold milliseconds: those below an id may be of its very moment."""

Failures = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)
"""How discord.py and its connection fail."""
_NONSENSE = (ValueError, TypeError, KeyError)
"""What discord.py fails of where the answer is no JSON (a proxy's page, say) or none of Discord's."""


class UnreadableError(Exception):
    """The channel's history cannot be read now; it may be later."""


def feed_of(channel_id: int | str) -> str:
    """Return the name of a channel's feed."""
    return f"discord:{channel_id}"


@dataclass(slots=True)
class CatchUpCounts:
    """What catching up has done so far."""

    channels: int = 0
    messages: int = 0
    gaps: int = 0
    removed: int = 0
    unknown_members: int = 0
    """Authors of whom nobody could say whether they are staff."""


@dataclass(frozen=True, slots=True)
class DiscordCounts:
    """How much a Discord listener has had to do."""

    waiting: int
    """Events that are not committed yet."""
    overflowed: int
    """Posts that did not fit; their channels are read on by history."""
    deletions_lost: int
    """Deletions that did not fit; the stored messages of their channels are looked at again."""
    caught_up: int
    """Messages read by history."""
    found_deleted: int
    """Stored messages that were gone when they were looked at again."""
    to_look_at: int
    """Channels whose stored messages are still to be looked at again."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at stored messages has found."""

    batch: Batch | None = None
    """None where nothing has changed."""
    rest: int | None = None
    """Message id below which stored messages were not looked at yet; None where all were."""


class Staff:
    """Says who is staff where a message came without its author's roles, as history does."""

    def __init__(self, scope: Scope, counts: CatchUpCounts) -> None:
        self._scope = scope
        self._counts = counts
        self._known: dict[tuple[int, int], bool] = {}

    def forget(self) -> None:
        """Ask anew: roles change."""
        self._known.clear()

    async def has(self, guild: discord.Guild, author: discord.User | discord.Member) -> bool | None:
        """Return whether somebody is staff; None where the author carries roles anyway, or is a bot."""
        roles = self._scope.staff_roles(guild.id)
        if isinstance(author, discord.Member) or author.bot or not roles:
            return None
        key = (guild.id, author.id)
        if key not in self._known:
            member = guild.get_member(author.id)
            try:
                member = member or await guild.fetch_member(author.id)
                self._known[key] = any(member.get_role(role) for role in roles)
            except discord.NotFound:
                self._known[key] = False  # has left the guild
            except (*Failures, *_NONSENSE):
                self._counts.unknown_members += 1
                return False
        return self._known[key]


class CatchUp:
    """Reads one channel at a time."""

    def __init__(self, scope: Scope, clock: Clock, stored: StoredPosts | None) -> None:
        self.counts = CatchUpCounts()
        self.unfinished: set[int] = set()
        """Channels whose flood is longer than one reading."""
        self.staff = Staff(scope, self.counts)
        self._scope = scope
        self._clock = clock
        self._stored = stored

    async def messages(
        self, channel: Channel, place: Place, after: int, own_id: int | None, *, is_flood: bool = False
    ) -> AsyncIterator[Batch]:
        """Yield what was written after a message id, oldest first, each batch with its cursor.

        What lies beyond MOST_MESSAGES, or is not for us to read, comes as a gap; after a flood there is more to be read
        instead, and the channel is noted in `unfinished`. Raises UnreadableError.
        """
        read, last = 0, after
        posts: list[Post] = []
        try:
            async for message in _history(channel, limit=MOST_MESSAGES, after=discord.Object(after), oldest_first=True):
                read, last = read + 1, message.id
                post = await self._post(channel, place, message, own_id)
                posts += [] if post is None else [post]
                if read % PAGE == 0:
                    yield Batch(feed_of(channel.id), posts=tuple(posts), cursor=str(last))
                    posts = []
        except discord.Forbidden:
            yield self._gap(channel, after, _newest(channel, last), "no_history_permission")
            return
        finally:
            self.counts.messages += read
        newest = _newest(channel, last)
        if read >= MOST_MESSAGES and newest > last:
            yield Batch(feed_of(channel.id), posts=tuple(posts), cursor=str(last))
            if is_flood:
                self.unfinished.add(channel.id)
            else:
                yield self._gap(channel, last, newest, "catch_up_limit")
        elif last > after:
            yield Batch(feed_of(channel.id), posts=tuple(posts), cursor=str(last))

    async def archived_since(
        self, parents: Collection[discord.TextChannel | discord.ForumChannel], alive: int
    ) -> list[discord.Thread]:
        """Return public threads that were written in after a message id and archived since: no event names them."""
        since, found = moment_of(alive), list[discord.Thread]()
        for parent in parents:
            try:
                async for thread in parent.archived_threads(limit=MOST_ARCHIVED):
                    if thread.archive_timestamp < since:
                        break
                    found += [thread] if (thread.last_message_id or 0) > alive else []
            except (*Failures, *_NONSENSE) as error:
                _log.warning("archived threads cannot be read", channel=parent.id, error=type(error).__name__)
        return found

    async def changes(self, channel: Channel, place: Place, own_id: int | None, *, before: int | None) -> Look:
        """Look at stored messages of a channel again, the newest below an id first, and return what became of them.

        Raises UnreadableError.
        """
        if self._stored is None:
            return Look()
        refs = await self._stored.stored(
            Source.DISCORD,
            place.container,
            since=DISCORD_BEGAN,
            until=None if before is None else moment_of(before) + _ONE_TICK,
            limit=STORED_AT_ONCE,
        )
        wanted = sorted(one for one in message_ids(refs) if before is None or one < before)
        if not wanted:
            return Look()
        try:
            found, looked_at, left = await self._look(channel, wanted)
        except discord.Forbidden:
            return Look()
        rest = left[-1] + 1 if left else wanted[0] if len(refs) == STORED_AT_ONCE else None
        batch = await self._changed(channel, place, found, looked_at, own_id)
        return Look(batch if batch.posts or batch.removals else None, rest)

    async def _changed(
        self,
        channel: Channel,
        place: Place,
        found: dict[int, discord.Message],
        looked_at: list[int],
        own_id: int | None,
    ) -> Batch:
        gone = [PostRef(Source.DISCORD, place.container, str(one)) for one in looked_at if one not in found]
        self.counts.removed += len(gone)
        edits = [await self._post(channel, place, one, own_id) for one in found.values() if one.edited_at is not None]
        return Batch(
            feed_of(channel.id),
            posts=tuple(post for post in edits if post is not None),
            removals=tuple(Removal(ref, RemovalReason.VANISHED, self._clock.now()) for ref in gone),
        )

    async def _look(
        self, channel: Channel, wanted: list[int]
    ) -> tuple[dict[int, discord.Message], list[int], list[int]]:
        """Read the windows that hold these ids, newest first; return what is there, and the ids covered and left."""
        there: dict[int, discord.Message] = {}
        covered: list[int] = []
        for _ in range(MOST_WINDOWS):
            if not wanted:
                break
            newest = wanted[-1]
            page = [one async for one in _history(channel, limit=PAGE, before=discord.Object(newest + 1))]
            there.update((one.id, one) for one in page)
            # A page that is not full has reached the channel's beginning.
            lowest = min((one.id for one in page), default=0) if len(page) == PAGE else 0
            covered += [one for one in wanted if one >= lowest]
            wanted = [one for one in wanted if one < lowest]
        return {one: there[one] for one in covered if one in there}, covered, wanted

    async def _post(self, channel: Channel, place: Place, message: discord.Message, own_id: int | None) -> Post | None:
        is_staff = await self.staff.has(channel.guild, message.author)
        return to_post(message, place, self._scope, own_id, is_staff=is_staff)

    def _gap(self, channel: Channel, after: int, newest: int, reason: str) -> Batch:
        self.counts.gaps += 1
        _log.warning("gap in a channel", channel=channel.id, reason=reason)
        gap = Gap(feed_of(channel.id), moment_of(after), max(moment_of(newest), moment_of(after)), None, reason)
        return Batch(feed_of(channel.id), cursor=str(newest), gaps=(gap,))


async def _history(channel: Channel, **window: Any) -> AsyncIterator[discord.Message]:
    """Yield a channel's messages. Raises discord.Forbidden, and UnreadableError for what may pass."""
    messages = aiter(channel.history(**window))
    while True:
        try:
            message = await anext(messages)
        except StopAsyncIteration:
            return
        except discord.Forbidden:
            raise
        except (*Failures, *_NONSENSE) as error:
            raise UnreadableError(type(error).__name__) from error
        yield message


def _newest(channel: Channel, read: int) -> int:
    return max(channel.last_message_id or 0, read)


def moment_of(snowflake: int) -> datetime:
    """Return when an id was made."""
    return discord.utils.snowflake_time(snowflake).astimezone(UTC)


def message_ids(refs: Iterable[PostRef]) -> list[int]:
    """Return the ids of stored messages; posts that came from a file may be called anything."""
    return [int(ref.native_id) for ref in refs if ref.native_id.isdecimal()]


def removals(
    channel_id: int, message_ids: Collection[int], reason: RemovalReason, noticed_at: datetime
) -> list[Removal]:
    """Return what is to be purged after messages were deleted."""
    container = str(channel_id)
    return [Removal(PostRef(Source.DISCORD, container, str(one)), reason, noticed_at) for one in message_ids]
