"""What can be pressed or chosen about a case: its number stands in the custom_id, so it works for months."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Self, TypeVar

import discord
from discord import ui

from bot.context import AnyInteraction, require_staff
from bot.views.answering import answering_failures
from core.errors import InputError
from core.text import cut, mark

ItemT = TypeVar("ItemT", bound=ui.Item[Any])


class CaseControl(ui.DynamicItem[ItemT], template=r"case:none:(?P<case>\d{1,18})"):
    """Base of the buttons and selects: `case:<what>:<case id>`. Rights are looked at when it is pressed."""

    def __init__(self, case_id: int, item: ItemT) -> None:
        self.case_id = case_id
        super().__init__(item)

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the used control from its custom_id; each kind takes the number alone, too."""
        return cls(int(match["case"]))  # type: ignore[call-arg]

    async def callback(self, interaction: AnyInteraction) -> None:
        """Check that staff used it, and act; whatever goes wrong becomes one line."""
        async with answering_failures(interaction):
            await self.act(interaction, require_staff(interaction))

    async def act(self, interaction: AnyInteraction, actor: str) -> None:
        """Do what this control is for."""
        raise NotImplementedError


class CaseSelect(CaseControl[ui.Select[Any]], template=r"case:pick-none:(?P<case>\d{1,18})"):
    """Base of the selects: `case:pick-<what>:<case id>`."""

    what = "none"

    def __init__(self, case_id: int, options: Sequence[tuple[str, str]] = (("-", "…"),), hint: str = "…") -> None:
        shown = [discord.SelectOption(label=cut(label, 100), value=value) for value, label in options]
        custom_id = f"case:pick-{self.what}:{case_id}"
        super().__init__(case_id, ui.Select(custom_id=custom_id, options=shown, placeholder=cut(hint, 150)))

    async def act(self, interaction: AnyInteraction, actor: str) -> None:
        """Do what was chosen."""
        if not self.item.values:
            raise InputError(mark("That input cannot be used."))
        await self.choose(interaction, actor, self.item.values[0])

    async def choose(self, interaction: AnyInteraction, actor: str, chosen: str) -> None:
        """Do what was chosen."""
        raise NotImplementedError
