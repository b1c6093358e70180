"""Modals that nobody keeps in memory.

A submission is recognised by its custom_id: a text somebody is still writing survives a restart, and two people may
have the same modal open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import discord
from discord import ui

from bot.context import AnyInteraction
from bot.views.text import MODAL_TITLE_LIMIT, plain
from core.text import cut

TEXT_FIELD = "text"
LABEL_LIMIT = 45
"""Characters of a modal's label (Discord's limit)."""
DESCRIPTION_LIMIT = 100
"""Characters of a label's description (Discord's limit)."""
INPUT_LIMIT = 4000
"""Characters that a text input takes (Discord's limit)."""


class TextModal(ui.Modal):
    """Asks for one longer text."""

    def __init__(
        self, custom_id: str, *, title: str, label: str, hint: str, most: int = INPUT_LIMIT, text: str | None = None
    ) -> None:
        super().__init__(title=plain(title, MODAL_TITLE_LIMIT), custom_id=custom_id, timeout=None)
        entry: ui.TextInput[Any] = ui.TextInput(
            style=discord.TextStyle.paragraph,
            custom_id=TEXT_FIELD,
            min_length=1,
            max_length=most,
            default=None if text is None else cut(text, most),
        )
        self.add_item(ui.Label(text=cut(label, LABEL_LIMIT), description=cut(hint, DESCRIPTION_LIMIT), component=entry))
        self.stop()  # a stopped modal is shown all the same, but discord.py keeps no record of it


@dataclass(frozen=True, slots=True)
class Submission:
    """A modal that somebody filled in."""

    number: int
    """The number at the end of its custom_id."""
    text: str
    fields: Mapping[str, str] = field(default_factory=dict)
    """All fields by custom_id: what was typed, or the first choice."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """The named parts of its custom_id."""


def submission_of(interaction: AnyInteraction, template: re.Pattern[str]) -> Submission | None:
    """Return what was submitted with a modal whose custom_id matches; None when the interaction is something else."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return None
    submitted: Mapping[str, Any] = interaction.data or {}
    found = template.fullmatch(str(submitted.get("custom_id", "")))
    if found is None:
        return None
    fields = dict(_fields(submitted.get("components", ())))
    return Submission(int(found["number"]), fields.get(TEXT_FIELD, "").strip(), fields, found.groupdict())


def _fields(components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield custom_id and value of text inputs and selects, in labels or in action rows."""
    for component in components:
        if "custom_id" in component and ("value" in component or component.get("values")):
            given = component["value"] if "value" in component else component["values"][0]
            yield str(component["custom_id"]), str(given)
        inner = component.get("component")
        yield from _fields([inner] if inner else component.get("components", ()))
