"""The signs of a text as one packed sum: what `Signs.vector` times the model's weights gives, sooner.

What a length, a score of VADER or a cue adds is a constant, worked out on first sight; a text is a few look-ups.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from sentiment import signs
from sentiment.cues import Cue, Grammar
from sentiment.packed import ONE, Fields
from sentiment.signs import MOST_EMOJI, MOST_EXCLAMATIONS, Present, Signs
from sentiment.vader import VaderScores

Figure = TypeVar("Figure")


class _Known(dict[Figure, int], Generic[Figure]):
    """Figure -> what its signs add, packed. Figures are bounded: lengths of judged texts, rounded scores."""

    def __init__(self, packed: Callable[[Present], int], of: Callable[[Figure], Present]) -> None:
        super().__init__()
        self._packed, self._of = packed, of

    def __missing__(self, figure: Figure) -> int:
        added = self[figure] = self._packed(self._of(figure))
        return added


class SignSums:
    """What the signs of a text add to the outputs of a model."""

    def __init__(
        self,
        names: Signs,
        grammar: Grammar,
        weights: npt.NDArray[np.float32],
        bias: npt.NDArray[np.float32],
        fields: Fields,
    ) -> None:
        def packed(present: Present) -> int:
            added = sum(value * weights[place].astype(np.float64) for place, value in present)
            return fields.pack(np.atleast_2d(added))[0] * ONE

        self._bias = fields.pack(bias[None])[0] * ONE
        self._cues = {cue.code: packed(names.of_cue(cue)) for cue in grammar.cues}
        self._asks, self._laughs, self._shouts = packed(signs.ASKS), packed(signs.LAUGHS), packed(signs.SHOUTS)
        self._lengths = _Known(packed, signs.of_length)
        self._exclamations = _Known(packed, signs.of_exclamations)
        self._emoji = _Known[tuple[float, float]](packed, lambda feeling: signs.of_emoji(*feeling))
        self._compounds = _Known(packed, signs.of_compound)
        self._positive = _Known(packed, partial(signs.of_share, signs.POSITIVE))
        self._negative = _Known(packed, partial(signs.of_share, signs.NEGATIVE))
        self._forms = _Known(packed, signs.of_form)

    def total(self, text: str, feeling: tuple[float, float], found: Sequence[Cue], vader: VaderScores) -> int:
        """Return the sum over all signs of a cleaned text, and the bias."""
        total = self._bias + self._lengths[len(text)] + self._compounds[vader.compound]
        total += self._forms[signs.form_of(text)]
        if vader.positive:
            total += self._positive[vader.positive]
        if vader.negative:
            total += self._negative[vader.negative]
        good, bad = feeling
        if good or bad:
            total += self._emoji[min(good, MOST_EMOJI), min(bad, MOST_EMOJI)]
        for one in found:
            total += self._cues[one.code]
        return total + self._marks(text)

    def _marks(self, text: str) -> int:
        """Return what asking, exclaiming, laughing and shouting add."""
        total = self._asks if "?" in text else 0
        if "!" in text:
            total += self._exclamations[min(text.count("!"), MOST_EXCLAMATIONS)]
        if signs.laughs(text):
            total += self._laughs
        return total + self._shouts if text.isupper() else total
