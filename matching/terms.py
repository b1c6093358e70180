"""One term made ready for the search: what to look for, and how to confirm a find."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import InputError
from core.text import mark
from core.types.brand import Term, TermKind
from matching.borders import closes_host, closes_word, opens_host, opens_word
from matching.hangul import is_syllable
from matching.normalise import fold


@dataclass(frozen=True, slots=True)
class Needle:
    """A folded term."""

    brand: int
    """Index of its brand."""
    term: str
    """As the brand's owner wrote it."""
    kind: TermKind
    anchor: str
    """What the search looks for: the whole term, or a phrase's longest word."""
    before: tuple[str, ...] = ()
    """A phrase's words in front of the anchor, the nearest first."""
    after: tuple[str, ...] = ()
    vetoes: bool = False

    def confirm(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        """Return where the whole term stands in a folded text that holds its anchor at `start`, or None."""
        if self.kind is TermKind.HOST:
            return (start, end) if opens_host(text, start) and closes_host(text, end) else None
        for word in self.before:
            start = _step_back(text, start, word)
            if start < 0:
                return None
        for word in self.after:
            end = _step_on(text, end, word)
            if end < 0:
                return None
        return (start, end) if self._opens(text, start) and closes_word(text, end) else None

    def _opens(self, text: str, start: int) -> bool:
        if self.kind is TermKind.HASHTAG:
            # `page#lumora` is an anchor inside an address, no hashtag.
            return start == 0 or not (text[start - 1].isalnum() or text[start - 1] in "_#&/")
        return opens_word(text, start)


def needle(brand: int, term: Term, *, vetoes: bool) -> Needle:
    """Fold a term.

    Raises InputError where nothing that can be looked for is left.
    """
    words = fold(term.text).text.split()
    kind = Term(" ".join(words)).kind
    if not words or (kind is TermKind.HASHTAG and words[0] == "#"):
        raise InputError(
            mark("the term {term!r} holds nothing to look for; write a word, a phrase, a #hashtag or a host"),
            term=term.text,
        )
    longest = max(range(len(words)), key=lambda index: len(words[index]))
    return Needle(
        brand=brand,
        term=term.text,
        kind=kind,
        anchor=words[longest],
        before=tuple(reversed(words[:longest])),
        after=tuple(words[longest + 1 :]),
        vetoes=vetoes,
    )


def _step_back(text: str, start: int, word: str) -> int:
    """Return where `word` begins that ends, over white space, before `start`; -1 where it does not stand there."""
    end = start
    while end > 0 and text[end - 1].isspace():
        end -= 1
    begin = end - len(word)
    if begin < 0 or not text.startswith(word, begin):
        return -1
    return begin if end < start or _may_touch(word[-1], text[start]) else -1


def _step_on(text: str, end: int, word: str) -> int:
    """Return where `word` ends that begins, over white space, behind `end`; -1 where it does not stand there."""
    start = end
    while start < len(text) and text[start].isspace():
        start += 1
    if not text.startswith(word, start):
        return -1
    return start + len(word) if start > end or _may_touch(text[end - 1], word[0]) else -1


def _may_touch(left: str, right: str) -> bool:
    """Korean compounds are written with or without a space (`루모라 앱`, `루모라앱`)."""
    return is_syllable(left) and is_syllable(right)
