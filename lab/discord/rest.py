"""The stand-in's REST v10 routes for channels, messages, guilds and commands: those the product calls, no others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import unquote

from aiohttp import web

from lab.discord.body import NO_CONTENT, Body, error, guarded, read_body
from lab.discord.interactions import Interactions, edited
from lab.discord.stage import DEFAULT, REPLY, Stage
from lab.discord.types import Channel, ChannelKind, Member, Message
from lab.discord.world import Window
from lab.server import Handler, json_response

NONCES_KEPT = 10_000
"""Remembered nonces; the real site keeps them for a few minutes."""


class Rest:
    """Routes that carry the bot's token."""

    def __init__(self, stage: Stage, interactions: Interactions) -> None:
        self._stage = stage
        self._world = stage.world
        self._renderer = stage.renderer
        self._interactions = interactions
        self._nonces: dict[tuple[int, str], int] = {}

    def routes(self, base: str) -> list[web.RouteDef]:
        """Return the routes under `base`."""
        message = "/channels/{channel}/messages/{message}"
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/users/@me", self._me),
            ("GET", "/users/{user}", self._user),
            ("POST", "/users/@me/channels", self._open_direct),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/applications/{application}/commands", self._commands),
            ("PUT", "/applications/{application}/commands", self._register),
            ("GET", "/applications/{application}/guilds/{guild}/commands", self._commands),
            ("PUT", "/applications/{application}/guilds/{guild}/commands", self._register),
            ("GET", "/guilds/{guild}", self._guild),
            ("GET", "/guilds/{guild}/channels", self._guild_channels),
            ("GET", "/guilds/{guild}/roles", self._guild_roles),
            ("GET", "/guilds/{guild}/members/{user}", self._guild_member),
            ("GET", "/guilds/{guild}/threads/active", self._active_threads),
            ("GET", "/channels/{channel}", self._channel),
            ("PATCH", "/channels/{channel}", self._change_channel),
            ("POST", "/channels/{channel}/typing", self._typing),
            ("GET", "/channels/{channel}/messages", self._history),
            ("POST", "/channels/{channel}/messages", self._post),
            ("POST", "/channels/{channel}/messages/bulk-delete", self._bulk_delete),
            ("POST", "/channels/{channel}/threads", self._open_thread),
            ("GET", "/channels/{channel}/threads/archived/public", self._archived_threads),
            ("PUT", "/channels/{channel}/thread-members/@me", self._join_thread),
            ("GET", message, self._message),
            ("PATCH", message, self._change),
            ("DELETE", message, self._delete),
            ("POST", message + "/threads", self._open_thread),
            ("PUT", message + "/reactions/{emoji}/@me", self._react),
            ("DELETE", message + "/reactions/{emoji}/@me", self._unreact),
            ("DELETE", message + "/reactions/{emoji}/{user}", self._unreact),
        ]
        return [web.route(method, base + path, guarded(handler)) for method, path, handler in table]

    # -- who and where

    async def _me(self, _: web.Request) -> web.Response:
        return json_response(self._renderer.user(self._world.bot) | {"verified": True, "mfa_enabled": True, "flags": 0})

    async def _user(self, request: web.Request) -> web.Response:
        person = self._world.people.get(int(request.match_info["user"]))
        return error(404, 10013, "Unknown User") if person is None else json_response(self._renderer.user(person))

    async def _application(self, _: web.Request) -> web.Response:
        owner = next(iter(self._world.people.values()))
        return json_response(
            {
                "id": str(self._world.application_id),
                "name": self._world.bot.name,
                "icon": None,
                "description": "",
                "bot_public": False,
                "bot_require_code_grant": False,
                "verify_key": "0" * 64,
                "flags": self._intent_flags(),
                "owner": self._renderer.user(owner),
                "team": None,
            }
        )

    def _intent_flags(self) -> int:
        """Return the portal's answer to which privileged intents are granted (limited, below 100 servers)."""
        allowed = self._stage.gateway.allowed_intents
        granted = {1 << 8: 1 << 13, 1 << 1: 1 << 15, 1 << 15: 1 << 19}
        return sum(flag for intent, flag in granted.items() if allowed & intent)

    async def _open_direct(self, request: web.Request) -> web.Response:
        body = await read_body(request, self._world.ids.mint)
        person = int(body.content["recipient_id"])
        if person not in self._world.people:
            return error(404, 10013, "Unknown User")
        return json_response(self._renderer.channel(self._world.direct_channel(person)))

    async def _guild(self, request: web.Request) -> web.Response:
        return json_response(self._renderer.guild(self._world.guild(int(request.match_info["guild"]))))

    async def _guild_channels(self, request: web.Request) -> web.Response:
        channels = self._world.channels_of(int(request.match_info["guild"]), threads=False)
        return json_response([self._renderer.channel(channel) for channel in channels])

    async def _guild_roles(self, request: web.Request) -> web.Response:
        roles = self._world.roles_of(int(request.match_info["guild"]))
        return json_response([self._renderer.role(role, place) for place, role in enumerate(roles)])

    async def _guild_member(self, request: web.Request) -> web.Response:
        found = self._world.members.get((int(request.match_info["guild"]), int(request.match_info["user"])))
        return (
            error(404, 10007, "Unknown Member")
            if found is None
            else json_response(self._renderer.member_with_user(found))
        )

    async def _channel(self, request: web.Request) -> web.Response:
        return json_response(self._renderer.channel(self._channel_of(request)))

    async def _change_channel(self, request: web.Request) -> web.Response:
        body = await read_body(request, self._world.ids.mint)
        channel = self._channel_of(request)
        changed = replace(
            channel,
            name=body.content.get("name", channel.name),
            is_archived=body.content.get("archived", channel.is_archived),
            is_locked=body.content.get("locked", channel.is_locked),
        )
        return json_response(self._renderer.channel(self._stage.change_thread(changed)))

    async def _typing(self, request: web.Request) -> web.Response:
        self._stage.type(self._channel_of(request), self._world.bot)
        return web.Response(status=NO_CONTENT)

    # -- messages

    async def _history(self, request: web.Request) -> web.Response:
        channel, query = self._channel_of(request), request.query
        window = Window(
            limit=int(query.get("limit", "50")),
            before=_id(query, "before"),
            after=_id(query, "after"),
            around=_id(query, "around"),
        )
        return json_response([self._renderer.message(one) for one in self._world.history(channel.id, window)])

    async def _post(self, request: web.Request) -> web.Response:
        body = await read_body(request, self._world.ids.mint)
        channel, nonce = self._channel_of(request), body.content.get("nonce")
        if nonce is not None and body.content.get("enforce_nonce"):
            # The same nonce again is the same message: that is how a repeated send stays one.
            sent = self._world.find_message(self._nonces.get((channel.id, nonce), 0))
            if sent is not None:
                return json_response(self._renderer.message(sent))
        message = self._stage.post(self._written(channel, body))
        if nonce is not None:
            self._remember(channel, nonce, message)
        return json_response(self._renderer.message(message))

    def _written(self, channel: Channel, body: Body) -> Message:
        content = body.content
        reference = content.get("message_reference") or {}
        reply_to = reference.get("message_id")
        return Message(
            id=self._world.ids.mint(),
            channel_id=channel.id,
            guild_id=channel.guild_id,
            author_id=self._world.bot.id,
            text=content.get("content") or "",
            created_at=self._world.clock.now(),
            # discord.py writes ids in references as JSON integers, other clients as strings.
            reply_to=None if reply_to is None else int(reply_to),
            type=DEFAULT if reply_to is None else REPLY,
            flags=content.get("flags") or 0,
            attachments=body.files,
            nonce=content.get("nonce"),
            wire_components=tuple(content.get("components") or ()),
            wire_embeds=tuple(content.get("embeds") or ()),
            allowed_mentions=content.get("allowed_mentions"),
        )

    def _remember(self, channel: Channel, nonce: str, message: Message) -> None:
        self._nonces[channel.id, nonce] = message.id
        if len(self._nonces) > NONCES_KEPT:
            del self._nonces[next(iter(self._nonces))]

    async def _message(self, request: web.Request) -> web.Response:
        return json_response(self._renderer.message(self._message_of(request)))

    async def _change(self, request: web.Request) -> web.Response:
        body = await read_body(request, self._world.ids.mint)
        message = self._message_of(request)
        if message.author_id != self._world.bot.id:
            return error(403, 50005, "Cannot edit a message authored by another user")
        changed = self._stage.change(edited(message, body.content, body.files, self._world.clock.now()))
        return json_response(self._renderer.message(changed))

    async def _delete(self, request: web.Request) -> web.Response:
        self._stage.drop(self._message_of(request))
        return web.Response(status=NO_CONTENT)

    async def _bulk_delete(self, request: web.Request) -> web.Response:
        body = await read_body(request, self._world.ids.mint)
        channel = self._channel_of(request)
        messages = [self._world.message(channel.id, int(one)) for one in body.content["messages"]]
        self._stage.drop_many(channel, messages)
        return web.Response(status=NO_CONTENT)

    async def _react(self, request: web.Request) -> web.Response:
        self._stage.react(self._message_of(request), self._world.bot, unquote(request.match_info["emoji"]))
        return web.Response(status=NO_CONTENT)

    async def _unreact(self, request: web.Request) -> web.Response:
        who = request.match_info.get("user")
        person: Member = self._world.bot if who is None else self._world.people[int(who)]
        self._stage.unreact(self._message_of(request), person, unquote(request.match_info["emoji"]))
        return web.Response(status=NO_CONTENT)

    # -- threads

    async def _open_thread(self, request: web.Request) -> web.Response:
        body = await read_body(request, self._world.ids.mint)
        parent = self._channel_of(request)
        starter = self._message_of(request) if "message" in request.match_info else None
        private = body.content.get("type") == ChannelKind.PRIVATE_THREAD
        thread = self._stage.open_thread(
            parent, body.content["name"], self._world.bot, starter=starter, private=private
        )
        wire = self._renderer.channel(thread)
        if (first := body.content.get("message")) is not None:
            posted = self._stage.post(replace(self._written(thread, Body(first, body.files)), id=thread.id))
            wire["message"] = self._renderer.message(posted)
        return json_response(wire, status=201)

    async def _active_threads(self, request: web.Request) -> web.Response:
        threads = self._world.channels_of(int(request.match_info["guild"]), threads=True)
        return self._thread_list([thread for thread in threads if not thread.is_archived])

    async def _archived_threads(self, request: web.Request) -> web.Response:
        parent = self._channel_of(request)
        threads = self._world.channels_of(parent.guild_id or 0, threads=True)
        return self._thread_list([one for one in threads if one.parent_id == parent.id and one.is_archived])

    def _thread_list(self, threads: list[Channel]) -> web.Response:
        wires = [self._renderer.channel(thread) for thread in threads]
        return json_response({"threads": wires, "members": [], "has_more": False})

    async def _join_thread(self, request: web.Request) -> web.Response:
        self._channel_of(request)
        return web.Response(status=NO_CONTENT)

    # -- commands

    async def _commands(self, request: web.Request) -> web.Response:
        return json_response(self._interactions.wire_commands.get(_scope(request), []))

    async def _register(self, request: web.Request) -> web.Response:
        body = await read_body(request, self._world.ids.mint)
        return json_response(self._interactions.register(_scope(request), body.content))

    # -- inside

    def _channel_of(self, request: web.Request) -> Channel:
        return self._world.channel(int(request.match_info["channel"]))

    def _message_of(self, request: web.Request) -> Message:
        return self._world.message(self._channel_of(request).id, int(request.match_info["message"]))


def _id(query: Mapping[str, str], name: str) -> int | None:
    return int(query[name]) if name in query else None


def _scope(request: web.Request) -> int | None:
    return int(request.match_info["guild"]) if "guild" in request.match_info else None
