"""From models and cues to probabilities: where the two languages, the cues and the emoji are put together."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.types.assessment import Caution, IntentScores, Label, Probabilities
from sentiment.model import OUTPUTS
from sentiment.reading import Reading

# Tuned on the sets that only measure (never trained on them); docs/judgement.md tells what each buys.
CUE_POLARITY, CUE_OPINION = 0.4, 0.3
"""Per log-odd of complaint cues of English: how far the polarity falls and the opinion rises."""
KOREAN_CUES = 0.25
"""Share of that for Korean, whose model reads most cues by itself."""
ADDRESSED_POLARITY, ADDRESSED_OPINION = 0.8, 0.3
"""Who writes to or about a brand by name complains more often than people at large."""
SARCASM_POLARITY = 2.0
EMOJI_POLARITY, EMOJI_OPINION = 0.5, 0.3
NEGATIVE_SHARE, POSITIVE_SHARE = 1.2, 1.0
"""A label is called where its probability, times this, is the largest; neutral counts 1."""
_MOST = 30.0
_COMPLAINT, _PRAISE, _QUESTION, _SUGGESTION, _ABUSE = range(2, 7)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The numbers of an assessment."""

    probabilities: Probabilities
    intents: IntentScores
    abuse: float
    """Probability of abuse by the linear model; 0 where it has not been asked."""


def weigh(
    reading: Reading, english: list[float] | None, korean: list[float] | None, *, push: float, addressed: bool
) -> Weighed:
    """Put the log-odds of one or both models, the cues and the emoji together."""
    odds = _joined(english, korean)
    complaint = reading.complaint_weight
    cue_share = 1.0 if korean is None else KOREAN_CUES if english is None else 0.5
    opinion = odds[0] + CUE_OPINION * cue_share * complaint
    polarity = odds[1] - CUE_POLARITY * cue_share * complaint + push
    good, bad = reading.emoji
    opinion += EMOJI_OPINION * (good + bad) + abs(push)
    polarity += EMOJI_POLARITY * (good - bad)
    if addressed and korean is None:
        opinion += ADDRESSED_OPINION if "?" not in reading.text else 0.0
        polarity -= ADDRESSED_POLARITY
    if reading.has(Caution.SARCASM):
        polarity -= SARCASM_POLARITY
        opinion += 1.0
    felt, liked = _logistic(opinion), _logistic(polarity)
    probabilities = Probabilities(round(felt * (1 - liked), 4), round(1 - felt, 4), round(felt * liked, 4))
    return Weighed(probabilities, _intents(odds, push), _logistic(odds[_ABUSE]) if korean is not None else 0.0)


def label_of(probabilities: Probabilities) -> Label:
    """Return the label that is called."""
    negative = probabilities.negative * NEGATIVE_SHARE
    positive = probabilities.positive * POSITIVE_SHARE
    if probabilities.neutral >= negative and probabilities.neutral >= positive:
        return Label.NEUTRAL
    return Label.NEGATIVE if negative >= positive else Label.POSITIVE


def _joined(english: list[float] | None, korean: list[float] | None) -> list[float]:
    """Return the log-odds of the language, or for mixed text those of both: the stronger opinion and intent wins."""
    if english is None:
        return korean if korean is not None else [-2.0, 0.0, -2.5, -2.5, -2.5, -2.5, -6.0]
    if korean is None:
        return english
    joined = [max(one, other) for one, other in zip(english, korean, strict=True)]
    joined[OUTPUTS.index("polarity")] = english[1] + korean[1]
    return joined


def _intents(odds: list[float], push: float) -> IntentScores:
    return IntentScores(
        complaint=round(_logistic(odds[_COMPLAINT] + max(-push, 0.0) - max(push, 0.0)), 4),
        praise=round(_logistic(odds[_PRAISE]), 4),
        question=round(_logistic(odds[_QUESTION]), 4),
        suggestion=round(_logistic(odds[_SUGGESTION]), 4),
    )


def _logistic(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-_MOST, min(_MOST, log_odds))))
