"""The client itself: registration of commands, their Korean names, intents, and what it never does."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import discord
import pytest
from discord.ext import tasks

from bot.client import HASH_FILE, MaeariBot, wanted_intents
from bot.endpoints import set_endpoints
from core.errors import ConfigError
from core.settings import DiscordSection
from tests.bot.world import World

COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
"""Discord's rule for chat-input names: letters of any script, no spaces, lower case where there is case."""


def _registrations(world: World) -> int:
    requests = world.env.http_requests
    return len([one for one in requests if one.method == "PUT" and one.path.endswith("/commands")])


async def test_commands_are_registered_once_and_again_only_when_they_changed(world: World) -> None:
    record = world.services.settings.maeari.data_dir / HASH_FILE
    assert _registrations(world) == 1
    await world.restart()
    assert _registrations(world) == 1
    record.write_text("another version's")
    await world.restart()
    assert _registrations(world) == 2
    await world.restart()
    assert _registrations(world) == 2


async def test_every_command_has_a_valid_korean_name_and_description(world: World) -> None:
    names: list[str] = []

    def check(command: dict[str, Any]) -> None:
        name = command["name_localizations"]["ko"]
        names.append(name)
        assert re.search(r"[가-힣]", name)
        if command.get("type") == discord.AppCommandType.message.value:
            assert len(name) <= 32, "names of context menus may hold spaces"
            return
        assert COMMAND_NAME.fullmatch(name), name
        assert COMMAND_NAME.fullmatch(command["name"])
        assert command["name"] == command["name"].lower()
        if command.get("description") and command["description"] != "…":
            assert re.search(r"[가-힣]", command["description_localizations"]["ko"]), command["name"]
            assert len(command["description_localizations"]["ko"]) <= 100
        for choice in command.get("choices", []):
            assert re.search(r"[가-힣]", choice["name_localizations"]["ko"])
        inner = [option["name_localizations"]["ko"] for option in command.get("options", [])]
        assert len(inner) == len(set(inner)), "two options of one command share a Korean name"
        for option in command.get("options", []):
            check(option)

    (sent,) = [one.json for one in world.env.http_requests if one.path.endswith("/commands")]
    for command in sent or []:
        check(command)
    assert {"상태", "질문", "처리건", "언급", "보고서", "브랜드", "개인정보"} <= set(names)


async def test_staff_commands_ask_for_rights_and_a_server(world: World) -> None:
    for command in world.bot.tree.get_commands():
        if command.name in ("ask", "help", "privacy"):
            assert command.default_permissions is None
        else:
            assert command.guild_only
            assert command.default_permissions is not None
            assert command.default_permissions.manage_messages or command.default_permissions.manage_guild


async def test_the_client_owns_no_task_and_pings_nobody(world: World) -> None:
    bot = world.bot
    assert bot.allowed_mentions is not None
    assert bot.allowed_mentions.to_dict()["parse"] == []
    members = [member for cog in bot.cogs.values() for member in vars(type(cog)).values()]
    assert not [member for member in members if isinstance(member, tasks.Loop)]


async def test_the_prefix_does_nothing(world: World) -> None:
    await world.sora.send(world.staff_channel, f"{world.me} help")
    assert world.staff_channel.last_message is not None
    assert world.staff_channel.last_message.author.id == world.sora.id


def test_only_message_content_is_a_privileged_intent() -> None:
    assert {name for name, on in wanted_intents(message_content=True) if on} == {
        "guilds", "guild_messages", "dm_messages", "message_content",
    }  # fmt: skip
    assert not wanted_intents(message_content=False).message_content


async def test_it_starts_without_the_privileged_intent(world: World) -> None:
    bot = MaeariBot(replace(world.services), message_content=False)
    assert not bot.intents.message_content


@pytest.fixture
def _addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put discord.py's process-wide addresses back afterwards."""
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    monkeypatch.setattr(
        discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    )
    monkeypatch.setattr(discord.Asset, "BASE", discord.Asset.BASE)


@pytest.mark.usefixtures("_addresses")
def test_endpoints_follow_the_configuration() -> None:
    section = DiscordSection(
        api_url="http://127.0.0.1:8080", gateway_url="ws://127.0.0.1:8081/ws", cdn_url="http://127.0.0.1:8082/"
    )
    set_endpoints(section)
    assert discord.http.Route.BASE == "http://127.0.0.1:8080/api/v10"
    assert str(discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY) == "ws://127.0.0.1:8081/ws"
    assert discord.Asset.BASE == "http://127.0.0.1:8082"
    set_endpoints(DiscordSection(api_url="http://proxy.example/discord/v10/"))
    assert discord.http.Route.BASE == "http://proxy.example/discord/v10"


@pytest.mark.usefixtures("_addresses")
@pytest.mark.parametrize(
    ("key", "address"),
    [("api_url", "127.0.0.1:80"), ("gateway_url", "http://x.example"), ("cdn_url", "::"), ("api_url", "http://")],
)
def test_a_wrong_address_names_its_key(key: str, address: str) -> None:
    before = discord.http.Route.BASE
    with pytest.raises(ConfigError, match=f"discord.{key}") as caught:
        set_endpoints(DiscordSection.model_validate({key: address}))
    assert caught.value.key == f"discord.{key}"
    assert before == discord.http.Route.BASE


def test_nothing_configured_leaves_discord() -> None:
    set_endpoints(DiscordSection())
    assert discord.http.Route.BASE == "https://discord.com/api/v10"
