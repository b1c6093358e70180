"""Which cues can stand in a text, told by its pieces between white spaces.

What triggers stand in a piece is a constant and remembered with it as a number of bits; the bits of all pieces of a
text, joined, say which cues are worth trying. Of a trigger with a space in it the pieces know only how it begins and
ends; where both are there, the text is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from ahocorasick_rs import AhoCorasick

from sentiment.cues import Cue, TriggerBits


class Triggers:
    """The triggers of some cues. Finds the same cues as `Grammar.find` tries."""

    def __init__(self, cues: Sequence[Cue]) -> None:
        # Five fields of bits: triggers and second triggers by cue, beginnings and ends of phrases by phrase, and cues
        # that stand in the piece itself.
        self._cues = tuple(cues)
        self._local = sum(1 << number for number, cue in enumerate(cues) if cue.is_local)
        self._phrases_from = 2 * len(cues)
        self._all = (1 << len(cues)) - 1
        self._wanted = TriggerBits(cues)
        meanings = self._wanted.meanings
        words = {trigger: bits for trigger, bits in meanings.items() if " " not in trigger}
        self._bits = list(words.values())
        self._automaton = AhoCorasick(list(words))
        self._phrases = [(trigger, bits) for trigger, bits in meanings.items() if " " in trigger]
        self._every_phrase = (1 << len(self._phrases)) - 1
        self._sure_from = self._phrases_from + 2 * len(self._phrases)
        self._begins: dict[str, int] = {}
        self._ends: dict[str, int] = {}
        self._always = 0
        for number, (phrase, _) in enumerate(self._phrases, self._phrases_from):
            self._note_edge(self._begins, phrase.split(" ")[0], 1 << number)
            self._note_edge(self._ends, phrase.split(" ")[-1], 1 << (number + len(self._phrases)))
        self._longest_edge = max(map(len, (*self._begins, *self._ends)), default=0)

    def _note_edge(self, edges: dict[str, int], word: str, bit: int) -> None:
        """Note with which word a phrase begins or ends; where that is white space, any text will do."""
        if word:
            edges[word] = edges.get(word, 0) | bit
        else:
            self._always |= bit

    def of(self, piece: str) -> int:
        """Return what one lower-cased piece without white space says, as bits."""
        bits = 0
        for index, _, _ in self._automaton.find_matches_as_indexes(piece, overlapping=True):
            bits |= self._bits[index]
        # A phrase begins with the end of a piece and ends with the beginning of another.
        for at in range(1, min(len(piece), self._longest_edge) + 1):
            bits |= self._begins.get(piece[len(piece) - at :], 0) | self._ends.get(piece[:at], 0)
        local = bits & self._local
        while local:
            last = local & -local
            local ^= last
            if self._cues[last.bit_length() - 1].stands_in(piece):
                bits |= last << self._sure_from
        return bits

    def wanted(self, bits: int, lower: str) -> int:
        """Return which cues are worth trying on a lower-cased text, as bits; `bits` are those of its pieces, joined."""
        phrases = (bits | self._always) >> self._phrases_from
        phrases &= phrases >> len(self._phrases) & self._every_phrase
        while phrases:
            last = phrases & -phrases
            phrase, meaning = self._phrases[last.bit_length() - 1]
            if phrase in lower:
                bits |= meaning
            phrases ^= last
        return self._wanted.wanted(bits)

    def sure(self, bits: int) -> int:
        """Return which cues stand in one of the pieces, as bits."""
        return bits >> self._sure_from & self._all
