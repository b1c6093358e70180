"""How fast brand terms are found: against `re`, against its own speed with few terms, against all of Reddit."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterable, Sequence

from benchmarks.row import BenchOptions, Row
from core.types.brand import Brand, Term
from matching.matcher import BrandMatcher
from matching.normalise import fold

SEED = 20261109
HIT_SHARE = 0.04
"""Of all posts; a followed community rarely names a brand more often."""
LENGTHS = ((0.45, 4, 14), (0.35, 15, 45), (0.2, 46, 140))
"""Share of posts with so many words: chat messages, short and long Reddit comments."""
KOREAN_SHARE = 0.4
REDDIT_POSTS_A_SECOND = 250
"""All public posts and comments of Reddit, a generous round figure."""

_ONSETS = (
    "b",
    "br",
    "c",
    "ch",
    "cl",
    "d",
    "dr",
    "f",
    "fl",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "st",
    "tr",
    "v",
    "z",
)
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "io", "oo")
_CODAS = ("", "", "", "n", "r", "x", "l", "s", "m")
_ENGLISH = """
the a to and i it is of in that my for you was on this but have with not so just be are at they me we what all if do can
like get one don't it's out now about your up when there how really from after would time because good even still some
people more phone app battery screen update support service customer order delivery price money work works working
broken fixed charge charger cable headset sound quality store staff refund ticket answer waiting week month yesterday
today again never always love hate great terrible awesome okay fine better worse best worst thing things problem issue
question anyone know think thought feel want need buy bought sold used using mind weekend morning station street coffee
music video game keyboard camera picture friend family mother brother school
"""
_KOREAN = """
진짜 너무 그냥 오늘 어제 지금 이거 그거 저는 제가 근데 그래서 아니 정말 완전 요즘 다시 계속 배송이 배터리가 화면이
업데이트하고 나서 고객센터에 문의했는데 답이 없어요 좋아요 별로예요 최고예요 샀는데 써보니까 괜찮네요 왜 이렇게
느려요 환불 받고 싶은데 어떻게 하나요 감사합니다 친구가 추천해서 매장에서 주문했어요 가격이 비싸지만 만족합니다 소리가
안 나요 ㅋㅋㅋ ㅠㅠ 저만 그런가요 혹시 아시는 분 계신가요 내일 학교에서 커피 마시면서 게임했다 역에서 만나기로 했는데
늦었어요
"""


def rows(options: BenchOptions) -> Iterable[Row]:
    """Time the matcher on a generated corpus and yield its figures."""
    count = 20_000 if options.full else 8_000
    names = term_list(100_000)
    texts = {size: corpus(names[:size], count) for size in (10, 1_000, 100_000)}
    matchers = {size: BrandMatcher(brands(names[:size])) for size in texts}
    speeds = {size: _speed(matchers[size].match, texts[size]) for size in texts}
    share = sum(1 for text in texts[1_000] if matchers[1_000].match(text)) / count
    yield Row(
        "matcher, 1,000 terms",
        speeds[1_000],
        "posts/s",
        note=f"{count} posts, {sum(map(len, texts[1_000])) / count:.0f} characters on average, {share:.1%} hits",
    )
    sample = texts[1_000][: count // 20]
    alternation = _speed(_alternation(names[:1_000], folds=False), sample)
    yield _against("matcher, 1,000 terms, as multiple of re", speeds[1_000], "re alternation", alternation, 50)
    folding = _speed(_alternation(names[:1_000], folds=True), sample)
    yield Row(
        "matcher, 1,000 terms, as multiple of re on folded text",
        speeds[1_000],
        "posts/s",
        "fold, then re alternation without IGNORECASE",
        speeds[1_000] / folding,
    )
    yield _against(
        "matcher, 100,000 terms, as share of 10 terms", speeds[100_000], "itself at 10 terms", speeds[10], 0.2
    )
    misses = [text for text in texts[1_000] if not matchers[1_000].match(text)]
    yield Row("a text without a hit", 1e6 / _speed(matchers[1_000].match, misses), "us")
    yield _reddit(speeds[1_000])


def _against(name: str, value: float, reference: str, speed: float, bar: float) -> Row:
    ratio = value / speed
    return Row(name, value, "posts/s", reference, ratio, f">= {bar:g}", "must", ratio >= bar)


def _reddit(speed: float) -> Row:
    ratio = speed / REDDIT_POSTS_A_SECOND
    reference = f"all of Reddit, {REDDIT_POSTS_A_SECOND} posts/s"
    return Row("matcher against all of Reddit", speed, "posts/s", reference, ratio, ">= 100", "goal", ratio >= 100)


def brands(names: Sequence[str]) -> tuple[Brand, ...]:
    """Return brands of ten terms each."""
    return tuple(
        Brand(f"Brand {start // 10}", tuple(map(Term, names[start : start + 10]))) for start in range(0, len(names), 10)
    )


def term_list(count: int) -> list[str]:
    """Return distinct made-up names, a third of them in Hangul, none an everyday word of the corpus."""
    rng = random.Random(SEED)
    everyday = {*_ENGLISH.split(), *_KOREAN.split()}
    names: dict[str, None] = {}
    while len(names) < count:
        name = _hangul_name(rng) if rng.random() < 1 / 3 else _latin_name(rng)
        if name not in everyday:
            names[name] = None
    return list(names)


def _latin_name(rng: random.Random) -> str:
    syllables = rng.choice((2, 3, 3, 4))
    name = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(syllables))
    return name if len(name) >= 5 else name + "ora"


def _hangul_name(rng: random.Random) -> str:
    return "".join(chr(0xAC00 + 588 * rng.randrange(19) + 28 * rng.randrange(21)) for _ in range(rng.choice((3, 4))))


def corpus(names: Sequence[str], count: int, *, hit_share: float = HIT_SHARE) -> list[str]:
    """Return posts of realistic lengths, English and Korean, `hit_share` of which name one of `names`."""
    rng = random.Random(SEED + 1)
    english, korean = _ENGLISH.split(), _KOREAN.split()
    return [
        _post(rng, names, korean, ("는", "가", "에서"), hit_share)
        if rng.random() < KOREAN_SHARE
        else _post(rng, names, english, ("", "'s"), hit_share)
        for _ in range(count)
    ]


def _post(
    rng: random.Random, names: Sequence[str], everyday: Sequence[str], endings: Sequence[str], hit_share: float
) -> str:
    _, shortest, longest = rng.choices(LENGTHS, [share for share, _, _ in LENGTHS])[0]
    words = rng.choices(everyday, k=rng.randint(shortest, longest))
    if rng.random() < hit_share:
        words[rng.randrange(len(words))] = rng.choice(names).capitalize() + rng.choice(endings)
    gaps = rng.choices((" ", ". ", ", ", "! ", "\n"), (20, 2, 2, 1, 1), k=len(words))
    return "".join(word + gap for word, gap in zip(words, gaps, strict=True))


def _alternation(names: Sequence[str], *, folds: bool) -> Callable[[str], object]:
    """Return a search with one `re` pattern of all terms and the matcher's borders.

    With `folds` it gets the text folded, which is kinder to `re` than asking it to ignore case.
    """
    terms = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    particles = "(?:은|는|이|가|을|를|에서|에|로|도|의|만)?"
    pattern = re.compile(
        f"(?<![a-zA-Z0-9_가-힣])(?:{terms}){particles}(?![a-zA-Z0-9_가-힣])", 0 if folds else re.IGNORECASE
    )
    return (lambda text: pattern.findall(fold(text).text)) if folds else pattern.findall


def _speed(search: Callable[[str], object], texts: Sequence[str]) -> float:
    """Return texts per second, the best of three passes."""
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        for text in texts:
            search(text)
        best = min(best, time.perf_counter() - started)
    return len(texts) / best
