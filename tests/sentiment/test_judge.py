from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types.assessment import AbuseKind, Caution, Intent, Label, Language
from sentiment.judge import TextJudge
from sentiment.vader import shared_vader
from tests.make import LUMORA


@pytest.fixture(scope="module")
def judge() -> TextJudge:
    return TextJudge.load()


@pytest.mark.parametrize("value", [None, 7, b"bytes", ["x"], float("nan")])
def test_what_is_no_text_gives_an_error_result(judge: TextJudge, value: Any) -> None:
    assessment = judge.assess(value, LUMORA, ())
    assert assessment.error == "not_text"
    assert assessment.label is Label.NEUTRAL


@given(st.text(st.characters(exclude_categories=())))  # half characters, too: JSON can carry them
def test_any_text_is_judged_with_evidence_inside_it(judge: TextJudge, text: str) -> None:
    assessment = judge.assess(text, None, (), evidence=True)
    total = assessment.probabilities
    assert total.negative + total.neutral + total.positive == pytest.approx(1, abs=1e-3)
    assert -1 <= assessment.score <= 1
    for one in assessment.evidence:
        assert one.text == text[one.start : one.end]


@pytest.mark.parametrize(
    ("text", "label", "intent", "language"),
    [
        ("My Lumora stopped charging and nobody answers", Label.NEGATIVE, Intent.COMPLAINT, Language.ENGLISH),
        ("루모라 충전이 안 되는데 문의해도 답이 없어요", Label.NEGATIVE, Intent.COMPLAINT, Language.KOREAN),
        ("Which Lumora model has usb-c?", Label.NEUTRAL, Intent.QUESTION, Language.ENGLISH),
        ("오프라인 모드 만들어 주시면 안 될까요", Label.NEUTRAL, Intent.SUGGESTION, Language.KOREAN),
        ("루모라 폼 미쳤다", Label.POSITIVE, Intent.PRAISE, Language.KOREAN),
    ],
)
def test_plain_texts(judge: TextJudge, text: str, label: Label, intent: Intent, language: Language) -> None:
    assessment = judge.assess(text, LUMORA, ())
    assert (assessment.label, assessment.intent, assessment.language) == (label, intent, language)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("you are a worthless idiot", [AbuseKind.HARASSMENT]),
        ("I will find you and kill you", [AbuseKind.THREAT]),
        ("free nitro click here t.me/abc", [AbuseKind.SPAM]),
        ("씨발 놈아 꺼져", [AbuseKind.HARASSMENT]),
        ("무직자 당일 대출 상담 텔레그램 문의", [AbuseKind.SPAM]),
        ("This update is fucking terrible, fix your shit", []),
        ("your support team is useless and the app is garbage", []),
        ("진짜 개빡치네 환불해 줘", []),
        ("LET ME OUT OF THIS CONTRACT!!! I'm furious, three months of lies", []),
    ],
)
def test_abuse_is_about_people_and_a_furious_complaint_is_none(
    judge: TextJudge, text: str, kinds: list[AbuseKind]
) -> None:
    assert list(judge.assess(text, LUMORA, ()).abuse_kinds) == kinds


@pytest.mark.parametrize("text", ["👍", "lumora 👍🏽", "루모라 ❤️", "😡 lumora", "👎"])
def test_signs_alone_say_something(judge: TextJudge, text: str) -> None:
    bad = "😡" in text or "👎" in text
    assert judge.assess(text, LUMORA, ()).label is (Label.NEGATIVE if bad else Label.POSITIVE)


def test_a_curly_apostrophe_negates(judge: TextJudge) -> None:
    curly = judge.assess("I don’t like it at all", LUMORA, ())
    assert curly.label is Label.NEGATIVE
    assert curly.score == judge.assess("I don't like it at all", LUMORA, ()).score


def test_the_library_score_is_that_of_the_untouched_text(judge: TextJudge) -> None:
    assert judge.assess("I love https://love.example my Lumora!", LUMORA, ()).library_score == pytest.approx(
        shared_vader().scores("I love https://love.example my Lumora!").compound
    )
    assert judge.assess("정말 좋아요", LUMORA, ()).library_score is None


@pytest.mark.parametrize(
    "text", ["I love it, best purchase ever", "it broke again, awful", "배송이 너무 느려요 최악", "점심 먹어야지"]
)
def test_every_label_has_evidence(judge: TextJudge, text: str) -> None:
    assessment = judge.assess(text, None, (), evidence=True)
    speaks = (assessment.label, Intent.COMPLAINT, Intent.PRAISE)
    assert any(one.towards in speaks for one in assessment.evidence)
    assert assessment == judge.assess(text, None, ())


@pytest.mark.parametrize(
    "text",
    [
        "Great. The update deleted all my playlists.",
        "업데이트했더니 재생목록이 싹 사라졌네 참 고맙다",
        "Love it when the app crashes",
    ],
)
def test_sarcasm_is_no_praise(judge: TextJudge, text: str) -> None:
    assessment = judge.assess(text, LUMORA, ())
    assert assessment.label is not Label.POSITIVE or Caution.SARCASM in assessment.cautions


@pytest.mark.parametrize(
    "text", ["a" * 40_000, "😂" * 2_000, "ㅋ" * 10_000, "not good but " * 3_000, "@a " * 9_000, "(" * 20_000]
)
def test_long_and_hostile_texts_take_milliseconds(judge: TextJudge, text: str) -> None:
    judge.assess(text, None, (), evidence=True)
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        judge.assess(text, None, ())
        best = min(best, time.process_time() - began)
    assert best < 0.25


@pytest.mark.parametrize(
    ("text", "label", "intent"),
    [
        ("We adore our lumora, a lovely little thing", Label.POSITIVE, Intent.PRAISE),
        ("루모라 매일 쓰고 있어요 감사합니다", Label.POSITIVE, Intent.PRAISE),
        ("could the lumora get a bigger button please", Label.NEUTRAL, Intent.SUGGESTION),
        ("my lumora is the grey one, bought it last year", Label.NEUTRAL, Intent.OTHER),
    ],
)
def test_where_the_brand_is_named_what_is_wanted_tells_the_label(
    judge: TextJudge, text: str, label: Label, intent: Intent
) -> None:
    assessment = judge.assess(text, LUMORA, ())
    assert (assessment.label, assessment.intent) == (label, intent)
