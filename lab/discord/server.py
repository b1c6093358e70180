"""The stand-in Discord as a whole: REST, gateway and CDN on one loopback port."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from zlib import crc32

from aiohttp import web

from core.clock import Clock
from lab.discord.body import error
from lab.discord.gateway import Gateway
from lab.discord.interactions import Interactions
from lab.discord.people import People
from lab.discord.render import Renderer
from lab.discord.rest import Rest
from lab.discord.stage import Stage
from lab.discord.types import Channel, ChannelKind, Command, Guild, Member, Message, Role
from lab.discord.webhooks import InteractionRoutes
from lab.discord.world import DiscordWorld
from lab.server import LoopbackServer, clean_path, json_response

API = "/api/v10"
TOKEN = "stand-in.token"  # noqa: S105 - there is nothing behind it
VIA = {"Via": "1.1 google"}
"""Without it discord.py takes a 429 for a ban by Cloudflare and gives up."""


@dataclass(slots=True)
class Bucket:
    """A rate limit on some routes: fixed windows of real time, as Discord's."""

    route: str
    limit: int
    seconds: float
    started_at: float = 0.0
    used: int = 0

    @property
    def left(self) -> float:
        """Seconds until the window ends."""
        return max(0.0, self.seconds - (time.monotonic() - self.started_at))

    def take(self) -> bool:
        """Count a request; False when the window is used up."""
        if not self.left:
            self.started_at, self.used = time.monotonic(), 0
        self.used += 1
        return self.used <= self.limit


class StandInDiscord(People, LoopbackServer):
    """Discord on loopback: `api_url`, `gateway_url` and `cdn_url` are what discord.py must be pointed at."""

    def __init__(self, clock: Clock, *, port: int = 0, token: str = TOKEN, bot_name: str = "Maeari") -> None:
        LoopbackServer.__init__(self, clock, port=port)
        self.token = token
        self.world = DiscordWorld(clock, bot_name=bot_name)
        self.renderer = Renderer(self.world)
        self.gateway = Gateway(self.world, self.renderer, token=token)
        stage = Stage(self.world, self.renderer, self.gateway)
        self.interactions = Interactions(stage)
        People.__init__(self, stage, self.interactions)
        self._buckets: list[Bucket] = []

    @property
    def api_url(self) -> str:
        """Address for `Route.BASE`."""
        return self.url + API

    @property
    def gateway_url(self) -> str:
        """Address for `DiscordWebSocket.DEFAULT_GATEWAY`."""
        return f"ws://127.0.0.1:{self.port}/gateway"

    @property
    def cdn_url(self) -> str:
        """Address for `Asset.BASE`."""
        return self.url + "/cdn"

    @property
    def bot(self) -> Member:
        """Our bot, as a person."""
        return self.world.bot

    @property
    def is_quiet(self) -> bool:
        """No request is open and every gateway frame has left."""
        return not self.open_requests and not self.gateway.backlog

    async def start(self) -> None:
        """Listen. Raises AddressInUseError where the port is taken."""
        await super().start()
        self.gateway.url = self.gateway_url
        self.renderer.cdn = self.cdn_url

    async def close(self) -> None:
        """Close every connection and stop listening."""
        await self.gateway.drop(code=1001)
        await super().close()

    # -- building the world (before or while a client is there)

    def add_guild(self, name: str, *, locale: str = "en-US") -> Guild:
        """Open a guild that our bot is in. A client that is there already does not hear of it before it identifies."""
        return self.world.add_guild(name, locale=locale)

    def add_role(self, guild: Guild, name: str, permissions: Iterable[str] = ()) -> Role:
        """Make a role with permissions such as `manage_messages`."""
        return self.world.add_role(guild, name, permissions)

    def add_channel(
        self,
        guild: Guild,
        name: str,
        *,
        kind: ChannelKind = ChannelKind.TEXT,
        topic: str = "",
        parent: Channel | None = None,
        visible_to: Iterable[Role] | None = None,
        is_nsfw: bool = False,
    ) -> Channel:
        """Open a channel; `visible_to` hides it from all but some roles."""
        return self._stage.add_channel(
            Channel(
                id=self.world.ids.mint(),
                guild_id=guild.id,
                name=name.removeprefix("#"),
                kind=kind,
                topic=topic,
                parent_id=None if parent is None else parent.id,
                position=len(self.world.channels),
                visible_to=None if visible_to is None else tuple(role.id for role in visible_to),
                is_nsfw=is_nsfw,
            )
        )

    def add_member(
        self,
        guild: Guild,
        name: str,
        *,
        display: str | None = None,
        locale: str = "en-US",
        roles: Iterable[Role] = (),
        is_bot: bool = False,
    ) -> Member:
        """Let somebody join a guild. `locale` is the language of their own client."""
        return self._stage.add_member(
            Member(
                id=self.world.ids.mint(),
                guild_id=guild.id,
                name=name,
                display=display,
                locale=locale,
                is_bot=is_bot,
                role_ids=tuple(role.id for role in roles),
                joined_at=self.clock.now(),
            )
        )

    # -- looking

    def messages(self, channel: Channel) -> list[Message]:
        """Return all messages of a channel, oldest first."""
        return self.world.messages(channel)

    def commands(self) -> tuple[Command, ...]:
        """Return the commands that were registered."""
        return self.interactions.commands()

    def current(self, message: Message) -> Message:
        """Return a message as it stands now. Raises NotFoundError where it was deleted."""
        return self.world.message(message.channel_id, message.id)

    # -- serving

    def limit(self, route: str, *, requests: int, seconds: float) -> None:
        """Put a rate limit on a route, e.g. `limit("POST /channels/*/messages", requests=5, seconds=5)`."""
        self._buckets.append(Bucket(route, requests, seconds))

    def routes(self) -> list[web.RouteDef]:
        """Return the routes that are served."""
        return [
            web.get("/gateway", self.gateway.serve),
            web.get("/gateway/", self.gateway.serve),
            web.get(f"{API}/gateway/bot", self._gateway_bot),
            web.get("/cdn/attachments/{channel}/{attachment}/{filename}", self._download),
            *Rest(self._stage, self.interactions).routes(API),
            *InteractionRoutes(self._stage, self.interactions).routes(API),
        ]

    def local_path(self, request: web.Request) -> str:
        """Return the path without `/api/v10`."""
        return clean_path(request.path).removeprefix(API) or "/"

    def error_response(self, status: int, *, retry_after: str | None = None) -> web.Response:
        """Return an error in Discord's shape; a 429 always names its delay, and comes through a proxy."""
        if status != 429:
            return error(status, 0, f"{status}: stand-in fault")
        delay = float(retry_after or "0.05")
        return json_response(
            {"message": "You are being rate limited.", "retry_after": delay, "global": False},
            status=429,
            headers=VIA | {"Retry-After": f"{delay:g}"},
        )

    async def guard(self, request: web.Request) -> web.Response | None:
        """Ask for the bot's token where Discord does, and keep rate limits."""
        path = self.local_path(request)
        is_open = path.startswith(("/interactions/", "/webhooks/", "/gateway", "/cdn/"))
        if (not is_open or path == "/gateway/bot") and request.headers.get("Authorization") != f"Bot {self.token}":
            return error(401, 0, "401: Unauthorized")
        bucket = self._bucket(request)
        if bucket is None or bucket.take():
            return None
        return self.error_response(429, retry_after=f"{bucket.left:.3f}")

    def rate_headers(self, request: web.Request) -> Mapping[str, str]:
        """Return the state of the route's bucket; a route without a limit tells nothing."""
        bucket = self._bucket(request)
        if bucket is None:
            return {}
        return {
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(max(0, bucket.limit - bucket.used)),
            "X-RateLimit-Reset-After": f"{bucket.left:.3f}",
            "X-RateLimit-Bucket": f"{crc32(bucket.route.encode()):08x}",
        }

    def _bucket(self, request: web.Request) -> Bucket | None:
        route = f"{request.method} {self.local_path(request)}"
        return next((one for one in self._buckets if fnmatchcase(route, one.route)), None)

    async def _gateway_bot(self, _: web.Request) -> web.Response:
        limits = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return json_response({"url": self.gateway_url, "shards": 1, "session_start_limit": limits})

    async def _download(self, request: web.Request) -> web.Response:
        wanted = int(request.match_info["attachment"])
        channel = self.world.channel(int(request.match_info["channel"]))
        for message in self.world.messages(channel):
            for attachment in message.attachments:
                if attachment.id == wanted:
                    return web.Response(body=attachment.content)
        return web.Response(status=404)
