"""Foreign text made harmless for Discord, and cut to its limits."""

from __future__ import annotations

import re

from core.text import cut

TEXT_LIMIT = 4000
"""Characters of text that one Components V2 message may hold in all (Discord's limit)."""
CONTENT_LIMIT = 2000
"""Characters of a plain message (Discord's limit)."""
LABEL_LIMIT = 80
"""Characters on a button (Discord's limit)."""
CHOICE_LIMIT = 100
"""Characters of an autocomplete choice's name and value (Discord's limit)."""
MODAL_TITLE_LIMIT = 45
"""Characters of a modal's title (Discord's limit)."""

_MARKDOWN = re.compile(r"([\\*_~|`>#\[\]()<:@-])")
# Marks that turn the direction of text around, hide in it or are no characters at all.
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_ELLIPSIS = "…"


def escape(text: str) -> str:
    """Return `text` so that Discord shows it as it stands: no formatting, link, mention, emoji or timestamp.

    A backslash before every character that Markdown could take; zero-width and direction marks are dropped.
    """
    return _MARKDOWN.sub(r"\\\1", _HIDDEN.sub("", text))


def safe(text: str, limit: int) -> str:
    """Return foreign text escaped, on one line, at most `limit` characters long, the backslashes counted."""
    line = " ".join(_HIDDEN.sub("", text).split())
    return _escaped_within(line, limit)


def quote(text: str, limit: int) -> str:
    """Return foreign text as a block quote, line by line, at most `limit` characters long in all."""
    lines = [" ".join(line.split()) for line in _HIDDEN.sub("", text).splitlines()]
    quoted: list[str] = []
    left = limit
    for line in filter(None, lines):
        if left < 8:  # not even room for "> ", a few characters and the line break
            quoted[-1] = cut(quoted[-1] + " " + _ELLIPSIS, len(quoted[-1])) if quoted else ""
            break
        part = "> " + _escaped_within(line, left - 3)
        quoted.append(part)
        left -= len(part) + 1
    return "\n".join(quoted)[:limit]


def plain(text: str, limit: int) -> str:
    """Return foreign text for places that show no Markdown (choices, titles): on one line and cut."""
    return cut(" ".join(_HIDDEN.sub("", text).split()), limit)


def _escaped_within(text: str, limit: int) -> str:
    """Escape and cut so that the result fits; half of a backslash pair is never left over."""
    escaped = escape(text)
    if len(escaped) <= limit:
        return escaped
    kept = cut(text, limit)
    while kept and len(escape(kept)) > limit:
        over = len(escape(kept)) - limit
        kept = cut(text, max(len(kept) - max(over // 2, 1), 0))
    return escape(kept)
