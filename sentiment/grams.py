"""What the models count: words, word pairs and character n-grams of English; character 1-4-grams of Korean.

Training and judging share these functions, so that a weight means the same in both.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

LONGEST_WORD = 24
"""Longer words are cut: they are no words."""
SHORTEST_GRAM, LONGEST_GRAM = 3, 5
"""Character n-grams inside English words, the word's ends marked."""
KOREAN_LONGEST_GRAM = 4
BEGIN, END = "^", "$"
"""Stand for the edges of a text in pairs: what it opens and closes with tells a question or a notice from a report."""
_TEXT_BEGIN, _TEXT_END = "\x02", "\x03"
"""ASCII's own signs for the start and the end of a text: nobody types them."""
_MULTIPLIER = np.uint32(0x9E3779B1)
"""2^32 divided by the golden ratio, odd: spreads codes well (Knuth, TAOCP 6.4)."""

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+|[!?]+|\.\.+|[.,;:]|[\u2600-\u27bf\U0001f300-\U0001faff]")
_LONG = re.compile(r"(\D)\1{2,}")
_DIGITS = re.compile(r"\d+")


def words(lower: str) -> list[str]:
    """Return the words, numbers (as `0`), emoji and marks of a lower-cased English text."""
    return _WORD.findall(_DIGITS.sub("0", lower))


@cache
def _classes() -> dict[str, list[str]]:
    """Return word -> the classes it belongs to, each marked as a feature."""
    document = tomllib.loads(resources.files("sentiment").joinpath("grammar", "classes.toml").read_text("utf-8"))
    classes: dict[str, list[str]] = {}
    for name, members in document.items():
        for member in members.split():
            classes.setdefault(member, []).append(f"#{name}")
    return classes


def word_features(word: str) -> list[str]:
    """Return what one word adds by itself: the word and the n-grams of its characters."""
    word = _LONG.sub(r"\1\1", word)[:LONGEST_WORD]
    features = [word, *_classes().get(word, ())]
    if word.endswith("n't"):
        features.append("#negation")
    if len(word) > 2 and word[0].isalpha():
        marked = f"^{word}$"
        features += [
            "~" + marked[at : at + size]
            for size in range(SHORTEST_GRAM, LONGEST_GRAM + 1)
            for at in range(len(marked) - size + 1)
        ]
    return features


def opens(text: str) -> bool:
    """Say whether a text goes up to its beginning: where a name, a link or a handle was blanked, nobody knows."""
    return not text[:1].isspace()


def closes(text: str) -> bool:
    """Say whether it goes up to its end, likewise."""
    return not text[-1:].isspace()


def pair_features(lower: str, found: list[str]) -> list[str]:
    """Return the pairs of neighbouring words of a text, those edges among them that the text goes up to."""
    begin = [BEGIN] if opens(lower) else []
    end = [END] if closes(lower) else []
    return [f"{first} {second}" for first, second in itertools.pairwise([*begin, *found, *end])] if found else []


def korean_text(lower: str) -> str:
    """Return a lower-cased text as the Korean n-grams see it: repeats cut to two, numbers as `0`, ends marked.

    The edges of the text are marked apart from those of words, but where something was blanked.
    """
    begin = _TEXT_BEGIN if opens(lower) else ""
    end = _TEXT_END if closes(lower) else ""
    return f"{begin}{korean_words(lower)}{end}"


def korean_words(lower: str) -> str:
    """Return a part of a text likewise, without edges of its own."""
    short = _LONG.sub(r"\1\1", _DIGITS.sub("0", lower))
    return f" {' '.join(short.split())} "


def korean_grams(prepared: str) -> npt.NDArray[np.uint32]:
    """Return the hashes of all 1-4-grams of a prepared text, by size and then by place."""
    codes: npt.NDArray[Any] = np.frombuffer(prepared.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    sizes = range(1, min(KOREAN_LONGEST_GRAM, len(codes)) + 1)
    grams = np.empty(sum(len(codes) - size + 1 for size in sizes), dtype=np.uint32)
    shorter = np.zeros(len(codes) + 1, dtype=np.uint32)
    start = 0
    for size in sizes:
        rolled = grams[start : start + len(codes) - size + 1]
        start += len(rolled)
        np.multiply(shorter[:-1], _MULTIPLIER, out=rolled)
        rolled += codes[size - 1 :]
        rolled += np.uint32(size)
        shorter = rolled
    grams ^= grams >> np.uint32(15)
    return grams
