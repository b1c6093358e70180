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
from sentiment.weigh import Address, Odds, abuse, feelings, intents, label_of, odds_of

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
        self._pieces = reader.remember(english)
        self._version = english.version

    @classmethod
    def load(cls) -> Self:
        """Return a judge with the models that ship with Maeari.

        Raises InputError when a model file is damaged.
        """
        reader = shared_reader()
        return cls(
            reader,
            EnglishModel(
                Weights.read(shipped("en"), reader.english_sign_set.names), reader.english_sign_set, reader.english
            ),
            KoreanModel(Weights.read(shipped("ko"), reader.korean_sign_set.names)),
        )

    def sentiment(self, text: str) -> tuple[Label, Probabilities]:
        """Return label and probabilities alone: what a text feels like, brand or not."""
        reading = self._reader.read(guard(text, ()), self._pieces)
        if reading.language is Language.ENGLISH:
            signs = reading.english_signs(self._english.signs)
            odds = odds_of(self._english.feelings(signs, reading.cut), None, reading.emoji)
        else:
            odds = self._odds(reading)
        probabilities = feelings(reading, odds, push=0.0, address=_address(text, ()))
        return label_of(probabilities), probabilities

    def assess(self, text: str, brand: Brand | None, hits: Sequence[Hit], *, evidence: bool = False) -> Assessment:
        """Return the assessment of `text` for `brand`, at the places `hits`; without a brand of the whole text.

        `hits` may hold those of other brands too: they tell what is said about whom. Never raises; what is no text
        is judged neutral, undetermined, with `error` set.
        """
        if not isinstance(text, str):
            return self._unjudged()
        own, rivals = _sides(text, brand, hits)
        judged = guard(text, (*own, *rivals), centre=own)
        reading = self._reader.read(judged, self._pieces)
        about: Focus | None = None
        if rivals or Caution.RIVAL in reading.towards:
            about = focus(lowered(judged.window), own, rivals, judged.start)
            if about.apart:
                reading = self._reader.read(judged.without(about.apart), self._pieces)
        odds = self._odds(reading)
        push = about.push if about is not None else 0.0
        probabilities = feelings(reading, odds, push=push, address=_address(text, own))
        label = label_of(probabilities)
        scores = intents(reading, odds, push=push)
        return Assessment(
            label=label,
            score=round(probabilities.positive - probabilities.negative, 4),
            probabilities=probabilities,
            intent=_intent(scores),
            intents=scores,
            language=reading.language,
            model=self._version,
            abuse_kinds=abuse_kinds(reading.abuse, abuse(odds)),
            cautions=_cautions(reading, label, about, rivals),
            library_score=self._library_score(text, reading),
            evidence=evidence_of(reading, self._english, self._korean, about, label) if evidence else (),
        )

    def _odds(self, reading: Reading) -> Odds:
        english = korean = None
        if reading.language in (Language.ENGLISH, Language.MIXED):
            english = self._english.log_odds(reading.english_signs(self._english.signs), reading.cut)
        if reading.language in (Language.KOREAN, Language.MIXED):
            korean = self._korean.log_odds(reading.lower, reading.korean_signs())
        return odds_of(english, korean, reading.emoji)

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


def _address(text: str, own: Sequence[Hit]) -> Address:
    if "@" in text and text.lstrip(" .\"'").startswith("@"):
        return Address.WRITTEN_TO
    return Address.NAMED if own else Address.NONE


def _sides(text: str, brand: Brand | None, hits: Sequence[Hit]) -> tuple[Sequence[Hit], Sequence[Hit]]:
    """Return the hits of the brand in question and those of others."""
    if brand is None:
        return hits, ()
    own = [hit for hit in hits if hit.brand == brand.name]
    if len(own) == len(hits):
        return own or named(text, brand), ()
    return own or named(text, brand), [hit for hit in hits if hit.brand != brand.name]


def _intent(scores: IntentScores) -> Intent:
    """Return the intent: a complaint wherever one is likely, else the strongest of the others."""
    if scores.complaint >= ASKS_FROM:
        return Intent.COMPLAINT
    best, intent = scores.praise, Intent.PRAISE
    if scores.question > best:
        best, intent = scores.question, Intent.QUESTION
    if scores.suggestion > best:
        best, intent = scores.suggestion, Intent.SUGGESTION
    return intent if best >= ASKS_FROM else Intent.OTHER


def _cautions(reading: Reading, label: Label, about: Focus | None, rivals: Sequence[Hit]) -> tuple[Caution, ...]:
    """Return what keeps the bot from acting alone."""
    towards = reading.towards
    cautions: list[Caution] = []
    if towards:
        cautions += [caution for caution in (Caution.SARCASM, Caution.NEWS, Caution.ADVERT) if caution in towards]
        # A complaint cue keeps any positive text from being thanked for, whatever the models say.
        if Intent.COMPLAINT in towards and (label is Label.POSITIVE or Intent.PRAISE in towards):
            cautions.append(Caution.MIXED_FEELINGS)
    if rivals or (about is not None and (about.apart or about.frame)):
        cautions.append(Caution.RIVAL)
    return tuple(cautions)
