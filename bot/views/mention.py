"""One mention: what was written, how it was judged and decided, and the buttons to correct that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import discord
from discord import ui

from bot.views.lists import is_link
from bot.views.names import DECISION, INTENT, LABEL, TOWARDS, place
from bot.views.text import LABEL_LIMIT, quote, safe
from bot.views.verdict import verdict_line, verdict_row
from core.text import Translate, cut
from core.types.assessment import Evidence
from engagement.desk.verdicts import MentionView
from engagement.intake.decide import REASONS

EXCERPT_LIMIT = 1800
WORDS_SHOWN = 12


class MentionCard(ui.LayoutView):
    """A mention as a message for staff."""

    def __init__(self, view: MentionView, t: Translate) -> None:
        super().__init__(timeout=None)
        mention = view.mention
        box: ui.Container[Any] = ui.Container()
        where = safe(place(t, mention.source, mention.container, mention.container_name), 80)
        title = t("Mention {mention} · {brand}", mention=mention.id, brand=safe(mention.brand, 120))
        author = "" if mention.author is None else safe(mention.author.name, 80)
        box.add_item(ui.TextDisplay(f"### {title}\n" + " · ".join(filter(None, (author, where)))))
        gone = t("The post was deleted at its source, so its text is gone here, too.")
        box.add_item(ui.TextDisplay((mention.text and quote(mention.text, EXCERPT_LIMIT)) or gone))
        box.add_item(ui.Separator(visible=True, spacing=discord.SeparatorSpacing.small))
        box.add_item(ui.TextDisplay("\n".join(_lines(view, t))))
        if mention.text is not None:
            box.add_item(_row(view, t))
        self.add_item(box)


def _lines(view: MentionView, t: Translate) -> Iterator[str]:
    mention = view.mention
    judged, chances = mention.assessment, mention.assessment.probabilities
    yield t("Written {when}", when=discord.utils.format_dt(mention.created_at, "f"))
    yield t(
        "Judged {label} ({score}), {intent}",
        label=t(LABEL[judged.label]),
        score=f"{judged.score:+.2f}",
        intent=t(INTENT[judged.intent]),
    )
    if mention.text is not None:
        yield t(
            "Complaint {complaint}, negative {negative}, positive {positive}",
            complaint=f"{judged.intents.complaint:.2f}",
            negative=f"{chances.negative:.2f}",
            positive=f"{chances.positive:.2f}",
        )
    decision = t(DECISION[mention.decision.kind])
    yield t("Decided: {decision}, because: {reason}", decision=decision, reason=t(REASONS[mention.decision.reason]))
    if view.evidence:
        yield t("What decided: {words}", words=_words(view.evidence, t))
    if view.case is not None:
        yield t("Case {case}", case=view.case.id)
    if view.verdict is not None:
        yield verdict_line(view.verdict, t)


def _words(evidence: Sequence[Evidence], t: Translate) -> str:
    shown = [one for one in evidence if one.text.strip()][:WORDS_SHOWN]
    towards = [t(TOWARDS[one.towards]) if one.towards in TOWARDS else one.towards for one in shown]
    return ", ".join(
        f"**{safe(one.text, 40)}** ({safe(side, 30)} {one.weight:+.1f})"
        for one, side in zip(shown, towards, strict=True)
    )


def _row(view: MentionView, t: Translate) -> ui.ActionRow[Any]:
    row = verdict_row(view.mention.id, t)
    url = view.mention.url
    if url is not None and is_link(url):
        row.add_item(ui.Button(url=url, label=cut(t("Open the post"), LABEL_LIMIT)))
    return row
