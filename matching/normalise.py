"""Folding: one spelling for texts and terms, with a map back to the original.

Folded are letter case, full-width and styled letters (`Ｌｕｍｏｒａ`), Korean typed as single jamo (NFD, as macOS
writes file names), combining marks, curly apostrophes. Characters nobody sees (zero-width spaces, joiners, direction
marks) disappear. Not folded are signs that NFKC would turn into letters (`™` into `tm`) or that mean feeling (`ㅋㅋ`).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

_IGNORED = (
    "\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufff8"
)
"""Unicode's default ignorables without the Hangul fillers, which people use as blanks."""
_IGNORED_ASTRAL = "\U000e0000-\U000e0fff"
_SURROGATES = "\ud800-\udfff"
_SAME_AS = {"‘": "'", "ʼ": "'", "‐": "-", "‑": "-"}
"""Punctuation of one meaning; `’`, by far the most frequent, is replaced on the fast path."""
_SCANNED = ((0x80, 0x3400), (0xA000, 0xAC00), (0xF900, 0x10000), (0x1D400, 0x1D800), (0x1F100, 0x1F200))
"""Blocks that hold characters with a decomposition or a case folding of another length; the rest is ideographs,
syllables and pictures."""
_UNUSUAL = re.compile("[^\x00-\x7f가-힣ㄱ-ㅣ’“”…·♥❤\U0001f300-\U0001faff]")
"""Nearly all Korean and English texts hold nothing of it: a short class, which `re` scans ten times as fast."""
_CURLY = "’".encode()
_LONGEST_PILE = 30
"""Marks on one letter that are folded together (UAX 15, stream-safe text); sorting a longer pile is quadratic."""
_UNFOLDED_PARTS = range(0x1100, 0x1200)
"""Conjoining jamo: a compatibility decomposition that ends here is left alone."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A stretch of the original that folding changed in length or split up."""

    start: int
    end: int
    """In the folded text; equal to `start` where nothing is left."""
    origin: int
    origin_end: int
    """In the original text; characters nobody sees at its end are left out."""
    origin_next: int
    """Where the original goes on behind the stretch."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and the way back."""

    text: str
    spots: tuple[Spot, ...] = ()
    """In the order of the text; empty where offsets are the same in both."""

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the stretch of the original that folds to `text[start:end]`.

        None where an end lies inside one original character, such as the `i` of the ligature `ﬁ`.
        """
        if not self.spots:
            return start, end
        before = self._spot(start)
        last = self._spot(end - 1)
        if before is not None and before.start < start < before.end:
            return None
        if last is not None and end < last.end:
            return None
        return self._origin(before, start), self._origin_end(last, end)

    def _spot(self, position: int) -> Spot | None:
        """Return the last spot at or before a place of the folded text that left something, or ends there."""
        index = bisect_right(self.spots, position, key=lambda spot: spot.start)
        return self.spots[index - 1] if index else None

    @staticmethod
    def _origin(spot: Spot | None, start: int) -> int:
        if spot is None:
            return start
        return spot.origin if start < spot.end else spot.origin_next + start - spot.end

    @staticmethod
    def _origin_end(spot: Spot | None, end: int) -> int:
        if spot is None:
            return end
        return spot.origin_end if end <= spot.end else spot.origin_next + end - spot.end


def fold(text: str) -> Folded:
    """Return the folded text with its map. Never raises on any text."""
    quick = fold_quickly(text)
    return Folded(quick) if quick is not None else fold_with_map(text)


def fold_quickly(text: str) -> str | None:
    """Return the folded text where each character stays at its place (nearly always), else None."""
    if text.isascii():
        return text.lower()
    if _UNUSUAL.search(text) is not None and _characters().change(text):
        return None
    return _casefold(text)


def folded_bytes(text: str) -> bytes | None:
    """Return `fold_quickly` as UTF-8, without making the folded text where ASCII letters alone have case."""
    if text.isascii():
        return text.encode().lower()
    if _UNUSUAL.search(text) is None:
        return text.encode().lower().replace(_CURLY, b"'")
    quick = fold_quickly(text)
    return None if quick is None else quick.encode()


@dataclass(frozen=True, slots=True)
class _Characters:
    """Patterns over the characters that need care."""

    special: tuple[re.Pattern[str], re.Pattern[str]]
    """A character that folding does more to than changing its case one for one, among the first 65,536 and behind.

    Two patterns, since `re` scans a class that reaches beyond 65,535 range by range.
    """
    cluster: re.Pattern[str]
    """Such a character, or any character with what is written onto it."""
    ignored: re.Pattern[str]
    same: dict[int, str]
    """For `str.translate`: compatibility characters and what they stand for."""

    def change(self, text: str) -> bool:
        """Say whether folding moves anything in a text."""
        return any(pattern.search(text) is not None for pattern in self.special)


@cache
def _characters() -> _Characters:
    """Read Unicode's tables once, at the first text that is not ASCII (about 20 ms)."""
    same = dict(_SAME_AS)
    onto: set[str] = {"\uff9e", "\uff9f"}
    special: set[str] = set()
    for first, end in _SCANNED:
        for character in map(chr, range(first, end)):
            plain = _plain(character)
            if plain != character:
                same[character] = plain
            parts = unicodedata.decomposition(character).split()
            if len(parts) == 2 and not parts[0].startswith("<"):
                onto.add(chr(int(parts[1], 16)))
            if unicodedata.combining(character):
                onto.add(character)
            if len(character.casefold()) != 1 or unicodedata.normalize("NFC", character) != character:
                special.add(character)
    onto.update(map(chr, (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))))
    written_on = _class(onto) + _IGNORED + _IGNORED_ASTRAL
    special |= same.keys()
    alone = _class(special) + _SURROGATES + "\u1100-\u1112"
    astral = {character for character in special | onto if character > "\uffff"}
    return _Characters(
        special=(
            re.compile(f"[{_class((special | onto) - astral)}{_SURROGATES}\u1100-\u1112{_IGNORED}]"),
            re.compile(f"[{_class(astral)}{_IGNORED_ASTRAL}]"),
        ),
        cluster=re.compile(
            f"[^{written_on}][{written_on}]{{1,{_LONGEST_PILE}}}|[{written_on}]{{1,{_LONGEST_PILE}}}|[{alone}]"
        ),
        ignored=re.compile(f"[{_IGNORED}{_IGNORED_ASTRAL}]"),
        same={ord(character): plain for character, plain in same.items()},
    )


def _plain(character: str) -> str:
    """Return the plain letters that a full-width, styled or joined character stands for, else itself."""
    if character in _SAME_AS:
        return _SAME_AS[character]
    tag, _, codes = unicodedata.decomposition(character).partition(" ")
    if not codes or not tag.startswith("<"):
        return character
    parts = "".join(chr(int(code, 16)) for code in codes.split())
    if any(ord(part) in _UNFOLDED_PARTS for part in parts):
        return character
    if tag in ("<wide>", "<narrow>", "<font>"):
        return parts
    letters = parts.isascii() and parts.isalpha()
    if tag in ("<circle>", "<square>") and letters and len(parts) == 1:
        return parts
    return parts if tag == "<compat>" and letters and "\ufb00" <= character <= "\ufb06" else character


def _class(characters: set[str]) -> str:
    """Write characters as the inside of a character class, runs as ranges."""
    codes = sorted(map(ord, characters))
    written: list[str] = []
    start = 0
    for index, code in enumerate(codes):
        if index + 1 == len(codes) or codes[index + 1] != code + 1:
            written.append(f"\\U{codes[start]:08x}-\\U{code:08x}")
            start = index + 1
    return "".join(written)


def fold_with_map(text: str) -> Folded:
    """Return what `fold` returns, for a text that `fold_quickly` gave up on."""
    characters = _characters()
    pieces: list[str] = []
    spots: list[Spot] = []
    length = reached = 0
    for found in characters.cluster.finditer(text):
        between = _casefold(text[reached : found.start()])
        folded = _fold_cluster(found[0], characters)
        length += len(between)
        pieces += (between, folded)
        seen = _without_tail(found[0], characters)
        spots.append(Spot(length, length + len(folded), found.start(), found.start() + seen, found.end()))
        length += len(folded)
        reached = found.end()
    pieces.append(_casefold(text[reached:]))
    return Folded("".join(pieces), tuple(spots))


def _casefold(text: str) -> str:
    return text.casefold().replace("’", "'")


def _fold_cluster(cluster: str, characters: _Characters) -> str:
    """Fold a character with what is written onto it; marks that belong to no letter are dropped."""
    visible = characters.ignored.sub("", cluster).translate(characters.same)
    folded = _casefold(unicodedata.normalize("NFC", visible))
    composed = unicodedata.normalize("NFC", folded.translate(characters.same))
    return "".join(
        "\ufffd" if "\ud800" <= character <= "\udfff" else character
        for character in composed
        if not unicodedata.combining(character)
    )


def _without_tail(cluster: str, characters: _Characters) -> int:
    """Return the cluster's length without characters at its end that nobody sees."""
    end = len(cluster)
    while end > 0 and characters.ignored.match(cluster, end - 1):
        end -= 1
    return end or len(cluster)
