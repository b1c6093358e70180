"""The words and cues that decided, at the places of the original text."""

from __future__ import annotations

import re

from core.types.assessment import Evidence, Intent, Label, Language
from sentiment.cues import Found
from sentiment.emoji import EMOJI
from sentiment.grams import words
from sentiment.model import EnglishModel, KoreanModel
from sentiment.reading import Reading
from sentiment.target import Focus

SHOWN = 12
"""Most pieces shown; the weightiest."""
LIGHTEST = 0.08
"""Words that add less log-odds say nothing."""
_SPEAKS_FOR = {
    Label.NEGATIVE: frozenset({Label.NEGATIVE, Intent.COMPLAINT}),
    Label.NEUTRAL: frozenset({Label.NEUTRAL}),
    Label.POSITIVE: frozenset({Label.POSITIVE, Intent.PRAISE}),
}
_WHOLE = {Label.NEGATIVE: "many_small", Label.NEUTRAL: "nothing_felt", Label.POSITIVE: "many_small"}
"""What is shown for the whole text where no single piece weighs enough."""
_STOPS = frozenset(".,;:")
"""They weigh, and tell a reader nothing."""
_CHUNK = re.compile(r"\S+")


def evidence_of(
    reading: Reading, english: EnglishModel, korean: KoreanModel, about: Focus | None, label: Label
) -> tuple[Evidence, ...]:
    """Return the weightiest words, cues, emoji and frames, in the order of the text."""
    pieces = [_cue(reading, one) for one in reading.places()]
    if reading.language in (Language.ENGLISH, Language.MIXED):
        pieces += _english_words(reading, english)
    if reading.language in (Language.KOREAN, Language.MIXED):
        pieces += _korean_words(reading, korean)
    pieces += [
        _piece(reading, at, at + 1, abs(EMOJI[sign]), "emoji", positive=EMOJI[sign] > 0)
        for at, sign in enumerate(reading.text)
        if sign in EMOJI
    ]
    if about is not None and about.frame is not None:
        start, end = reading.judged.start + about.frame[0], reading.judged.start + about.frame[1]
        towards = Label.POSITIVE if about.push > 0 else Label.NEGATIVE
        pieces.append(Evidence(start, end, reading.judged.original[start:end], abs(about.push), towards, "frame"))
    strongest = sorted(pieces, key=lambda one: -abs(one.weight))[:SHOWN]
    if not any(one.towards in _SPEAKS_FOR[label] for one in strongest):
        end = len(reading.judged.original)
        strongest.append(Evidence(0, end, reading.judged.original, 0.0, label, _WHOLE[label]))
    return tuple(sorted(strongest, key=lambda one: (one.start, one.end, one.cue)))


def _cue(reading: Reading, found: Found) -> Evidence:
    start, end = reading.judged.span(found.start, found.end)
    return Evidence(start, end, reading.judged.original[start:end], found.cue.weight, found.cue.towards, found.cue.code)


def _piece(reading: Reading, start: int, end: int, weight: float, cue: str, *, positive: bool) -> Evidence:
    first, last = reading.judged.span(start, end)
    towards = Label.POSITIVE if positive else Label.NEGATIVE
    return Evidence(first, last, reading.judged.original[first:last], round(weight, 3), towards, cue)


def _english_words(reading: Reading, model: EnglishModel) -> list[Evidence]:
    """Return the words that weigh, each once, at their first place."""
    pieces = []
    for word in dict.fromkeys(words(reading.lower)):
        place = reading.lower.find(word)
        if place < 0 or word in _STOPS:
            continue
        opinion, polarity = model.word_shares(word, reading.lower)
        if abs(polarity) >= LIGHTEST and abs(polarity) >= abs(opinion) / 3:
            pieces.append(_piece(reading, place, place + len(word), abs(polarity), "word", positive=polarity > 0))
        elif -opinion >= LIGHTEST / 4:
            first, last = reading.judged.span(place, place + len(word))
            pieces.append(
                Evidence(first, last, reading.judged.original[first:last], round(-opinion, 3), Label.NEUTRAL, "word")
            )
    return pieces


def _korean_words(reading: Reading, model: KoreanModel) -> list[Evidence]:
    """Return the white-space chunks that weigh by the n-grams in them."""
    pieces = []
    for chunk in _CHUNK.finditer(reading.lower):
        opinion, polarity = model.chunk_shares(chunk[0], reading.lower)
        if abs(polarity) >= LIGHTEST and abs(polarity) >= abs(opinion) / 3:
            pieces.append(_piece(reading, *chunk.span(), abs(polarity), "word", positive=polarity > 0))
        elif -opinion >= LIGHTEST / 4:
            first, last = reading.judged.span(*chunk.span())
            pieces.append(
                Evidence(first, last, reading.judged.original[first:last], round(-opinion, 3), Label.NEUTRAL, "word")
            )
    return pieces
