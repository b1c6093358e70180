"""Autocomplete of canned replies."""

from __future__ import annotations

from discord import app_commands

from bot.context import AnyInteraction, acts_as_staff, reader
from bot.services import Services
from bot.views.reply import in_order, template_name

MOST_CHOICES = 25
"""What Discord shows of an autocomplete."""


def template_choices(services: Services, interaction: AnyInteraction, typed: str) -> list[app_commands.Choice[int]]:
    """Return canned replies whose name holds what was typed, to staff only."""
    if not acts_as_staff(interaction):
        return []
    wanted = typed.casefold().strip()
    shelf = in_order(services.templates.shelf, reader(interaction).locale)
    fitting = [one for one in shelf if wanted in template_name(one).casefold()]
    return [app_commands.Choice(name=template_name(one), value=one.id) for one in fitting[:MOST_CHOICES]]
