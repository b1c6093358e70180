"""Hangul: syllables, and the syllable pairs that make Korean searchable."""

from __future__ import annotations

import re
from functools import cache

from matching.normalise import fold

FIRST_SYLLABLE, LAST_SYLLABLE = "가", "힣"
_JOINT = "\ue000"
"""A character for private use: nobody searches for it."""
_RUN = re.compile(f"[{FIRST_SYLLABLE}-{LAST_SYLLABLE}]+|[^{FIRST_SYLLABLE}-{LAST_SYLLABLE}]+")


def is_syllable(character: str) -> bool:
    """Say whether a character is a whole Hangul syllable."""
    return FIRST_SYLLABLE <= character <= LAST_SYLLABLE


def bigrams(text: str) -> str:
    """Return a text folded, each run of Hangul cut to overlapping pairs: `루모라는` to `루모 모라 라는`.

    So 삼성 is found in 삼성전자. A run of one syllable stays as it is.
    """
    return " ".join(pairs_of_runs(text))


def pairs_of_runs(text: str) -> list[str]:
    """Return what `bigrams` makes of each run, Hangul or not: `갤럭시s24` to `갤럭 럭시` and `s24`."""
    cut: list[str] = []
    for run in _RUN.findall(fold(text).text):
        if is_syllable(run[0]):
            cut.append(" ".join(run[i : i + 2] for i in range(len(run) - 1)) or run)
        else:
            cut += run.split()
    return cut


def search_text(text: str) -> str:
    """Return what is indexed of a text: its `bigrams`, and each run's first and last syllable alone.

    `루모라는` becomes `루 루모 모라 라는 는`, so that every syllable begins a word and a prefix query (`앱*`) finds one
    syllable wherever it stands.
    """
    # Each syllable is written twice, as the end of one pair and the beginning of the next; where two runs do not
    # touch, the joints fall apart. Three passes in C instead of one in Python: this is done for every mention.
    return fold(text).text.translate(_doubled()).replace(_JOINT + _JOINT, "").replace(_JOINT, " ")


@cache
def _doubled() -> dict[int, str]:
    syllables = map(chr, range(ord(FIRST_SYLLABLE), ord(LAST_SYLLABLE) + 1))
    return {ord(syllable): f"{_JOINT}{syllable} {syllable}{_JOINT}" for syllable in syllables}
