"""Whether two complaints are about the same thing: by the words that name a cause, or nearly the same text.

Pure functions. No model: a wrong "alike" only shows two people on one card, and each can still be answered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from matching.hangul import is_syllable
from matching.normalise import fold
from matching.particles import is_tail

__all__ = ["Gist", "alike", "gist_of"]

SHARED_WORDS = 2
"""So many words of a cause two texts share at least."""
SHARED_PART = 0.5
"""And so great a part of the shorter one's words."""
SAME_TEXT = 0.7
"""Dice coefficient of the character trigrams from which two texts are nearly the same."""
LONGEST = 1_000
"""Characters of a text that are looked at."""
STEM = 2
"""Syllables of a Korean word that are compared: behind them stand endings."""
_WORD = re.compile(r"[^\W_]+")
_ENDING = re.compile(r"(?<=[^\W\d_]{3})(?:ing|ed|es|e|s)$")
_COMMON_WORDS = """
a able about after again all also am an and any anybody anyone are as at be because been before being but by can
cant could day days did didn do does doesn doing don done else every everyone ever for from get got guy had has
have he hello help her here hey hi his how if im in into is isn it its ive just know like lot make me more most
much my need never new no not now of off on once one only or other our out over people please re really same say
she should since so some somebody someone still such than thank that the their them then there these they thing
think this those time to today too try up us use used using ve very want was wasn way we well were what when where
which while who why will with without won work would yes yesterday yet you your
두 한 번 주 되 된 될 됨 됐 돼 해 할 함 됐어 됐는 됩니 되는 안되 안돼 안됨 안됩 안해 주세 주네
왜 또 더 좀 잘 안 못 다 나 저 이 그 내 제 걸 것 거 수 때 건 점 분 그냥 그거 그게 그런 그리 근데
계속 나만 너무 다른 다들 다시 대체 도대 뭐야 번째 사람 솔직 아니 아직 아예 아주 어제 없는
없어 없음 여러 역시 오늘 완전 요즘 이거 이게 이건 이런 이렇 있는 있나 있어 있음 입니 저거 저는 저도 저만
정도 정말 제가 제발 지금 진짜 하나 하네 하는 하면 한번 합니 해도 해서 했는 했어 혹시
"""
_WORDS_OF_ANGER = """
angry annoyed annoying awful bad crap damn disappointed disappointing frustrated frustrating garbage hate horrible
ridiculous scam shit suck sucks terrible trash useless worst worse wtf
화나 화남 실망 짜증 최악
"""
_PASSED_OVER = frozenset((_COMMON_WORDS + _WORDS_OF_ANGER).split())
"""Words that say nothing about what is wrong; the Korean ones as `_stem` leaves them."""


@dataclass(frozen=True, slots=True)
class Gist:
    """What of a text is compared."""

    words: frozenset[str]
    """Its words without endings and particles, the common ones left out."""
    text: str
    """All of them in their order, folded."""


def gist_of(text: str) -> Gist:
    """Return what of a text is compared."""
    said = [word for word in _WORD.findall(fold(text[:LONGEST]).text) if not word.isdigit()]
    stems = frozenset(_stem(word) for word in said if word not in _PASSED_OVER) - _PASSED_OVER
    return Gist(
        frozenset(stem for stem in stems if len(stem) > 1 or is_syllable(stem)),
        " ".join(said),
    )


def alike(one: Gist, other: Gist, *, besides: frozenset[str] = frozenset()) -> bool:
    """Say whether two texts are about the same thing; `besides` are words both hold anyway, the brand's own."""
    mine, theirs = one.words - besides, other.words - besides
    shared = len(mine & theirs)
    if shared >= SHARED_WORDS and shared >= SHARED_PART * min(len(mine), len(theirs)):
        return True
    return _nearly_the_same(one.text, other.text)


def _nearly_the_same(one: str, other: str) -> bool:
    if max(len(one), len(other)) > 2 * min(len(one), len(other)):
        return False  # so unequal that no more than two thirds can be shared
    mine, theirs = _trigrams(one), _trigrams(other)
    both = len(mine) + len(theirs)
    return both > 0 and 2 * len(mine & theirs) >= SAME_TEXT * both


def _trigrams(text: str) -> set[str]:
    return {text[at : at + 3] for at in range(len(text) - 2)}


def _stem(word: str) -> str:
    """Return a word without its ending: an English one, or Korean particles and what stands behind two syllables."""
    if not is_syllable(word[0]):
        return _ENDING.sub("", word)
    noun = next((word[:end] for end in range(1, len(word)) if is_tail(word[end:])), word)
    return noun[:STEM]
