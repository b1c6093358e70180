"""Pieces: what stands between two white spaces of a text, and all that is constant about it.

VADER, the English model and the cues each look at words. One memory of pieces serves the three, so that a text is cut
once and each piece of it costs one look.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from sentiment.cues import lowered
from sentiment.grams import END, closes, opens
from sentiment.triggers import Triggers
from sentiment.vader import IN_LEXICON, Token, Vader

PIECES_REMEMBERED = 40_000
"""Distinct pieces that are kept; then memory starts afresh."""
LONGEST_REMEMBERED = 64
"""Longer pieces are worked out each time, so that the memory holds words only."""
_NOBODY: dict[str, int] = {}


class Said(NamedTuple):
    """What the words of a piece, or of a text, add to the outputs of the English model."""

    total: int
    """Sum over words and pairs of words, packed."""
    words: list[str]
    following: dict[str, int]
    """Word that may follow the last one -> what this pair adds, packed."""


class Words(Protocol):
    """Who knows what words add."""

    opening: dict[str, int]
    """Word that may open a text -> what that adds, packed."""

    def said(self, piece: str) -> Said:
        """Return what a lower-cased piece adds."""
        ...


class Piece(Token):
    """One distinct piece: a token of VADER, what its words add, and the triggers of cues in it."""

    __slots__ = ("bits", "first", "following", "length", "total")

    def __init__(self, token: Token, said: Said, bits: int) -> None:
        super().__init__(token.lower, token.roles, token.valence, token.boost)
        self.total, words, self.following = said
        self.length = len(words)
        self.first = words[0] if words else ""
        self.bits = bits


class Cut:
    """A text, cut into pieces, and what they add up to."""

    __slots__ = ("bits", "felt", "length", "pieces", "roles", "total")

    def __init__(self, pieces: list[Piece], opening: dict[str, int], *, closes: bool) -> None:
        """Take the pieces of a text, what its first word may add, and whether its last one adds something."""
        self.pieces = pieces
        felt: list[int] = []
        roles = bits = total = length = 0
        following = opening
        for at, piece in enumerate(pieces):
            bits |= piece.bits
            if piece.roles:
                roles |= piece.roles
                if piece.roles & IN_LEXICON:
                    felt.append(at)
            if piece.length:
                total += piece.total
                length += piece.length
                if piece.first in following:
                    total += following[piece.first]
                following = piece.following
        if closes and length and END in following:
            total += following[END]
        self.felt = felt
        """Places of the pieces that VADER knows."""
        self.roles = roles
        """What the pieces are to each other for VADER, joined."""
        self.bits = bits
        """Triggers, joined."""
        self.total = total
        """What words and pairs of words add, packed."""
        self.length = length
        """How many words."""


class Pieces(dict[str, Piece]):
    """Piece as written -> what is known of it; worked out on first sight."""

    def __init__(self, vader: Vader, words: Words, triggers: Triggers) -> None:
        super().__init__()
        self._token = vader.token
        self._words = words
        self._triggers = triggers.of

    def __missing__(self, raw: str) -> Piece:
        chunk = lowered(raw)
        piece = Piece(self._token(raw), self._words.said(chunk), self._triggers(chunk))
        if len(raw) <= LONGEST_REMEMBERED:
            if len(self) >= PIECES_REMEMBERED:
                self.clear()
            self[raw] = piece
        return piece

    def cut(self, text: str) -> Cut:
        """Cut a text."""
        opening = self._words.opening if opens(text) else _NOBODY
        return Cut(list(map(self.__getitem__, text.split())), opening, closes=closes(text))
