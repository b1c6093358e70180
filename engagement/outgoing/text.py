"""Texts on their way out: foreign words made harmless, mass mentions calmed, platform limits kept."""

from __future__ import annotations

import re

from core.text import cut
from core.types.post import Source

__all__ = ["LIMITS", "calm", "escape", "limit_of", "quote"]

LIMITS = {Source.DISCORD: 2_000, Source.REDDIT: 10_000}
"""Characters of one message; what the platforms document."""
DEFAULT_LIMIT = 2_000

_BREAK = "\u200b"
"""Zero-width space: it breaks a mention or a mark without showing."""
_MASS = re.compile(r"@(?=everyone\b|here\b)|<@(?=&)", re.IGNORECASE)
_PERSON = re.compile(r"<@(?=!?\d)")
_REDDIT_PERSON = re.compile(r"(?<![\w/])/?u/(?=[\w-]{3,})", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_~|>#\[\]()<-])")
_REDDIT_MARKDOWN = re.compile(r"([\\`*_~|>#\[\]()<&^!-])")
_LINK = re.compile(r"(?i)\b(https?|discord(?:app)?\.gg)(?=[:/])")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f]")


def limit_of(source: Source) -> int:
    """Return how many characters a message may have at a platform."""
    return LIMITS.get(source, DEFAULT_LIMIT)


def calm(text: str, source: Source, *, people: bool) -> str:
    """Break mass mentions, and with `people` mentions of single persons too, so that nobody is called."""
    if source is Source.REDDIT:
        return _REDDIT_PERSON.sub(lambda found: found[0] + _BREAK, text) if people else text
    calmed = _MASS.sub(lambda found: found[0] + _BREAK, text)
    return _PERSON.sub(lambda found: found[0] + _BREAK, calmed) if people else calmed


def escape(text: str, source: Source) -> str:
    """Show foreign words as they stand: no marks, no links that unfold, no mentions, no hidden characters."""
    plain = _INVISIBLE.sub("", text)
    marked = (_REDDIT_MARKDOWN if source is Source.REDDIT else _MARKDOWN).sub(r"\\\1", plain)
    return calm(_LINK.sub(lambda found: found[0] + _BREAK, marked), source, people=True)


def quote(text: str, source: Source, *, limit: int) -> str:
    """Return foreign words as a quotation of at most `limit` characters, each line marked with `>`."""
    lines = [line.strip() for line in text.strip().splitlines()]
    quoted = "\n".join(f"> {escape(line, source)}" if line else ">" for line in lines)
    return _whole(cut(quoted, limit))


def _whole(text: str) -> str:
    """Take off an escape that the cut left without its character: it would escape our own words."""
    body = text.removesuffix("…")
    trailing = len(body) - len(body.rstrip("\\"))
    return text if trailing % 2 == 0 else body[:-1] + text[len(body) :]
