"""Reading request bodies and writing errors, for all REST routes of the stand-in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from core.errors import NotFoundError
from lab.discord.interactions import CallbackError
from lab.discord.types import Attachment
from lab.server import Handler, json_response

NO_CONTENT = 204


@dataclass(frozen=True, slots=True)
class Body:
    """A decoded request body, JSON or multipart."""

    content: Any
    files: tuple[Attachment, ...] = ()


async def read_body(request: web.Request, mint: Callable[[], int]) -> Body:
    """Return the JSON of a request and its files."""
    if not request.content_type.startswith("multipart/"):
        raw = await request.read()
        return Body(msgspec.json.decode(raw) if raw else {})
    form = await request.post()
    files = tuple(
        Attachment(mint(), part.filename, part.file.read())
        for name, part in form.items()
        if name.startswith("files[") and isinstance(part, web.FileField)
    )
    return Body(msgspec.json.decode(str(form["payload_json"])), files)


def error(status: int, code: int, message: str) -> web.Response:
    """Return an error in Discord's shape."""
    return json_response({"message": message, "code": code}, status=status)


def guarded(handler: Handler) -> Handler:
    """Turn what is not there, or not allowed, into Discord's answers."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except NotFoundError as problem:
            return error(404, 10003 if "channel" in str(problem) else 10008, str(problem))
        except CallbackError as problem:
            return error(problem.status, problem.code, str(problem))

    return answer
