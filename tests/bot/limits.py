"""Discord's documented limits, checked against what the bot would send: messages, windows and autocomplete choices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from discord import ui

CONTENT, TEXT_IN_ALL, COMPONENTS = 2_000, 4_000, 40
ROW, BUTTON, SELECTS, LABEL, TEXT, TEXT_INPUT, CONTAINER = 1, 2, (3, 5, 6, 7, 8), 18, 10, 4, 17
TOP_LEVEL_OF_A_MODAL = 5
LAYOUT = 1 << 15
"""Message flag of Components V2."""


def require_message(body: Mapping[str, Any]) -> None:
    """Check the body of a message that is posted or edited."""
    content, components = body.get("content") or "", body.get("components") or []
    layout = bool((body.get("flags") or 0) & LAYOUT) or any(one["type"] != ROW for one in components)
    _within("content", content, CONTENT)
    assert not body.get("embeds"), "the bot posts no embeds; they would have limits of their own"
    found = list(_parts(components))
    assert len(found) <= COMPONENTS, f"{len(found)} components"
    _require_unique("custom_id", [part["custom_id"] for part in found if "custom_id" in part])
    texts = [part["content"] for part in found if part["type"] == TEXT]
    assert all(text.strip() for text in texts), "an empty text is refused"
    assert sum(map(len, texts)) <= TEXT_IN_ALL, f"{sum(map(len, texts))} characters of text"
    if layout:
        assert not content, "a layout takes no content beside it"
    else:
        assert len(components) <= 5, "five rows at most"
    for part in found:
        _require_part(part)


def require_modal(modal: Mapping[str, Any]) -> None:
    """Check a window."""
    _within("title", modal["title"], 45, least=1)
    _within("custom_id", modal["custom_id"], 100, least=1)
    assert 1 <= len(modal["components"]) <= TOP_LEVEL_OF_A_MODAL
    fields = [part for part in _parts(modal["components"]) if "custom_id" in part]
    _require_unique("custom_id", [field["custom_id"] for field in fields])
    for component in modal["components"]:
        if component["type"] == LABEL:
            _within("label", component["label"], 45, least=1)
            _within("description", component.get("description") or "", 100)
    for field in fields:
        _require_part(field)


def require_choices(choices: Sequence[Mapping[str, Any]]) -> None:
    """Check what an autocomplete offers."""
    assert len(choices) <= 25
    for choice in choices:
        _within("name", choice["name"], 100, least=1)
        assert not isinstance(choice["value"], str) or 1 <= len(choice["value"]) <= 100


def require_view(view: ui.LayoutView | ui.View | ui.Modal) -> None:
    """Check a message or a window as discord.py would send it."""
    if isinstance(view, ui.Modal):
        require_modal(view.to_dict())
    else:
        require_message({"components": view.to_components()})


def require_request(method: str, path: str, body: object) -> bool:
    """Check one request of the bot; say whether there was anything to check."""
    if not isinstance(body, Mapping):
        return False
    if path.endswith("/callback"):
        given = body.get("data") or {}
        if body["type"] == 9:
            require_modal(given)
        elif body["type"] == 8:
            require_choices(given["choices"])
        else:
            require_message(given)
        return True
    if "/messages" in path or "/webhooks/" in path:
        require_message(body)
        return True
    return False


def _parts(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        yield component
        yield from _parts(component.get("components") or [])
        for side in ("component", "accessory"):
            if component.get(side):
                yield from _parts([component[side]])


def _require_part(part: Mapping[str, Any]) -> None:
    kind = part["type"]
    if "custom_id" in part:
        _within("custom_id", part["custom_id"], 100, least=1)
    if kind == ROW:
        inner = [one["type"] for one in part["components"]]
        assert 1 <= len(inner) <= 5, "a row holds up to five buttons"
        assert len(inner) == 1 or set(inner) == {BUTTON}, "or one select"
    elif kind == BUTTON:
        _within("label", part.get("label") or "", 80, least=0 if part.get("emoji") else 1)
        _within("url", part.get("url") or "", 512)
    elif kind in SELECTS:
        _require_select(part)
    elif kind == TEXT_INPUT:
        most = part.get("max_length") or 4_000
        assert 0 <= (part.get("min_length") or 0) <= most <= 4_000
        _within("value", part.get("value") or "", most)
        _within("placeholder", part.get("placeholder") or "", 100)


def _require_select(part: Mapping[str, Any]) -> None:
    _within("placeholder", part.get("placeholder") or "", 150)
    least, most = part.get("min_values", 1), part.get("max_values", 1)
    assert 0 <= least <= most <= 25
    assert len(part.get("default_values") or []) <= most
    options = part.get("options")
    if part["type"] != 3:
        assert not options
        return
    assert options
    assert len(options) <= 25
    assert most <= len(options)
    _require_unique("value", [option["value"] for option in options])
    assert sum(bool(option.get("default")) for option in options) <= most
    for option in options:
        _within("option", option["label"], 100, least=1)
        _within("value", option["value"], 100, least=1)
        _within("description", option.get("description") or "", 100)


def _within(what: str, text: str, most: int, *, least: int = 0) -> None:
    assert least <= len(text) <= most, f"{what} of {len(text)} characters: {text[:80]!r}"


def _require_unique(what: str, values: Sequence[str]) -> None:
    assert len(set(values)) == len(values), f"the same {what} twice: {values}"
