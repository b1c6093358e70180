"""The stand-in's gateway v10: sessions with RESUME, heartbeats, and both stream compressions."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections import deque
from collections.abc import Callable
from typing import Protocol

import msgspec
import zstandard
from aiohttp import WSMsgType, web

from lab.discord.render import Renderer
from lab.discord.types import Guild
from lab.discord.world import DiscordWorld
from lab.server import Json

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT = 0, 1, 2, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 8, 9, 10, 11

AUTHENTICATION_FAILED = 4004
"""Close codes from Discord's documented list."""
DISALLOWED_INTENTS = 4014
HEARTBEAT_SECONDS = 41.25
"""What the real gateway asks for."""
CLOSE_SECONDS = 1.0
"""Real seconds that a client gets to answer a close frame."""
REPLAY_LENGTH = 5_000
"""Events a session keeps for RESUME."""
MEMBERS_INTENT = 1 << 1
MESSAGE_CONTENT_INTENT = 1 << 15
PRIVILEGED_INTENTS = MEMBERS_INTENT | 1 << 8 | MESSAGE_CONTENT_INTENT
CHUNK_LENGTH = 1_000
"""Members in one GUILD_MEMBERS_CHUNK."""


class _Compressor(Protocol):
    def compress(self, content: bytes) -> bytes: ...


class _Zlib:
    """zlib-stream: one stream a connection, each message ends with Z_SYNC_FLUSH."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj()

    def compress(self, content: bytes) -> bytes:
        return self._stream.compress(content) + self._stream.flush(zlib.Z_SYNC_FLUSH)


class _Zstd:
    """zstd-stream: one frame a connection, each message ends with a flushed block."""

    def __init__(self) -> None:
        self._stream = zstandard.ZstdCompressor().compressobj()

    def compress(self, content: bytes) -> bytes:
        return self._stream.compress(content) + self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


_COMPRESSORS: dict[str, Callable[[], _Compressor]] = {"zlib-stream": _Zlib, "zstd-stream": _Zstd}


class Session:
    """One identified session; it outlives its connection so that it can be resumed."""

    def __init__(self, session_id: str, intents: int) -> None:
        self.id = session_id
        self.intents = intents
        self.sequence = 0
        self.events: deque[tuple[int, bytes]] = deque(maxlen=REPLAY_LENGTH)
        self.connection: Connection | None = None
        self.resumable = True

    def dispatch(self, event: str, content: object) -> None:
        """Count an event, keep it for RESUME, and send it if a client is there."""
        self.sequence += 1
        frame = msgspec.json.encode({"op": DISPATCH, "t": event, "s": self.sequence, "d": content})
        self.events.append((self.sequence, frame))
        if self.connection is not None:
            self.connection.send(frame)


class Connection:
    """One websocket; frames leave in order through one writer."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, compression: str | None) -> None:
        self.request = request
        self.socket = socket
        self.heartbeats: asyncio.Queue[int | None] = asyncio.Queue()
        self._compressor = _COMPRESSORS[compression]() if compression else None
        self._frames: asyncio.Queue[bytes] = asyncio.Queue()

    @property
    def backlog(self) -> int:
        """Frames that did not leave yet."""
        return self._frames.qsize()

    def send(self, frame: bytes) -> None:
        """Line a frame up."""
        self._frames.put_nowait(frame)

    def send_op(self, op: int, content: object) -> None:
        """Line up a frame that is no event."""
        self.send(msgspec.json.encode({"op": op, "d": content, "s": None, "t": None}))

    async def write(self) -> None:
        """Send frames until cancelled or the socket is gone."""
        with contextlib.suppress(ConnectionError):
            while True:
                frame = await self._frames.get()
                if self._compressor is None:
                    await self.socket.send_str(frame.decode())
                else:
                    await self.socket.send_bytes(self._compressor.compress(frame))


class Gateway:
    """Accepts clients, keeps their sessions, and sends them what happens."""

    def __init__(self, world: DiscordWorld, renderer: Renderer, *, token: str) -> None:
        self._world = world
        self._renderer = renderer
        self._token = token
        self.url = ""
        self.heartbeat_seconds = HEARTBEAT_SECONDS
        self.allowed_intents = PRIVILEGED_INTENTS
        """Privileged intents the developer portal grants; asking for others closes with 4014."""
        self.acknowledges = True
        """False: heartbeats stay without an answer, as on a dead connection."""
        self.is_open = True
        """False: new connections are refused (503), as in an outage; those that are open stay."""
        self.is_deaf = False
        """True: nothing that happens is told to anybody, nor kept for RESUME: an outage behind the gateway."""
        self.identifies = 0
        self.resumes = 0
        self._sessions: dict[str, Session] = {}

    # -- what happens

    def emit(self, event: str, content: Json, *, intent: int = 0) -> None:
        """Send an event to every session whose intents ask for it (0: to all)."""
        for session in self._sessions.values():
            if not self.is_deaf and (not intent or session.intents & intent):
                session.dispatch(event, content)

    def emit_message(self, event: str, content: Json, *, intent: int) -> None:
        """Send a message event; without the message-content intent its text is empty, as Discord documents."""
        bot_id = str(self._world.bot.id)
        is_open = (
            "guild_id" not in content
            or content["author"]["id"] == bot_id
            or any(user["id"] == bot_id for user in content["mentions"])
        )
        for session in self._sessions.values():
            if self.is_deaf or not session.intents & intent:
                continue
            if is_open or session.intents & MESSAGE_CONTENT_INTENT:
                session.dispatch(event, content)
            else:
                session.dispatch(event, content | {"content": "", "embeds": [], "components": [], "attachments": []})

    # -- faults on demand

    @property
    def connections(self) -> list[Connection]:
        """The connections that are open and identified."""
        return [session.connection for session in self._sessions.values() if session.connection is not None]

    @property
    def sequence(self) -> int:
        """The number of the last event sent to the newest session: a client that has seen it has seen all."""
        return list(self._sessions.values())[-1].sequence if self._sessions else 0

    @property
    def backlog(self) -> int:
        """Frames that did not leave yet."""
        return sum(connection.backlog for connection in self.connections)

    async def drop(self, *, code: int = 4000) -> None:
        """Close every connection; what happens meanwhile is kept for RESUME."""
        for connection in self.connections:
            await connection.socket.close(code=code)

    def cut(self) -> None:
        """Tear every connection down without a close frame."""
        for connection in self.connections:
            if connection.request.transport is not None:
                connection.request.transport.abort()

    def ask_to_reconnect(self) -> None:
        """Send op 7: the client closes and resumes."""
        for connection in self.connections:
            connection.send_op(RECONNECT, None)

    def invalidate(self, *, resumable: bool = False) -> None:
        """Send op 9. Not resumable: the sessions are gone, and with them what was not delivered."""
        for session in list(self._sessions.values()):
            session.resumable = session.resumable and resumable
            if session.connection is not None:
                session.connection.send_op(INVALID_SESSION, resumable)
            elif not resumable:
                del self._sessions[session.id]

    def take_guild_away(self, guild: Guild) -> None:
        """Tell everybody that a guild is not available: an outage of Discord's."""
        self.emit("GUILD_DELETE", {"id": str(guild.id), "unavailable": True})

    def bring_guild_back(self, guild: Guild) -> None:
        """Tell everybody that a guild is available again; what happened meanwhile is not told."""
        self.emit("GUILD_CREATE", self._renderer.guild_create(guild, with_members=False))

    async def barrier(self, timeout: float = 5.0) -> None:  # noqa: ASYNC109 - a plain number of seconds reads best
        """Return once every client has parsed all events sent so far.

        It asks for a heartbeat, which names the last event seen. discord.py counts the answer among its 110 sends a
        minute: for tests, not for a scenario of hundreds of steps.
        """
        async with asyncio.timeout(timeout):
            for session in list(self._sessions.values()):
                if session.connection is not None:
                    await _wait_for_heartbeat(session.connection, session.sequence)

    # -- serving

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one client until it leaves."""
        if not self.is_open:
            return web.Response(status=503)
        socket = web.WebSocketResponse(max_msg_size=0, timeout=CLOSE_SECONDS)
        await socket.prepare(request)
        connection = Connection(request, socket, request.query.get("compress"))
        writer = asyncio.create_task(connection.write(), name="stand-in gateway writer")
        connection.send_op(HELLO, {"heartbeat_interval": int(self.heartbeat_seconds * 1000)})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    frame = msgspec.json.decode(message.data)
                    await self._receive(connection, frame["op"], frame.get("d"))
        finally:
            self._leave(connection)
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer
        return socket

    def _leave(self, connection: Connection) -> None:
        for session in list(self._sessions.values()):
            if session.connection is connection:
                session.connection = None
                if not session.resumable:
                    del self._sessions[session.id]

    async def _receive(self, connection: Connection, op: int, content: object) -> None:
        if op == HEARTBEAT:
            assert content is None or isinstance(content, int)
            connection.heartbeats.put_nowait(content)
            if self.acknowledges:
                connection.send_op(HEARTBEAT_ACK, None)
            return
        if not isinstance(content, dict):
            return
        if op == IDENTIFY:
            await self._identify(connection, content)
        elif op == RESUME:
            await self._resume(connection, content)
        elif op == REQUEST_MEMBERS:
            self._send_members(connection, content)

    async def _identify(self, connection: Connection, content: Json) -> None:
        if content["token"] != self._token:
            await connection.socket.close(code=AUTHENTICATION_FAILED, message=b"Authentication failed.")
            return
        intents = content["intents"]
        if intents & PRIVILEGED_INTENTS & ~self.allowed_intents:
            await connection.socket.close(code=DISALLOWED_INTENTS, message=b"Disallowed intent(s).")
            return
        self.identifies += 1
        session = Session(f"session-{self.identifies}", intents)
        self._sessions[session.id] = session
        session.connection = connection
        guilds = list(self._world.guilds.values())
        session.dispatch("READY", self._ready(session, guilds))
        for guild in guilds:
            with_members = bool(intents & MEMBERS_INTENT)
            session.dispatch("GUILD_CREATE", self._renderer.guild_create(guild, with_members=with_members))

    def _ready(self, session: Session, guilds: list[Guild]) -> Json:
        return {
            "v": 10,
            "user": self._renderer.user(self._world.bot) | {"mfa_enabled": True, "verified": True, "flags": 0},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "session_type": "normal",
            "private_channels": [],
            "shard": [0, 1],
            "application": {"id": str(self._world.application_id), "flags": 0},
        }

    async def _resume(self, connection: Connection, content: Json) -> None:
        if content["token"] != self._token:
            await connection.socket.close(code=AUTHENTICATION_FAILED, message=b"Authentication failed.")
            return
        session = self._sessions.get(content["session_id"])
        if session is None or not session.resumable:
            connection.send_op(INVALID_SESSION, False)
            return
        self.resumes += 1
        session.connection = connection
        for sequence, frame in session.events:
            if sequence > content["seq"]:
                connection.send(frame)
        session.dispatch("RESUMED", {})

    def _send_members(self, connection: Connection, content: Json) -> None:
        guild_id = int(content["guild_id"])
        members = self._world.members_of(guild_id)
        if wanted := content.get("user_ids"):
            ids = {int(one) for one in wanted}
            members = [member for member in members if member.id in ids]
        if query := content.get("query"):
            members = [member for member in members if member.name.startswith(query)]
        chunks = [members[start : start + CHUNK_LENGTH] for start in range(0, len(members), CHUNK_LENGTH)] or [[]]
        session = next(one for one in self._sessions.values() if one.connection is connection)
        for index, chunk in enumerate(chunks):
            session.dispatch(
                "GUILD_MEMBERS_CHUNK",
                {
                    "guild_id": str(guild_id),
                    "members": [self._renderer.member_with_user(member) for member in chunk],
                    "chunk_index": index,
                    "chunk_count": len(chunks),
                    "nonce": content.get("nonce"),
                },
            )


async def _wait_for_heartbeat(connection: Connection, sequence: int) -> None:
    while not connection.heartbeats.empty():
        connection.heartbeats.get_nowait()
    connection.send_op(HEARTBEAT, None)
    while (await connection.heartbeats.get() or 0) < sequence:
        pass
