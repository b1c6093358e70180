"""Which language a text is in, by its share of Hangul: on short and mixed texts this beats detection libraries."""

from __future__ import annotations

import re

from core.types.assessment import Language

SYLLABLE_WEIGHT = 2.5
"""A Hangul syllable says about as much as so many Latin letters."""
KOREAN_FROM, MIXED_FROM = 0.75, 0.12
"""Share of Hangul from which a text is Korean, and from which it is mixed."""

_HANGUL = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")


def language_of(text: str) -> Language:
    """Return the language of a text; texts with neither Hangul nor Latin letters are undetermined."""
    latin = len(_LATIN.findall(text))
    if text.isascii():
        return Language.ENGLISH if latin else Language.UNDETERMINED
    hangul = len(_HANGUL.findall(text)) * SYLLABLE_WEIGHT
    if not hangul and not latin:
        return Language.UNDETERMINED
    share = hangul / (hangul + latin)
    if share >= KOREAN_FROM:
        return Language.KOREAN
    return Language.MIXED if share >= MIXED_FROM else Language.ENGLISH
