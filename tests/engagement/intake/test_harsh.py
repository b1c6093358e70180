"""A harsh complaint is heard as a complaint, whatever words it uses: nobody is punished for being angry."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.settings import FlagsPolicy, ThanksPolicy
from core.types.assessment import AbuseKind, Intent, IntentScores, Label
from core.types.decision import DecisionKind
from core.types.mention import Mention
from engagement.intake.decide import History, IntakePolicy, decide
from matching.matcher import BrandMatcher
from sentiment.judge import TextJudge
from tests import make
from tests.engagement.world import BRANDS, CATALOGUES

POLICY = IntakePolicy(ThanksPolicy(), FlagsPolicy(), CATALOGUES)
HARSH = (
    "Lumora is absolute garbage. Two weeks and it is dead, worst crap I ever bought, I want my damn money back.",
    "What a fucking joke. My Lumora lamp broke again and your support does not give a shit. Refund me NOW!!!",
    "Lumora, you useless clowns, my order has been missing for three weeks and nobody answers!",
    "This piece of shit Lumora charger burned my desk. I am furious. Fix it!",
    "I hate Lumora. Scammers. They charged me twice and refuse to refund.",
    "루모라 진짜 개쓰레기네. 산 지 이틀 만에 고장났는데 환불도 안 해 주고 뭐 하자는 건가요?",
    "아 씨발 루모라 조명 또 고장났어요. 고객센터는 전화도 안 받고 진짜 빡치네요. 환불해 주세요!",
    "루모라 배송 3주째 안 옴. 미친 거 아니냐? 일 좀 똑바로 해라!",
    "루모라 앱 존나 느리고 맨날 튕김. 돈 아까워 죽겠네. 당장 고쳐라.",
)


@pytest.fixture(scope="module")
def judge() -> TextJudge:
    return TextJudge.load()


@pytest.mark.parametrize("text", HARSH)
def test_the_judge_itself_never_asks_for_measures(judge: TextJudge, text: str) -> None:
    brand = BRANDS[0]
    hits = tuple(BrandMatcher([brand]).match(text))
    assert hits, "the text names the brand"
    decision = decide(Mention(make.post(text), brand.name, hits), judge.assess(text, brand, hits), POLICY, History())
    assert decision.kind in (DecisionKind.FLAG, DecisionKind.REVIEW), "a person looks, as at every complaint"


@given(
    complaint=st.floats(POLICY.flags.min_complaint, 1.0),
    label=st.sampled_from(Label),
    rude=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_no_rude_complaint_is_moderated(complaint: float, label: Label, rude: bool) -> None:
    base = make.assessment(label, intent=Intent.COMPLAINT)
    kinds = (AbuseKind.HARASSMENT,) if rude else ()
    assessment = replace(base, intents=IntentScores(complaint, 0.0, 0.0, 0.0), abuse_kinds=kinds)
    decision = decide(Mention(make.post("x"), "Lumora", ()), assessment, POLICY, History())
    assert decision.kind is not DecisionKind.MODERATE
