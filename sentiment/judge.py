"""TextJudge: text in, Assessment out. The only public way to a judgement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from core.types.assessment import (
    Assessment,
    Caution,
    Intent,
    IntentScores,
    Label,
    Language,
    Probabilities,
)
from core.types.brand import Brand
from core.types.mention import Hit
from sentiment.abuse import abuse_kinds
from sentiment.cues import lowered
from sentiment.evidence import evidence_of
from sentiment.guard import guard, named
from sentiment.model import EnglishModel, KoreanModel, Weights, shipped
from sentiment.reading import Reader, Reading, shared_reader
from sentiment.target import Focus, focus
from sentiment.weigh import Weighed, label_of, weigh

NOT_TEXT = "not_text"
"""Error code of an assessment of something that is no text."""
ASKS_FROM = 0.5
"""Score from which an intent is called; a complaint is looked at first."""


class TextJudge:
    """Judges texts by rules and models. Immutable but for caches; one instance serves a process."""

    def __init__(self, reader: Reader, english: EnglishModel, korean: KoreanModel) -> None:
        self._reader = reader
        self._english = english
        self._korean = korean
        self._version = english.version

    @classmethod
    def load(cls) -> Self:
        """Return a judge with the models that ship with Maeari.

        Raises InputError when a model file is damaged.
        """
        reader = shared_reader()
        return cls(
            reader,
            EnglishModel(Weights.read(shipped("en"), reader.english_sign_set.names)),
            KoreanModel(Weights.read(shipped("ko"), reader.korean_sign_set.names)),
        )

    def sentiment(self, text: str) -> tuple[Label, Probabilities]:
        """Return label and probabilities alone: what a text feels like, brand or not."""
        reading = self._reader.read(guard(text, ()))
        weighed = self._weigh(reading, None, addressed=text.lstrip(" .").startswith("@"))
        return label_of(weighed.probabilities), weighed.probabilities

    def assess(self, text: str, brand: Brand | None, hits: Sequence[Hit], *, evidence: bool = False) -> Assessment:
        """Return the assessment of `text` for `brand`, at the places `hits`; without a brand of the whole text.

        `hits` may hold those of other brands too: they tell what is said about whom. Never raises; what is no text
        is judged neutral, undetermined, with `error` set.
        """
        if not isinstance(text, str):
            return self._unjudged()
        own, rivals = _sides(text, brand, hits)
        judged = guard(text, (*own, *rivals), centre=own)
        reading = self._reader.read(judged)
        about: Focus | None = None
        if rivals or reading.has(Caution.RIVAL):
            about = focus(lowered(judged.window), own, rivals, judged.start)
            if about.apart:
                reading = self._reader.read(judged.without(about.apart))
        addressed = bool(own) or text.lstrip(" .").startswith("@")
        weighed = self._weigh(reading, about, addressed=addressed)
        intents = weighed.intents
        return Assessment(
            label=label_of(weighed.probabilities),
            score=round(weighed.probabilities.positive - weighed.probabilities.negative, 4),
            probabilities=weighed.probabilities,
            intent=_intent(intents),
            intents=intents,
            language=reading.language,
            model=self._version,
            abuse_kinds=abuse_kinds(reading, weighed.abuse),
            cautions=_cautions(reading, about, rivals),
            library_score=self._library_score(text, reading),
            evidence=evidence_of(reading, self._english, self._korean, about) if evidence else (),
        )

    def _weigh(self, reading: Reading, about: Focus | None, *, addressed: bool) -> Weighed:
        english = korean = None
        if reading.language in (Language.ENGLISH, Language.MIXED):
            english = self._english.log_odds(reading.lower, reading.english_signs())
        if reading.language in (Language.KOREAN, Language.MIXED):
            korean = self._korean.log_odds(reading.lower, reading.korean_signs())
        return weigh(reading, english, korean, push=about.push if about else 0.0, addressed=addressed)

    def _library_score(self, text: str, reading: Reading) -> float | None:
        if reading.language is Language.KOREAN:
            return None
        if reading.vader is not None and reading.text == text:
            return reading.vader.compound
        return self._reader.vader.scores(text).compound

    def _unjudged(self) -> Assessment:
        return Assessment(
            Label.NEUTRAL,
            0.0,
            Probabilities(0.0, 1.0, 0.0),
            Intent.OTHER,
            IntentScores(),
            Language.UNDETERMINED,
            self._version,
            error=NOT_TEXT,
        )


def _sides(text: str, brand: Brand | None, hits: Sequence[Hit]) -> tuple[Sequence[Hit], Sequence[Hit]]:
    """Return the hits of the brand in question and those of others."""
    if brand is None:
        return hits, ()
    own = [hit for hit in hits if hit.brand == brand.name]
    if len(own) == len(hits):
        return own or named(text, brand), ()
    return own or named(text, brand), [hit for hit in hits if hit.brand != brand.name]


def _intent(intents: IntentScores) -> Intent:
    """Return the intent: a complaint wherever one is likely, else the strongest of the others."""
    if intents.complaint >= ASKS_FROM:
        return Intent.COMPLAINT
    best, intent = max(
        (intents.suggestion, Intent.SUGGESTION), (intents.question, Intent.QUESTION), (intents.praise, Intent.PRAISE)
    )
    return intent if best >= ASKS_FROM else Intent.OTHER


def _cautions(reading: Reading, about: Focus | None, rivals: Sequence[Hit]) -> tuple[Caution, ...]:
    """Return what keeps the bot from acting alone."""
    cautions = [caution for caution in (Caution.SARCASM, Caution.NEWS, Caution.ADVERT) if reading.has(caution)]
    mixed = reading.has(Intent.COMPLAINT) and reading.has(Intent.PRAISE)
    if mixed and (reading.has(Caution.MIXED_FEELINGS) or Caution.SARCASM not in cautions):
        cautions.append(Caution.MIXED_FEELINGS)
    if rivals or (about is not None and (about.apart or about.frame)):
        cautions.append(Caution.RIVAL)
    return tuple(cautions)
