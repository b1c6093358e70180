"""Proposals that follow from verdicts: exclusions and thresholds. Each comes with its back-test; none is applied here.

An exclusion is a word, or two in a row, that stands in mentions people called wrong and in none they called right.
A threshold is the value under which most wrong decisions would be right ones.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from core.types.brand import Brand
from core.types.learning import Correction, RuleChange, RuleKind
from engagement.intake.backtest import BackTest, Rejudged, back_test, finds
from engagement.intake.decide import IntakePolicy
from engagement.intake.slices import Slices
from matching.hangul import is_syllable
from matching.normalise import fold
from matching.particles import is_tail

__all__ = ["MOST_SUGGESTIONS", "TERM_LIMIT", "candidates", "suggest"]

MOST_SUGGESTIONS = 5
MIN_SUPPORT = 2
"""Verdicts that must speak for a proposal: one alone may be a slip."""
MOST_CANDIDATES = 60
"""Words that are tried as exclusions, the best supported first."""
UNJUDGED_PER_MENDED = 3
"""An exclusion that would take more unjudged mentions than so many for each it mends is not proposed."""
LOST_WEIGHT = 3
"""One decision that people called right weighs as much as so many wrong ones."""
TERM_LIMIT = 60
"""Characters of a term that may become an exclusion: it has to fit on a button."""
COMPLAINT_STEPS = tuple(step / 100 for step in range(5, 100, 5))
PRAISE_STEPS = (*(step / 100 for step in range(50, 100, 5)), 0.97, 0.99)
_UNWANTED = frozenset({Correction.WRONG_BRAND, Correction.NOTHING})
_WORD = re.compile(r"[^\W_]+")
_COMMON = frozenset(
    (  # noqa: SIM905 - a list of words reads best as words
        "the and for with that this was are but not you your have has had its from they them there their what when"
        " just like about into than then out all any can will would could our who how why one some very really too"
        " also 그리고 그런데 근데 진짜 정말 너무 이거 그거 저거 오늘 어제 제가 저는 우리 있는 없는 하는 합니다 있습니다"
    ).split()
)
"""Words that stand everywhere: they never tell what a text is about."""


async def suggest(tested: Sequence[Rejudged], brands: Sequence[Brand], policy: IntakePolicy) -> list[BackTest]:
    """Return proposals with their back-tests, the most useful first."""
    found = [test for brand in brands for test in await _exclusions(brand, tested, policy)]
    for kind, steps, current in (
        (RuleKind.MIN_COMPLAINT, COMPLAINT_STEPS, policy.flags.min_complaint),
        (RuleKind.MIN_PROBABILITY, PRAISE_STEPS, policy.thanks.min_probability),
    ):
        best = await _threshold(kind, steps, current, tested, policy)
        if best is not None:
            found.append(best)
    found.sort(key=lambda test: _worth(test), reverse=True)
    return found[:MOST_SUGGESTIONS]


def _worth(test: BackTest) -> int:
    return len(test.mended) - LOST_WEIGHT * len(test.lost)


async def _exclusions(brand: Brand, tested: Sequence[Rejudged], policy: IntakePolicy) -> list[BackTest]:
    of_brand = [one for one in tested if one.mention.brand == brand.name]
    holders = await _holders(await candidates(brand, of_brand), of_brand)
    kept: list[BackTest] = []
    for term in sorted(holders, key=lambda each: (len(each.split()), -len(each))):
        test = await back_test(RuleChange(RuleKind.EXCLUSION, brand.name, term), of_brand, policy, holders[term])
        if _useful(test):
            kept.append(test)
    # Stable: of equal ones a single word comes before a pair, a longer word before a shorter one.
    kept.sort(key=lambda test: (-len(test.mended), len(test.dropped)))
    return _distinct(kept)


def _useful(test: BackTest) -> bool:
    mended = len(test.mended)
    return mended >= MIN_SUPPORT and not test.lost and len(test.dropped) <= UNJUDGED_PER_MENDED * mended


def _distinct(tests: Iterable[BackTest]) -> list[BackTest]:
    """Leave out what mends nothing that an earlier one does not mend already."""
    mended: set[int] = set()
    kept: list[BackTest] = []
    for test in tests:
        ids = {mention.id for mention in test.mended}
        if len(ids - mended) >= MIN_SUPPORT:
            kept.append(test)
            mended |= ids
    return kept


async def candidates(brand: Brand, tested: Sequence[Rejudged]) -> list[str]:
    """Return words and pairs of words of the unwanted mentions, the best supported first; none of the brand's own."""
    own = {word for term in brand.terms for word in _WORD.findall(fold(term.text).text)}
    taken = {fold(term.text).text for term in brand.exclusions}
    slices = Slices()
    support: Counter[str] = Counter()
    wanted: set[str] = set()
    for one in tested:
        if one.verdict is None:
            continue
        words = set(_terms(one.mention.text or ""))
        if one.verdict.should_be in _UNWANTED:
            support.update(words)
        else:
            wanted |= words
        await slices.breathe()
    fitting = [
        (count, word)
        for word, count in support.items()
        if count >= MIN_SUPPORT and word not in wanted and word not in taken and not set(word.split()) <= own
    ]
    fitting.sort(key=lambda pair: (-pair[0], len(pair[1].split()), pair[1]))
    return [word for _, word in fitting[:MOST_CANDIDATES]]


def _terms(text: str) -> Iterator[str]:
    words = _WORD.findall(fold(text).text)
    for word in words:
        for form in _forms(word):
            if _telling(form):
                yield form
    for first, second in pairwise(words):
        if _telling(first) and _telling(second):
            yield f"{first} {second}"


def _forms(word: str) -> Iterator[str]:
    """Yield a word, and what is left of a Korean one without its particles."""
    yield word
    if all(map(is_syllable, word)):
        yield from (word[:end] for end in range(2, len(word)) if is_tail(word[end:]))


def _telling(word: str) -> bool:
    hangul = any(map(is_syllable, word))
    long_enough = (2 if hangul else 3) <= len(word) <= TERM_LIMIT // 2
    return long_enough and not word.isdigit() and word not in _COMMON


async def _holders(terms: Sequence[str], tested: Sequence[Rejudged]) -> dict[str, set[int]]:
    """Return which mentions hold each term, found as exclusions are."""
    matcher, slices = finds(terms), Slices()
    holders: defaultdict[str, set[int]] = defaultdict(set)
    for one in tested:
        for hit in matcher.match(one.mention.text or ""):
            holders[hit.brand].add(one.mention.id)
        await slices.breathe()
    return dict(holders)


async def _threshold(
    kind: RuleKind, steps: Sequence[float], current: float, tested: Sequence[Rejudged], policy: IntakePolicy
) -> BackTest | None:
    """Return the back-test of the best other value over all mentions; None where no value is clearly better."""
    judged = [one for one in tested if one.verdict is not None]
    best: BackTest | None = None
    for value in sorted(steps, key=lambda step: abs(step - current)):
        test = await back_test(RuleChange(kind, value=value), judged, policy)
        if len(test.mended) >= MIN_SUPPORT and _worth(test) > (0 if best is None else _worth(best)):
            best = test
    return None if best is None else await back_test(best.change, tested, policy)
