"""The stand-in's REST v10 routes for answers to interactions."""

from __future__ import annotations

from aiohttp import web

from lab.discord.body import NO_CONTENT, guarded, read_body
from lab.discord.interactions import CallbackError, Interactions, edited
from lab.discord.stage import Stage
from lab.discord.types import Message
from lab.server import Handler, Json, json_response


class InteractionRoutes:
    """Routes that carry an interaction's token in their path: answers and follow-ups."""

    def __init__(self, stage: Stage, interactions: Interactions) -> None:
        self._stage = stage
        self._world = stage.world
        self._renderer = stage.renderer
        self._interactions = interactions

    def routes(self, base: str) -> list[web.RouteDef]:
        """Return the routes under `base`."""
        webhook = "/webhooks/{application}/{token}"
        table: list[tuple[str, str, Handler]] = [
            ("POST", "/interactions/{interaction}/{token}/callback", self._callback),
            ("POST", webhook, self._follow_up),
            ("GET", webhook + "/messages/@original", self._original),
            ("PATCH", webhook + "/messages/@original", self._edit_original),
            ("DELETE", webhook + "/messages/@original", self._delete_original),
            ("PATCH", webhook + "/messages/{message}", self._edit_follow_up),
            ("DELETE", webhook + "/messages/{message}", self._delete_follow_up),
        ]
        return [web.route(method, base + path, guarded(handler)) for method, path, handler in table]

    async def _callback(self, request: web.Request) -> web.Response:
        body = await read_body(request, self._world.ids.mint)
        pending, message = self._interactions.answer(request.match_info["token"], body.content, body.files)
        if request.query.get("with_response") not in ("1", "true"):
            return web.Response(status=NO_CONTENT)
        interaction: Json = {"id": str(pending.id), "type": 2}
        resource: Json = {"type": pending.callback}
        if message is not None:
            interaction |= {
                "response_message_id": str(message.id),
                "response_message_loading": False,
                "response_message_ephemeral": message.is_ephemeral,
            }
            resource["message"] = self._renderer.message(message)
        return json_response({"interaction": interaction, "resource": resource})

    async def _follow_up(self, request: web.Request) -> web.Response:
        body = await read_body(request, self._world.ids.mint)
        pending = self._interactions.pending(request.match_info["token"])
        return json_response(self._renderer.message(self._interactions.follow_up(pending, body.content, body.files)))

    async def _original(self, request: web.Request) -> web.Response:
        return json_response(self._renderer.message(self._message_of(request, original=True)))

    async def _edit_original(self, request: web.Request) -> web.Response:
        body = await read_body(request, self._world.ids.mint)
        pending = self._interactions.pending(request.match_info["token"])
        message = self._interactions.edit_original(pending, body.content, body.files)
        return json_response(self._renderer.message(message))

    async def _delete_original(self, request: web.Request) -> web.Response:
        self._interactions.drop_original(self._interactions.pending(request.match_info["token"]))
        return web.Response(status=NO_CONTENT)

    async def _edit_follow_up(self, request: web.Request) -> web.Response:
        body = await read_body(request, self._world.ids.mint)
        message = self._message_of(request)
        changed = self._stage.change(edited(message, body.content, body.files, self._world.clock.now()))
        return json_response(self._renderer.message(changed))

    async def _delete_follow_up(self, request: web.Request) -> web.Response:
        self._stage.drop(self._message_of(request))
        return web.Response(status=NO_CONTENT)

    def _message_of(self, request: web.Request, *, original: bool = False) -> Message:
        pending = self._interactions.pending(request.match_info["token"])
        wanted = pending.original if original else int(request.match_info["message"])
        message = None if wanted is None else self._world.find_message(wanted)
        if message is None:
            raise CallbackError(404, 10008, "Unknown Message")
        return message
