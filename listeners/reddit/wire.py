"""The connection of the request under way, so that somebody else can end it.

Timeouts of sockets count silence: a server that sends a byte now and then holds a request for ever, and closing has to
wait for an answer that hangs. Whoever cuts the wire ends both.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class Wire:
    """One thread sends over it; others may cut it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_cut = False
        self._is_under_way = False

    @contextmanager
    def watched(self, seconds: float) -> Iterator[None]:
        """Cut what is done meanwhile after so many seconds."""
        with self._lock:
            self._is_under_way, self._is_cut, self._socket = True, False, None
        timer = threading.Timer(seconds, self.cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                self._is_under_way, self._socket = False, None

    @property
    def is_cut(self) -> bool:
        """Whether the last request was cut."""
        return self._is_cut

    def cut(self) -> None:
        """End the request under way, if there is one: it fails as on a connection that was lost."""
        with self._lock:
            if self._is_under_way:
                self._is_cut = True
                _shut(self._socket)

    def hold(self, opened: socket.socket | None) -> None:
        """Take note of the connection that the request goes over."""
        with self._lock:
            self._socket = opened
            if self._is_cut:
                _shut(opened)


def _shut(opened: socket.socket | None) -> None:
    if opened is not None:
        with suppress(OSError):
            # The plain socket's method: that of TLS would take its state away under the thread that reads.
            socket.socket.shutdown(opened, socket.SHUT_RDWR)


class WireAdapter(HTTPAdapter):
    """Lets a session's connections tell the wire which of them is in use."""

    def __init__(self, wire: Wire) -> None:
        self._pools = _pools(wire)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Build the pools of direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Return the pools of connections through a proxy."""
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pools(wire: Wire) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            wire.hold(self.sock)

        def putrequest(self, *args: Any, **kwargs: Any) -> None:
            wire.hold(self.sock)  # one that was open from before
            super().putrequest(*args, **kwargs)

    class Encrypted(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            wire.hold(self.sock)

        def putrequest(self, *args: Any, **kwargs: Any) -> None:
            wire.hold(self.sock)
            super().putrequest(*args, **kwargs)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    return {"http": PlainPool, "https": EncryptedPool}
