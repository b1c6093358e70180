"""Words that a message of ours carries, read back from the message itself: so they outlast every restart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import discord

from bot.context import AnyInteraction
from core.errors import NotFoundError
from core.text import mark

SHOWN_TEXT = 77
"""Component id of the text that would be sent."""


def shown_text(interaction: AnyInteraction) -> str:
    """Return the text that the pressed message shows. Raises NotFoundError where it holds none."""
    components = () if interaction.message is None else interaction.message.components
    for component in _walk(components):
        if isinstance(component, discord.TextDisplay) and component.id == SHOWN_TEXT:
            return component.content
    raise NotFoundError(mark("That is not there (any more)."))


def _walk(components: Iterable[Any]) -> Iterator[Any]:
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", ()))
