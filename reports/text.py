"""The report in plain words: for a terminal, a channel, a mail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from core.text import Translate, cut
from core.types.assessment import Label
from reports import words
from reports.headline import cards, replies_total, sentences, subtitle, title
from reports.types import CountLine, Quote, WeeklyReport

QUOTE_LENGTH = 140
MOST_LINES = 5
"""Lines of a table; the page and the CSV hold all."""
# Terminal controls, direction marks and what nobody sees: foreign text must not steer the reader's screen.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")


def plain(text: str) -> str:
    """Return foreign text on one line, without controls."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def render(report: WeeklyReport, t: Translate, *, clean: Callable[[str], str] = plain, quotes: bool = True) -> str:
    """Return the report as lines of text, with a line break at its end.

    `clean` makes foreign text (quotes, names of brands and places) harmless for where it is shown.
    """
    return "\n".join(_lines(report, t, clean, quotes=quotes)) + "\n"


def _lines(report: WeeklyReport, t: Translate, clean: Callable[[str], str], *, quotes: bool) -> Iterator[str]:
    yield clean(title(report, t))
    yield clean(subtitle(report, t))
    yield ""
    yield from (f"- {clean(sentence)}" for sentence in sentences(report, t))
    yield ""
    for card in cards(report, t):
        remarks = ", ".join(filter(None, (card.change, card.note)))
        yield f"{card.name}: {card.value}" + (f" ({remarks})" if remarks else "")
    for name, counted in ((t("By brand"), report.by_brand), (t("By channel and subreddit"), report.by_container)):
        yield ""
        yield name
        yield from (_counted(line, t, clean) for line in counted[:MOST_LINES])
    yield ""
    yield t("By day")
    yield from (_counted(line, t, clean, words.day(date.fromisoformat(line.key), t)) for line in report.by_day)
    if quotes:
        yield from _said(t("Strongest complaints"), report.complaints, t, clean)
        yield from _said(t("Strongest praise"), report.praise, t, clean)


def _counted(line: CountLine, t: Translate, clean: Callable[[str], str], name: str = "") -> str:
    mentions = line.mentions
    return t(
        "- {name}: {count} (positive {positive}, neutral {neutral}, negative {negative}), our replies {replies}",
        name=name or clean(line.name) or t("Chat, no brand"),
        count=words.number(mentions.total, t),
        positive=words.number(mentions.of(Label.POSITIVE), t),
        neutral=words.number(mentions.of(Label.NEUTRAL), t),
        negative=words.number(mentions.of(Label.NEGATIVE), t),
        replies=words.number(replies_total(line.replies_given), t),
    )


def _said(name: str, quotes: tuple[Quote, ...], t: Translate, clean: Callable[[str], str]) -> Iterator[str]:
    if not quotes:
        return
    yield ""
    yield name
    for quote in quotes:
        text = t("- “{text}” ({where})", text=clean(cut(quote.text, QUOTE_LENGTH)), where=clean(quote.container_name))
        yield f"{text} {quote.url}" if quote.url and not _CONTROLS.search(quote.url) else text
