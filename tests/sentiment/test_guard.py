from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types.mention import Hit
from sentiment.guard import LONGEST, guard, named
from tests.make import LUMORA


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("I don’t like it", "I don't like it"),
        ("look https://x.example/love here", "look                        here"),
        ("@lumora why", "        why".replace(" " * 8, " " * 8)),
        ("> I love it\nno", "           \nno"),
        ("ask `good()` now", "ask          now"),
        ("❤️", "❤"),
        ("👍🏽", "👍"),
        ("lo\u200bve", "love"),
        (unicodedata.normalize("NFD", "좋아요"), "좋아요"),
        ("<@123456> hi r/gadgets", "          hi          "),
    ],
)
def test_what_is_judged(text: str, kept: str) -> None:
    assert guard(text, ()).text == kept.ljust(len(kept))


def test_the_brand_itself_is_left_out() -> None:
    text = "Love is my favourite brand"
    assert guard(text, (Hit("Love", "love", 0, 4),)).text == "     is my favourite brand"
    hits = named("LUMORA and 루모라가", LUMORA)
    assert [(hit.start, hit.end) for hit in hits] == [(0, 6), (11, 14)]


def test_long_texts_are_judged_around_the_hit() -> None:
    text = "filler " * 3_000 + "Lumora broke. " + "filler " * 3_000
    at = text.index("Lumora")
    judged = guard(text, (Hit("Lumora", "lumora", at, at + 6),))
    assert "broke" in judged.text
    assert len(judged.text) <= LONGEST
    where = judged.text.index("broke")
    assert judged.span(where, where + 5) == (at + 7, at + 12)


@given(st.text(alphabet="ab가각\u1100\u1161\u11a8é\u0301👍🏽❤\ufe0f\u200b’ ", max_size=40))
def test_spans_lead_back_into_the_original(text: str) -> None:
    judged = guard(text, ())
    for at in range(len(judged.text)):
        start, end = judged.span(at, at + 1)
        assert 0 <= start < end <= len(text)
