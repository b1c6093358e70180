"""Trained weights and how they are added up. numpy only; files are npz without pickles.

A model file holds two dictionaries, `feelings` and `intents`: keys (the features, see grams), int8 weights with one
column per output, and scales (what one step of a column is worth). Beside them `signs` and `sign_names` (weights of the
signs), `bias`, `links` (what feelings add to intents), and `slopes` and `offsets` (calibration from held-out training
rows).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from sentiment.grams import echoes, korean_grams, korean_text, word_features, words

Floats = npt.NDArray[np.float32]

FEELINGS = ("opinion", "polarity")
"""Log-odds of any opinion at all, and of a positive one given an opinion."""
INTENTS = ("complaint", "praise", "question", "suggestion", "abuse")
"""Log-odds of what the writer wants, and of abuse."""
OUTPUTS = FEELINGS + INTENTS
WORDS_REMEMBERED = 40_000
"""Distinct English words whose sums are kept; then memory starts afresh."""
CHUNKS_REMEMBERED = 60_000
"""Distinct pieces between white spaces that are kept."""
_NOBODY: dict[str, int] = {}
_Known = tuple[str, int, dict[str, int]]
"""A word, its row, and the rows of the pairs it opens."""


@dataclass(frozen=True, slots=True)
class Weights:
    """One model file, decoded."""

    keys: npt.NDArray[np.generic]
    """Features in sorted order: strings of English, uint32 hashes of Korean."""
    weights: Floats
    """Features x outputs. Links and calibration are linear, so they are multiplied in here and below."""
    signs: Floats
    """Signs x outputs, in the order of the language's `Signs.names`."""
    bias: Floats
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
                finish = (np.eye(len(OUTPUTS), dtype=np.float32) + arrays["links"]) * arrays["slopes"]
                return cls(
                    keys=keys,
                    weights=weights @ finish,
                    signs=np.stack([known.get(name, silent) for name in sign_names]).astype(np.float32) @ finish,
                    bias=arrays["bias"] @ finish + arrays["offsets"],
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


class _RowPairs(dict[int, tuple[float, float]]):
    """Row -> its opinion and polarity as plain numbers; worked out on first sight."""

    def __init__(self, rows: Floats) -> None:
        super().__init__()
        self._rows = rows

    def __missing__(self, row: int) -> tuple[float, float]:
        opinion, polarity = self._rows[row, :2].tolist()
        self[row] = opinion, polarity
        return opinion, polarity


class EnglishModel:
    """Adds up words, pairs and signs. A word's own sum is a constant and remembered."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        features: list[str] = weights.keys.tolist()
        self._singles = {feature: row for row, feature in enumerate(features) if " " not in feature}
        self._followers: dict[str, dict[str, int]] = {}
        for row, feature in enumerate(features):
            first, _, second = feature.partition(" ")
            if second:
                self._followers.setdefault(first, {})[second] = row
        self._echo = self._followers.get("#", {}).get("echo")
        self._first = len(features)
        self._rows = np.zeros((self._first + WORDS_REMEMBERED, len(OUTPUTS)), dtype=np.float32)
        self._rows[: self._first] = weights.weights
        self._words: dict[str, tuple[int, dict[str, int]]] = {}
        self._chunks: dict[str, list[_Known]] = {}
        self._start: tuple[float, float] = tuple(weights.bias[:2].tolist())
        self._sign_pairs: list[tuple[float, float]] = [tuple(row) for row in weights.signs[:, :2].tolist()]
        self._pairs_of_rows = _RowPairs(self._rows)

    @property
    def version(self) -> str:
        """Version of the model file."""
        return self._weights.version

    def log_odds(self, lower: str, signs: Floats) -> list[float]:
        """Return the calibrated log-odds of each output."""
        total: Floats = signs @ self._weights.signs + self._weights.bias
        rows, count = self._rows_of(lower)
        if rows:
            total += np.add.reduce(self._rows.take(rows, axis=0)) * np.float32((count + 1) ** -0.5)
        return list(total.tolist())

    def feelings(self, lower: str, figures: Sequence[float], places: Sequence[int]) -> tuple[float, float]:
        """Return the calibrated log-odds of opinion and polarity alone, from signs as figures and cue places.

        The same sums as `log_odds`, without arrays: for two outputs of a short text plain numbers are faster.
        """
        opinion, polarity = self._start
        for figure, (one, other) in zip(figures, self._sign_pairs, strict=False):
            if figure:
                opinion += figure * one
                polarity += figure * other
        for place in places:
            one, other = self._sign_pairs[place]
            opinion += one
            polarity += other
        rows, count = self._rows_of(lower)
        first = second = 0.0
        for row in rows:
            one, other = self._pairs_of_rows[row]
            first += one
            second += other
        fade = (count + 1) ** -0.5
        return opinion + first * fade, polarity + second * fade

    def word_shares(self, word: str, lower: str) -> tuple[float, float]:
        """Return what one word and its pairs add to opinion and polarity, calibrated."""
        found = words(lower)
        rows = [self._learn(word)[0]]
        for first, second in itertools.pairwise(found):
            if word in (first, second) and (row := self._followers.get(first, {}).get(second)) is not None:
                rows.append(row)
        share = self._rows[rows].sum(axis=0)[:2] * np.float32((len(found) + 1) ** -0.5)
        return float(share[0]), float(share[1])

    def _rows_of(self, lower: str) -> tuple[list[int], int]:
        """Return the rows of all words and pairs of a text, and the number of its words."""
        known = self._chunks
        if len(known) > CHUNKS_REMEMBERED or len(self._words) + len(lower) // 2 > WORDS_REMEMBERED:
            known.clear()
            self._words.clear()
            self._pairs_of_rows.clear()
        rows: list[int] = []
        count = 0
        followers: dict[str, int] = _NOBODY
        chunks = lower.split()
        for chunk in chunks:
            for word, row, following in known.get(chunk) or self._read(chunk):
                count += 1
                rows.append(row)
                if word in followers:
                    rows.append(followers[word])
                followers = following
        # Only where two chunks come twice can a pair of words do so.
        if self._echo is not None and len(set(chunks)) + 1 < len(chunks) and echoes(words(lower)):
            rows.append(self._echo)
        return rows, count

    def _read(self, chunk: str) -> list[_Known]:
        """Remember the words between two white spaces."""
        found = [(word, *self._learn(word)) for word in words(chunk)]
        self._chunks[chunk] = found
        return found

    def _learn(self, word: str) -> tuple[int, dict[str, int]]:
        """Remember a word's sum; return its row, and the rows of the pairs it opens."""
        if word not in self._words:
            row = self._first + len(self._words)
            rows = [self._singles[feature] for feature in word_features(word) if feature in self._singles]
            self._rows[row] = self._weights.weights[rows].sum(axis=0)
            self._words[word] = row, self._followers.get(word, _NOBODY)
        return self._words[word]


class KoreanModel:
    """Adds up character n-grams and signs."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._keys = weights.keys.astype(np.uint32)
        # One row more, of zeros, for all that is not in the dictionary.
        self._rows = np.vstack([weights.weights, np.zeros((1, len(OUTPUTS)), dtype=np.float32)])

    @property
    def version(self) -> str:
        """Version of the model file."""
        return self._weights.version

    def log_odds(self, lower: str, signs: Floats) -> list[float]:
        """Return the calibrated log-odds of each output."""
        prepared = korean_text(lower)
        total: Floats = signs @ self._weights.signs + self._weights.bias
        total += self._rows[self._find(prepared)].sum(axis=0) * np.float32((len(prepared) + 1) ** -0.5)
        return list(total.tolist())

    def chunk_shares(self, chunk: str, lower: str) -> tuple[float, float]:
        """Return what the n-grams of one white-space chunk add to opinion and polarity, calibrated."""
        fade = np.float32((len(korean_text(lower)) + 1) ** -0.5)
        rows = self._find(korean_text(chunk))
        share = self._rows[rows].sum(axis=0)[:2] * fade
        return float(share[0]), float(share[1])

    def _find(self, prepared: str) -> npt.NDArray[np.intp]:
        hashes = korean_grams(prepared)
        places = np.searchsorted(self._keys, hashes)
        places[places == len(self._keys)] = 0
        return np.where(self._keys[places] == hashes, places, len(self._keys))
