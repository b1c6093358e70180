"""Cues: short patterns that speak for an intent, a caution or a feeling, found with one pass of an automaton.

A pattern is only tried where one of its trigger words stands in the text, so that hundreds of cues cost a few
microseconds on ordinary text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, NamedTuple

from ahocorasick_rs import AhoCorasick

_PART = re.compile(r"(?<!\?)(?<!\?P)<(\w+)>")

_ESCAPED_OR_CLASS = re.compile(r"\\.|\[[^\]]*\]", re.DOTALL)
_BORDER = r"\b"
_LOOKS_AROUND = re.compile(r"\^|\$|\(\?[=!<]")


@dataclass(frozen=True, slots=True)
class Cue:
    """One pattern. Texts are lower-cased and cleaned before it is tried."""

    code: str
    """Short name, shown as evidence."""
    towards: str
    """The intent, label or caution it speaks for."""
    weight: float
    """Log-odds that one find adds, before training."""
    triggers: tuple[str, ...]
    """Substrings of which one must stand in the text."""
    also: tuple[str, ...]
    """Substrings of which one must stand there too; empty where the triggers are enough."""
    pattern: re.Pattern[str]
    plain: re.Pattern[str]
    """The same for texts in ASCII alone, where English needs a third less time without Unicode's classes."""
    is_local: bool
    """Whether it looks at nothing outside of what it matches: where it stands in a piece, it stands in the text."""

    def stands_in(self, lower: str) -> bool:
        """Say whether the pattern is found in a lower-cased text."""
        return (self.plain if lower.isascii() else self.pattern).search(lower) is not None

    def stands_wherever(self, trigger: str) -> bool:
        """Say whether the pattern is found wherever this trigger stands: then a text need not be searched."""
        return self.is_local and _BORDER not in self.pattern.pattern and self.pattern.search(trigger) is not None


class Found(NamedTuple):
    """A cue at its place in the cleaned text."""

    cue: Cue
    start: int
    end: int


def read_grammar(name: str) -> Grammar:
    """Return the grammar of `grammar/<name>.toml`.

    The file holds `[parts]`, which patterns name as `<part>`, and one `[[cue]]` table per cue.
    """
    document = tomllib.loads(resources.files("sentiment").joinpath("grammar", f"{name}.toml").read_text("utf-8"))
    parts: dict[str, str] = {}
    for part, pattern in document.get("parts", {}).items():
        parts[part] = _expand(pattern, parts)
    return Grammar(_cue(table, parts) for table in document["cue"])


def _cue(table: Mapping[str, Any], parts: dict[str, str]) -> Cue:
    source = _expand(table["pattern"], parts)
    pattern = re.compile(source, re.VERBOSE)
    return Cue(
        code=table["code"],
        towards=table["towards"],
        weight=float(table["weight"]),
        triggers=tuple(table["triggers"]),
        also=tuple(table.get("also", ())),
        pattern=pattern,
        plain=re.compile(source, re.VERBOSE | re.ASCII) if source.isascii() else pattern,
        is_local=_LOOKS_AROUND.search(_ESCAPED_OR_CLASS.sub("", source)) is None,
    )


def _expand(pattern: str, parts: dict[str, str]) -> str:
    return _PART.sub(lambda match: parts.get(match[1], match[0]), pattern)


def lowered(text: str) -> str:
    """Lower-case without changing the length: offsets stay."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(small if len(small := character.lower()) == 1 else character for character in text)


class TriggerBits:
    """What triggers mean, as bits: one a cue for its triggers, and behind those one a cue for its second triggers."""

    __slots__ = ("_all", "_alone", "_count", "meanings")

    def __init__(self, cues: Sequence[Cue]) -> None:
        self._count = len(cues)
        self._all = (1 << len(cues)) - 1
        self._alone = sum(1 << number for number, one in enumerate(cues) if not one.also)
        self.meanings: dict[str, int] = {}
        """Trigger -> its bits."""
        for number, one in enumerate(cues):
            for first, triggers in ((number, one.triggers), (self._count + number, one.also)):
                for trigger in triggers:
                    self.meanings[trigger] = self.meanings.get(trigger, 0) | 1 << first

    def wanted(self, bits: int) -> int:
        """Return which cues are worth trying, as bits, where triggers with these bits stand."""
        return bits & (self._alone | bits >> self._count) & self._all


class Grammar:
    """All cues of a language."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        self.cues: Sequence[Cue] = tuple(cues)
        self._triggers = TriggerBits(self.cues)
        meanings = self._triggers.meanings
        sure = dict.fromkeys(meanings, 0)
        for number, one in enumerate(self.cues):
            for trigger in (*one.triggers, *one.also):
                sure[trigger] |= one.stands_wherever(trigger) << number
        self._meanings, self._sure = list(meanings.values()), list(sure.values())
        self._automaton = AhoCorasick(list(meanings))

    def find(self, lower: str) -> list[Found]:
        """Return the first place of each cue that stands in a lower-cased text, in the order of the cues."""
        return [
            Found(one, *match.span())
            for one in self.standing(lower)
            if (match := one.pattern.search(lower)) is not None
        ]

    def standing(self, lower: str) -> list[Cue]:
        """Return the cues that stand in a lower-cased text, in their order."""
        bits = sure = 0
        for index in {match[0] for match in self._automaton.find_matches_as_indexes(lower, overlapping=True)}:
            bits |= self._meanings[index]
            sure |= self._sure[index]
        return standing(self.cues, self._triggers.wanted(bits) | sure, sure, lower)


def standing(cues: Sequence[Cue], wanted: int, sure: int, lower: str) -> list[Cue]:
    """Return those of the wanted cues that are sure, or are found in a lower-cased text, in their order.

    Cues are named by bits.
    """
    is_plain = lower.isascii()
    found = []
    while wanted:
        last = wanted & -wanted
        wanted ^= last
        cue = cues[last.bit_length() - 1]
        if sure & last or (cue.plain if is_plain else cue.pattern).search(lower):
            found.append(cue)
    return found
