"""Where a name may begin and end: borders of Latin words, of Korean words, of hosts.

All functions read a folded text and look at a bounded number of characters.
"""

from __future__ import annotations

import re

from matching.hangul import FIRST_SYLLABLE, LAST_SYLLABLE, is_syllable
from matching.particles import LONGEST_TAIL, is_station, is_tail

_TAIL_RUN = re.compile(f"[{FIRST_SYLLABLE}-{LAST_SYLLABLE}]{{1,{LONGEST_TAIL + 1}}}")
_EMPHASIS = 3
"""Underscores in a row that Markdown reads as emphasis (`__lumora__`, `___lumora___`)."""
_UNSPACED = ((0x2E80, 0xA000), (0xF900, 0xFB00), (0x20000, 0x40000))
"""Kana and ideographs: written without spaces, so that no border can be asked for."""


def is_letter(character: str) -> bool:
    """Say whether a character belongs to a word of a script that puts spaces between words and is not Korean."""
    # `isdecimal`, not `isalnum`: a footnote's `²` is no part of the name before it.
    return (character.isalpha() or character.isdecimal()) and (character < "\u1100" or not _is_east_asian(character))


def is_unspaced(character: str) -> bool:
    """Say whether a character is of a script without spaces between words."""
    code = ord(character)
    return any(first <= code < end for first, end in _UNSPACED) and not 0x3130 <= code < 0x3190


def _is_east_asian(character: str) -> bool:
    code = ord(character)
    return code < 0x1200 or 0xAC00 <= code < 0xD800 or 0x3130 <= code < 0x3190 or is_unspaced(character)


def opens_word(text: str, start: int) -> bool:
    """Say whether a word whose first character is `text[start]` begins there."""
    if start == 0:
        return True
    first, before = text[start], text[start - 1]
    if before == "_" and not is_unspaced(first):
        return not _underscore_joins(text, start - 1, step=-1)
    if is_syllable(first):
        return not is_syllable(before)
    return not (is_letter(first) and is_letter(before))


def closes_word(text: str, end: int) -> bool:
    """Say whether a word whose last character is `text[end - 1]` ends there; particles may follow."""
    if end == len(text):
        return True
    last, after = text[end - 1], text[end]
    if after == "_" and not is_unspaced(last):
        return not _underscore_joins(text, end, step=1)
    if is_syllable(after):
        return _tail_allows(text, last, end)
    if after == "@" and end + 1 < len(text):
        # The local part of a private person's address names nobody but that person.
        return not is_letter(text[end + 1])
    return not (is_letter(last) and is_letter(after))


def _tail_allows(text: str, last: str, end: int) -> bool:
    run = _TAIL_RUN.match(text, end)
    if run is None or not (is_syllable(last) or is_letter(last)):
        return True
    if is_syllable(last):
        return len(run[0]) <= LONGEST_TAIL and is_tail(run[0])
    # A change of script is a border of its own (`Lumora앱`), but `Lumora역` is the station all the same.
    return not is_station(run[0])


def _underscore_joins(text: str, at: int, *, step: int) -> bool:
    """Say whether underscores tie a name to more of it (`lumora_app`); Markdown's emphasis does not."""
    for _ in range(_EMPHASIS):
        at += step
        if not 0 <= at < len(text):
            return False
        if text[at] != "_":
            return text[at].isalnum()
    return True


def opens_host(text: str, start: int) -> bool:
    """Say whether a host begins at `start`: after nothing, a sign, or a subdomain's dot."""
    return start == 0 or not (is_letter(text[start - 1]) or text[start - 1] in "-_")


def closes_host(text: str, end: int) -> bool:
    """Say whether a host ends at `end`, and is not the front of a longer one (`lumora.example.org`)."""
    if end == len(text):
        return True
    after = text[end]
    if after == ".":
        return end + 1 == len(text) or not is_letter(text[end + 1])
    return not (is_letter(after) or after in "-_")
