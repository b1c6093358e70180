"""From models and cues to probabilities: where the two languages, the cues and the emoji are put together."""

from __future__ import annotations

import math
from enum import Enum
from typing import NamedTuple

from core.types.assessment import Caution, Intent, IntentScores, Label, Probabilities
from sentiment.reading import Reading

# Tuned on the sets that only measure (never trained on them); docs/judgement.md tells what each buys.
CUE_POLARITY, CUE_OPINION = 0.4, 0.3
"""Per log-odd of complaint cues of English: how far the polarity falls and the opinion rises."""
WRITTEN_TO_POLARITY, ADDRESSED_OPINION = 1.6, 0.3
"""Who writes to a brand complains more often than people at large."""
NAMED_POLARITY, NAMED_OPINION = 0.25, 0.4
"""Whoever names a brand flatters less than the training sets do, and mostly has no opinion of it."""
UNREAD_EMOJI = 1.5
"""Log-odds of one step of an emoji's feeling where there are no words beside it."""
COMPLAINT_POLARITY, COMPLAINT_OPINION = 2.0, 1.3
"""Per log-odd of a likely complaint about a brand that is named: how far the polarity falls."""
PRAISING_POLARITY, PRAISING_OPINION = 1.2, 0.8
"""Per log-odd of likely praise of it: how far the polarity rises."""
ASKING_OPINION = 1.2
"""Per log-odd of a likely question or suggestion: how far the opinion falls. All of these were chosen on held-out rows
of the training part of our corpus, whose labels are about the brand and not about the mood."""
PRAISE_POLARITY, PRAISE_OPINION = 1.0, 0.7
"""Per log-odd of the praise cues that cannot be misread."""
FRAME_OPINION = 1.4
SARCASM_POLARITY, SARCASM_OVER_FAULT, SARCASM_OPINION = 0.5, 2.4, 1.0
_SOBER_FROM, _SURE, _PROMISED = 0.5, 0.968, 0.9
EMOJI_POLARITY, EMOJI_OPINION = 0.3, 0.1
NEGATIVE_SHARE, POSITIVE_SHARE = 1.25, 1.05
"""A label is called where its probability, times this, is the largest; neutral counts 1."""
_OPINION, _POLARITY, _COMPLAINT, _PRAISE, _QUESTION, _SUGGESTION, _CUSTOMER, _ABUSE = range(8)
_NO_OPINION, _NO_INTENT, _NO_ABUSE = -2.0, -2.5, -6.0
"""Log-odds of a text without words: an emoji, a number."""


class Address(Enum):
    """Whom a text speaks to."""

    NONE = 0
    NAMED = 1
    """It names the brand."""
    WRITTEN_TO = 2
    """It opens with a handle."""


class Manner(NamedTuple):
    """How the models of a language are joined with its cues."""

    feeling: float
    """Share of the complaint cues' log-odds that moves the feelings."""
    complaint: float
    """Share of them that speaks for a complaint."""
    shift: float
    """Log-odds added to the complaint: the operating point that flags at most 4 % of ordinary talk."""
    lean: float
    """Log-odds added to the polarity: how far the training sets flatter."""


Odds = tuple[list[float], Manner]
"""Calibrated log-odds of a text in the order of `model.OUTPUTS`, both languages put together."""

_ENGLISH, _KOREAN = Manner(1.0, 0.3, -0.25, 0.0), Manner(0.1, 0.3, 0.2, -0.15)
_MIXED, _WORDLESS = Manner(0.5, 0.6, -0.75, -0.1), Manner(0.0, 0.0, 0.0, 0.0)


def odds_of(english: list[float] | None, korean: list[float] | None, emoji: tuple[float, float]) -> Odds:
    """Put the outputs of one or both models together: of mixed text the stronger opinion and intent wins.

    A text without words is judged by its emoji alone.
    """
    if english is not None:
        if korean is None:
            return english, _ENGLISH
        joined = [max(one, other) for one, other in zip(english, korean, strict=True)]
        joined[_POLARITY] = english[_POLARITY] + korean[_POLARITY]
        return joined, _MIXED
    if korean is not None:
        return korean, _KOREAN
    good, bad = (UNREAD_EMOJI * feeling for feeling in emoji)
    opinion, polarity = _NO_OPINION + good + bad, good - bad
    return [opinion, polarity, _NO_INTENT + bad, _NO_INTENT + good, _NO_INTENT, _NO_INTENT, 0.0, _NO_ABUSE], _WORDLESS


def feelings(reading: Reading, odds: Odds, *, push: float, address: Address) -> Probabilities:
    """Weigh the models' feelings with cues, emoji and who is addressed; `push` comes from a frame of two brands."""
    values, manner = odds
    good, bad = reading.emoji
    opinion = values[_OPINION] + EMOJI_OPINION * (good + bad) + FRAME_OPINION * abs(push)
    polarity = values[_POLARITY] + EMOJI_POLARITY * (good - bad) + push + manner.lean
    if address is Address.NAMED:
        shift = _named(odds, _complaint(reading, odds, push), values[_PRAISE] + push)
        opinion += shift[0]
        polarity += shift[1]
    elif address is Address.WRITTEN_TO and manner is _ENGLISH:
        polarity -= WRITTEN_TO_POLARITY
        opinion += 0.0 if "?" in reading.text else ADDRESSED_OPINION
    if reading.towards:
        complaint = reading.complaint_weight * manner.feeling
        opinion += CUE_OPINION * complaint + PRAISE_OPINION * reading.strong_praise
        polarity += PRAISE_POLARITY * reading.strong_praise - CUE_POLARITY * complaint
        if Caution.SARCASM in reading.towards:
            polarity -= SARCASM_OVER_FAULT if Intent.COMPLAINT in reading.towards else SARCASM_POLARITY
            opinion += SARCASM_OPINION
    felt = 0.5 + 0.5 * math.tanh(0.5 * opinion)
    liked = 0.5 + 0.5 * math.tanh(0.5 * polarity)
    positive = _sober(felt * liked)
    negative = felt * (1 - liked)
    return Probabilities(_shown(negative), _shown(1 - negative - positive), _shown(positive))


def _named(odds: Odds, complaint: float, praise: float) -> tuple[float, float]:
    """Return how far opinion and polarity move where the brand is named.

    What the writer wants tells what the brand is to them; the words alone tell their mood.
    """
    values, manner = odds
    complains, praises = max(complaint, 0.0), max(praise, 0.0)
    asks = max(values[_QUESTION], values[_SUGGESTION], 0.0)
    opinion = COMPLAINT_OPINION * complains + PRAISING_OPINION * praises - ASKING_OPINION * asks - NAMED_OPINION
    polarity = PRAISING_POLARITY * praises - COMPLAINT_POLARITY * complains
    return opinion, polarity - NAMED_POLARITY if manner is _ENGLISH else polarity


def _sober(positive: float) -> float:
    """Return a high probability of positive as it holds for the hardest of the sets that measure.

    What held-out rows of training call 0.97 came true in 0.90 over brand-directed tweets and comments together; praise
    is thanked for in public, so the lower promise is made. Neutral takes the rest.
    """
    if positive <= _SOBER_FROM:
        return positive
    if positive <= _SURE:
        return _SOBER_FROM + (positive - _SOBER_FROM) * (_PROMISED - _SOBER_FROM) / (_SURE - _SOBER_FROM)
    return _PROMISED + (positive - _SURE) * (1 - _PROMISED) / (1 - _SURE)


def intents(reading: Reading, odds: Odds, *, push: float) -> IntentScores:
    """Return the score of each intent; a frame for or against the brand moves the complaint."""
    praise, question, suggestion = odds[0][_PRAISE:_CUSTOMER]
    praise += PRAISE_POLARITY * reading.strong_praise
    return IntentScores(
        _shown_logistic(_complaint(reading, odds, push)),
        _shown_logistic(praise + push),
        _shown_logistic(question),
        _shown_logistic(suggestion),
    )


def _complaint(reading: Reading, odds: Odds, push: float) -> float:
    """Return the log-odds of a complaint."""
    values, manner = odds
    cues = reading.complaint_weight * manner.complaint - PRAISE_POLARITY * reading.strong_praise
    return values[_COMPLAINT] + cues + manner.shift - push


def abuse(odds: Odds) -> float:
    """Return the probability of abuse by the linear models."""
    return _logistic(odds[0][_ABUSE])


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


def _shown(share: float) -> float:
    """Return a share (0..1) with 4 decimals, as `round` does in four times the time; halves are rounded up."""
    return (share * 10_000 + 0.5) // 1.0 / 10_000


def _shown_logistic(log_odds: float) -> float:
    return (5_000 * math.tanh(0.5 * log_odds) + 5_000.5) // 1.0 / 10_000
