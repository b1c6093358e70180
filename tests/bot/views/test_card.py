"""The staff card: in both languages, in every state, within Discord's limits whatever was written."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n import Catalogues
from bot.views.card import CaseCard
from core.types.action import Target
from core.types.assessment import Evidence, Intent, Label, Language
from core.types.case import AnsweredBy, Case, CaseKind, CaseState, Dismissal, Severity
from core.types.decision import Reason
from core.types.deskwork import Promise
from core.types.post import Source
from engagement.desk.care import TAG_LIMIT
from engagement.desk.pledges import PLEDGE_LIMIT
from engagement.desk.view import CaseView
from tests import make

CATALOGUES = Catalogues()
URL = "https://reddit.com/r/gadgets/comments/a/b/"


def case_view(**changes: Any) -> CaseView:
    """Return the view of a flagged Reddit complaint; `case_*` changes go to its case."""
    of_case = {name[5:]: value for name, value in changes.items() if name.startswith("case_")}
    case = Case(
        id=12,
        kind=CaseKind.COMPLAINT,
        state=CaseState.OPEN,
        severity=Severity.HIGH,
        brand="Lumora",
        opened_at=make.START,
        due_at=make.START + timedelta(minutes=30),
        mention_ids=(7,),
        author_key="k",
    )
    case = replace(case, **of_case)
    view = CaseView(
        case=case,
        brand=case.brand,
        source=Source.REDDIT,
        container="gadgets",
        container_name=None,
        guild_id=None,
        url=URL,
        excerpt="My Lumora lamp broke after two days.\nI want a *refund*!",
        author_name="night_owl",
        language=Language.ENGLISH,
        label=Label.NEGATIVE,
        score=-0.81,
        intent=Intent.COMPLAINT,
        reason=Reason.COMPLAINT,
        deciding=(
            Evidence(15, 20, "broke", 1.4, "complaint", "fault"),
            Evidence(0, 6, "refund", 1.1, "complaint", "x"),
        ),
        severity=case.severity,
        due_at=case.due_at,
        overdue=False,
        earlier_cases=2,
        joined=0,
        state=case.state,
        claimed_by=case.claimed_by,
        gone=False,
    )
    return replace(view, **{name: value for name, value in changes.items() if not name.startswith("case_")})


def texts(component: Any) -> str:
    """Return all text of a rendered message."""
    if isinstance(component, list):
        return "\n".join(filter(None, map(texts, component)))
    inner = component.get("components", []) + ([component["accessory"]] if "accessory" in component else [])
    return "\n".join(filter(None, [component.get("content", ""), component.get("label", ""), texts(inner)]))


def buttons(component: Any) -> dict[str, dict[str, Any]]:
    """Return the buttons by custom_id or address."""
    if isinstance(component, list):
        return {name: button for part in component for name, button in buttons(part).items()}
    if component.get("type") == 2:
        return {component.get("custom_id") or component["url"]: component}
    return buttons(component.get("components", []))


def render(view: CaseView, locale: str = "en") -> list[dict[str, Any]]:
    return components_of(CaseCard(view, CATALOGUES.for_locale(locale)))


def components_of(card: CaseCard) -> list[dict[str, Any]]:
    """Return what would be sent."""
    return [item.to_component_dict() for item in card.children]


async def test_a_card_says_all_that_staff_need() -> None:
    text = texts(render(case_view()))
    due = int(case_view().due_at.timestamp())
    for part in (
        "Case 12 · Lumora",
        "Complaint",
        "night\\_owl",
        "r/gadgets",
        "> I want a \\*refund\\*!",
        "negative (-0.81), complaint",
        "**broke**, **refund**",
        f"<t:{due}:R>",
        "Earlier cases of this author: 2",
    ):
        assert part in text


async def test_the_korean_card_is_korean() -> None:
    text = texts(render(case_view(), "ko"))
    assert "처리 건 12번 · Lumora" in text
    assert "판단 근거: **broke**, **refund**" in text
    assert {"맡기", "답변", "해결", "원문 열기"} <= set(text.splitlines())
    own = re.sub(r"<t:\d+:[Rf]>|> .*|Lumora|night|owl|gadgets|r/|broke|refund", "", text)
    assert not re.search(r"[A-Za-z]", own), "words of ours are left in English"


@pytest.mark.parametrize(
    ("text", "found", "shown"),
    [
        ("고객센터는 답이 없네요. 꺼졌어요!", ["답이 없", "없네요.", "꺼졌"], "**답이 없네요**, **꺼졌어요**"),
        ('died, died and "died"', ["died", '"died"'], "**died**"),
        ("It broke :(", [":("], "**\\:\\(**"),
        ("It broke. Broke!", ["broke."], "**broke**"),
    ],
)
async def test_words_that_decided_are_shown_whole_and_once(text: str, found: list[str], shown: str) -> None:
    pieces = tuple(
        Evidence(text.index(word), text.index(word) + len(word), word, 1.0, "complaint", "word") for word in found
    )
    assert f"What decided: {shown}\n" in texts(render(case_view(excerpt=text, deciding=pieces)))


async def test_buttons_carry_the_case() -> None:
    found = buttons(render(case_view()))
    assert set(found) == {"case:claim:12", "case:reply:12", "case:resolve:12", URL}
    assert not any(button.get("disabled") for button in found.values())


async def test_a_claimed_card_names_its_owner_and_cannot_be_claimed() -> None:
    view = case_view(case_state=CaseState.CLAIMED, case_claimed_by="77")
    assert "Claimed by <@77>" in texts(render(view))
    assert [name for name, button in buttons(render(view)).items() if button.get("disabled")] == ["case:claim:12"]


@pytest.mark.parametrize("state", [CaseState.RESOLVED, CaseState.DISMISSED])
async def test_a_closed_card_has_no_live_button_but_the_link(state: CaseState) -> None:
    ended = make.START + timedelta(hours=1)
    view = case_view(case_state=state, case_resolved_at=ended, case_resolution="replaced @everyone")
    components = render(view)
    assert "How it ended: replaced \\@everyone" in texts(components)
    assert "First response due" not in texts(components)
    assert {name for name, button in buttons(components).items() if not button.get("disabled")} == {URL}


async def test_a_deleted_post_leaves_no_words_and_no_link() -> None:
    components = render(case_view(gone=True, excerpt=None))
    assert "deleted at its source" in texts(components)
    assert "night" not in texts(components)
    assert URL not in buttons(components)


async def test_a_request_shows_its_note_and_links_to_the_question() -> None:
    target = Target(Source.DISCORD, "55", reply_to="66", guild_id="44")
    view = case_view(
        case_kind=CaseKind.REQUEST, case_target=target, excerpt="Where is my parcel?", url=None, label=None, score=None,
        intent=None, source=Source.DISCORD, container="55", deciding=(),
    )  # fmt: skip
    assert "> Where is my parcel?" in texts(render(view))
    assert "https://discord.com/channels/44/55/66" in buttons(render(view))
    assert "No text: someone pressed" in texts(render(replace(view, excerpt=None)))


async def test_an_answer_that_staff_gave_without_the_bot_is_shown_as_such() -> None:
    given = {"case_state": CaseState.WAITING, "case_answered_at": make.START}
    native = case_view(**given, case_answered_by=AnsweredBy.NATIVE)
    assert "Answered directly at the post <t:" in texts(render(native))
    assert "원문에서 직접 답변함 <t:" in texts(render(native, "ko"))
    assert "Answered <t:" in texts(render(case_view(**given, case_answered_by=AnsweredBy.BOT_DESK)))


async def test_what_staff_keep_beside_a_case_is_shown() -> None:
    soon = make.START + timedelta(hours=4)
    view = case_view(
        case_snoozed_until=soon,
        tags=("refund", "vip"),
        notes=2,
        promises=(Promise(1, 12, "We call *back*", soon, "77", make.START),),
        problem="The last reply was not sent: the thread is locked.",
    )
    text = texts(render(view))
    for part in (
        f"Snoozed until <t:{int(soon.timestamp())}:f>",
        "Tags: refund, vip",
        "We call \\*back\\*",
        "Notes: 2",
        "⚠ **The last reply was not sent: the thread is locked.**",
    ):
        assert part in text
    assert "스레드가 잠겨 있습니다" in texts(render(view, "ko"))


async def test_more_offers_what_the_state_allows() -> None:
    def options(view: CaseView) -> list[str]:
        rows = [row for box in render(view) for row in box["components"] if row["type"] == 1]
        (select,) = [item for row in rows for item in row["components"] if item["type"] == 3]
        return [option["value"] for option in select["options"]]

    open_ones = ["snooze", "dismiss", "assign", "severity", "note", "history"]
    assert options(case_view()) == open_ones
    held = case_view(case_state=CaseState.CLAIMED, case_claimed_by="77", case_snoozed_until=make.START)
    assert options(held) == [*open_ones, "wake", "unclaim"]
    assert options(case_view(case_state=CaseState.RESOLVED)) == ["reopen", "note", "history"]


async def test_a_dismissed_card_says_why() -> None:
    view = case_view(case_state=CaseState.DISMISSED, case_resolved_at=make.START, case_dismissal=Dismissal.WRONG_BRAND)
    assert "Dismissed: the wrong brand" in texts(render(view))


HOSTILE = st.text(alphabet=st.sampled_from("*_~|`>#[]()<:@-\\\n🧵가A \u202e"), max_size=4000)


@settings(max_examples=60, deadline=None)
@given(text=HOSTILE, name=HOSTILE, words=st.lists(HOSTILE, max_size=6), locale=st.sampled_from(["en", "ko"]))
async def test_no_text_breaks_the_limits(text: str, name: str, words: list[str], locale: str) -> None:
    view = case_view(
        brand=(name or "x")[:80],
        author_name=name,
        container=name[:200],
        excerpt=text,
        deciding=tuple(Evidence(0, 1, word, 1.0, "complaint", "word") for word in words),
        case_resolution=text,
        case_state=CaseState.RESOLVED,
        case_resolved_at=make.START,
        tags=tuple(word[:TAG_LIMIT] for word in words),
        promises=(Promise(1, 12, text[:PLEDGE_LIMIT], make.START, "77", make.START),) * 3,
        problem="The last reply was not sent.",
    )
    card = CaseCard(view, CATALOGUES.for_locale(locale))
    assert card.content_length() <= 4000
    assert card.total_children_count <= 40
    for button in buttons(components_of(card)).values():
        assert 1 <= len(button["label"]) <= 80
