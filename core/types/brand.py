"""Brands and the terms that name them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TermKind(StrEnum):
    """How a term is looked for."""

    WORD = "word"
    """Whole words; Hangul may be followed by particles."""
    PHRASE = "phrase"
    """Several words with any white space between them."""
    HASHTAG = "hashtag"
    """`#lumora`."""
    HOST = "host"
    """`lumora.example`: found in links and in plain text."""


@dataclass(frozen=True, slots=True)
class Term:
    """One keyword, phrase, hashtag or host. Its kind follows from how it is written."""

    text: str

    @property
    def kind(self) -> TermKind:
        """Return the kind: `#x` is a hashtag, `x.tld` without spaces a host, several words a phrase."""
        if self.text.startswith("#"):
            return TermKind.HASHTAG
        if " " in self.text.strip():
            return TermKind.PHRASE
        head, _, tail = self.text.rpartition(".")
        if head and tail.isascii() and tail.isalpha() and len(tail) >= 2:
            return TermKind.HOST
        return TermKind.WORD


@dataclass(frozen=True, slots=True)
class Brand:
    """What is followed. A competitor is compared with, never answered."""

    name: str
    terms: tuple[Term, ...]
    exclusions: tuple[Term, ...] = ()
    """Terms that veto: a post holding one is not a mention of this brand."""
    competitor: bool = False
