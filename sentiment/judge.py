"""TextJudge: text in, Assessment out. The only public way to a judgement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Self

from core.types.assessment import (
    AbuseKind,
    Assessment,
    Caution,
    Evidence,
    Intent,
    IntentScores,
    Label,
    Language,
    Probabilities,
)
from core.types.brand import Brand
from core.types.mention import Hit
from sentiment.cues import Found, lowered, read_grammar
from sentiment.emoji import emoji_feeling
from sentiment.guard import Judged, guard, named
from sentiment.language import language_of
from sentiment.vader import Vader, shared_vader

NOT_TEXT = "not_text"
"""Error code of an assessment of something that is no text."""
MODEL = "2026.11-cues1"
_NEUTRAL = Probabilities(0.0, 1.0, 0.0)
_NO_INTENT_BIAS = -1.6
"""Log-odds of an intent without any cue."""


class TextJudge:
    """Judges texts by rules and models. Immutable but for caches; one instance serves a process."""

    def __init__(self, vader: Vader) -> None:
        self._vader = vader
        self._english = read_grammar("english")
        self._korean = read_grammar("korean")
        self._abuse = read_grammar("abuse")

    @classmethod
    def load(cls) -> Self:
        """Return a judge with the models that ship with Maeari."""
        return cls(shared_vader())

    def assess(self, text: str, brand: Brand | None, hits: Sequence[Hit], *, evidence: bool = False) -> Assessment:
        """Return the assessment of `text` for `brand`, at the places `hits`; without a brand of the whole text.

        `hits` may hold those of other brands too: they tell what is said about whom. Never raises; what is no text
        is judged neutral, undetermined.
        """
        if not isinstance(text, str):
            return _unjudged()
        judged = guard(text, hits or named(text, brand))
        language = language_of(judged.text)
        lower = lowered(judged.text)
        found: list[Found] = []
        if language is not Language.KOREAN:
            found += self._english.find(lower)
        if language in (Language.KOREAN, Language.MIXED):
            found += self._korean.find(lower)
        library = None if language is Language.KOREAN else self._vader.scores(text).compound
        compound = self._vader.scores(judged.text).compound if library is not None else 0.0
        good, bad = emoji_feeling(judged.text)
        probabilities = _probabilities(compound, found, good, bad)
        intents = _intents(found, probabilities)
        kinds = tuple(dict.fromkeys(AbuseKind(one.cue.towards) for one in self._abuse.find(lower)))
        label = _label(probabilities)
        return Assessment(
            label=label,
            score=round(probabilities.positive - probabilities.negative, 4),
            probabilities=probabilities,
            intent=_intent(intents),
            intents=intents,
            language=language,
            model=MODEL,
            abuse_kinds=kinds,
            cautions=_cautions(found),
            library_score=library,
            evidence=_evidence(judged, found) if evidence else (),
        )


def _unjudged() -> Assessment:
    return Assessment(
        Label.NEUTRAL, 0.0, _NEUTRAL, Intent.OTHER, IntentScores(), Language.UNDETERMINED, MODEL, error=NOT_TEXT
    )


def _logistic(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))


def _probabilities(compound: float, found: Sequence[Found], good: float, bad: float) -> Probabilities:
    """Weigh VADER, cues and emoji into probabilities of the three labels."""
    positive, negative = -0.8 + 3.0 * max(compound, 0.0) + good, -0.8 + 3.0 * max(-compound, 0.0) + bad
    for one in found:
        towards = one.cue.towards
        if towards in (Intent.PRAISE, Label.POSITIVE):
            positive += one.cue.weight
        elif towards in (Intent.COMPLAINT, Label.NEGATIVE):
            negative += one.cue.weight
        elif towards == Caution.SARCASM:
            negative += 2.0
            positive -= 2.0
    scale = [math.exp(min(negative, 20.0)), 1.0, math.exp(min(positive, 20.0))]
    total = sum(scale)
    return Probabilities(*(round(part / total, 4) for part in scale))


def _label(probabilities: Probabilities) -> Label:
    best = max(probabilities.negative, probabilities.neutral, probabilities.positive)
    if best == probabilities.neutral:
        return Label.NEUTRAL
    return Label.NEGATIVE if best == probabilities.negative else Label.POSITIVE


def _intents(found: Sequence[Found], probabilities: Probabilities) -> IntentScores:
    """Return how much speaks for each intent."""
    odds = dict.fromkeys((Intent.COMPLAINT, Intent.PRAISE, Intent.QUESTION, Intent.SUGGESTION), _NO_INTENT_BIAS)
    for one in found:
        if one.cue.towards in odds:
            odds[Intent(one.cue.towards)] += one.cue.weight
        elif one.cue.towards == Caution.SARCASM:
            odds[Intent.COMPLAINT] += one.cue.weight
    odds[Intent.COMPLAINT] += 2.0 * (probabilities.negative - probabilities.positive)
    odds[Intent.PRAISE] += 2.0 * (probabilities.positive - probabilities.negative)
    return IntentScores(*(round(_logistic(value), 4) for value in odds.values()))


def _intent(intents: IntentScores) -> Intent:
    """Return the strongest intent; a complaint outweighs a question in the same text."""
    scores = {
        Intent.COMPLAINT: intents.complaint + 0.1,
        Intent.SUGGESTION: intents.suggestion,
        Intent.QUESTION: intents.question,
        Intent.PRAISE: intents.praise,
    }
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] >= 0.5 else Intent.OTHER


def _cautions(found: Sequence[Found]) -> tuple[Caution, ...]:
    towards = {one.cue.towards for one in found}
    cautions = [
        caution for caution in (Caution.SARCASM, Caution.NEWS, Caution.ADVERT, Caution.RIVAL) if caution in towards
    ]
    if Caution.MIXED_FEELINGS in towards and Intent.COMPLAINT in towards and Intent.PRAISE in towards:
        cautions.append(Caution.MIXED_FEELINGS)
    return tuple(cautions)


def _evidence(judged: Judged, found: Sequence[Found]) -> tuple[Evidence, ...]:
    evidence = []
    for one in found:
        start, end = judged.span(one.start, one.end)
        evidence.append(Evidence(start, end, judged.original[start:end], one.cue.weight, one.cue.towards, one.cue.code))
    return tuple(sorted(evidence, key=lambda one: (one.start, one.end)))
