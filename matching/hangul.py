"""Hangul: syllables, and the syllable pairs that make Korean searchable."""

from __future__ import annotations

import re

from matching.normalise import fold

FIRST_SYLLABLE, LAST_SYLLABLE = "가", "힣"
_RUN = re.compile(f"[{FIRST_SYLLABLE}-{LAST_SYLLABLE}]+|[^{FIRST_SYLLABLE}-{LAST_SYLLABLE}]+")


def is_syllable(character: str) -> bool:
    """Say whether a character is a whole Hangul syllable."""
    return FIRST_SYLLABLE <= character <= LAST_SYLLABLE


def bigrams(text: str, *, singles: bool = False) -> str:
    """Return the search text: folded, each run of Hangul cut to overlapping pairs, `루모라는` to `루모 모라 라는`.

    Used for texts and for queries alike, so that 삼성 is found in 삼성전자. A run of one syllable stays as it is.
    With `singles` a run's last syllable is written once more on its own: then every syllable begins a word of the
    search text, and a prefix query (`앱*`) finds one syllable wherever it stands.
    """
    words: list[str] = []
    for run in _RUN.findall(fold(text).text):
        if not is_syllable(run[0]):
            words += run.split()
            continue
        words += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
        if singles and len(run) > 1:
            words.append(run[-1])
    return " ".join(words)
