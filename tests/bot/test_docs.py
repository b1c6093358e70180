"""Every slash command stands in docs/discord.md, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

from discord import app_commands

from tests.bot.world import World

DOCS = Path(__file__).parents[2] / "docs" / "discord.md"


async def test_every_command_is_documented_in_both_languages(world: World) -> None:
    text = DOCS.read_text("utf-8")
    t = world.services.catalogues.for_locale("ko")
    leaves = [one for one in world.bot.tree.walk_commands() if isinstance(one, app_commands.Command)]
    for command in leaves:
        korean = " ".join(t(part) for part in command.qualified_name.split())
        assert f"| `/{command.qualified_name}` | `/{korean}` |" in text
    assert len(re.findall(r"^\| `/", text, re.MULTILINE)) == len(leaves), "docs/discord.md names commands that are gone"
