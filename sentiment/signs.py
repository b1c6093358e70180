"""Signs: the few dozen figures of a text beside its words - VADER, emoji, marks, length, cues - as one vector."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.types.assessment import Caution, Intent
from sentiment.cues import Cue, Grammar
from sentiment.vader import VaderScores

MOST_COMMAS, MOST_STOPS, LONGEST = 3, 4, 25
FORM_SIGNS = (
    *("opens_upper", "opens_lower", "opens_digit", "opens_mark"),
    *("ends_letter", "ends_digit", "ends_stop", "ends_mark"),
    *(f"commas_{count}" for count in range(MOST_COMMAS + 1)),
    *(f"stops_{count}" for count in range(MOST_STOPS + 1)),
    *(f"long_{step}" for step in range(LONGEST + 1)),
)
"""The outer form of a text: a report, a notice and a word thrown in look different before one has read them."""
PLAIN_SIGNS = ("good_emoji", "bad_emoji", "asks", "exclaims", "length", "laughs", "shouts")
SUMMED = (Intent.COMPLAINT, Intent.PRAISE, Intent.QUESTION, Intent.SUGGESTION, Caution.SARCASM)
"""What the weights of cues are summed up for: rare cues are learned together."""
VADER_SIGNS = ("compound", "share_positive", "share_negative", "up", "down", "silent")
MOST_EMOJI, MOST_EXCLAMATIONS = 4.0, 3
_LENGTH_UNIT, _SUM_UNIT = 5.0, 3.0
_GOOD, _BAD, _ASKS, _EXCLAIMS, _LENGTH, _LAUGHS, _SHOUTS = range(len(PLAIN_SIGNS))
_FIRST_OF_VADER = len(PLAIN_SIGNS) + len(SUMMED)
_COMPOUND, POSITIVE, NEGATIVE, _UP, _DOWN, _SILENT = range(_FIRST_OF_VADER, _FIRST_OF_VADER + len(VADER_SIGNS))
_FIRST_OF_FORM = _FIRST_OF_VADER + len(VADER_SIGNS)
_OPENS, _ENDS, _COMMAS, _STOPS, _LONG = (
    _FIRST_OF_FORM + FORM_SIGNS.index(first)
    for first in ("opens_upper", "ends_letter", "commas_0", "stops_0", "long_0")
)
Present = tuple[tuple[int, float], ...]
"""Signs that are not zero: their places in `Signs.names`, and values."""
ASKS: Present = ((_ASKS, 1.0),)
LAUGHS: Present = ((_LAUGHS, 1.0),)
SHOUTS: Present = ((_SHOUTS, 1.0),)


class Signs:
    """The signs of one language: their names, and the vector of a text."""

    def __init__(self, grammar: Grammar, *, with_vader: bool) -> None:
        """Take the cues of a language; with VADER come the signs of a text's form, English both."""
        behind = (*VADER_SIGNS, *FORM_SIGNS) if with_vader else ()
        self._sums = {towards.value: len(PLAIN_SIGNS) + at for at, towards in enumerate(SUMMED)}
        first_cue = len(PLAIN_SIGNS) + len(SUMMED) + len(behind)
        codes = [cue.code for cue in grammar.cues]
        self._places = {code: first_cue + at for at, code in enumerate(codes)}
        self.names: tuple[str, ...] = (
            *PLAIN_SIGNS,
            *(f"sum_{towards.value}" for towards in SUMMED),
            *behind,
            *codes,
        )

    def vector(
        self, text: str, feeling: tuple[float, float], found: Sequence[Cue], vader: VaderScores | None
    ) -> npt.NDArray[np.float32]:
        """Return the signs of a cleaned text in the order of `names`."""
        present = of_length(len(text)) + of_emoji(*feeling) + of_exclamations(text.count("!"))
        present += (ASKS if "?" in text else ()) + (LAUGHS if laughs(text) else ()) + (SHOUTS if text.isupper() else ())
        for one in found:
            present += self.of_cue(one)
        if vader is not None:
            present += of_compound(vader.compound)
            present += of_share(POSITIVE, vader.positive) + of_share(NEGATIVE, vader.negative)
            present += of_form(form_of(text))
        values = [0.0] * len(self.names)
        for place, value in present:
            values[place] += value
        return np.array(values, dtype=np.float32)

    def of_cue(self, cue: Cue) -> Present:
        """Return the signs of a cue: itself, and its weight in the sum of what it speaks for."""
        signs = ((self._places[cue.code], 1.0),)
        if cue.towards not in self._sums:
            return signs
        return (*signs, (self._sums[cue.towards], cue.weight / _SUM_UNIT))


def laughs(text: str) -> bool:
    """Say whether a text laughs."""
    return "lol" in text or "haha" in text or "ㅋㅋ" in text or "ㅎㅎ" in text


def of_length(length: int) -> Present:
    """Return the sign of a text of so many characters."""
    return ((_LENGTH, math.log1p(length) / _LENGTH_UNIT),)


def of_emoji(good: float, bad: float) -> Present:
    """Return the signs of what emoji and emoticons say."""
    return (_GOOD, min(good, MOST_EMOJI)), (_BAD, min(bad, MOST_EMOJI))


def of_exclamations(count: int) -> Present:
    """Return the sign of so many exclamation marks."""
    return ((_EXCLAIMS, min(count, MOST_EXCLAMATIONS) / MOST_EXCLAMATIONS),)


def of_compound(compound: float) -> Present:
    """Return the signs of VADER's compound score, three times their size, as weights of the other signs are."""
    if not compound:
        return ((_SILENT, 1.0),)
    return (_COMPOUND, 3 * compound), (_UP if compound > 0 else _DOWN, 3 * abs(compound))


Form = tuple[int | None, int | None, int, int, int]
"""How a text opens and ends (None where something was blanked there), its commas, its sentences and its length."""


def form_of(text: str) -> Form:
    """Return the outer form of a text; its length in steps, of which two are twice as long."""
    return (
        _opening(text[:1]),
        _ending(text[-1:]),
        min(text.count(","), MOST_COMMAS),
        min(text.count(". "), MOST_STOPS),
        min(int(2 * math.log2(len(text) + 1)), LONGEST),
    )


def of_form(form: Form) -> Present:
    """Return the signs of a text's outer form."""
    firsts = (_OPENS, _ENDS, _COMMAS, _STOPS, _LONG)
    return tuple((first + kind, 1.0) for first, kind in zip(firsts, form, strict=True) if kind is not None)


def _opening(character: str) -> int | None:
    if character.islower():
        return 1
    if character.isupper():
        return 0
    if character.isdigit():
        return 2
    return None if character.isspace() or not character else 3


def _ending(character: str) -> int | None:
    if character.isalpha():
        return 0
    if character == ".":
        return 2
    if character.isdigit():
        return 1
    return None if character.isspace() or not character else 3


def of_share(sign: int, share: float) -> Present:
    """Return the sign of VADER's share of positive or negative words."""
    return ((sign, 3 * share),)
