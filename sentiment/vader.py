"""VADER (Hutto & Gilbert, ICWSM 2014) with every score of the vaderSentiment library, in linear time.

The library lowers the whole text again for each word of its lexicon and looks for equal scores from the start, both
quadratic. Here each distinct token is looked at once and remembered, and only words of the lexicon look at their
neighbours. The arithmetic keeps the library's order, so results are equal to the last bit; tests hold the two
side by side.
"""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
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
IN_LEXICON, _NEGATES, _BOOSTS, _ENDS_IDIOM, _NO, _LEAST, _NEVER, _SO_THIS, _WITHOUT, _DOUBT, _KIND, _OF, _BUT = (
    1 << bit for bit in range(13)
)
_SHOUTED = 1 << 13
_CHANGES = _SHOUTED - 1 - IN_LEXICON
"""Where no token has one of these roles, none changes another."""
_ACTS = _NEGATES | _BOOSTS | _NEVER | _WITHOUT
"""What a token one or two places before has to be to change a valence."""
_ROLES = {"no": _NO, "least": _LEAST, "never": _NEVER, "so": _SO_THIS, "this": _SO_THIS}
_ROLES |= {"without": _WITHOUT, "doubt": _DOUBT, "kind": _KIND, "of": _OF, "but": _BUT}
_NEGATION: float = N_SCALAR
_FADES = (1.0, 0.95, 0.9)
"""How much a booster one, two and three words before still counts."""
_FARTHEST = len(_FADES)
_NEVER_SO = 1.25
_BUT_BEFORE, _BUT_AFTER = 0.5, 1.5
_EXCLAMATION, _MOST_EXCLAMATIONS = 0.292, 4
_CLOSE = 0.499_999
"""Farther than this from a whole number, rounding depends on the last bits."""
_QUESTION, _MANY_QUESTIONS, _MOST_QUESTIONS = 0.18, 0.96, 3


class VaderScores(NamedTuple):
    """Shares of negative, neutral and positive words (3 decimals) and the compound score (-1..1, 4 decimals)."""

    negative: float
    neutral: float
    positive: float
    compound: float


SILENT = VaderScores(0.0, 0.0, 0.0, 0.0)
"""The scores of a text without words."""


class Token:
    """One distinct token: its lower-case form, roles, valence and what it adds as a booster."""

    __slots__ = ("boost", "lower", "roles", "valence")

    def __init__(self, lower: str, roles: int, valence: float, boost: float) -> None:
        self.lower = lower
        self.roles = roles
        self.valence = valence
        self.boost = boost


_PLAIN = Token("", 0, 0.0, 0.0)
_PLAIN_SHOUTED = Token("", _SHOUTED, 0.0, 0.0)


class _Tokens(dict[str, Token]):
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

    def __missing__(self, raw: str) -> Token:
        token = self.look(raw)
        if len(raw) <= LONGEST_CACHED:
            if len(self) >= CACHE_TOKENS:
                self.clear()
            self[raw] = token
        return token

    def look(self, raw: str) -> Token:
        """Work out what a token is."""
        word = raw.strip(string.punctuation)
        if len(word) <= 2:
            word = raw
        lower = word.lower()
        roles = _ROLES.get(lower, 0)
        valence = self._lexicon.get(lower)
        if valence is not None:
            roles |= IN_LEXICON
        boost: float = BOOSTER_DICT.get(lower, 0.0)
        if boost:
            roles |= _BOOSTS
        again = lower.lower()  # the library lowers twice before it looks for negations
        if again in self._negations or "n't" in again:
            roles |= _NEGATES
        if lower in self._idiom_ends:
            roles |= _ENDS_IDIOM
        shouted = _SHOUTED if word.isupper() else 0
        if not roles and lower not in self._read_words:
            return _PLAIN_SHOUTED if shouted else _PLAIN
        return Token(lower, roles | shouted, valence or 0.0, boost)


class Vader:
    """Scores texts exactly as the library does. Shared by all callers; not for several threads at a time."""

    def __init__(self) -> None:
        analyzer = SentimentIntensityAnalyzer()
        self._tokens = _Tokens(analyzer.lexicon)
        # The library puts a space before a description unless one is there; more white space changes nothing.
        single = {emoji: " " + words for emoji, words in analyzer.emojis.items() if len(emoji) == 1}
        self._emoji = str.maketrans(single)
        self._no_emoji = frozenset(single).isdisjoint
        self.token = self._tokens.look

    def scores(self, text: str) -> VaderScores:
        """Return what `SentimentIntensityAnalyzer().polarity_scores(text)` returns, in time linear in the text."""
        text = self.spelled(text)
        tokens = list(map(self._tokens.__getitem__, text.split()))
        roles = 0
        felt = []
        for at, token in enumerate(tokens):
            if token.roles:
                roles |= token.roles
                if token.roles & IN_LEXICON:
                    felt.append(at)
        return scores_of(tokens, felt, roles, text)

    def spelled(self, text: str) -> str:
        """Return a text with descriptions in place of its emoji; the very same one where it has none."""
        if text.isascii() or self._no_emoji(text):
            return text
        return text.translate(self._emoji)


@cache
def shared_vader() -> Vader:
    """Return the one Vader of this process; its token memory is worth sharing."""
    return Vader()


_NOTHING_FELT = VaderScores(0.0, 1.0, 0.0, 0.0)


def scores_of(tokens: Sequence[Token], felt: Sequence[int], roles: int, spelled: str) -> VaderScores:
    """Return the scores of a text: of its tokens, the places of those in the lexicon, and the roles of all, joined."""
    if not felt:
        return _NOTHING_FELT if tokens else SILENT
    some_shout = bool(roles & _SHOUTED) and not _all_shout(tokens)
    if roles & _CHANGES:
        places, valences = _valences(tokens, felt, some_shout=some_shout, idioms=roles & _ENDS_IDIOM)
        if roles & _BUT:
            but = next(at for at, token in enumerate(tokens) if token.roles & _BUT)
            valences = _turn_at_but(places, valences, but)
    else:
        valences = [_shouted(tokens[at]) if some_shout else tokens[at].valence for at in felt]
    return _total(valences, len(tokens) - len(valences), _emphasis(spelled)) if valences else _NOTHING_FELT


def _all_shout(tokens: Sequence[Token]) -> bool:
    # The last token is rarely a shouted one, not even by an `I`.
    return bool(tokens[-1].roles & _SHOUTED) and all(token.roles & _SHOUTED for token in tokens)


def _shouted(token: Token) -> float:
    """Return the valence of a lexicon word where some words, but not all, are in capitals."""
    valence, louder = token.valence, (C_INCR if token.roles & _SHOUTED else 0.0)
    return valence + louder if valence > 0 else valence - louder


def _valences(
    tokens: Sequence[Token], felt: Sequence[int], *, some_shout: bool, idioms: int
) -> tuple[list[int], list[float]]:
    """Return the places and valences of all tokens whose valence is not zero."""
    places: list[int] = []
    valences: list[float] = []
    for at in felt:
        roles = tokens[at].roles
        if roles & _BOOSTS or (roles & _KIND and at + 1 < len(tokens) and tokens[at + 1].roles & _OF):
            continue
        valence = _valence(tokens, at, some_shout=some_shout, idioms=idioms)
        if valence:
            places.append(at)
            valences.append(valence)
    return places, valences


def _valence(tokens: Sequence[Token], at: int, *, some_shout: bool, idioms: int) -> float:
    """Return the valence of the lexicon word at `at`, changed by its neighbours; `idioms` tells of any in the text."""
    token = tokens[at]
    valence = token.valence
    if at >= _FARTHEST:
        around = tokens[at - 1].roles | tokens[at - 2].roles | tokens[at - 3].roles
    else:
        around = _joined(tokens[:at])
    if token.roles & _NO and at + 1 < len(tokens) and tokens[at + 1].roles & IN_LEXICON:
        valence = 0.0
    if around & _NO and _no_before(tokens, at):
        valence = token.valence * _NEGATION
    if some_shout and token.roles & _SHOUTED:
        valence = valence + C_INCR if valence > 0 else valence - C_INCR
    if around & _CHANGES or (idioms and _joined(tokens[at : at + 3]) & _ENDS_IDIOM):
        valence = _changed(tokens, at, valence, some_shout=some_shout)
    return valence


def _joined(tokens: Sequence[Token]) -> int:
    """Return the roles of some tokens, joined."""
    roles = 0
    for token in tokens:
        roles |= token.roles
    return roles


def _changed(tokens: Sequence[Token], at: int, valence: float, *, some_shout: bool) -> float:
    """Let the three words before `at` change its valence, the nearest first."""
    for back in range(1, min(at, _FARTHEST) + 1):
        roles = tokens[at - back].roles
        if not roles & IN_LEXICON and (roles & _ACTS or back == _FARTHEST):
            valence = _look_back(tokens, at, back, valence, some_shout=some_shout)
    if at and tokens[at - 1].roles & (_LEAST | IN_LEXICON) == _LEAST:
        valence = _least(tokens, at, valence)
    return valence


def _no_before(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a `no` shortly before negates the word at `at`."""
    return bool(
        tokens[at - 1].roles & _NO
        or (at > 1 and tokens[at - 2].roles & _NO)
        or (at > 2 and tokens[at - 3].roles & _NO and tokens[at - 1].lower in ("or", "nor"))
    )


def _look_back(tokens: Sequence[Token], at: int, back: int, valence: float, *, some_shout: bool) -> float:
    """Let the word `back` places before `at` boost, dampen or negate, then (three back) idioms replace."""
    neighbour = tokens[at - back]
    if neighbour.boost:
        boost = -neighbour.boost if valence < 0 else neighbour.boost
        if some_shout and neighbour.roles & _SHOUTED:
            boost = boost + C_INCR if valence > 0 else boost - C_INCR
        valence += boost * _FADES[back - 1]
    if back < _FARTHEST:
        return _negate_near(tokens, at, back, valence)
    valence = _negate_far(tokens, at, valence)
    window = 0
    for around in tokens[at - 2 : at + 3]:
        window |= around.roles
    return _idioms(tokens, at, valence) if window & _ENDS_IDIOM else valence


def _negate_near(tokens: Sequence[Token], at: int, back: int, valence: float) -> float:
    """Let the word one or two places before `at` negate."""
    roles = tokens[at - back].roles
    if back > 1:
        between = tokens[at - 1].roles
        if roles & _NEVER and between & _SO_THIS:
            return valence * _NEVER_SO
        if roles & _WITHOUT and between & _DOUBT:
            return valence
    return valence * _NEGATION if roles & _NEGATES else valence


def _negate_far(tokens: Sequence[Token], at: int, valence: float) -> float:
    """Let the word three places before `at` negate; a `so` or `this` right before it alone strengthens."""
    roles, two, one = (token.roles for token in tokens[at - 3 : at])
    if (roles & _NEVER and two & _SO_THIS) or one & _SO_THIS:
        return valence * _NEVER_SO
    if roles & _WITHOUT and (two | one) & _DOUBT:
        return valence
    return valence * _NEGATION if roles & _NEGATES else valence


def _least(tokens: Sequence[Token], at: int, valence: float) -> float:
    """Negate after `least`, but not after `at least` and `very least`."""
    if at > 1 and tokens[at - 2].lower in ("at", "very"):
        return valence
    return valence * _NEGATION


def _idioms(tokens: Sequence[Token], at: int, valence: float) -> float:
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
    exclamation = min(text.count("!"), _MOST_EXCLAMATIONS) * _EXCLAMATION if "!" in text else 0.0
    questions = text.count("?") if "?" in text else 0
    if questions <= 1:
        return exclamation + 0
    return exclamation + (questions * _QUESTION if questions <= _MOST_QUESTIONS else _MANY_QUESTIONS)


def _total(valences: list[float], silent: int, emphasis: float) -> VaderScores:
    """Add up; `silent` words count as neutral. Sums run in the order of the text, as in the library."""
    total: float = sum(valences)
    if total > 0:
        total += emphasis
    elif total < 0:
        total -= emphasis
    compound = total / math.sqrt(total * total + 15)
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
        _rounded(abs(negative / weight), 1_000) if negative else 0.0,
        _rounded(silent / weight, 1_000),
        _rounded(positive / weight, 1_000) if positive else 0.0,
        round(compound, 4) if compound <= 0 else _rounded(compound, 10_000),
    )


def _rounded(value: float, steps: int) -> float:
    """Return what `round` to so many steps of 1 returns for values >= 0, sooner; it decides where it is close."""
    scaled = value * steps
    whole = (scaled + 0.5) // 1.0
    if -_CLOSE < scaled - whole < _CLOSE:
        return whole / steps
    return round(value, 3 if steps == 1_000 else 4)
