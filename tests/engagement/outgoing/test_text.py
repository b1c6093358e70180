"""Foreign words are shown as they stand and call nobody."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types.post import Source
from engagement.outgoing.text import calm, escape, quote


@pytest.mark.parametrize(
    ("text", "people", "calmed"),
    [
        ("@everyone look", False, "@\u200beveryone look"),
        ("@Here", False, "@\u200bHere"),
        ("<@&123>", False, "<@\u200b&123>"),
        ("<@123> hi", False, "<@123> hi"),
        ("<@!123> hi", True, "<@\u200b!123> hi"),
        ("mail@example.com", True, "mail@example.com"),
    ],
)
def test_mentions_in_discord_are_broken(text: str, people: bool, calmed: str) -> None:
    assert calm(text, Source.DISCORD, people=people) == calmed


def test_reddit_names_are_broken_in_own_words_only() -> None:
    assert calm("ask u/someone", Source.REDDIT, people=True) == "ask u/\u200bsomeone"
    assert calm("ask u/someone", Source.REDDIT, people=False) == "ask u/someone"
    assert calm("https://x.example/u/someone", Source.REDDIT, people=True) == "https://x.example/u/someone"


def test_a_quotation_marks_every_line() -> None:
    assert quote("one\n\n**two**", Source.DISCORD, limit=100) == "> one\n>\n> \\*\\*two\\*\\*"


hostile = st.text(alphabet=st.sampled_from("a@everyonehr<>&!1*_`~|#[]()\\/:.-u \n\u200b\u202e가"), max_size=80)


@given(hostile, st.sampled_from([Source.DISCORD, Source.REDDIT]), st.integers(4, 60))
def test_nothing_foreign_formats_calls_or_overflows(text: str, source: Source, limit: int) -> None:
    shown = escape(text, source)
    bare = re.sub(r"\\[\\`*_~|>#\[\]()<&^!-]", "", shown)
    assert not re.search(r"[`*_~|\[\]]", bare)
    assert not re.search(r"@(everyone|here)\b", shown, re.IGNORECASE)
    assert not re.search(r"<@[!&]?\d", shown)
    quoted = quote(text, source, limit=limit)
    assert len(quoted) <= limit
    body = quoted.removesuffix("…")
    assert (len(body) - len(body.rstrip("\\"))) % 2 == 0
