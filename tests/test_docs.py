"""Everything a user can set, call or measure is documented."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import COMMANDS
from bot.config import load_settings
from core.settings import Section, Settings

ROOT = Path(__file__).parent.parent


def _sections(model: type[Section], path: str) -> Iterator[tuple[str, type[Section]]]:
    yield path, model
    for name, field in model.model_fields.items():
        inner = _inner(field.annotation)
        if inner is not None:
            yield from _sections(inner, f"{path}.{name}".lstrip("."))


def _inner(annotation: object) -> type[Section] | None:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next((m for a in getattr(annotation, "__args__", ()) if (m := _inner(a)) is not None), None)


KEYS = [
    (path, key, field.description or "")
    for path, model in _sections(Settings, "")
    for key, field in model.model_fields.items()
    if _inner(field.annotation) is None
]


def test_the_example_loads_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAEARI_DISCORD__TOKEN", raising=False)

    settings = load_settings(ROOT / "config.example.toml")

    assert settings.brands, "the example follows at least one brand"


@pytest.mark.parametrize(("section", "key", "description"), KEYS, ids=[f"{s}.{k}" for s, k, _ in KEYS])
def test_every_key_is_explained_in_the_example(section: str, key: str, description: str) -> None:
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    header = "[[brands]]" if section == "brands" else f"[{section}]"
    assert header in text
    body = text.split(f"\n{header}\n", 1)[1].split("\n[", 1)[0]

    assert re.search(rf"^(# )?{key} = ", body, re.MULTILINE), f"{section}.{key} is missing"
    assert description, "the setting itself carries its documentation"
    shown = " ".join(line.lstrip("# ") for line in body.splitlines())
    assert description in shown, f"{section}.{key} is explained in other words than in core/settings.py"


def test_the_example_shows_the_defaults() -> None:
    """Keys that are commented out show what holds without them."""
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    live = tomllib.loads(re.sub(r"^# ([a-z_]+ = )", r"\1", text, flags=re.MULTILINE))
    defaults = Settings().model_dump(mode="json")
    for path, key, _ in KEYS:
        node = defaults
        for part in path.split("."):
            node = node.get(part, {}) if isinstance(node, dict) else {}
        default = node.get(key) if isinstance(node, dict) else None
        if default in (None, "", [], ()) or path == "brands":
            continue
        shown: object = live
        for part in [*path.split("."), key]:
            shown = shown[part]  # type: ignore[index]
        assert _plain(shown) == _plain(default), f"{path}.{key}"


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, str) and re.fullmatch(r"\d\d:\d\d(:\d\d)?", value):
        return value[:5]
    return value


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_both_readmes(command: str) -> None:
    for readme in ("README.md", "README.ko.md"):
        assert f"`maeari {command.replace('_', '-')}" in (ROOT / readme).read_text(encoding="utf-8"), readme


def test_every_metric_is_documented() -> None:
    from bot.metrics import Metrics

    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    for name in Metrics().names():
        assert f"`{name}`" in text
