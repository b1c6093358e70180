from __future__ import annotations

import re

import pytest

from core.types.assessment import Caution, Label
from core.types.brand import Brand, Term
from core.types.mention import Hit
from sentiment.judge import TextJudge
from tests.make import LUMORA

NIMBUS = Brand("Nimbus", (Term("nimbus"), Term("님버스")), competitor=True)


@pytest.fixture(scope="module")
def judge() -> TextJudge:
    return TextJudge.load()


def hits(text: str) -> tuple[Hit, ...]:
    """Return the hits of both brands, in the order of the text, as a matcher does."""
    found = [
        Hit(brand.name, term.text, match.start(), match.end())
        for brand in (LUMORA, NIMBUS)
        for term in brand.terms
        for match in re.finditer(term.text, text, re.IGNORECASE)
    ]
    return tuple(sorted(found, key=lambda hit: hit.start))


@pytest.mark.parametrize(
    ("text", "lumora", "nimbus"),
    [
        ("Sold my Lumora and bought a Nimbus. Best decision", Label.NEGATIVE, Label.POSITIVE),
        ("My old Nimbus was terrible, Lumora is a dream", Label.POSITIVE, Label.NEGATIVE),
        ("Lumora is so much better than Nimbus", Label.POSITIVE, Label.NEGATIVE),
        ("Nimbus is way faster than Lumora", Label.NEGATIVE, Label.POSITIVE),
        ("Lumora is great but Nimbus support is awful", Label.POSITIVE, Label.NEGATIVE),
        ("루모라 팔고 님버스 샀어요", Label.NEGATIVE, Label.POSITIVE),
        ("님버스에서 루모라로 갈아탔는데 만족", Label.POSITIVE, Label.NEGATIVE),
        ("님버스가 루모라보다 훨씬 낫다", Label.NEGATIVE, Label.POSITIVE),
    ],
)
def test_each_brand_gets_its_own_judgement(judge: TextJudge, text: str, lumora: Label, nimbus: Label) -> None:
    for brand, label in ((LUMORA, lumora), (NIMBUS, nimbus)):
        assessment = judge.assess(text, brand, hits(text))
        assert assessment.label is label
        assert Caution.RIVAL in assessment.cautions


def test_a_frame_is_shown_as_evidence_at_its_place(judge: TextJudge) -> None:
    text = "Finally: sold my Lumora and bought a Nimbus."
    evidence = judge.assess(text, LUMORA, hits(text), evidence=True).evidence
    frame = next(one for one in evidence if one.cue == "frame")
    assert frame.text == "sold my Lumora"
    assert frame.towards == Label.NEGATIVE


def test_one_brand_alone_has_no_rival(judge: TextJudge) -> None:
    text = "I love my Lumora"
    assert Caution.RIVAL not in judge.assess(text, LUMORA, hits(text)).cautions
