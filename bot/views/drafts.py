"""Proposed messages that wait for a person: Send, Edit or Discard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

import discord
from discord import ui

from bot.context import AnyInteraction, reader, require_staff, services_of
from bot.services import Services
from bot.views.answering import answering_failures, in_time, say, wait_for_answer
from bot.views.lists import link, when
from bot.views.modals import TextModal, submission_of
from bot.views.names import place
from bot.views.shown import SHOWN_TEXT, shown_text
from bot.views.text import LABEL_LIMIT, quote, safe
from core.errors import NotFoundError
from core.text import Translate, cut, mark
from core.types.action import Action, ActionState, Purpose
from core.types.mention import StoredMention

SHOWN = 5
"""Drafts in one message: five components each, and each with room for its words."""
POST_LIMIT = 250
DRAFT_LIMIT = 400
CARD_POST_LIMIT = 600
CARD_TEXT_LIMIT = 2_800
"""Characters of the draft on its card, as they would be sent: with the rest they fit the 4,000 of a message."""
EDIT_ID = re.compile(r"draft:edit:(?P<number>\d{1,18})")

PURPOSES: Mapping[Purpose, str] = MappingProxyType(
    {
        Purpose.ANSWER: mark("Answer"),
        Purpose.STAFF_REPLY: mark("Reply to a case"),
        Purpose.THANKS: mark("Thank-you"),
        Purpose.ARTICLE_OFFER: mark("Pointer to an article"),
        Purpose.SURVEY: mark("Survey"),
        Purpose.FOLLOW_UP: mark("Follow-up"),
        Purpose.ADVERT: mark("Advertisement"),
        Purpose.STAFF_POST: mark("Staff post"),
    }
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A waiting message and the post it would answer."""

    action: Action
    mention: StoredMention | None


def _control(prefix: str, act: str, action_id: int, label: str) -> ui.Button[Any]:
    style = discord.ButtonStyle.success if act == "send" else discord.ButtonStyle.secondary
    return ui.Button(label=cut(label, LABEL_LIMIT), style=style, custom_id=f"{prefix}:{act}:{action_id}")


class DraftButton(ui.DynamicItem[ui.Button[Any]], template=r"draft:(?P<act>send|edit|discard):(?P<number>\d{1,18})"):
    """In the list of drafts: `draft:<send, edit or discard>:<action id>`."""

    def __init__(self, act: str, action_id: int, label: str = "…") -> None:
        self.act, self.action_id = act, action_id
        super().__init__(_control("draft", act, action_id, label))

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(match["act"], int(match["number"]))

    async def callback(self, interaction: AnyInteraction) -> None:
        """Send, change or throw away; then show what is left."""
        async with answering_failures(interaction):
            actor = require_staff(interaction)
            if self.act == "edit":
                await self._edit(interaction)
                return
            await interaction.response.defer()
            desk = services_of(interaction).desk
            if self.act == "send":
                await desk.approve(self.action_id, actor)
            else:
                await desk.discard(self.action_id, actor)
            await interaction.edit_original_response(view=await waiting(services_of(interaction), reader(interaction)))

    async def _edit(self, interaction: AnyInteraction) -> None:
        """Open the words in a modal; reading one row comes first, since a modal cannot follow a deferral."""
        action = await in_time(self._action(services_of(interaction)))
        if action is None or action.state is not ActionState.DRAFT:
            raise NotFoundError(mark("There is no such draft."))
        await interaction.response.send_modal(_edit_modal(self.action_id, action.draft.text, reader(interaction)))

    async def _action(self, services: Services) -> Action | None:
        async with services.store.read() as unit:
            return await unit.outbox.get(self.action_id)


class DraftCardButton(
    ui.DynamicItem[ui.Button[Any]], template=r"dcard:(?P<act>send|edit|discard):(?P<number>\d{1,18})"
):
    """On a draft's card in the staff channel: `dcard:<send, edit or discard>:<action id>`."""

    def __init__(self, act: str, action_id: int, label: str = "…") -> None:
        self.act, self.action_id = act, action_id
        super().__init__(_control("dcard", act, action_id, label))

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(match["act"], int(match["number"]))

    async def callback(self, interaction: AnyInteraction) -> None:
        """Send, change or throw away; the card itself follows through the outbox."""
        async with answering_failures(interaction):
            actor, t = require_staff(interaction), reader(interaction)
            if self.act == "edit":
                # What the card shows is what is changed: a window has to open before anything can be read.
                await interaction.response.send_modal(_edit_modal(self.action_id, shown_text(interaction), t))
                return
            await wait_for_answer(interaction)
            desk = services_of(interaction).desk
            if self.act == "send":
                await desk.approve(self.action_id, actor)
                await say(interaction, t("The message is on its way."))
            else:
                await desk.discard(self.action_id, actor)
                await say(interaction, t("The draft is thrown away."))


class DraftCard(ui.LayoutView):
    """A draft in the staff channel, with its buttons until somebody decided."""

    def __init__(self, draft: Draft, t: Translate) -> None:
        super().__init__(timeout=None)
        action = draft.action
        box: ui.Container[Any] = ui.Container()
        box.add_item(ui.TextDisplay(_about(draft, t, limit=CARD_POST_LIMIT)))
        if action.draft.text.strip():
            box.add_item(ui.TextDisplay(cut(action.draft.text, CARD_TEXT_LIMIT), id=SHOWN_TEXT))
        if action.state is ActionState.DRAFT:
            row: ui.ActionRow[Any] = ui.ActionRow(DraftCardButton("send", action.id, t("Send")))
            if len(action.draft.text) <= CARD_TEXT_LIMIT:
                row.add_item(DraftCardButton("edit", action.id, t("Edit and send")))
            row.add_item(DraftCardButton("discard", action.id, t("Discard")))
            box.add_item(row)
        else:
            box.add_item(ui.TextDisplay(f"**{_outcome(action, t)}**"))
        self.add_item(box)


def _outcome(action: Action, t: Translate) -> str:
    if action.state is ActionState.CANCELLED:
        by = action.detail.removeprefix("discarded:")
        if by != action.detail and by.isdecimal():
            return t("Discarded by {person}", person=f"<@{by}>")
        return t("No longer needed: the post was changed or is gone.")
    if action.state is ActionState.REFUSED:
        return t("It was not sent.")
    return t("Sent by {person}", person=f"<@{action.approved_by}>")


def _edit_modal(action_id: int, text: str, t: Translate) -> TextModal:
    return TextModal(
        f"draft:edit:{action_id}",
        title=t("Edit and send"),
        label=t("Text"),
        hint=t("It is sent as soon as you submit it."),
        text=text,
    )


async def take_edit(interaction: AnyInteraction) -> None:
    """Handle the submission of an edited draft; other interactions are passed over."""
    submission = submission_of(interaction, EDIT_ID)
    if submission is None:
        return
    async with answering_failures(interaction):
        actor = require_staff(interaction)
        await wait_for_answer(interaction)
        await services_of(interaction).desk.approve(submission.number, actor, submission.text)
        await say(interaction, reader(interaction)("Your text is on its way."))


async def waiting(services: Services, t: Translate) -> ui.LayoutView:
    """Return the drafts that wait, oldest first, as a message."""
    actions = await services.desk.drafts(limit=SHOWN)
    async with services.store.read() as unit:
        ids = [action.draft.mention_id for action in actions]
        mentions = [None if one is None else await unit.mentions.get(one) for one in ids]
    drafts = [Draft(action, mention) for action, mention in zip(actions, mentions, strict=True)]
    return DraftList(drafts, t)


class DraftList(ui.LayoutView):
    """Each draft with its post and its three buttons."""

    def __init__(self, drafts: list[Draft], t: Translate) -> None:
        super().__init__(timeout=None)
        title = t("Drafts that wait for Send") if drafts else t("No draft waits for Send.")
        self.add_item(ui.TextDisplay(f"### {title}"))
        for draft in drafts[:SHOWN]:
            self.add_item(ui.TextDisplay(_words(draft, t)))
            number = draft.action.id
            row: ui.ActionRow[Any] = ui.ActionRow(
                DraftButton("send", number, t("Send")),
                DraftButton("edit", number, t("Edit and send")),
                DraftButton("discard", number, t("Discard")),
            )
            self.add_item(row)


def _words(draft: Draft, t: Translate) -> str:
    return "\n".join([_about(draft, t, limit=POST_LIMIT), "↪ " + safe(draft.action.draft.text, DRAFT_LIMIT)])


def _about(draft: Draft, t: Translate, *, limit: int) -> str:
    """Return what a draft is and which post it answers."""
    action, mention = draft.action.draft, draft.mention
    name = None if mention is None else mention.container_name
    parts = [
        f"**{t(PURPOSES[action.purpose])}**",
        safe(place(t, action.target.source, action.target.container, name), 80),
        when(draft.action.created_at),
        "" if mention is None else link(t("Open the post"), mention.url),
    ]
    post = "" if mention is None or mention.text is None else quote(mention.text, limit)
    return "\n".join(filter(None, [" · ".join(filter(None, parts)), post]))
