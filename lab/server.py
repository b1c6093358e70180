"""What both stand-ins share: an HTTP server on loopback with a request log, faults, and no unknown routes."""

from __future__ import annotations

import asyncio
import errno
import socket
import struct
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import msgspec
from aiohttp import web

from core.clock import Clock
from core.errors import AddressInUseError
from lab.faults import CARRIED_OUT, Fault, FaultKind, FaultScript

Json = dict[str, Any]
"""A JSON object on its way in or out of a socket; it never leaves the lab."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOG_LENGTH = 100_000
"""Requests kept in the log: more than a whole scenario makes, bounded for load tests."""
SHUTDOWN_SECONDS = 0.2
"""Real seconds that open requests get when the server closes."""
HTML_PAGE = "<!doctype html><html><head><title>Sorry</title></head><body><h1>Something went wrong</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as the stand-in saw it, for assertions."""

    at: datetime
    """By the shared clock."""
    method: str
    path: str
    """Without query and closing slash."""
    query: Mapping[str, str]
    body: bytes
    """Empty for multipart bodies."""
    status: int | None
    """None where the connection was cut."""
    fault: FaultKind | None
    headers: Mapping[str, str]

    def json(self) -> Any:
        """Return the body, decoded. Raises msgspec.DecodeError where it is no JSON."""
        return msgspec.json.decode(self.body)


def json_response(content: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return a JSON answer whose content type carries no charset: discord.py keeps anything else as text."""
    return web.Response(
        body=msgspec.json.encode(content), status=status, headers=headers, content_type="application/json"
    )


def clean_path(path: str) -> str:
    """Return a path without its closing slash (PRAW writes some of them)."""
    return path.rstrip("/") or "/"


class LoopbackServer:
    """An aiohttp server on 127.0.0.1; subclasses add routes and give errors their platform's shape."""

    def __init__(self, clock: Clock, *, port: int = 0) -> None:
        self.clock = clock
        self.port = port
        self.faults = FaultScript()
        self.requests: deque[Seen] = deque(maxlen=LOG_LENGTH)
        self.unknown_routes: list[str] = []
        """`METHOD /path` of requests that no route serves: must stay empty."""
        self.request_count = 0
        """Requests so far, those that fell out of the log among them."""
        self.on_carried_out: Callable[[str, str], None] = lambda method, path: None  # noqa: ARG005
        """Called with method and path once a request had its effect, before its answer leaves."""
        self._open_requests = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`; the port is known once the server was started."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def open_requests(self) -> int:
        """Requests that were not answered yet."""
        return self._open_requests

    def routes(self) -> list[web.RouteDef]:
        """Return the routes that are served. Closing slashes are cut before routing."""
        raise NotImplementedError

    def error_response(self, status: int, *, retry_after: str | None = None) -> web.Response:
        """Return an error in the platform's shape."""
        raise NotImplementedError

    async def guard(self, request: web.Request) -> web.Response | None:
        """Return an answer that keeps the request from its route (credentials, rate limits), or None."""
        raise NotImplementedError

    def rate_headers(self, request: web.Request) -> Mapping[str, str]:
        """Return the rate-limit headers that an answer to this request carries."""
        raise NotImplementedError

    async def start(self) -> None:
        """Listen. Raises AddressInUseError where the port is taken."""
        app = web.Application(middlewares=[self._serve], client_max_size=32 * 1024 * 1024)
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        except OSError as error:
            await self.close()
            if error.errno == errno.EADDRINUSE:
                raise AddressInUseError(f"port {self.port} is taken; choose another, or 0 for any free one") from error
            raise
        self.port = int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Cut all connections and stop listening."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def seen(self, method: str, path: str) -> list[Seen]:
        """Return the logged requests to one exact path, oldest first."""
        return [one for one in self.requests if one.method == method and one.path == path]

    @web.middleware
    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if "Upgrade" in request.headers:
            # A websocket stays open as long as its client: it is no request to wait for.
            return await handler(request)
        self._open_requests += 1
        self.request_count += 1
        fault = self.faults.take(request.method, self.local_path(request), self.clock.now())
        # A multipart body can be read only once, and that is for its route.
        body = b"" if request.content_type.startswith("multipart/") else await request.read()
        status: int | None = None
        try:
            response = await self._answer(request, handler, fault)
            status = response.status
            return response
        finally:
            self._open_requests -= 1
            self.requests.append(
                Seen(
                    at=self.clock.now(),
                    method=request.method,
                    path=self.local_path(request),
                    query=dict(request.query),
                    body=body,
                    status=None if fault is not None and fault.kind in (FaultKind.RESET, FaultKind.HANG) else status,
                    fault=None if fault is None else fault.kind,
                    headers=dict(request.headers),
                )
            )

    def local_path(self, request: web.Request) -> str:
        """Return the path as faults and the log name it."""
        return clean_path(request.path)

    async def _answer(self, request: web.Request, handler: Handler, fault: Fault | None) -> web.StreamResponse:
        if fault is None:
            return await self._real_answer(request, handler)
        if not (fault.after_effect or fault.kind in CARRIED_OUT):
            return await self._faulty(request, fault)
        real = await self._real_answer(request, handler)
        match fault.kind:
            case FaultKind.SLOW:
                await asyncio.sleep(fault.seconds)
                return real
            case FaultKind.MALFORMED:
                return web.Response(text='{"kind": "Listing", "data": ', content_type="application/json")
            case FaultKind.TRUNCATED:
                return await _truncated(request, real)
            case _:
                return await self._faulty(request, fault)

    async def _real_answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.match_info.http_exception is not None:
            route = f"{request.method} {self.local_path(request)}"
            self.unknown_routes.append(route)
            return json_response({"message": f"the stand-in does not serve {route}", "code": 0}, status=501)
        response = await self.guard(request) or await handler(request)
        self.on_carried_out(request.method, self.local_path(request))
        if not response.prepared:
            response.headers.update(self.rate_headers(request))
        return response

    async def _faulty(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        match fault.kind:
            case FaultKind.HTML:
                return web.Response(text=HTML_PAGE, content_type="text/html", status=fault.status)
            case FaultKind.ERRORS:
                return json_response({"json": {"errors": [[fault.code, fault.message, "ratelimit"]]}})
            case FaultKind.HANG:
                await asyncio.sleep(fault.seconds)
                return _reset(request)
            case FaultKind.RESET:
                return _reset(request)
            case FaultKind.DRIP:
                return await _drip(request, fault.seconds)
            case _:
                return self.error_response(fault.status, retry_after=fault.retry_after)


def _reset(request: web.Request) -> web.Response:
    if request.transport is not None:
        raw = request.transport.get_extra_info("socket")
        if raw is not None:
            # Linger 0 makes the kernel send RST where it would say goodbye with FIN.
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response(status=500)


async def _drip(request: web.Request, seconds: float) -> web.StreamResponse:
    answer = web.StreamResponse()
    answer.content_type = "application/json"
    await answer.prepare(request)
    with suppress(ConnectionError):
        while True:
            await answer.write(b" ")
            await asyncio.sleep(seconds)
    return answer


async def _truncated(request: web.Request, real: web.StreamResponse) -> web.StreamResponse:
    body = real.body if isinstance(real, web.Response) and isinstance(real.body, bytes) else b"{}"
    half = web.StreamResponse(status=real.status)
    half.content_type = "application/json"
    half.content_length = len(body)
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return half
