"""The commands as Discord is told about them: within its limits in every language, and Korean where a Korean reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from discord import AppCommandType

from tests.bot.world import World

NAME = re.compile(r"[-_'\w]{1,32}")
CHAT_INPUT, SUBCOMMAND_KINDS = 1, (1, 2)
MOST_COMMANDS, MOST_OPTIONS, MOST_CHARACTERS = 100, 25, 8_000


async def _payloads(world: World) -> list[dict[str, Any]]:
    tree = world.bot.tree
    assert tree.translator is not None
    found = [command for kind in AppCommandType for command in tree.get_commands(type=kind)]
    return [await command.get_translated_payload(tree, tree.translator) for command in found]


def _parts(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield part
    for inner in part.get("options") or ():
        yield from _parts(inner)


def _spellings(part: Mapping[str, Any], side: str) -> list[str]:
    return [part[side], *(part.get(f"{side}_localizations") or {}).values()]


async def test_names_descriptions_and_choices_fit(world: World) -> None:
    for payload in await _payloads(world):
        menu = payload["type"] != CHAT_INPUT
        for part in _parts(payload):
            for name in _spellings(part, "name"):
                assert 1 <= len(name) <= 32
                assert menu or (NAME.fullmatch(name) and name == name.lower()), name
            for words in () if menu else _spellings(part, "description"):
                assert 1 <= len(words) <= 100, words
            assert len(part.get("options") or ()) <= MOST_OPTIONS
            assert len(part.get("choices") or ()) <= MOST_OPTIONS
            for choice in part.get("choices") or ():
                assert all(1 <= len(name) <= 100 for name in _spellings(choice, "name"))
                assert len(str(choice["value"])) <= 100
            for locale in ("en", "ko"):
                names = [_named(one, locale) for one in part.get("options") or ()]
                assert len(set(names)) == len(names), f"the same name twice in {payload['name']}: {names}"


def _named(part: Mapping[str, Any], locale: str) -> str:
    name: str = (part.get("name_localizations") or {}).get(locale, part["name"])
    return name


async def test_each_command_stays_within_its_characters(world: World) -> None:
    payloads = await _payloads(world)
    assert sum(payload["type"] == CHAT_INPUT for payload in payloads) <= MOST_COMMANDS
    for payload in payloads:
        assert sum(map(_weight, _parts(payload))) <= MOST_CHARACTERS, payload["name"]


def _weight(part: Mapping[str, Any]) -> int:
    """Return what counts: name, description and values, each in its longest language."""
    weight = max(map(len, _spellings(part, "name")))
    if part.get("description"):
        weight += max(map(len, _spellings(part, "description")))
    choices = part.get("choices") or ()
    return weight + sum(max(map(len, _spellings(one, "name"))) + len(str(one["value"])) for one in choices)


async def test_every_name_and_description_is_korean_for_koreans(world: World) -> None:
    left = []
    for payload in await _payloads(world):
        for part in _parts(payload):
            left += [
                part[side]
                for side in ("name", "description")
                if part.get(side) and "ko" not in (part.get(f"{side}_localizations") or {})
            ]
            left += [one["name"] for one in part.get("choices") or () if "ko" not in one.get("name_localizations", {})]
    assert left == []
