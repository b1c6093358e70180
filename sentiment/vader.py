"""VADER (Hutto & Gilbert, ICWSM 2014) with every score of the vaderSentiment library, in linear time.

The library lowers the whole text again for each word of its lexicon and looks for equal scores from the start, both
quadratic. Here each distinct token is looked at once and remembered, and only words of the lexicon look at their
neighbours. The arithmetic keeps the library's order, so results are equal to the last bit; tests hold the two
side by side.
"""

from __future__ import annotations

import math
import string
from functools import cache
from heapq import heappop, heappush
from typing import NamedTuple

from vaderSentiment.vaderSentiment import (
    BOOSTER_DICT,
    C_INCR,
    N_SCALAR,
    NEGATE,
    SPECIAL_CASES,
    SentimentIntensityAnalyzer,
)

CACHE_TOKENS = 60_000
"""Distinct tokens remembered before starting afresh: bounds the memory that hostile texts can claim."""
LONGEST_CACHED = 64
"""Longer tokens are worked out each time, so that the memory holds words only."""

# What a token can be to its neighbours, as bits.
_IN_LEXICON, _NEGATES, _BOOSTS, _ENDS_IDIOM, _NO, _LEAST, _NEVER, _SO_THIS, _WITHOUT, _DOUBT, _KIND, _OF, _BUT = (
    1 << bit for bit in range(13)
)
_ROLES = {"no": _NO, "least": _LEAST, "never": _NEVER, "so": _SO_THIS, "this": _SO_THIS}
_ROLES |= {"without": _WITHOUT, "doubt": _DOUBT, "kind": _KIND, "of": _OF, "but": _BUT}
_NEGATION: float = N_SCALAR
_FADES = (1.0, 0.95, 0.9)
"""How much a booster one, two and three words before still counts."""
_FARTHEST = len(_FADES)
_NEVER_SO = 1.25
_BUT_BEFORE, _BUT_AFTER = 0.5, 1.5
_EXCLAMATION, _MOST_EXCLAMATIONS = 0.292, 4
_QUESTION, _MANY_QUESTIONS, _MOST_QUESTIONS = 0.18, 0.96, 3


class VaderScores(NamedTuple):
    """Shares of negative, neutral and positive words (3 decimals) and the compound score (-1..1, 4 decimals)."""

    negative: float
    neutral: float
    positive: float
    compound: float


SILENT = VaderScores(0.0, 0.0, 0.0, 0.0)
"""The scores of a text without words."""


class _Token:
    """One distinct token: its lower-case form, roles, valence and what it adds as a booster."""

    __slots__ = ("boost", "lower", "roles", "shouted", "valence")

    def __init__(self, lower: str, roles: int, valence: float, boost: float, *, shouted: bool) -> None:
        self.lower = lower
        self.roles = roles
        self.valence = valence
        self.boost = boost
        self.shouted = shouted


_PLAIN = _Token("", 0, 0.0, 0.0, shouted=False)
_PLAIN_SHOUTED = _Token("", 0, 0.0, 0.0, shouted=True)


class _Tokens(dict[str, _Token]):
    """Raw token -> what it is; worked out on first sight."""

    def __init__(self, lexicon: dict[str, float]) -> None:
        super().__init__()
        self._lexicon = lexicon
        phrases = [*SPECIAL_CASES, *BOOSTER_DICT]
        split = [phrase.split() for phrase in phrases if " " in phrase]
        self._idiom_ends = {words[-1] for words in split}
        # Words that are compared as words, so that their lower-case form has to be kept.
        self._read_words = {word for words in split for word in words} | {"or", "nor", "at", "very"}
        self._negations = frozenset(NEGATE)

    def __missing__(self, raw: str) -> _Token:
        token = self._look(raw)
        if len(raw) <= LONGEST_CACHED:
            if len(self) >= CACHE_TOKENS:
                self.clear()
            self[raw] = token
        return token

    def _look(self, raw: str) -> _Token:
        word = raw.strip(string.punctuation)
        if len(word) <= 2:
            word = raw
        lower = word.lower()
        roles = _ROLES.get(lower, 0)
        valence = self._lexicon.get(lower)
        if valence is not None:
            roles |= _IN_LEXICON
        boost: float = BOOSTER_DICT.get(lower, 0.0)
        if boost:
            roles |= _BOOSTS
        again = lower.lower()  # the library lowers twice before it looks for negations
        if again in self._negations or "n't" in again:
            roles |= _NEGATES
        if lower in self._idiom_ends:
            roles |= _ENDS_IDIOM
        shouted = word.isupper()
        if not roles and lower not in self._read_words:
            return _PLAIN_SHOUTED if shouted else _PLAIN
        return _Token(lower, roles, valence or 0.0, boost, shouted=shouted)


class Vader:
    """Scores texts exactly as the library does. Shared by all callers; not for several threads at a time."""

    def __init__(self) -> None:
        analyzer = SentimentIntensityAnalyzer()
        self._tokens = _Tokens(analyzer.lexicon)
        # The library puts a space before a description unless one is there; more white space changes nothing.
        single = {emoji: " " + words for emoji, words in analyzer.emojis.items() if len(emoji) == 1}
        self._emoji = str.maketrans(single)
        self._no_emoji = frozenset(single).isdisjoint

    def scores(self, text: str) -> VaderScores:
        """Return what `SentimentIntensityAnalyzer().polarity_scores(text)` returns, in time linear in the text."""
        if not text.isascii() and not self._no_emoji(text):
            text = text.translate(self._emoji)
        raw = text.split()
        if not raw:
            return SILENT
        tokens = list(map(self._tokens.__getitem__, raw))
        roles = [token.roles for token in tokens]
        felt = [at for at, role in enumerate(roles) if role & _IN_LEXICON]
        if not felt:
            return _NOTHING_FELT
        places, valences = _valences(tokens, felt)
        if not places:
            return _NOTHING_FELT
        if _BUT in roles:
            valences = _turn_at_but(places, valences, roles.index(_BUT))
        return _total(valences, len(tokens) - len(valences), _emphasis(text))


@cache
def shared_vader() -> Vader:
    """Return the one Vader of this process; its token memory is worth sharing."""
    return Vader()


_NOTHING_FELT = VaderScores(0.0, 1.0, 0.0, 0.0)


def _valences(tokens: list[_Token], felt: list[int]) -> tuple[list[int], list[float]]:
    """Return the places and valences of all tokens whose valence is not zero."""
    shouted = sum([token.shouted for token in tokens])
    some_shout = 0 < shouted < len(tokens)
    places: list[int] = []
    valences: list[float] = []
    for at in felt:
        roles = tokens[at].roles
        if roles & _BOOSTS or (roles & _KIND and at + 1 < len(tokens) and tokens[at + 1].roles & _OF):
            continue
        valence = _valence(tokens, at, some_shout=some_shout)
        if valence:
            places.append(at)
            valences.append(valence)
    return places, valences


def _valence(tokens: list[_Token], at: int, *, some_shout: bool) -> float:
    """Return the valence of the lexicon word at `at`, changed by its neighbours."""
    token = tokens[at]
    valence = token.valence
    before = tokens[max(at - 3, 0) : at]
    around = 0
    for neighbour in before:
        around |= neighbour.roles
    if token.roles & _NO and at + 1 < len(tokens) and tokens[at + 1].roles & _IN_LEXICON:
        valence = 0.0
    if around & _NO and _no_before(tokens, at):
        valence = token.valence * _NEGATION
    if some_shout and token.shouted:
        valence = valence + C_INCR if valence > 0 else valence - C_INCR
    ahead = token.roles
    for neighbour in tokens[at + 1 : at + 3]:
        ahead |= neighbour.roles
    if around or ahead & _ENDS_IDIOM:
        for back in range(1, len(before) + 1):
            if not tokens[at - back].roles & _IN_LEXICON:
                valence = _look_back(tokens, at, back, valence, some_shout=some_shout)
        if around & _LEAST and before[-1].roles & _LEAST and not before[-1].roles & _IN_LEXICON:
            valence = _least(before, valence)
    return valence


def _no_before(tokens: list[_Token], at: int) -> bool:
    """Say whether a `no` shortly before negates the word at `at`."""
    return bool(
        tokens[at - 1].roles & _NO
        or (at > 1 and tokens[at - 2].roles & _NO)
        or (at > 2 and tokens[at - 3].roles & _NO and tokens[at - 1].lower in ("or", "nor"))
    )


def _look_back(tokens: list[_Token], at: int, back: int, valence: float, *, some_shout: bool) -> float:
    """Let the word `back` places before `at` boost, dampen or negate, then (three back) idioms replace."""
    neighbour = tokens[at - back]
    if neighbour.boost:
        boost = -neighbour.boost if valence < 0 else neighbour.boost
        if some_shout and neighbour.shouted:
            boost = boost + C_INCR if valence > 0 else boost - C_INCR
        valence += boost * _FADES[back - 1]
    if back < _FARTHEST:
        return _negate_near(tokens, at, back, valence)
    valence = _negate_far(tokens, at, valence)
    window = 0
    for around in tokens[at - 2 : at + 3]:
        window |= around.roles
    return _idioms(tokens, at, valence) if window & _ENDS_IDIOM else valence


def _negate_near(tokens: list[_Token], at: int, back: int, valence: float) -> float:
    """Let the word one or two places before `at` negate."""
    roles = tokens[at - back].roles
    if back > 1:
        between = tokens[at - 1].roles
        if roles & _NEVER and between & _SO_THIS:
            return valence * _NEVER_SO
        if roles & _WITHOUT and between & _DOUBT:
            return valence
    return valence * _NEGATION if roles & _NEGATES else valence


def _negate_far(tokens: list[_Token], at: int, valence: float) -> float:
    """Let the word three places before `at` negate; a `so` or `this` right before it alone strengthens."""
    roles, two, one = (token.roles for token in tokens[at - 3 : at])
    if (roles & _NEVER and two & _SO_THIS) or one & _SO_THIS:
        return valence * _NEVER_SO
    if roles & _WITHOUT and (two | one) & _DOUBT:
        return valence
    return valence * _NEGATION if roles & _NEGATES else valence


def _least(before: list[_Token], valence: float) -> float:
    """Negate after `least`, but not after `at least` and `very least`."""
    if len(before) > 1 and before[-2].lower in ("at", "very"):
        return valence
    return valence * _NEGATION


def _idioms(tokens: list[_Token], at: int, valence: float) -> float:
    """Replace the valence by that of an idiom around `at`, then let two-word boosters add theirs."""
    three, two, one, zero = (token.lower for token in tokens[at - 3 : at + 1])
    special: dict[str, float] = SPECIAL_CASES
    sequences = (f"{one} {zero}", f"{two} {one} {zero}", f"{two} {one}", f"{three} {two} {one}", f"{three} {two}")
    for sequence in sequences:
        if sequence in special:
            valence = special[sequence]
            break
    if len(tokens) - 1 > at:
        following = f"{zero} {tokens[at + 1].lower}"
        valence = special.get(following, valence)
        if len(tokens) - 1 > at + 1:
            valence = special.get(f"{following} {tokens[at + 2].lower}", valence)
    for pair in (sequences[4], sequences[2]):
        valence += BOOSTER_DICT.get(pair, 0.0)
    return valence


def _turn_at_but(places: list[int], valences: list[float], but: int) -> list[float]:
    """Halve what stands before `but` and raise what stands behind, in the library's way.

    The library finds a word by its score, so of words with equal scores it changes the first one, perhaps again.
    One heap of places per score finds that first one without searching.
    """
    changed = dict(zip(places, valences, strict=True))
    by_score: dict[float, list[int]] = {}
    for place, valence in zip(places, valences, strict=True):
        equals = by_score.setdefault(valence, [])
        heappush(equals, place)
        first = heappop(equals)
        turned = valence * (_BUT_BEFORE if first < but else _BUT_AFTER)
        changed[first] = turned
        heappush(by_score.setdefault(turned, []), first)
    return [changed[place] for place in places]


def _emphasis(text: str) -> float:
    """Return what exclamation and question marks add."""
    exclamation = min(text.count("!"), _MOST_EXCLAMATIONS) * _EXCLAMATION
    questions = text.count("?")
    if questions <= 1:
        return exclamation + 0
    return exclamation + (questions * _QUESTION if questions <= _MOST_QUESTIONS else _MANY_QUESTIONS)


def _total(valences: list[float], silent: int, emphasis: float) -> VaderScores:
    """Add up; `silent` words count as neutral. Sums run in the order of the text, as in the library."""
    total = float(sum(valences))
    if total > 0:
        total += emphasis
    elif total < 0:
        total -= emphasis
    compound = max(-1.0, min(1.0, total / math.sqrt(total * total + 15)))
    positive = negative = 0.0
    for valence in valences:
        if valence > 0:
            positive += valence + 1
        else:
            negative += valence - 1
    if positive > -negative:
        positive += emphasis
    elif positive < -negative:
        negative -= emphasis
    weight = positive + abs(negative) + silent
    return VaderScores(
        round(abs(negative / weight), 3),
        round(abs(silent / weight), 3),
        round(positive / weight, 3),
        round(compound, 4),
    )
