"""From models and cues to probabilities: where the two languages, the cues and the emoji are put together."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.types.assessment import Caution, IntentScores, Label, Probabilities
from sentiment.reading import Reading

# Tuned on the sets that only measure (never trained on them); docs/judgement.md tells what each buys.
CUE_POLARITY, CUE_OPINION = 0.4, 0.3
"""Per log-odd of complaint cues of English: how far the polarity falls and the opinion rises."""
KOREAN_CUES, MIXED_CUES = 0.1, 0.5
"""Share of that for Korean and mixed text: the Korean model reads most cues by itself."""
ADDRESSED_POLARITY, ADDRESSED_OPINION = 0.8, 0.3
"""Who writes to or about a brand by name complains more often than people at large."""
UNREAD_EMOJI = 1.5
"""Log-odds of one step of an emoji's feeling where there are no words beside it."""
SARCASM_POLARITY, SARCASM_OPINION = 2.0, 1.0
EMOJI_POLARITY, EMOJI_OPINION = 0.5, 0.3
NEGATIVE_SHARE, POSITIVE_SHARE = 1.2, 1.0
"""A label is called where its probability, times this, is the largest; neutral counts 1."""
_OPINION, _POLARITY, _INTENTS, _ABUSE = 0, 1, slice(2, 6), 6
_NO_OPINION, _NO_INTENT, _NO_ABUSE = -2.0, -2.5, -6.0
"""Log-odds of a text without words: an emoji, a number."""


@dataclass(frozen=True, slots=True)
class Odds:
    """Calibrated log-odds of a text, both languages put together."""

    values: list[float]
    """In the order of `model.OUTPUTS`."""
    cue_share: float
    """How much the cues count beside the models of its language."""


def odds_of(english: list[float] | None, korean: list[float] | None, emoji: tuple[float, float]) -> Odds:
    """Put the outputs of one or both models together: of mixed text the stronger opinion and intent wins.

    A text without words is judged by its emoji alone.
    """
    if english is None and korean is None:
        good, bad = (UNREAD_EMOJI * feeling for feeling in emoji)
        return Odds(
            [
                _NO_OPINION + good + bad,
                good - bad,
                _NO_INTENT + bad,
                _NO_INTENT + good,
                _NO_INTENT,
                _NO_INTENT,
                _NO_ABUSE,
            ],
            0.0,
        )
    if english is None:
        assert korean is not None
        return Odds(korean, KOREAN_CUES)
    if korean is None:
        return Odds(english, 1.0)
    joined = [max(one, other) for one, other in zip(english, korean, strict=True)]
    joined[_POLARITY] = english[_POLARITY] + korean[_POLARITY]
    return Odds(joined, MIXED_CUES)


def feelings(reading: Reading, odds: Odds, *, push: float, addressed: bool) -> Probabilities:
    """Weigh the models' feelings with cues, emoji and who is addressed; `push` comes from a frame of two brands."""
    complaint = reading.complaint_weight * odds.cue_share
    good, bad = reading.emoji
    opinion = odds.values[_OPINION] + CUE_OPINION * complaint + EMOJI_OPINION * (good + bad) + abs(push)
    polarity = odds.values[_POLARITY] - CUE_POLARITY * complaint + EMOJI_POLARITY * (good - bad) + push
    if addressed and odds.cue_share == 1.0:
        polarity -= ADDRESSED_POLARITY
        opinion += 0.0 if "?" in reading.text else ADDRESSED_OPINION
    if reading.has(Caution.SARCASM):
        polarity -= SARCASM_POLARITY
        opinion += SARCASM_OPINION
    felt, liked = _logistic(opinion), _logistic(polarity)
    return Probabilities(round(felt * (1 - liked), 4), round(1 - felt, 4), round(felt * liked, 4))


def intents(odds: Odds, *, push: float) -> IntentScores:
    """Return the score of each intent; a frame for or against the brand moves the complaint."""
    complaint, praise, question, suggestion = odds.values[_INTENTS]
    return IntentScores(
        complaint=round(_logistic(complaint - push), 4),
        praise=round(_logistic(praise + push), 4),
        question=round(_logistic(question), 4),
        suggestion=round(_logistic(suggestion), 4),
    )


def abuse(odds: Odds) -> float:
    """Return the probability of abuse by the linear models."""
    return _logistic(odds.values[_ABUSE])


def label_of(probabilities: Probabilities) -> Label:
    """Return the label that is called."""
    negative = probabilities.negative * NEGATIVE_SHARE
    positive = probabilities.positive * POSITIVE_SHARE
    if probabilities.neutral >= negative and probabilities.neutral >= positive:
        return Label.NEUTRAL
    return Label.NEGATIVE if negative >= positive else Label.POSITIVE


def _logistic(log_odds: float) -> float:
    # The same as 1 / (1 + exp(-x)), and cannot overflow.
    return 0.5 + 0.5 * math.tanh(0.5 * log_odds)
