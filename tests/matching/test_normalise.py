"""Folding keeps the way back to the original, whatever the text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.types.brand import Brand, Term
from matching.hangul import bigrams, pairs_of_runs, search_text
from matching.matcher import BrandMatcher
from matching.normalise import Spot, fold, fold_quickly, fold_with_map, folded_bytes

ANY_TEXT = st.text(st.characters(exclude_categories=()))
TRICKY = st.text(
    st.sampled_from(
        [*"aAbi İßŉﬁＡａ𝐀Ⓐ루룰ㄹㅜ\u0301\u0307\u0336\u200b\u200d\ufe0f\u00ad\u3164’'ﾊﾞㅋ™², \n👍🏽\ud800\u1e9eΐςΣ_@#.-"]
    )
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Lumora", "lumora"),
        ("ＬＵＭＯＲＡ", "lumora"),
        (unicodedata.normalize("NFD", "루모라가"), "루모라가"),
        ("ﾙﾓﾗ", "ルモラ"),
        ("l̶u̶m̶o̶r̶a̶", "lumora"),
        ("it’s", "it's"),
        ("T\u2011Mobile", "t-mobile"),
        ("Lumora™²", "lumora™²"),
        ("ㅋㅋㅋ ㅠㅠ", "ㅋㅋㅋ ㅠㅠ"),
        ("STRASSE straße ẞ", "strasse strasse ss"),
        ("\u200b\ufeff", ""),
        ("", ""),
        ("\ud800", "\ufffd"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text).text == folded


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_keeps_its_places(text: str) -> None:
    assert fold_quickly(text) == text.lower()
    assert fold(text).spots == ()


@pytest.mark.parametrize("text", ["루모라 진짜 좋아요 ㅋㅋㅋ", "it’s “fine” …", "좋아 👍 ❤ 100%"])
def test_everyday_texts_keep_their_places(text: str) -> None:
    assert fold_quickly(text) is not None


@given(st.one_of(ANY_TEXT, TRICKY))
def test_both_ways_of_folding_agree(text: str) -> None:
    quick = fold_quickly(text)
    if quick is not None:
        assert len(quick) == len(text)
        assert fold_with_map(text).text == quick
    assert folded_bytes(text) == (None if quick is None else quick.encode())


@given(st.one_of(ANY_TEXT, TRICKY))
@example("ᄅ\u200bᅮ")
@example("각ᆨ")
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@given(st.one_of(ANY_TEXT, TRICKY))
def test_each_stretch_of_the_folded_text_leads_back(text: str) -> None:
    folded = fold(text)
    for start in range(len(folded.text)):
        for end in range(start + 1, min(start + 4, len(folded.text)) + 1):
            span = folded.span(start, end)
            if span is not None:
                assert 0 <= span[0] < span[1] <= len(text)
                assert fold(text[span[0] : span[1]]).text == folded.text[start:end]


@given(TRICKY)
def test_spots_cover_all_that_moved(text: str) -> None:
    folded = fold(text)
    moved = sum((spot.end - spot.start) - (spot.origin_next - spot.origin) for spot in folded.spots)
    assert len(folded.text) == len(text) + moved


def test_the_inside_of_a_ligature_has_no_place() -> None:
    folded = fold("a ﬁsh")
    assert folded.text == "a fish"
    assert folded.spots == (Spot(2, 4, 2, 3, 3),)
    assert folded.span(2, 4) == (2, 3)
    assert folded.span(3, 6) is None
    assert folded.span(0, 3) is None


@given(
    ANY_TEXT, st.sampled_from(["lumora", "루모라", "Lumora Pro", "루모라 앱", "#루모라", "lumora.example"]), ANY_TEXT
)
def test_a_hit_is_where_its_term_stands(before: str, term: str, after: str) -> None:
    matcher = BrandMatcher((Brand("B", (Term(term),)),))
    text = f"{before} {term} {after}"
    hits = matcher.match(text)
    assert len(before) + 1 in [hit.start for hit in hits] or unicodedata.combining(after[:1] or " ")
    wanted = fold(term).text.split()
    for hit in hits:
        assert fold(text[hit.start : hit.end]).text.split() == wanted


SPELLINGS = st.sampled_from(["", "\u200b", "\u00ad", "\u0336", "\ufe0f"])


@given(st.data(), TRICKY)
def test_disguised_terms_are_found_at_their_place(data: st.DataObject, before: str) -> None:
    forms = {"l": "lLＬⓛ", "u": "uUｕ", "m": "mＭ𝐦", "o": "oOⓄ", "r": "rＲ", "a": "aAａ"}
    word = "".join(data.draw(st.sampled_from(forms[letter])) + data.draw(SPELLINGS) for letter in "lumora")
    text = f"{before} {word} x"
    matcher = BrandMatcher((Brand("B", (Term("lumora"),)),))
    hit = next(hit for hit in matcher.match(text) if hit.start == len(before) + 1)
    assert fold(text[hit.start : hit.end]).text == "lumora"


@given(st.one_of(ANY_TEXT, TRICKY))
def test_no_text_breaks_the_matcher(text: str) -> None:
    matcher = BrandMatcher((Brand("B", tuple(map(Term, ("a", "루", "a b", "#a", "a.bi", "ss", "fi")))),))
    for hit in matcher.match(text):
        assert fold(text[hit.start : hit.end]).text.split() == fold(hit.term).text.split()


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("루모라는 좋다", "루모 모라 라는 좋다"),
        ("앱", "앱"),
        ("Lumora를 샀다!", "lumora 를 샀다 !"),
        ("삼성전자", "삼성 성전 전자"),
        ("ABC  def\nghi", "abc def ghi"),
        (unicodedata.normalize("NFD", "루모라"), "루모 모라"),
        ("ㅋㅋ 좋아요ㅋㅋ", "ㅋㅋ 좋아 아요 ㅋㅋ"),
        ("", ""),
    ],
)
def test_bigrams(text: str, pairs: str) -> None:
    assert bigrams(text) == pairs


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("루모라는", "루 루모 모라 라는 는"),
        ("루모라앱 앱", "루 루모 모라 라앱 앱 앱 앱"),
        ("Lumora를 샀다!", "lumora 를 를 샀 샀다 다 !"),
        ("ㅋㅋ 좋아ㅋㅋ", "ㅋㅋ 좋 좋아 아 ㅋㅋ"),
        ("plain", "plain"),
    ],
)
def test_the_index_holds_pairs_and_lets_each_syllable_begin_a_word(text: str, words: str) -> None:
    assert search_text(text).split() == words.split()


@given(st.text(st.sampled_from("가나다라마 ab1,.ㅋ\n"), max_size=30))
def test_every_word_of_a_text_is_found_in_it_run_by_run(text: str) -> None:
    indexed = search_text(text).split()
    for word in text.split():
        for run in pairs_of_runs(word):
            wanted = run.split()
            assert any(indexed[i : i + len(wanted)] == wanted for i in range(len(indexed)))


@given(
    st.text(st.sampled_from("가나다라 ab"), max_size=12), st.text(st.sampled_from("가나다라"), min_size=2, max_size=3)
)
def test_a_query_of_pairs_finds_every_text_that_holds_it(around: str, query: str) -> None:
    words = bigrams(f"{around}{query}{around}").split()
    wanted = bigrams(query).split()
    assert any(words[i : i + len(wanted)] == wanted for i in range(len(words)))
