"""The matcher finds what people mean by a brand's terms, and nothing else."""

from __future__ import annotations

import pytest

from core.errors import InputError
from core.types.brand import Brand, Term
from core.types.mention import Hit
from matching.matcher import BrandMatcher
from tests.matching.cases import LUMORA, table

MATCHER = BrandMatcher((LUMORA,))


def found(matcher: BrandMatcher, text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in matcher.match(text)]


def brand(name: str, *terms: str, exclusions: tuple[str, ...] = ()) -> Brand:
    return Brand(name, tuple(map(Term, terms)), tuple(map(Term, exclusions)))


@pytest.mark.parametrize(("text", "pieces"), table(), ids=lambda value: value if isinstance(value, str) else "")
def test_table(text: str, pieces: tuple[str, ...]) -> None:
    assert found(MATCHER, text) == list(pieces)


def test_the_table_is_long_enough() -> None:
    assert len({text for text, _ in table()}) >= 300


@pytest.mark.parametrize(
    ("term", "text", "hit"),
    [
        ("토스", "토스로 보냈어요", True),
        ("토스", "토스트 먹자", False),
        ("토스", "토스터기", False),
        ("삼성", "삼성이 또", True),
        ("삼성", "삼성역 앞", False),
        ("삼성", "대삼성", False),
        ("당근", "당근이세요?", True),
        ("배민", "배민이었는데", True),
        ("쿠팡", "쿠팡이츠", False),
        ("카카오", "카카오톡", False),
        ("카카오", "카카오는", True),
        ("현대", "현대차", False),
        ("11번가", "11번가에서", True),
        ("11번가", "211번가", False),
        ("LG전자", "LG전자가", True),
        ("LG전자", "XLG전자", False),
        ("lg전자", "LG전자제품", False),
        ("3M", "a 3M tape", True),
        ("3M", "13M people", False),
        ("AT&T", "at&t sucks", True),
        ("AT&T", "AT&TV", False),
        ("C++", "I like C++.", True),
        ("C++", "ABC++", False),
        ("L'Oréal", "l’oréal again", True),
        ("L'Oréal", "L'ORE\u0301AL", True),
        ("Straße", "STRASSE", True),
        ("straße", "Straßen", False),
        ("t-mobile", "T\u2011Mobile", True),
        ("ルモラ", "新しいルモラを買った", True),
        ("ルモラ", "ﾙﾓﾗ", True),
        ("小米", "我的小米手机", True),
        ("🍎", "my 🍎 watch", True),
        (".NET", "asp.net core", True),
        ("#ad", "#ad!", True),
        ("#ad", "#adhd", False),
        ("#ad", "page#ad", False),
        ("#ad", "# ad", False),
        ("a b", "a\u3000b", True),
        ("a b", "a\u00a0\n\t b", True),
        ("a b", "ab", False),
        ("the lumora app", "The   LUMORA app's", True),
        ("the lumora app", "the lumora apps", False),
        ("the lumora app", "bathe lumora app", False),
        ("루모라 고객 센터", "루모라 고객센터에서", True),
        ("루모라 고객 센터", "루모라 고객 센터장", False),
        ("x.io", "x.io", True),
        ("x.io", "max.io", False),
        ("x.io", "https://api.x.io/v1", True),
        ("x.io", "x.io.evil.example", False),
    ],
)
def test_terms_of_all_kinds(term: str, text: str, hit: bool) -> None:
    assert bool(BrandMatcher((brand("B", term),)).match(text)) is hit


def test_several_brands_each_get_their_hits_in_the_order_of_the_text() -> None:
    matcher = BrandMatcher((brand("Lumora", "lumora"), brand("Nimbus", "nimbus", "님버스")))
    assert matcher.match("Nimbus or lumora? 님버스요") == (
        Hit("Nimbus", "nimbus", 0, 6),
        Hit("Lumora", "lumora", 10, 16),
        Hit("Nimbus", "님버스", 18, 21),
    )


def test_an_exclusion_vetoes_its_own_brand_only() -> None:
    matcher = BrandMatcher((brand("Lumora", "lumora", exclusions=("lumora lake",)), brand("Lake", "lake")))
    assert [hit.brand for hit in matcher.match("lumora lake and lumora")] == ["Lake"]


def test_one_term_may_name_two_brands_and_be_anothers_exclusion() -> None:
    matcher = BrandMatcher((brand("A", "delta"), brand("B", "delta"), brand("C", "air", exclusions=("delta",))))
    assert [hit.brand for hit in matcher.match("delta air")] == ["A", "B"]


def test_of_overlapping_terms_the_longest_counts() -> None:
    matcher = BrandMatcher((brand("B", "lumora", "lumora pro", "lumora pro max", "max", "Lumora"),))
    assert [(hit.term, hit.start) for hit in matcher.match("lumora pro max, lumora pro, lumora")] == [
        ("lumora pro max", 0),
        ("lumora pro", 16),
        ("lumora", 28),
    ]


@pytest.mark.parametrize("term", ["", "   ", "\u200b", "#", "# "])
def test_a_term_with_nothing_to_look_for_is_refused(term: str) -> None:
    with pytest.raises(InputError, match="nothing to look for"):
        BrandMatcher((brand("B", term),))


def test_no_brands_no_hits() -> None:
    assert BrandMatcher(()).match("lumora") == ()
    assert BrandMatcher(()).brands == ()


@pytest.mark.parametrize(
    "text",
    [
        "lumora " * 60_000,
        "루모라" * 100_000,
        "루모라에서는" * 60_000,
        "lumora" + " " * 300_000 + "x",
        "lumora\u200b" * 50_000,
        "a" + "\u200b" * 300_000,
        "a" + "\u0315\u0300\u05ae\u0316" * 50_000,
        "_" * 300_000 + "lumora" + "_" * 300_000,
        "ᄅ" * 200_000,
        "lumora.example." * 30_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_hostile_texts_come_to_an_end(text: str) -> None:
    """A quadratic walk over some 300,000 characters would take minutes: the suite would stand still here."""
    matcher = BrandMatcher((LUMORA, brand("B", "a b c", "x x", "루 모 라")))
    hits = matcher.match(text)
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)
