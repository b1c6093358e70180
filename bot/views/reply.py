"""The modal in which staff write a reply.

A modal is never kept in memory: its submission is recognised by its custom_id, so that a text somebody is still
writing survives a restart, and two people may have the same case open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord
from discord import ui

from bot.context import AnyInteraction, reader, require_staff, services_of
from bot.views.answering import answering_failures, say, wait_for_answer
from bot.views.text import CONTENT_LIMIT, MODAL_TITLE_LIMIT
from core.errors import InputError
from core.text import Translate, cut, mark

REPLY_ID = re.compile(r"case:reply:(?P<case>\d{1,18})")
TEXT_FIELD = "text"


class ReplyModal(ui.Modal):
    """Asks for the text of the answer to one case."""

    def __init__(self, case_id: int, t: Translate) -> None:
        title = cut(t("Reply to case {case}", case=case_id), MODAL_TITLE_LIMIT)
        super().__init__(title=title, custom_id=f"case:reply:{case_id}", timeout=None)
        self.add_item(
            ui.Label(
                text=cut(t("Your reply"), 45),
                description=cut(t("It is posted publicly, as an answer to the post, in the bot's name."), 100),
                component=ui.TextInput(
                    style=discord.TextStyle.paragraph, custom_id=TEXT_FIELD, min_length=1, max_length=CONTENT_LIMIT
                ),
            )
        )
        self.stop()  # a stopped modal is shown all the same, but discord.py keeps no record of it


async def take_reply(interaction: AnyInteraction) -> bool:
    """Handle the submission of a reply modal; False when the interaction is something else."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return False
    submitted: Mapping[str, Any] = interaction.data or {}
    found = REPLY_ID.fullmatch(str(submitted.get("custom_id", "")))
    if found is None:
        return False
    async with answering_failures(interaction):
        actor = require_staff(interaction)
        text = dict(_fields(submitted.get("components", ()))).get(TEXT_FIELD, "").strip()
        if not text:
            raise InputError(mark("The reply is empty; write a text."))
        await wait_for_answer(interaction)
        services = services_of(interaction)
        case_id = int(found["case"])
        await services.desk.reply(case_id, actor, text)
        t = reader(interaction)
        await say(interaction, t("Your reply to case {case} is on its way.", case=case_id))
    return True


def _fields(components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield custom_id and value of the text inputs, in labels or in action rows."""
    for component in components:
        if "value" in component and "custom_id" in component:
            yield str(component["custom_id"]), str(component["value"])
        inner = component.get("component")
        yield from _fields([inner] if inner else component.get("components", ()))
