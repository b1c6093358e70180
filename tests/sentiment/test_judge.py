from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types.assessment import Intent, Label, Language
from sentiment.judge import TextJudge
from tests.make import LUMORA


@pytest.fixture(scope="module")
def judge() -> TextJudge:
    return TextJudge.load()


@pytest.mark.parametrize("value", [None, 7, b"bytes", ["x"], float("nan")])
def test_what_is_no_text_gives_an_error_result(judge: TextJudge, value: Any) -> None:
    assessment = judge.assess(value, LUMORA, ())
    assert assessment.error == "not_text"
    assert assessment.label is Label.NEUTRAL


@given(st.text())
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
