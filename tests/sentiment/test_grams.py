"""What the models count."""

from __future__ import annotations

import pytest

from sentiment.grams import korean_text, korean_words, pair_features, words
from sentiment.reading import shared_reader
from sentiment.signs import FORM_SIGNS, Signs, form_of


def pairs(lower: str) -> list[str]:
    return pair_features(lower, words(lower))


def test_marks_are_words() -> None:
    assert words("paid, waited... 14 days; still nothing!!") == [
        *["paid", ",", "waited", "...", "0", "days", ";", "still", "nothing", "!!"]
    ]


def test_pairs_hold_the_edges_of_a_text() -> None:
    assert pairs("why me?") == ["^ why", "why me", "me ?", "? $"]
    assert pairs("") == pairs("   ") == []


def test_where_a_name_was_blanked_there_is_no_edge() -> None:
    assert pairs("       is down") == ["is down", "down $"]
    assert pairs("i love       ") == ["^ i", "i love"]


@pytest.mark.parametrize(
    ("text", "opens", "ends", "commas", "stops"),
    [
        ("Broken, again. Really, truly, yes, no.", "opens_upper", "ends_stop", "commas_3", "stops_1"),
        ("ok", "opens_lower", "ends_letter", "commas_0", "stops_0"),
        ("3 of 4", "opens_digit", "ends_digit", "commas_0", "stops_0"),
        ('"so"', "opens_mark", "ends_mark", "commas_0", "stops_0"),
        ("", None, None, "commas_0", "stops_0"),
        ("  is down  ", None, None, "commas_0", "stops_0"),
    ],
)
def test_the_form_of_a_text(text: str, opens: str | None, ends: str | None, commas: str, stops: str) -> None:
    signs: Signs = shared_reader().english_sign_set
    vector = shared_reader().english_signs(text)
    shown = {name for name, value in zip(signs.names, vector, strict=True) if value and name in FORM_SIGNS}
    assert shown - {f"long_{form_of(text)[4]}"} == {name for name in (opens, ends, commas, stops) if name}


def test_length_counts_in_steps_of_which_two_double_it() -> None:
    assert [form_of("a" * length)[4] for length in (0, 1, 3, 7, 1_000, 1_000_000)] == [0, 2, 4, 6, 19, 25]


def test_korean_edges_are_marked_but_where_a_name_was_blanked() -> None:
    assert korean_text("왜 안돼요ㅋㅋㅋㅋ 30분째") == "\x02 왜 안돼요ㅋㅋ 0분째 \x03"
    assert korean_text("    는 왜 이래") == " 는 왜 이래 \x03"
    assert korean_words("안돼요") == " 안돼요 "
