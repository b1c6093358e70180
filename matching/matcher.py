"""The search for all terms of all brands in one pass over a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ahocorasick_rs import BytesAhoCorasick, Implementation

from core.types.brand import Brand
from core.types.mention import Hit
from matching.borders import is_letter
from matching.normalise import Folded, fold, fold_with_map, folded_bytes
from matching.terms import Needle, needle

_LARGEST_TABLE = 32_000
"""Bytes of terms (some 3,000) up to which a full transition table is built: twice as fast, about 10 MB."""


class BrandMatcher:
    """Finds brands in texts: port `core.ports.judging.Matcher`.

    An Aho-Corasick automaton over the folded terms looks at each character once, however many terms there are; only
    where it finds one, borders, particles and the rest of a phrase are checked. A text with nothing in it costs
    microseconds. Time is linear in the text.
    """

    def __init__(self, brands: Iterable[Brand]) -> None:
        """Build the automaton.

        Raises InputError for a term that holds nothing to look for.
        """
        self.brands: tuple[Brand, ...] = tuple(brands)
        groups: dict[str, list[Needle]] = {}
        for one in _needles(self.brands):
            groups.setdefault(one.anchor, []).append(one)
        self._needles: list[Sequence[Needle]] = [tuple(group) for group in groups.values()]
        self._lengths = [len(anchor) for anchor in groups]
        # Most false finds are the inside of a longer Latin word: one look at the character before tells.
        self._begins_latin = [_begins_latin(anchor, group) for anchor, group in groups.items()]
        anchors = [anchor.encode() for anchor in groups]
        small = sum(map(len, anchors)) <= _LARGEST_TABLE
        automaton = BytesAhoCorasick(
            anchors, implementation=Implementation.DFA if small else Implementation.ContiguousNFA
        )
        self._find = automaton.find_matches_as_indexes

    def match(self, text: str) -> tuple[Hit, ...]:
        """Return the hits in the order of the text, vetoed brands left out; empty for the 95 % case.

        Where terms of one brand overlap, the longest counts. Offsets are those of `text`.
        """
        searched = folded_bytes(text)
        folded = None
        if searched is None:
            folded = fold_with_map(text)
            searched = folded.text.encode()
        finds = self._find(searched, overlapping=True)
        return self._confirm(folded or fold(text), searched, finds) if finds else ()

    def _confirm(self, folded: Folded, searched: bytes, finds: list[tuple[int, int, int]]) -> tuple[Hit, ...]:
        text = folded.text
        found: list[tuple[int, int, Needle]] = []
        vetoed: set[int] = set()
        for index, end in _ends(text, searched, finds):
            start = end - self._lengths[index]
            if self._begins_latin[index] and start > 0 and is_letter(text[start - 1]):
                continue
            for one in self._needles[index]:
                place = one.confirm(text, start, end)
                span = folded.span(*place) if place is not None else None
                if span is None:
                    continue
                if one.vetoes:
                    vetoed.add(one.brand)
                else:
                    found.append((*span, one))
        return self._hits([entry for entry in found if entry[2].brand not in vetoed])

    def _hits(self, found: list[tuple[int, int, Needle]]) -> tuple[Hit, ...]:
        """Order the finds; of those of one brand that overlap keep the one that begins first, then the longest."""
        found.sort(key=lambda entry: (entry[0], -entry[1], entry[2].brand))
        reached: dict[int, int] = {}
        hits: list[Hit] = []
        for start, end, one in found:
            if start >= reached.get(one.brand, 0):
                reached[one.brand] = end
                hits.append(Hit(self.brands[one.brand].name, one.term, start, end))
        return tuple(hits)


def _needles(brands: Sequence[Brand]) -> Iterable[Needle]:
    for index, brand in enumerate(brands):
        for term in brand.terms:
            yield needle(index, term, vetoes=False)
        for term in brand.exclusions:
            yield needle(index, term, vetoes=True)


def _ends(text: str, searched: bytes, finds: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the needle's index and the end in characters of each find; finds come in the order of their ends."""
    if len(text) == len(searched):
        yield from ((index, end) for index, _, end in finds)
        return
    bytes_read = characters = 0
    for index, _, end in finds:
        characters += len(searched[bytes_read:end].decode())
        bytes_read = end
        yield index, characters


def _begins_latin(anchor: str, group: Sequence[Needle]) -> bool:
    """Say whether no needle of the group can begin behind a letter."""
    return is_letter(anchor[0]) and not any(one.before for one in group)
