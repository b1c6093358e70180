"""Canned replies as staff see them."""

from __future__ import annotations

import re
from typing import Any

import discord
from discord import ui

from bot.views.modals import DESCRIPTION_LIMIT, LABEL_LIMIT, TEXT_FIELD
from bot.views.text import MODAL_TITLE_LIMIT, plain, safe
from core.text import Translate, cut
from core.types.reply import Template
from engagement.desk.templates import LONGEST_NAME, LONGEST_TEXT

EDIT_ID = re.compile(r"template:edit:(?P<number>\d{1,18})")
NAME_FIELD = "name"
LINE_LIMIT = 250


def template_line(template: Template, t: Translate) -> str:
    """Return a canned reply as one line of a list."""
    whose = safe(template.brand, 60) if template.brand is not None else t("every brand")
    return f"**{safe(template.name, 80)}** · {whose} · {template.locale}: {safe(template.text, LINE_LIMIT)}"


def edit_modal(template: Template, t: Translate) -> ui.Modal:
    """Return the window in which a canned reply is changed."""
    title = plain(t("Change a canned reply"), MODAL_TITLE_LIMIT)
    modal = ui.Modal(title=title, custom_id=f"template:edit:{template.id}", timeout=None)
    name: ui.TextInput[Any] = ui.TextInput(
        custom_id=NAME_FIELD, min_length=1, max_length=LONGEST_NAME, default=cut(template.name, LONGEST_NAME)
    )
    words: ui.TextInput[Any] = ui.TextInput(
        style=discord.TextStyle.paragraph,
        custom_id=TEXT_FIELD,
        min_length=1,
        max_length=LONGEST_TEXT,
        default=cut(template.text, LONGEST_TEXT),
    )
    modal.add_item(ui.Label(text=cut(t("Name"), LABEL_LIMIT), component=name))
    hint = t("Filled in when it is used: author, brand, case, link, in curly brackets.")
    modal.add_item(
        ui.Label(text=cut(t("Text"), LABEL_LIMIT), description=cut(hint, DESCRIPTION_LIMIT), component=words)
    )
    modal.stop()  # shown all the same; discord.py keeps no record of it (see bot.views.modals)
    return modal
