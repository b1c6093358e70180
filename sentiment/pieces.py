"""Pieces: what stands between two white spaces of a text, and all that is constant about it.

VADER, the English model and the cues each look at words. One memory of pieces serves the three, so that a text is cut
once and each piece of it costs one look.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from sentiment.cues import lowered
from sentiment.triggers import Triggers
from sentiment.vader import IN_LEXICON, Token, Vader

PIECES_REMEMBERED = 40_000
"""Distinct pieces that are kept; then memory starts afresh."""
PRINTS = 512
"""A word leaves one of so many prints; where a text has as many prints as words, none comes twice."""
LONGEST_REMEMBERED = 64
"""Longer pieces are worked out each time, so that the memory holds words only."""


class Said(NamedTuple):
    """What the words of a piece, or of a text, add to the outputs of the English model."""

    total: int
    """Sum over words and pairs of words, packed."""
    words: list[str]
    following: dict[str, int]
    """Word that may follow the last one -> what this pair adds, packed."""


class Words(Protocol):
    """Who knows what words add."""

    def said(self, piece: str) -> Said:
        """Return what a lower-cased piece adds."""
        ...


class Piece(Token):
    """One distinct piece: a token of VADER, what its words add, and the triggers of cues in it."""

    __slots__ = ("bits", "first", "following", "length", "total", "words")

    def __init__(self, token: Token, said: Said, bits: int) -> None:
        super().__init__(token.lower, token.roles, token.valence, token.boost)
        self.total, self.words, self.following = said
        self.length = len(self.words)
        self.first = self.words[0] if self.words else ""
        self.bits = bits


class Cut:
    """A text, cut into pieces, and what they add up to."""

    __slots__ = ("_prints_from", "bits", "felt", "length", "pieces", "roles", "total")

    def __init__(self, pieces: list[Piece], prints_from: int) -> None:
        self.pieces = pieces
        self._prints_from = prints_from
        felt: list[int] = []
        roles = bits = total = length = 0
        following: dict[str, int] = {}
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
        self.felt = felt
        """Places of the pieces that VADER knows."""
        self.roles = roles
        """What the pieces are to each other for VADER, joined."""
        self.bits = bits
        """Triggers and prints, joined."""
        self.total = total
        """What words and pairs of words add, packed."""
        self.length = length
        """How many words."""

    def may_echo(self) -> bool:
        """Say whether two words may come twice: only then can a pair of words do so."""
        return (self.bits >> self._prints_from).bit_count() + 1 < self.length

    def words(self) -> list[str]:
        """Return the words of the text, as `grams.words` finds them."""
        return [word for piece in self.pieces for word in piece.words]


class Pieces(dict[str, Piece]):
    """Piece as written -> what is known of it; worked out on first sight."""

    def __init__(self, vader: Vader, words: Words, triggers: Triggers) -> None:
        super().__init__()
        self._token = vader.token
        self._said = words.said
        self._triggers = triggers.of
        self._prints_from = triggers.width

    def __missing__(self, raw: str) -> Piece:
        chunk = lowered(raw)
        said = self._said(chunk)
        bits = self._triggers(chunk)
        for word in said.words:
            bits |= 1 << (self._prints_from + hash(word) % PRINTS)
        piece = Piece(self._token(raw), said, bits)
        if len(raw) <= LONGEST_REMEMBERED:
            if len(self) >= PIECES_REMEMBERED:
                self.clear()
            self[raw] = piece
        return piece

    def cut(self, text: str) -> Cut:
        """Cut a text."""
        return Cut(list(map(self.__getitem__, text.split())), self._prints_from)
