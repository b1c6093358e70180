"""The Discord listener: raw events in, batches out, and nothing missed over restarts and lost sessions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from typing import Any

import discord
import structlog
from discord.ext import commands

from core.clock import Clock
from core.ports.listening import FeedMemory, StoredPosts
from core.settings import DiscordSection
from core.types.member import GuildSettings
from core.types.post import Batch, FeedHealth, PostRef, RemovalReason, Source
from listeners.discord.catchup import CatchUp, DiscordCounts, Look, UnreadableError, feed_of, message_ids, removals
from listeners.discord.convert import to_post, words
from listeners.discord.inflow import Inflow
from listeners.discord.scope import Channel, Place, Scope
from listeners.handover import Handover
from listeners.tasks import Tasks

_log = structlog.get_logger(__name__)

RETRY_SECONDS = 60.0
"""Pause before channels that could not be read are tried again."""
DRAIN_SECONDS = 0.2
"""Pause before looking whether what came in before an overflow is committed."""


class DiscordListener:
    """Follows the channels of all guilds the client is in."""

    name = "discord"

    def __init__(
        self,
        client: commands.Bot,
        section: DiscordSection,
        memory: FeedMemory,
        clock: Clock,
        *,
        stored: StoredPosts | None = None,
    ) -> None:
        """Prepare; call `attach()` before the client starts.

        Without `stored`, deletions and edits made while we were away are not looked for.
        """
        self._client = client
        self._memory = memory
        self._clock = clock
        self._scope = Scope(section)
        self._stored = stored
        self._catch_up = CatchUp(self._scope, clock, stored)
        self._inflow = Inflow()
        self._handover = Handover()
        self._tasks = Tasks(self._handover.fail)
        self._behind: dict[int, Channel] = {}
        """Channels whose history has to be read on before live messages may move their cursors."""
        self._overflowed: dict[int, int] = {}
        """Channels behind because the queue was full: the last message of theirs that found room."""
        self._to_look: dict[int, tuple[Channel, int | None]] = {}
        """Channels whose stored messages are looked at again, and below which id: edits and deletions were missed."""
        self._all_behind = True
        self._session = 0
        self._ready_session = -1
        self._losses = 0
        """How often events were lost to us: what is planned for one loss says nothing about the next."""
        self._called = asyncio.Event()
        self._committed: dict[int, int] = {}
        """Newest message of each channel that is durable, as far as this process knows."""
        self._unread: dict[int, str] = {}
        self._is_connected = False
        self._last_seen_at: datetime | None = None
        self._posts_seen = 0

    # -- what the bot calls

    def attach(self) -> None:
        """Hook into the client's events. Call once, before the client starts."""
        hooks: list[tuple[Callable[..., Coroutine[Any, Any, None]], str]] = [
            (self._on_connect, "on_connect"),
            (self._on_resumed, "on_resumed"),
            (self._on_disconnect, "on_disconnect"),
            (self._on_ready, "on_ready"),
            (self._on_available, "on_guild_available"),
            (self._on_message, "on_message"),
            (self._on_edit, "on_raw_message_edit"),
            (self._on_delete, "on_raw_message_delete"),
            (self._on_bulk_delete, "on_raw_bulk_message_delete"),
            (self._on_channel_delete, "on_guild_channel_delete"),
            (self._on_thread_delete, "on_raw_thread_delete"),
            *((self._on_change, f"on_{event}") for event in _SCOPE_EVENTS),
        ]
        for listener, event in hooks:
            self._client.add_listener(listener, event)

    def apply(self, settings: GuildSettings) -> None:
        """Follow what moderators have set in a guild, from the next message on."""
        self._scope.apply(settings)
        self._catch_up.staff.forget()

    # -- the port

    async def batches(self) -> AsyncIterator[Batch]:
        """Yield batches until closed."""
        await self._tasks.end()  # an iteration that was dropped half-way
        tasks = self._tasks = Tasks(self._handover.fail)
        tasks.start(self._pump())
        tasks.start(self._keep_up())
        try:
            async for batch in self._handover.batches():
                yield batch
        finally:
            await tasks.end()

    def health(self) -> tuple[FeedHealth, ...]:
        """Say how listening is doing as a whole, and name the channels whose history we may not read."""
        state, detail = "ok", f"{len(self._inflow)} waiting"
        if not self._client.intents.message_content:
            state, detail = "no_message_content", "only messages that mention the bot can be read"
        elif not self._is_connected:
            state, detail = "late", "not connected"
        elif self._behind:
            detail = f"{len(self._inflow)} waiting, {len(self._behind)} channels to catch up"
        if self._inflow.dropped:
            detail += f", {self._inflow.dropped} overflowed"
        closed = [FeedHealth(feed_of(one), "closed", None, 0, reason) for one, reason in self._unread.items()]
        return (FeedHealth(self.name, state, self._last_seen_at, self._posts_seen, detail), *closed)

    def counts(self) -> DiscordCounts:
        """Return what was counted so far."""
        inflow, caught_up = self._inflow, self._catch_up.counts
        return DiscordCounts(
            waiting=len(inflow),
            overflowed=inflow.dropped,
            deletions_lost=inflow.lost_removals,
            caught_up=caught_up.messages,
            found_deleted=caught_up.removed,
            to_look_at=len(self._to_look),
        )

    @property
    def waiting(self) -> int:
        """Events that are not committed yet."""
        return len(self._inflow)

    @property
    def is_level(self) -> bool:
        """Whether nothing waits and no channel is to be caught up."""
        return not self._inflow and not self._all_behind and not self._behind and not self._to_look

    async def close(self) -> None:
        """Stop at once; what waits is read by history at the next start."""
        self._handover.end()
        await self._tasks.end()

    # -- events

    async def _on_connect(self) -> None:
        # A new session: whatever was written since the last one is not replayed. (A resumed one replays it.)
        self._is_connected, self._all_behind = True, True
        self._session += 1
        self._losses += 1

    async def _on_resumed(self) -> None:
        self._is_connected = True

    async def _on_disconnect(self) -> None:
        self._is_connected = False

    async def _on_ready(self) -> None:
        self._scope.forget()
        self._ready_session = self._session
        self._called.set()

    async def _on_available(self, _: discord.Guild) -> None:
        # A guild is back from an outage of Discord's; our session went on, and nothing of it is replayed.
        self._scope.forget()
        self._all_behind = True
        self._losses += 1
        self._called.set()

    async def _on_change(self, *_: object) -> None:
        self._scope.forget()
        self._catch_up.staff.forget()

    async def _on_message(self, message: discord.Message) -> None:
        place = self._scope.place(message.channel)
        if place is None:
            return
        self._last_seen_at = message.created_at
        self._posts_seen += 1
        post = to_post(message, place, self._scope, self._own_id)
        if post is not None and not self._inflow.add(post):
            self._fall_behind(message.channel, message.id)

    async def _on_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        message = event.message
        place = self._scope.place(message.channel)
        if place is None or message.edited_at is None:
            return  # a link was unfurled, or a thread opened: nobody changed a word
        post = to_post(message, place, self._scope, self._own_id)
        if post is not None:
            if not self._inflow.add(post):
                self._look_later(event.channel_id)
        elif self._client.intents.message_content and not words(message):
            self._remove(event.channel_id, [event.message_id], RemovalReason.DELETED_BY_AUTHOR)

    async def _on_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        # Discord does not say who deleted it.
        self._remove(event.channel_id, [event.message_id], RemovalReason.VANISHED)

    async def _on_bulk_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        self._remove(event.channel_id, sorted(event.message_ids), RemovalReason.REMOVED_BY_MODERATOR)

    async def _on_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self._forget_channel(channel.id)

    async def _on_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        await self._forget_channel(event.thread_id)

    # -- inside

    @property
    def _own_id(self) -> int | None:
        return None if self._client.user is None else self._client.user.id

    def _remove(self, channel_id: int, message_ids: list[int], reason: RemovalReason) -> None:
        if not self._inflow.remove(removals(channel_id, message_ids, reason, self._clock.now())):
            self._look_later(channel_id)

    def _look_later(self, channel_id: int) -> None:
        """Note that edits or deletions of a channel did not find room: its stored messages are looked at again."""
        channel = self._client.get_channel(channel_id)
        if self._stored is not None and isinstance(channel, Channel):
            self._to_look[channel_id] = (channel, None)
            self._called.set()

    async def _forget_channel(self, channel_id: int) -> None:
        """Purge what is stored of a channel that was deleted: no event names its messages."""
        self._scope.forget()
        self._behind.pop(channel_id, None)
        self._to_look.pop(channel_id, None)
        if self._stored is None:
            return
        since = datetime.fromtimestamp(0, self._clock.now().tzinfo)
        refs: list[PostRef] = await self._stored.stored(Source.DISCORD, str(channel_id), since=since, limit=100_000)
        self._remove(channel_id, message_ids(refs), RemovalReason.REMOVED_BY_MODERATOR)

    def _fall_behind(self, channel: object, lost: int) -> None:
        """Note that live events of a channel were lost, from this message on: its history has to be read on."""
        if isinstance(channel, Channel) and channel.id not in self._overflowed:
            _log.warning("too many messages at once: a channel is read on by history", channel=channel.id)
            self._overflowed[channel.id] = lost - 1
            self._behind[channel.id] = channel
            self._called.set()

    async def _pump(self) -> None:
        """Hand over what came in, channel by channel."""
        while True:
            await self._inflow.filled()
            for container, posts, gone in self._inflow.waiting():
                channel_id = int(container)
                # While a channel is behind, its cursor stays where its history was read to.
                is_behind = self._all_behind or channel_id in self._behind
                newest = max((int(post.ref.native_id) for post in posts), default=0)
                is_ahead = newest > self._committed.get(channel_id, 0) and not is_behind
                await self._handover.put(
                    Batch(
                        feed_of(container),
                        posts=tuple(posts),
                        removals=tuple(gone),
                        cursor=str(newest) if is_ahead else None,
                    )
                )
                self._inflow.settle(posts, gone)
                if is_ahead:
                    self._committed[channel_id] = newest

    async def _keep_up(self) -> None:
        """Catch up whenever a session began or events were lost, and again where a channel could not be read."""
        retry: float | None = None
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._called.wait(), retry)
            self._called.clear()
            if self._all_behind and self._ready_session == self._session:
                await self._plan(self._losses)
            for channel in list(self._behind.values()):
                if not self._is_draining(channel):
                    await self._read_on(channel)
            # New messages of all channels come before a second look at old ones.
            failed = [one for one in list(self._to_look) if one in self._to_look and not await self._look_again(one)]
            is_under_way = self._overflowed or len(self._to_look) > len(failed)
            retry = DRAIN_SECONDS if is_under_way else RETRY_SECONDS if self._behind or failed else None

    def _is_draining(self, channel: Channel) -> bool:
        """Say whether messages from before an overflow still wait: nothing may move the cursor past them."""
        last = self._overflowed.get(channel.id)
        return last is not None and self._inflow.holds_up_to(str(channel.id), last)

    async def _plan(self, losses: int) -> None:
        """Find the channels that hold messages we have not seen; note where the others stand."""
        for guild in list(self._client.guilds):
            channels = self._scope.channels(guild)
            cursors = {one.id: await self._cursor(one.id) for one in channels}
            # A channel or thread without a cursor was opened while we were away, unless all is new to us.
            alive = max((cursor for cursor in cursors.values() if cursor is not None), default=None)
            for channel in channels:
                cursor = cursors[channel.id] or alive
                if cursor is None:
                    cursor = max(channel.last_message_id or 0, channel.id)
                    await self._handover.put(Batch(feed_of(channel.id), cursor=str(cursor)))
                self._judge(channel, cursor)
            if alive is not None:
                for thread in await self._catch_up.archived_since(self._scope.parents(guild), alive):
                    self._judge(thread, await self._cursor(thread.id) or alive)
        if losses == self._losses:
            self._all_behind = False

    def _judge(self, channel: Channel, cursor: int) -> None:
        """Note where a channel stands, and whether it has to be read on or looked at again."""
        self._committed[channel.id] = cursor
        if (channel.last_message_id or 0) > cursor:
            self._behind[channel.id] = channel
        if self._stored is not None:
            self._to_look[channel.id] = (channel, None)

    async def _cursor(self, channel_id: int) -> int | None:
        committed = self._committed.get(channel_id)
        if committed is not None:
            return committed
        cursor = await self._memory.cursor(feed_of(channel_id))
        return int(cursor) if cursor is not None and cursor.isdecimal() else None

    async def _read_on(self, channel: Channel) -> None:
        place = self._scope.place(channel)
        overflowed = self._overflowed.pop(channel.id, None)
        after = await self._cursor(channel.id) if overflowed is None else overflowed
        try:
            if place is not None and after is not None:
                await self._read_messages(channel, place, after, is_flood=overflowed is not None)
        except UnreadableError as error:
            # What was read is committed; the next try goes on from there.
            _log.warning("channel cannot be read now", channel=channel.id, error=str(error))
            return
        self._catch_up.counts.channels += 1
        if channel.id in self._catch_up.unfinished:
            self._catch_up.unfinished.discard(channel.id)
            self._overflowed[channel.id] = self._committed[channel.id]
        if channel.id not in self._overflowed:
            self._behind.pop(channel.id, None)

    async def _look_again(self, channel_id: int) -> bool:
        """Look at some stored messages of a channel; False where that is not possible now."""
        asked = self._to_look[channel_id]
        channel, before = asked
        place = self._scope.place(channel)
        try:
            look = (
                Look() if place is None else await self._catch_up.changes(channel, place, self._own_id, before=before)
            )
        except UnreadableError as error:
            _log.warning("stored messages cannot be looked at now", channel=channel_id, error=str(error))
            return False
        if look.batch is not None:
            await self._handover.put(look.batch)
        if self._to_look.get(channel_id) is asked:  # nobody has asked to begin anew meanwhile
            if look.rest is None:
                del self._to_look[channel_id]
            else:
                self._to_look[channel_id] = (channel, look.rest)
        return True

    async def _read_messages(self, channel: Channel, place: Place, after: int, *, is_flood: bool) -> None:
        self._unread.pop(channel.id, None)
        async for batch in self._catch_up.messages(channel, place, after, self._own_id, is_flood=is_flood):
            await self._handover.put(batch)
            if batch.cursor is not None:
                self._committed[channel.id] = int(batch.cursor)
            if any(gap.reason == "no_history_permission" for gap in batch.gaps):
                self._unread[channel.id] = "no_history_permission"


_SCOPE_EVENTS = (
    "guild_join",
    "guild_role_update",
    "guild_role_delete",
    "guild_channel_create",
    "guild_channel_update",
    "thread_update",
    "member_update",
)
"""After these, who and what is followed may be different."""
