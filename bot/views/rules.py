"""Proposals for rules: what each would mend and lose, and the button that puts it into force.

The change stands in the button's custom_id, so that it can be confirmed after a restart, too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Any, Self

import discord
from discord import ui

from bot.context import AnyInteraction, reader, require_manager, require_staff, services_of
from bot.services import Services
from bot.views.answering import answering_failures, say, wait_for_answer
from bot.views.lists import link
from bot.views.text import LABEL_LIMIT, safe
from core.errors import NotFoundError
from core.text import Translate, cut, mark
from core.types.learning import RuleChange, RuleKind
from core.types.mention import StoredMention
from engagement.intake.backtest import BackTest

SHOWN_EACH = 3
"""Posts that are linked for each thing a change would do."""
EXCERPT_LIMIT = 70
LINK_LIMIT = 150
"""Longer addresses are left out: twelve posts have to fit into one message. The number serves `/mention view`."""
_THRESHOLDS = {"c": RuleKind.MIN_COMPLAINT, "p": RuleKind.MIN_PROBABILITY}


class RuleButton(ui.DynamicItem[ui.Button[Any]], template=r"rule:(?P<act>show|apply):(?P<code>(?s:.+))"):
    """`rule:<show or apply>:<change>`; a change is `x:<brand token>:<term>`, `c:<value>` or `p:<value>`."""

    def __init__(self, act: str, code: str, label: str = "…") -> None:
        self.act, self.code = act, code
        style = discord.ButtonStyle.success if act == "apply" else discord.ButtonStyle.secondary
        super().__init__(ui.Button(label=cut(label, LABEL_LIMIT), style=style, custom_id=f"rule:{act}:{code}"))

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(match["act"], match["code"])

    async def callback(self, interaction: AnyInteraction) -> None:
        """Show what the change would do, or put it into force."""
        async with answering_failures(interaction):
            actor = require_manager(interaction) if self.act == "apply" else require_staff(interaction)
            await wait_for_answer(interaction)
            services = services_of(interaction)
            change = await _decoded(services, self.code)
            t = reader(interaction)
            if self.act == "show":
                await say(interaction, view=TestedRule(await services.rules.test(change), t))
                return
            rule = await services.rules.apply(change, actor)
            await say(interaction, t("In force from now on: {rule}", rule=rule_words(rule.change, t)))


class Suggestions(ui.LayoutView):
    """Proposals, each with a button that shows its back-test."""

    def __init__(self, tests: Sequence[BackTest], t: Translate) -> None:
        super().__init__(timeout=None)
        self.add_item(ui.TextDisplay("### " + t("What the verdicts suggest")))
        if not tests:
            self.add_item(
                ui.TextDisplay(t("Nothing to suggest: too few verdicts, or no change would mend more than it loses."))
            )
            return
        lines = [f"{number}. {rule_words(test.change, t)} · {_counts(test, t)}" for number, test in enumerate(tests, 1)]
        self.add_item(ui.TextDisplay("\n".join(lines)))
        buttons = [RuleButton("show", encoded(test.change), str(number)) for number, test in enumerate(tests[:5], 1)]
        self.add_item(ui.ActionRow(*buttons))


class TestedRule(ui.LayoutView):
    """What one change would have done, with the posts, and the button to confirm it."""

    __test__ = False

    def __init__(self, test: BackTest, t: Translate) -> None:
        super().__init__(timeout=None)
        self.add_item(ui.TextDisplay(f"### {rule_words(test.change, t)}\n{_counts(test, t)}"))
        for title, mentions in (
            (t("Mended"), test.mended),
            (t("Lost"), test.lost),
            (t("No longer acted on"), test.dropped),
            (t("Newly acted on"), test.added),
        ):
            if mentions:
                self.add_item(ui.TextDisplay(f"**{title}**\n" + "\n".join(_examples(mentions, t))))
        self.add_item(ui.ActionRow(RuleButton("apply", encoded(test.change), t("Put into force"))))


def rule_words(change: RuleChange, t: Translate) -> str:
    """Return a change as one line."""
    if change.kind is RuleKind.EXCLUSION:
        return t("{brand}: not with “{term}”", brand=safe(change.brand, 60), term=safe(change.term, 80))
    if change.kind is RuleKind.MIN_COMPLAINT:
        return t("Flag from a complaint score of {value}", value=f"{change.value:.2f}")
    return t("Thank from a probability of {value}", value=f"{change.value:.2f}")


def encoded(change: RuleChange) -> str:
    """Return a change as it stands in a custom_id."""
    if change.kind is RuleKind.EXCLUSION:
        return f"x:{_token(change.brand)}:{change.term}"
    letter = next(letter for letter, kind in _THRESHOLDS.items() if kind is change.kind)
    return f"{letter}:{change.value:g}"


async def _decoded(services: Services, code: str) -> RuleChange:
    kind, _, rest = code.partition(":")
    if kind in _THRESHOLDS:
        return RuleChange(_THRESHOLDS[kind], value=float(rest))
    token, _, term = rest.partition(":")
    for brand in await services.brands.all():
        if _token(brand.name) == token:
            return RuleChange(RuleKind.EXCLUSION, brand.name, term)
    raise NotFoundError(mark("No brand of that name is followed."))


def _token(brand: str) -> str:
    return hashlib.blake2b(brand.encode(), digest_size=4).hexdigest()


def _counts(test: BackTest, t: Translate) -> str:
    return t(
        "of {tested} mentions: {mended} mended, {lost} lost, {dropped} unjudged no longer acted on, {added} newly",
        tested=test.tested,
        mended=len(test.mended),
        lost=len(test.lost),
        dropped=len(test.dropped),
        added=len(test.added),
    )


def _examples(mentions: Sequence[StoredMention], t: Translate) -> Iterator[str]:
    for mention in mentions[:SHOWN_EACH]:
        text = safe(" ".join((mention.text or "").split()), EXCERPT_LIMIT)
        url = mention.url if len(mention.url or "") <= LINK_LIMIT else None
        parts = (str(mention.id), text, link(t("Open the post"), url))
        yield "- " + " · ".join(filter(None, parts))
    if len(mentions) > SHOWN_EACH:
        yield t("and {count} more", count=len(mentions) - SHOWN_EACH)
