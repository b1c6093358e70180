"""Foreign text stays what it is, harmless and within the limits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views.lists import is_link, link
from bot.views.text import escape, plain, quote, safe

HOSTILE = st.text(
    alphabet=st.one_of(st.sampled_from("\\*_~|`>#[]()<:@-\n\r\u202e\u200b🧵가A "), st.characters(codec="utf-8")),
    max_size=300,
)


@given(HOSTILE, st.integers(1, 200))
def test_safe_fits_and_stays_on_one_line(text: str, limit: int) -> None:
    shown = safe(text, limit)
    assert len(shown) <= limit
    assert "\n" not in shown
    assert not _open_marks(shown)


@given(HOSTILE, st.integers(20, 400))
def test_quote_fits_and_marks_every_line(text: str, limit: int) -> None:
    shown = quote(text, limit)
    assert len(shown) <= limit
    assert all(line.startswith("> ") for line in shown.splitlines())
    assert not _open_marks("\n".join(line[2:] for line in shown.splitlines()))


@given(HOSTILE)
def test_escape_loses_no_readable_character(text: str) -> None:
    readable = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", text)
    assert re.sub(r"\\([\\*_~|`>#\[\]()<:@-])", r"\1", escape(text)) == readable


@given(HOSTILE, st.integers(1, 100))
def test_plain_fits(text: str, limit: int) -> None:
    assert len(plain(text, limit)) <= limit


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@everyone", r"\@everyone"),
        ("<@123> <#4> <:x:5>", r"\<\@123\> \<\#4\> \<\:x\:5\>"),
        ("[free](https://evil.example)", r"\[free\]\(https\://evil.example\)"),
        ("||spoiler|| `code`", r"\|\|spoiler\|\| \`code\`"),
        ("line\nbreak", "line break"),
        ("abc\u202eexe.txt", "abcexe.txt"),
    ],
)
def test_marks_lose_their_power(text: str, shown: str) -> None:
    assert safe(text, 100) == shown


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://reddit.com/r/a/comments/1/x/", True),
        ("javascript:alert(1)", False),
        ("https://a.example/) [x](https://b.example", False),
        ("https://" + "a" * 600, False),
        ("", False),
    ],
)
def test_only_plain_addresses_become_links(url: str, fine: bool) -> None:
    assert is_link(url) is fine
    assert bool(link("open", url)) is fine


def test_nothing_links_to_nothing() -> None:
    assert link("open", None) == ""


def _open_marks(shown: str) -> str:
    """Return the marks that no backslash precedes."""
    return re.sub(r"\\.|[^\\*_~|`>#\[\]()<:@-]", "", shown)
