"""The one question after a resolved case: five buttons, and a window for the words behind the number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Self

from discord import ui

from bot.context import AnyInteraction, reader, services_of
from bot.views.answering import answering_failures, say, wait_for_answer
from bot.views.modals import TextModal, submission_of
from bot.views.text import LABEL_LIMIT
from core.errors import InputError
from core.text import Translate, cut, mark
from core.types.learning import CsatCounts
from engagement.members.surveys import SCORES, WHY_LIMIT

WHY_ID = re.compile(r"csat:why:(?P<number>\d{1,18})")


class CsatButton(ui.DynamicItem[ui.Button[Any]], template=r"csat:(?P<score>[1-5]):(?P<case>\d{1,18})"):
    """`csat:<score>:<case id>`: only the author of the case may press it."""

    def __init__(self, score: int, case_id: int) -> None:
        self.score, self.case_id = score, case_id
        super().__init__(ui.Button(label=str(score), custom_id=f"csat:{score}:{case_id}"))

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(int(match["score"]), int(match["case"]))

    async def callback(self, interaction: AnyInteraction) -> None:
        """Take the score, and offer to say why."""
        async with answering_failures(interaction):
            await wait_for_answer(interaction)
            await services_of(interaction).surveys.answer(self.case_id, str(interaction.user.id), self.score)
            t = reader(interaction)
            view = ui.View(timeout=None)
            view.add_item(WhyButton(self.case_id, t("Say why")))
            await say(interaction, t("Thank you! Your answer: {score}.", score=self.score), view=view)


class WhyButton(ui.DynamicItem[ui.Button[Any]], template=r"csat:why:(?P<case>\d{1,18})"):
    """`csat:why:<case id>`: opens the window; who may say something is checked when it is submitted."""

    def __init__(self, case_id: int, label: str = "…") -> None:
        self.case_id = case_id
        super().__init__(ui.Button(label=cut(label, LABEL_LIMIT), custom_id=f"csat:why:{case_id}"))

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(int(match["case"]))

    async def callback(self, interaction: AnyInteraction) -> None:
        """Open the window."""
        async with answering_failures(interaction):
            t = reader(interaction)
            modal = TextModal(
                f"csat:why:{self.case_id}",
                title=t("Why this number?"),
                label=t("In your own words"),
                hint=t("Only the team reads it. It is deleted together with your posts."),
                most=WHY_LIMIT,
            )
            await interaction.response.send_modal(modal)


async def take_why(interaction: AnyInteraction) -> None:
    """Handle the words behind a score; other interactions are passed over."""
    submission = submission_of(interaction, WHY_ID)
    if submission is None:
        return
    async with answering_failures(interaction):
        if not submission.text:
            raise InputError(mark("That input cannot be used."))
        await wait_for_answer(interaction)
        await services_of(interaction).surveys.explain(submission.number, str(interaction.user.id), submission.text)
        await say(interaction, reader(interaction)("Thank you, the team will read it."))


def csat_view(case_id: int) -> ui.View:
    """Return the five numbers as a message's only components."""
    view = ui.View(timeout=None)
    for score in SCORES:
        view.add_item(CsatButton(score, case_id))
    return view


def csat_lines(counts: CsatCounts, t: Translate) -> Iterator[str]:
    """Yield satisfaction and response rate as lines; nothing where nobody was asked or answered."""
    if counts.satisfied is not None:
        share = f"{counts.satisfied:.0%}"
        yield "**" + t("Satisfied (4 or 5): {share} of {answers} answers", share=share, answers=counts.answers) + "**"
    if counts.response_rate is not None:
        yield t("Response rate: {rate} of {asked} questions", rate=f"{counts.response_rate:.0%}", asked=counts.asked)
