"""Trained weights and how they are added up. numpy only; files are npz without pickles.

A model file holds two dictionaries, `feelings` and `intents`: keys (the features, see grams), int8 weights with one
column per output, and scales (what one step of a column is worth). Beside them `signs` and `sign_names` (weights of the
signs), `bias`, `slopes` and `offsets` (calibration from held-out training rows), and `joint` (what all of them together
say about a complaint, see sentiment/joint.py).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from sentiment.cues import Grammar
from sentiment.grams import BEGIN, korean_grams, korean_text, korean_words, word_features, words
from sentiment.joint import Joint
from sentiment.packed import ONE, Fields
from sentiment.pieces import Cut, Said
from sentiment.signs import Signs
from sentiment.sums import SignSums

Floats = npt.NDArray[np.float32]

FEELINGS = ("opinion", "polarity")
"""Log-odds of any opinion at all, and of a positive one given an opinion."""
INTENTS = ("complaint", "praise", "question", "suggestion", "customer", "abuse")
"""Log-odds of what the writer wants, of being about what a company sells or does rather than talk, and of abuse."""
OUTPUTS = FEELINGS + INTENTS
COMPLAINT = OUTPUTS.index("complaint")
PACKED = Fields(len(OUTPUTS))
WORDS_REMEMBERED = 40_000
"""Distinct English words whose sums are kept; then memory starts afresh."""
_NOBODY: dict[str, int] = {}
_TABLE_BITS = 19
"""Three slots for each Korean n-gram, 2 MB."""
_TABLE_MASK = np.uint32((1 << _TABLE_BITS) - 1)


@dataclass(frozen=True, slots=True)
class Weights:
    """One model file, decoded."""

    keys: npt.NDArray[np.generic]
    """Features in sorted order: strings of English, uint32 hashes of Korean."""
    weights: Floats
    """Features x outputs. Calibration is linear, so it is multiplied in here and below."""
    signs: Floats
    """Signs x outputs, in the order of the language's `Signs.names`."""
    bias: Floats
    joint: Joint
    version: str

    @classmethod
    def read(cls, file: Path, sign_names: tuple[str, ...]) -> Weights:
        """Read a model file. A sign that the file does not know weighs nothing.

        Raises InputError when the file is none of ours.
        """
        try:
            with np.load(file, allow_pickle=False) as arrays:
                if tuple(arrays["outputs"].tolist()) != OUTPUTS:
                    raise InputError(f"{file.name} was trained for other outputs; run python -m sentiment.train again")
                known = dict(zip(arrays["sign_names"].tolist(), arrays["signs"], strict=True))
                silent = np.zeros(len(OUTPUTS), dtype=np.float32)
                keys, weights = _merged(arrays)
                slopes = arrays["slopes"]
                return cls(
                    keys=keys,
                    weights=weights * slopes,
                    signs=np.stack([known.get(name, silent) for name in sign_names]).astype(np.float32) * slopes,
                    bias=arrays["bias"] * slopes + arrays["offsets"],
                    joint=Joint(arrays["joint"].tolist()),
                    version=str(arrays["version"].ravel()[0]),
                )
        except (OSError, KeyError, ValueError) as error:
            raise InputError(f"{file.name} is no model of Maeari; run python -m sentiment.train again") from error


def _merged(arrays: Mapping[str, npt.NDArray[Any]]) -> tuple[npt.NDArray[np.generic], Floats]:
    """Return the keys of both dictionaries, sorted, and their weights side by side."""
    feelings, intents = (_keys(arrays[f"{name}_keys"]) for name in ("feelings", "intents"))
    keys = np.union1d(feelings, intents)
    weights = np.zeros((len(keys), len(OUTPUTS)), dtype=np.float32)
    for name, part, first in (("feelings", feelings, 0), ("intents", intents, len(FEELINGS))):
        columns = arrays[f"{name}_weights"].astype(np.float32) * arrays[f"{name}_scales"]
        weights[np.searchsorted(keys, part), first : first + columns.shape[1]] = columns
    return keys, weights


def _keys(stored: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Return the features of a dictionary: hashes as they are, text cut into lines."""
    if stored.dtype == np.uint32:
        return stored
    return np.array(bytes(stored.tobytes()).decode().split("\n"))


def shipped(name: str) -> Path:
    """Return the path of a model file that ships with Maeari."""
    return Path(str(resources.files("sentiment").joinpath("models", f"{name}.npz")))


class _Words(dict[str, int]):
    """Word -> what it adds by itself, packed; worked out on first sight."""

    def __init__(self, features: Sequence[str], weights: Floats) -> None:
        super().__init__()
        self._rows = {feature: row for row, feature in enumerate(features) if " " not in feature}
        self._weights = weights

    def __missing__(self, word: str) -> int:
        rows = [self._rows[feature] for feature in word_features(word) if feature in self._rows]
        if len(self) >= WORDS_REMEMBERED:
            self.clear()
        added = self[word] = PACKED.pack(self._weights[rows].sum(axis=0)[None])[0]
        return added


class _Fades(dict[int, int]):
    """Number of words -> what their sum is multiplied with, in steps of 1 / ONE."""

    def __missing__(self, count: int) -> int:
        fade = self[count] = round(ONE / math.sqrt(count + 1))
        return fade


class EnglishModel:
    """Adds up words, pairs and signs. A word's own sum is a constant, remembered with the piece it stands in."""

    def __init__(self, weights: Weights, signs: Signs, grammar: Grammar) -> None:
        self.version = weights.version
        self._joint = weights.joint
        self.signs = SignSums(signs, grammar, weights.signs, weights.bias, PACKED)
        features: list[str] = weights.keys.tolist()
        self._words = _Words(features, weights.weights)
        self._followers: dict[str, dict[str, int]] = {}
        pairs = [row for row, feature in enumerate(features) if " " in feature]
        for row, added in zip(pairs, PACKED.pack(weights.weights[pairs]), strict=True):
            first, _, second = features[row].partition(" ")
            self._followers.setdefault(first, {})[second] = added
        self.opening = self._followers.get(BEGIN, _NOBODY)
        """Word that may open a text -> what that adds, packed."""
        self._fades = _Fades()

    def log_odds(self, signs: int, cut: Cut) -> list[float]:
        """Return the calibrated log-odds of each output of a text with such a sum of signs."""
        values = PACKED.unpack(signs + self._faded(cut))
        values[COMPLAINT] = self._joint.complaint(values)
        return values

    def feelings(self, signs: int, cut: Cut) -> list[float]:
        """Return those of opinion and polarity alone."""
        return PACKED.first_two(signs + self._faded(cut))

    def _faded(self, cut: Cut) -> int:
        """Return what the words add: many words say less each."""
        return cut.total * self._fades[cut.length]

    def said(self, piece: str) -> Said:
        """Return what the words of a piece and the pairs inside it add."""
        found = words(piece)
        total = sum(map(self._words.__getitem__, found))
        for first, second in itertools.pairwise(found):
            total += self._followers.get(first, _NOBODY).get(second, 0)
        return Said(total, found, self._followers.get(found[-1], _NOBODY) if found else _NOBODY)

    def word_shares(self, word: str, lower: str) -> tuple[float, float]:
        """Return what one word and its pairs add to opinion and polarity, calibrated."""
        found = words(lower)
        added = self._words[word]
        for first, second in itertools.pairwise(found):
            if word in (first, second):
                added += self._followers.get(first, _NOBODY).get(second, 0)
        opinion, polarity = PACKED.first_two(added * self._fades[len(found)])
        return opinion, polarity


class Places:
    """Hash -> its row. A table by the lower bits of the hash knows most; the rest is searched for."""

    def __init__(self, keys: npt.NDArray[np.uint32]) -> None:
        rows = np.arange(len(keys), dtype=np.int32)
        self._table = np.full(1 << _TABLE_BITS, len(keys), dtype=np.int32)
        self._table[keys & _TABLE_MASK] = rows
        self._other_rows = rows[self._table[keys & _TABLE_MASK] != rows]
        self._other_keys = keys[self._other_rows]
        self._shared = np.zeros(1 << _TABLE_BITS, dtype=bool)
        self._shared[self._other_keys & _TABLE_MASK] = True
        self._keys = np.append(keys, np.uint32(0))
        self._nowhere = len(keys)

    def find(self, hashes: npt.NDArray[np.uint32]) -> npt.NDArray[np.int32]:
        """Return the row of each hash, or the number of rows for one that is not in the dictionary."""
        slots = hashes & _TABLE_MASK
        rows: npt.NDArray[np.int32] = self._table.take(slots)
        missed = np.flatnonzero(self._keys.take(rows) != hashes)
        rows[missed] = self._nowhere
        shared = missed[self._shared.take(slots.take(missed))]
        if len(shared):
            wanted = hashes.take(shared)
            places = np.searchsorted(self._other_keys, wanted)
            places[places == len(self._other_keys)] = 0
            known = self._other_keys.take(places) == wanted
            rows[shared[known]] = self._other_rows.take(places[known])
        return rows


class KoreanModel:
    """Adds up character n-grams and signs."""

    def __init__(self, weights: Weights) -> None:
        self.version = weights.version
        self._weights = weights
        self._places = Places(weights.keys.astype(np.uint32))
        # One row more, of zeros, for all that is not in the dictionary.
        self._rows = np.vstack([weights.weights, np.zeros((1, len(OUTPUTS)), dtype=np.float32)])

    def log_odds(self, lower: str, signs: Floats) -> list[float]:
        """Return the calibrated log-odds of each output."""
        prepared = korean_text(lower)
        total: Floats = signs @ self._weights.signs + self._weights.bias
        total += self._sum(prepared) * np.float32((len(prepared) + 1) ** -0.5)
        values: list[float] = total.tolist()
        values[COMPLAINT] = self._weights.joint.complaint(values)
        return values

    def chunk_shares(self, chunk: str, lower: str) -> tuple[float, float]:
        """Return what the n-grams of one white-space chunk add to opinion and polarity, calibrated."""
        share = self._sum(korean_words(chunk)) * np.float32((len(korean_text(lower)) + 1) ** -0.5)
        return float(share[0]), float(share[1])

    def _sum(self, prepared: str) -> Floats:
        """Return the sum over all n-grams of a prepared text; a product with ones adds up four times as fast."""
        rows = self._places.find(korean_grams(prepared))
        total: Floats = np.ones(len(rows), dtype=np.float32) @ self._rows.take(rows, axis=0)
        return total
