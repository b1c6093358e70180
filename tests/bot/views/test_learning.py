"""Mentions, proposals and verdicts stay within Discord's limits, whatever was written, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n import Catalogues
from bot.views.csat import csat_view
from bot.views.mention import MentionCard
from bot.views.rules import Suggestions, TestedRule, encoded
from bot.views.verdict import CorrectionSelect
from core.types.assessment import Evidence, Label
from core.types.decision import DecisionKind, Reason
from core.types.learning import Correction, MentionVerdict, RuleChange, RuleKind
from core.types.mention import StoredMention
from engagement.desk.verdicts import MentionView
from engagement.intake.backtest import BackTest
from engagement.intake.suggest import MOST_SUGGESTIONS, TERM_LIMIT
from tests import make

CATALOGUES = Catalogues()
HOSTILE = st.text(
    alphabet=st.sampled_from("ab 가나*_`~|>#[]()<@:-\\\n\u200b\u202e\ufeff👩‍👩‍👧‍👦"), min_size=1, max_size=3_000
)
LOCALES = pytest.mark.parametrize("locale", ["en", "ko"])


def stored(
    text: str = "My Lumora broke", *, brand: str = "Lumora", url: str = "https://example.com/a"
) -> StoredMention:
    about = replace(make.post(text, author=text[:30] or "x"), url=url)
    judged = make.judged(about, brand=brand, label=Label.NEGATIVE, kind=DecisionKind.FLAG, reason=Reason.COMPLAINT)
    return make.stored(judged, 9_007_199_254_740_991)


def verdict(should_be: Correction | None) -> MentionVerdict:
    right = should_be is None
    return MentionVerdict(1, right, should_be, "Lumora", DecisionKind.FLAG, Reason.COMPLAINT, "1" * 19, make.START)


def components_of(view: ui.LayoutView | ui.View) -> list[dict[str, Any]]:
    """Return what would be sent."""
    components: list[dict[str, Any]] = view.to_components()
    return components


def parts(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        yield from parts(component.get("components", []))


def require_within_limits(view: ui.LayoutView) -> str:
    """Check a message against Discord's limits; return its text."""
    found = list(parts(components_of(view)))
    text = "\n".join(part["content"] for part in found if "content" in part)
    assert len(found) <= 40
    assert 0 < len(text) <= 4_000
    assert all(part["content"] for part in found if "content" in part)
    for part in found:
        assert len(part.get("custom_id", "")) <= 100
        assert len(part.get("label") or "") <= 80
        assert len(part.get("components", [])) <= 5 or part["type"] == 17
    return text


@LOCALES
@given(text=HOSTILE, brand=HOSTILE, word=HOSTILE)
@settings(max_examples=25, deadline=None)
async def test_a_mention(locale: str, text: str, brand: str, word: str) -> None:
    evidence = tuple(Evidence(0, 1, word, 9.9, word, "word") for _ in range(30))
    mention = stored(text, brand=brand[:80], url="https://example.com/" + "a" * 480)
    view = MentionView(mention, evidence, verdict(Correction.WRONG_BRAND), None)
    shown = require_within_limits(MentionCard(view, CATALOGUES.for_locale(locale)))
    assert "\u202e" not in shown


@LOCALES
@given(text=HOSTILE, brand=HOSTILE, term=HOSTILE)
@settings(max_examples=25, deadline=None)
async def test_proposals(locale: str, text: str, brand: str, term: str) -> None:
    change = RuleChange(RuleKind.EXCLUSION, brand[:80], term[:TERM_LIMIT])
    mention = stored(text, url="https://example.com/" + "a" * 480)
    short = stored(text, url="https://example.com/" + "a" * 130)
    test = BackTest(change, 5_000, (mention,) * 9, (short,) * 9, (mention,) * 9, (short,) * 9)
    t = CATALOGUES.for_locale(locale)
    require_within_limits(TestedRule(test, t))
    require_within_limits(Suggestions([test] * MOST_SUGGESTIONS, t))


@LOCALES
async def test_nothing_to_propose(locale: str) -> None:
    require_within_limits(Suggestions([], CATALOGUES.for_locale(locale)))


@pytest.mark.parametrize(
    "change",
    [
        RuleChange(RuleKind.EXCLUSION, "Lumora", "street: the: first"),
        RuleChange(RuleKind.MIN_COMPLAINT, value=0.65),
        RuleChange(RuleKind.MIN_PROBABILITY, value=0.97),
    ],
)
async def test_the_button_carries_the_change(change: RuleChange) -> None:
    view = TestedRule(BackTest(change, 1), CATALOGUES.for_locale("en"))
    ids = [part["custom_id"] for part in parts(components_of(view)) if "custom_id" in part]
    assert ids == [f"rule:apply:{encoded(change)}"]


@LOCALES
async def test_every_correction_can_be_chosen(locale: str) -> None:
    select = CorrectionSelect(1, CATALOGUES.for_locale(locale)).item
    assert [option.value for option in select.options] == [each.value for each in Correction]
    assert len({option.label for option in select.options}) == len(Correction)


async def test_five_numbers_are_asked_for() -> None:
    (row,) = components_of(csat_view(12))
    assert [button["label"] for button in row["components"]] == ["1", "2", "3", "4", "5"]
