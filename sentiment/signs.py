"""Signs: the few dozen figures of a text beside its words - VADER, emoji, marks, length, cues - as one vector."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.types.assessment import Caution, Intent
from sentiment.cues import Found, Grammar
from sentiment.vader import VaderScores

PLAIN_SIGNS = ("good_emoji", "bad_emoji", "asks", "exclaims", "length", "laughs", "shouts")
SUMMED = (Intent.COMPLAINT, Intent.PRAISE, Intent.QUESTION, Intent.SUGGESTION, Caution.SARCASM)
"""What the weights of cues are summed up for: rare cues are learned together."""
VADER_SIGNS = ("compound", "share_positive", "share_negative", "up", "down", "silent")
_MOST_EMOJI, _MOST_EXCLAMATIONS, _LENGTH_UNIT = 4.0, 3, 5.0
_SUM_UNIT = 3.0


class Signs:
    """The signs of one language: their names, and the vector of a text."""

    def __init__(self, grammar: Grammar, *, with_vader: bool) -> None:
        self._sums = {towards.value: at for at, towards in enumerate(SUMMED)}
        self._first_cue = len(PLAIN_SIGNS) + len(SUMMED) + (len(VADER_SIGNS) if with_vader else 0)
        codes = [cue.code for cue in grammar.cues]
        self._places = {code: self._first_cue + at for at, code in enumerate(codes)}
        self.names: tuple[str, ...] = (
            *PLAIN_SIGNS,
            *(f"sum_{towards.value}" for towards in SUMMED),
            *(VADER_SIGNS if with_vader else ()),
            *codes,
        )

    def vector(
        self, text: str, feeling: tuple[float, float], found: Sequence[Found], vader: VaderScores | None
    ) -> npt.NDArray[np.float32]:
        """Return the signs of a cleaned text in the order of `names`."""
        signs = np.zeros(len(self.names), dtype=np.float32)
        signs[: self._first_cue] = self.figures(text, feeling, found, vader)
        for place in self.places(found):
            signs[place] = 1.0
        return signs

    def places(self, found: Sequence[Found]) -> list[int]:
        """Return where in `names` the cues that were found stand; each counts 1."""
        return [self._places[one.cue.code] for one in found]

    def figures(
        self, text: str, feeling: tuple[float, float], found: Sequence[Found], vader: VaderScores | None
    ) -> list[float]:
        """Return all signs but the single cues."""
        good, bad = feeling
        values = [
            min(good, _MOST_EMOJI),
            min(bad, _MOST_EMOJI),
            1.0 if "?" in text else 0.0,
            min(text.count("!"), _MOST_EXCLAMATIONS) / _MOST_EXCLAMATIONS,
            math.log1p(len(text)) / _LENGTH_UNIT,
            1.0 if "lol" in text or "haha" in text or "ㅋㅋ" in text or "ㅎㅎ" in text else 0.0,
            1.0 if text.isupper() else 0.0,
        ]
        sums = [0.0] * len(SUMMED)
        for one in found:
            if one.cue.towards in self._sums:
                sums[self._sums[one.cue.towards]] += one.cue.weight
        values += [total / _SUM_UNIT for total in sums]
        if vader is not None:
            compound = vader.compound
            values += [
                3 * compound,
                3 * vader.positive,
                3 * vader.negative,
                3 * max(compound, 0.0),
                3 * max(-compound, 0.0),
                1.0 if compound == 0 else 0.0,
            ]
        return values
