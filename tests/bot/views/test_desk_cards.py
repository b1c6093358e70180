"""Cards of drafts and appeals, the preview and lists of canned replies: in both languages, within Discord's limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n import Catalogues
from bot.views.drafts import Draft, DraftCard
from bot.views.moderation import LABELS, OFFERED, AppealCard, measure_row, record_line
from bot.views.reply import MOST_OFFERED, ReplyPreview, reply_modal
from bot.views.templates import edit_modal, template_line
from core.types.action import Action, ActionDraft, ActionKind, ActionState, Purpose, Target
from core.types.moderation import AppealState, MeasureKind, MeasureRecord, MeasureState
from core.types.post import Source
from core.types.reply import Template
from engagement.desk.lint import Finding, FindingKind
from engagement.desk.moderation import MEASURES
from engagement.desk.replies import LONGEST_PREVIEW, Prepared
from tests import make
from tests.bot.views.test_card import buttons, case_view, render, texts

CATALOGUES = Catalogues()
LOCALES = st.sampled_from(["en", "ko"])
HOSTILE = st.text(alphabet=st.sampled_from("*_~|`>#[]()<:@-\\\n🧵가A{}\u202e"), max_size=4000)


def draft(text: str = "Thank you!", state: ActionState = ActionState.DRAFT, **sides: Any) -> Draft:
    asked = ActionDraft(
        ActionKind.REPLY, Purpose.THANKS, Target(Source.REDDIT, "gadgets", "t1_a"), "k", text, needs_approval=True
    )
    return Draft(Action(7, asked, state, make.START, **sides), None)


def record(**sides: Any) -> MeasureRecord:
    plain = MeasureRecord(
        3, MeasureKind.TIMEOUT, MeasureState.DONE, Source.DISCORD, "5", "1", "42", "insults", make.START, "k"
    )
    return replace(plain, **sides)


def shown(view: Any) -> list[dict[str, Any]]:
    return [item.to_component_dict() for item in view.children]


@pytest.mark.parametrize(
    ("state", "sides", "words"),
    [
        (ActionState.PENDING, {"approved_by": "42"}, "Sent by <@42>"),
        (ActionState.SENT, {"approved_by": "42"}, "Sent by <@42>"),
        (ActionState.CANCELLED, {"detail": "discarded:42"}, "Discarded by <@42>"),
        (ActionState.CANCELLED, {"detail": "purged"}, "No longer needed"),
        (ActionState.CANCELLED, {"detail": "discarded:<@&1>"}, "No longer needed"),
        (ActionState.REFUSED, {"detail": "locked"}, "It was not sent."),
    ],
)
async def test_a_decided_card_says_so_and_has_no_button(state: ActionState, sides: dict[str, str], words: str) -> None:
    card = shown(DraftCard(draft(state=state, **sides), CATALOGUES.for_locale("en")))
    assert words in texts(card)
    assert buttons(card) == {}


async def test_a_text_too_long_for_its_card_cannot_be_edited_from_it() -> None:
    card = shown(DraftCard(draft("x" * 5000), CATALOGUES.for_locale("en")))
    assert set(buttons(card)) == {"dcard:send:7", "dcard:discard:7"}


async def test_measures_are_offered_on_abuse_only_and_by_platform() -> None:
    t = CATALOGUES.for_locale("en")
    assert measure_row(Source.FILE, 1, t) is None
    for source, kinds in OFFERED.items():
        row = measure_row(source, 1, t)
        assert row is not None
        assert [item.item.custom_id for item in row.children] == [f"mod:{kind}:1" for kind in kinds]  # type: ignore[attr-defined]
    assert set(LABELS) == set(MEASURES) == set(MeasureKind)
    assert not [name for name in buttons(render(case_view())) if name.startswith("mod:")], "never on a complaint"


@settings(max_examples=40, deadline=None)
@given(text=HOSTILE, locale=LOCALES, state=st.sampled_from(list(ActionState)), detail=HOSTILE)
async def test_no_draft_breaks_the_limits(text: str, locale: str, state: ActionState, detail: str) -> None:
    about = make.post(text or "x", native_id="t1_a")
    waiting = draft(text, state, detail=detail, approved_by="42")
    card = DraftCard(waiting, CATALOGUES.for_locale(locale))
    assert card.content_length() <= 4000
    assert card.total_children_count <= 40
    assert about.text


@settings(max_examples=40, deadline=None)
@given(
    reason=HOSTILE,
    appeal=HOSTILE,
    locale=LOCALES,
    state=st.sampled_from([None, *AppealState]),
    kind=st.sampled_from(list(MeasureKind)),
)
async def test_no_appeal_breaks_the_limits(
    reason: str, appeal: str, locale: str, state: AppealState | None, kind: MeasureKind
) -> None:
    t = CATALOGUES.for_locale(locale)
    hostile = record(kind=kind, reason=reason, appeal_text=appeal, appeal=state, decided_by="43")
    card = AppealCard(hostile, t)
    assert card.content_length() <= 4000
    assert len(record_line(hostile, t)) <= 700


@settings(max_examples=40, deadline=None)
@given(
    text=st.text(min_size=1, max_size=LONGEST_PREVIEW).filter(str.strip),
    kinds=st.sets(st.sampled_from(list(FindingKind))),
    locale=LOCALES,
)
async def test_no_preview_breaks_the_limits(text: str, kinds: set[FindingKind], locale: str) -> None:
    prepared = Prepared(2**53, text, tuple(Finding(kind) for kind in kinds))
    view = ReplyPreview(prepared, CATALOGUES.for_locale(locale))
    assert view.content_length() <= 4000
    sendable = not any(finding.refuses for finding in prepared.findings)
    assert (f"reply:send:{2**53}" in buttons(shown(view))) is sendable


@settings(max_examples=30, deadline=None)
@given(
    names=st.lists(HOSTILE.filter(str.strip), min_size=1, max_size=40), text=HOSTILE.filter(str.strip), locale=LOCALES
)
async def test_no_canned_reply_breaks_the_windows(names: list[str], text: str, locale: str) -> None:
    t = CATALOGUES.for_locale(locale)
    shelf = [Template(name[:60], locale, text[:1800], name[:80], id=place) for place, name in enumerate(names, 1)]
    modal = reply_modal(1, t, shelf).to_dict()
    options = modal["components"][0]["component"]["options"]
    assert 1 <= len(options) <= MOST_OFFERED
    assert all(1 <= len(one["label"]) <= 100 and len(one.get("description") or "") <= 100 for one in options)
    assert len(modal["title"]) <= 45
    assert len(edit_modal(shelf[0], t).to_dict()["title"]) <= 45
    assert len(template_line(shelf[0], t)) <= 700
