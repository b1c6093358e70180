"""Which language a text is in, by its share of Hangul: on short and mixed texts this beats detection libraries."""

from __future__ import annotations

import re

from core.types.assessment import Language

SYLLABLE_WEIGHT = 2.5
"""A Hangul syllable says about as much as so many Latin letters."""
KOREAN_FROM, MIXED_FROM = 0.82, 0.12
"""Share of Hangul from which a text is Korean, and from which it is mixed."""
NO_SHARE = -1.0
"""The share of a text with neither Hangul nor Latin letters."""

_HANGUL = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]+")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]+")


def korean_share(text: str) -> float:
    """Return how much of a text is Korean (0..1), or NO_SHARE."""
    if text.isascii():
        return 0.0 if _LATIN.search(text) else NO_SHARE
    hangul = sum(map(len, _HANGUL.findall(text))) * SYLLABLE_WEIGHT
    if not hangul:
        return 0.0 if _LATIN.search(text) else NO_SHARE
    return hangul / (hangul + sum(map(len, _LATIN.findall(text))))


def language_at(share: float) -> Language:
    """Return the language of a text with such a share of Hangul."""
    if share >= KOREAN_FROM:
        return Language.KOREAN
    if share == NO_SHARE:
        return Language.UNDETERMINED
    return Language.MIXED if share >= MIXED_FROM else Language.ENGLISH


def language_of(text: str) -> Language:
    """Return the language of a text; texts with neither Hangul nor Latin letters are undetermined."""
    return language_at(korean_share(text))
