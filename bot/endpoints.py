"""discord.py's addresses. They are process-wide there: set once, before the client is built."""

from __future__ import annotations

import yarl
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route

from core.errors import ConfigError
from core.settings import DiscordSection
from core.text import mark

API_PATH = "/api/v10"
"""What discord.py 2.7 speaks; added where the configured address has no path of its own."""


def set_endpoints(section: DiscordSection) -> None:
    """Point discord.py at the configured proxy or stand-in; keys that are not set leave Discord's own addresses.

    Raises ConfigError for an address that is none.
    """
    if section.api_url is not None:
        url = _address("discord.api_url", section.api_url, {"http", "https"})
        Route.BASE = str(url if url.path.strip("/") else url.with_path(API_PATH)).rstrip("/")
    if section.gateway_url is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = _address("discord.gateway_url", section.gateway_url, {"ws", "wss"})
    if section.cdn_url is not None:
        Asset.BASE = str(_address("discord.cdn_url", section.cdn_url, {"http", "https"})).rstrip("/")


def _address(key: str, text: str, schemes: set[str]) -> yarl.URL:
    try:
        url = yarl.URL(text)
    except ValueError:
        url = yarl.URL()
    if url.scheme not in schemes or not url.host:
        raise ConfigError(
            mark("{name} is not an address: {address!r}; write one that starts with {scheme}"),
            key=key,
            name=key,
            address=text,
            scheme=" / ".join(f"{scheme}://" for scheme in sorted(schemes)),
        )
    return url
