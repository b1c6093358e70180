"""Texts to sparse counts and signs, through the very functions that judging uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from core.types.brand import Brand, Term
from sentiment.cues import lowered
from sentiment.grams import korean_grams, korean_text, pair_features, word_features, words
from sentiment.guard import guard, named
from sentiment.reading import Reader

CORPUS_BRAND = Brand("Lumora", (Term("lumora"), Term("루모라")))
"""The fictional brand that the corpus speaks of."""

_FEELING_SHARES = {"~": 0.5, "#": 0.0}
"""A character n-gram of English counts half: words carry the feeling, n-grams help with those not seen before."""
_INTENT_SHARES = {"~": 0.3, "#": 3.0}
"""For intents a class of words counts more than one word: few rows have to teach it."""

Matrix = Any
"""A scipy CSR matrix; scipy ships no types."""


@dataclass(slots=True)
class Table:
    """The rows of one language as numbers."""

    keys: npt.NDArray[np.generic]
    """Sorted features, one per column of `counts`."""
    counts: Matrix
    """Rows x features: how often, divided by the root of the text's length."""
    signs: npt.NDArray[np.float32]
    feeling_shares: npt.NDArray[np.float32]
    """Per feature: how much one count of it is worth in fitting a feeling."""
    intent_shares: npt.NDArray[np.float32]
    """The same for an intent."""


def english_table(texts: Sequence[str], reader: Reader, *, at_least: int, kept: Sequence[int] = ()) -> Table:
    """Return the table of English texts; features in fewer than `at_least` texts are left out.

    Features of the texts at the places `kept` stay when they are in two of those.
    """
    cleaned = [guard(text, named(text, CORPUS_BRAND)).text for text in texts]
    bags: list[tuple[Counter[str], int]] = []
    for text in cleaned:
        lower = lowered(text)
        found = words(lower)
        bag = Counter(feature for word in found for feature in word_features(word))
        bag.update(pair_features(lower, found))
        bags.append((bag, len(found)))
    seen: Counter[str] = Counter()
    for bag, _ in bags:
        seen.update(bag.keys())
    held: Counter[str] = Counter()
    for place in kept:
        held.update(bags[place][0].keys())
    keys = sorted(feature for feature, count in seen.items() if count >= at_least or held[feature] > 1)
    column = {feature: at for at, feature in enumerate(keys)}
    pointers, columns, values = [0], [], []
    for bag, length in bags:
        fade = (length + 1) ** -0.5
        for feature, count in bag.items():
            if feature in column:
                columns.append(column[feature])
                values.append(count * fade)
        pointers.append(len(columns))
    counts = sparse.csr_matrix(
        (np.array(values, dtype=np.float32), np.array(columns, dtype=np.int32), pointers), shape=(len(bags), len(keys))
    )
    feelings, intents = (
        np.array([shares.get(feature[0], 1.0) for feature in keys], dtype=np.float32)
        for shares in (_FEELING_SHARES, _INTENT_SHARES)
    )
    return Table(np.array(keys), counts, np.stack([reader.english_signs(text) for text in cleaned]), feelings, intents)


def korean_table(texts: Sequence[str], reader: Reader, *, at_least: int, kept: Sequence[int] = ()) -> Table:
    """Return the table of Korean texts; n-grams in fewer than `at_least` texts are left out."""
    cleaned = [guard(text, named(text, CORPUS_BRAND)).text for text in texts]
    prepared = [korean_text(lowered(text)) for text in cleaned]
    counted = [np.unique(korean_grams(text), return_counts=True) for text in prepared]
    everything = np.concatenate([hashes for hashes, _ in counted])
    hashes, seen = np.unique(everything, return_counts=True)
    keep = seen >= at_least
    if len(kept):
        own, held = np.unique(np.concatenate([counted[place][0] for place in kept]), return_counts=True)
        keep |= np.isin(hashes, own[held > 1])
    keys = hashes[keep]
    places = np.searchsorted(keys, everything)
    places[places == len(keys)] = 0
    known = keys[places] == everything
    lengths = np.array([len(found) for found, _ in counted])
    fades = np.repeat([(len(text) + 1) ** -0.5 for text in prepared], lengths)
    values = np.concatenate([numbers for _, numbers in counted]) * fades
    owners = np.repeat(np.arange(len(counted)), lengths)
    counts = sparse.csr_matrix(
        (values[known].astype(np.float32), (owners[known], places[known])), shape=(len(counted), len(keys))
    )
    signs = np.stack([reader.korean_signs(text) for text in cleaned])
    same = np.ones(len(keys), dtype=np.float32)
    return Table(keys, counts, signs, same, same)
