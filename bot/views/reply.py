"""The modal in which staff write a reply to a case."""

from __future__ import annotations

import re

from bot.context import AnyInteraction, reader, require_staff, services_of
from bot.views.answering import answering_failures, say, wait_for_answer
from bot.views.modals import TextModal, submission_of
from bot.views.text import CONTENT_LIMIT
from core.errors import InputError
from core.text import Translate, mark
from core.types.action import ActionState

REPLY_ID = re.compile(r"case:reply:(?P<number>\d{1,18})")


def reply_modal(case_id: int, t: Translate) -> TextModal:
    """Return the modal for one case."""
    return TextModal(
        f"case:reply:{case_id}",
        title=t("Reply to case {case}", case=case_id),
        label=t("Your reply"),
        hint=t("It is posted publicly, as an answer to the post, in the bot's name."),
        most=CONTENT_LIMIT,
    )


async def take_reply(interaction: AnyInteraction) -> None:
    """Handle the submission of a reply modal; other interactions are passed over."""
    submission = submission_of(interaction, REPLY_ID)
    if submission is None:
        return
    async with answering_failures(interaction):
        actor = require_staff(interaction)
        if not submission.text:
            raise InputError(mark("The reply is empty."))
        await wait_for_answer(interaction)
        await send_reply(interaction, submission.number, actor, submission.text)


async def send_reply(interaction: AnyInteraction, case_id: int, actor: str, text: str) -> None:
    """Put a reply on its way and say so."""
    action = await services_of(interaction).desk.reply(case_id, actor, text)
    t = reader(interaction)
    if action.state is ActionState.DRAFT:
        await say(interaction, t("A second person has to press Send: your reply to case {case} waits.", case=case_id))
    else:
        await say(interaction, t("Your reply to case {case} is on its way.", case=case_id))
