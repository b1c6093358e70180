"""Replying to a case: the window, canned replies, and the preview before anything is public."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Self

import discord
from discord import ui

from bot.context import AnyInteraction, reader, require_staff, services_of
from bot.views.answering import answering_failures, say, wait_for_answer
from bot.views.modals import DESCRIPTION_LIMIT, TEXT_FIELD, TextModal, submission_of
from bot.views.modals import LABEL_LIMIT as MODAL_LABEL_LIMIT
from bot.views.shown import SHOWN_TEXT, shown_text
from bot.views.text import CHOICE_LIMIT, LABEL_LIMIT, MODAL_TITLE_LIMIT, plain, safe
from core.errors import InputError
from core.text import Translate, cut, mark
from core.types.action import ActionState
from core.types.reply import Template
from engagement.desk.lint import FINDINGS
from engagement.desk.replies import LONGEST_PREVIEW, Prepared

REPLY_ID = re.compile(r"case:reply:(?P<number>\d{1,18})(?::(?P<post>\d{1,18}))?")
TEMPLATE_FIELD = "template"
PLACEHOLDER_LIMIT = 150
"""Characters that a select shows while nothing is chosen (Discord's limit)."""
MOST_OFFERED = 25
"""Options that Discord takes in one select."""


def reply_modal(
    case_id: int, t: Translate, shelf: Sequence[Template] = (), *, text: str | None = None, post: int | None = None
) -> ui.Modal:
    """Return the window for one case: a text, and a canned reply where there are any and nothing was written yet.

    `post` is the number of the mention that is answered, where the case holds those of several people.
    """
    offered = in_order(shelf, t.locale)[:MOST_OFFERED] if text is None else []
    if not offered:
        return TextModal(
            f"case:reply:{_about(case_id, post)}",
            title=t("Reply to case {case}", case=case_id),
            label=t("Your reply"),
            hint=t("It is posted publicly, as an answer to the post, in the bot's name."),
            most=LONGEST_PREVIEW,
            text=text,
        )
    return _ReplyModal(case_id, offered, t, post)


def _about(case_id: int, post: int | None) -> str:
    """Return what a custom_id says about where a reply goes."""
    return str(case_id) if post is None else f"{case_id}:{post}"


def in_order(shelf: Iterable[Template], locale: str) -> list[Template]:
    """Return canned replies, those in the reader's language first."""
    return sorted(shelf, key=lambda one: (one.locale != locale, one.name.casefold()))


def template_name(template: Template, limit: int = CHOICE_LIMIT) -> str:
    """Return how a canned reply is called where one is chosen: name, brand, language."""
    parts = [template.name, *([template.brand] if template.brand else []), template.locale]
    return plain(" · ".join(parts), limit)


class _ReplyModal(ui.Modal):
    """Asks for a canned reply, words of one's own, or both."""

    def __init__(self, case_id: int, offered: Sequence[Template], t: Translate, post: int | None) -> None:
        title = plain(t("Reply to case {case}", case=case_id), MODAL_TITLE_LIMIT)
        super().__init__(title=title, custom_id=f"case:reply:{_about(case_id, post)}", timeout=None)
        options = [
            discord.SelectOption(
                label=template_name(one), value=str(one.id), description=plain(one.text, DESCRIPTION_LIMIT)
            )
            for one in offered
        ]
        select: ui.Select[Any] = ui.Select(
            custom_id=TEMPLATE_FIELD,
            options=options,
            placeholder=cut(t("None, only your own words"), PLACEHOLDER_LIMIT),
            required=False,
            min_values=0,
        )
        field: ui.TextInput[Any] = ui.TextInput(
            style=discord.TextStyle.paragraph, custom_id=TEXT_FIELD, required=False, max_length=LONGEST_PREVIEW
        )
        self.add_item(
            ui.Label(
                text=cut(t("Canned reply"), MODAL_LABEL_LIMIT),
                description=cut(t("You see it filled in before it is sent."), DESCRIPTION_LIMIT),
                component=select,
            )
        )
        self.add_item(
            ui.Label(
                text=cut(t("Your reply"), MODAL_LABEL_LIMIT),
                description=cut(
                    t("It is posted publicly, as an answer to the post, in the bot's name."), DESCRIPTION_LIMIT
                ),
                component=field,
            )
        )
        self.stop()  # shown all the same; discord.py keeps no record of it (see bot.views.modals)


async def take_reply(interaction: AnyInteraction) -> None:
    """Handle the submission of a reply modal; other interactions are passed over."""
    submission = submission_of(interaction, REPLY_ID)
    if submission is None:
        return
    async with answering_failures(interaction):
        actor = require_staff(interaction)
        chosen = submission.fields.get(TEMPLATE_FIELD, "")
        template_id = int(chosen) if chosen.isdecimal() else None
        if not submission.text and template_id is None:
            raise InputError(mark("The reply is empty."))
        await wait_for_answer(interaction)
        post = _number(submission.parts.get("post"))
        await send_reply(interaction, submission.number, actor, submission.text, template_id=template_id, post=post)


def _number(said: str | None) -> int | None:
    return None if said is None else int(said)


async def send_reply(
    interaction: AnyInteraction,
    case_id: int,
    actor: str,
    text: str,
    *,
    template_id: int | None = None,
    post: int | None = None,
) -> None:
    """Put a reply on its way and say so; a canned one, and one with findings, is shown before."""
    prepared = await services_of(interaction).replies.prepare(case_id, text, template_id=template_id, post=post)
    t = reader(interaction)
    if template_id is None and not prepared.findings:
        await say(interaction, await _sent(interaction, case_id, actor, prepared.text, post))
    elif not prepared.text:
        raise InputError(mark("The reply is empty."))
    else:
        await say(interaction, view=ReplyPreview(prepared, t))


async def _sent(interaction: AnyInteraction, case_id: int, actor: str, text: str, post: int | None) -> str:
    action = await services_of(interaction).desk.reply(case_id, actor, text, post=post)
    t = reader(interaction)
    if action.state is ActionState.DRAFT:
        return t("A second person has to press Send: your reply to case {case} waits.", case=case_id)
    return t("Your reply to case {case} is on its way.", case=case_id)


class ReplyPreview(ui.LayoutView):
    """The reply as it will stand in public, what the lint found, and the buttons to go on."""

    def __init__(self, prepared: Prepared, t: Translate) -> None:
        super().__init__(timeout=None)
        title = t("Your reply to case {case}, as it would be posted", case=prepared.case_id)
        lines = [f"### {title}"]
        lines += [("⛔ " if one.refuses else "⚠️ ") + t(FINDINGS[one.kind]) for one in prepared.findings]
        self.add_item(ui.TextDisplay("\n".join(lines)))
        self.add_item(ui.Separator(visible=True))
        self.add_item(ui.TextDisplay(prepared.text, id=SHOWN_TEXT))
        row: ui.ActionRow[Any] = ui.ActionRow()
        if prepared.can_be_sent:
            row.add_item(PreviewButton("send", prepared.case_id, t("Send"), post=prepared.post))
        row.add_item(PreviewButton("edit", prepared.case_id, t("Edit"), post=prepared.post))
        self.add_item(row)


class PreviewButton(
    ui.DynamicItem[ui.Button[Any]],
    template=r"reply:(?P<act>send|edit):(?P<case>\d{1,18})(?::(?P<post>\d{1,18}))?",
):
    """`reply:<send or edit>:<case id>[:<mention>]`. The words stand in the message itself: they outlast a restart."""

    def __init__(self, act: str, case_id: int, label: str = "…", *, post: int | None = None) -> None:
        self.act, self.case_id, self.post = act, case_id, post
        style = discord.ButtonStyle.success if act == "send" else discord.ButtonStyle.secondary
        custom_id = f"reply:{act}:{_about(case_id, post)}"
        super().__init__(ui.Button(label=cut(label, LABEL_LIMIT), style=style, custom_id=custom_id))

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(match["act"], int(match["case"]), post=_number(match["post"]))

    async def callback(self, interaction: AnyInteraction) -> None:
        """Send what the preview shows, or open it in the window again."""
        async with answering_failures(interaction):
            actor = require_staff(interaction)
            text = shown_text(interaction)
            if self.act == "edit":
                await interaction.response.send_modal(
                    reply_modal(self.case_id, reader(interaction), text=text, post=self.post)
                )
                return
            await interaction.response.defer()
            outcome = await _sent(interaction, self.case_id, actor, text, self.post)
            await interaction.edit_original_response(view=_done(outcome))


def _done(outcome: str) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(safe(outcome, 500)))
    return view
