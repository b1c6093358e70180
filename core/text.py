"""Words for people: message formatting with right Korean particles, and cutting that never splits a character.

Every string a person sees is an English message id that goes through a `Translate` function:
`t("{brand:은/는} has {count} new mentions", brand=…, count=…)`. In Korean translations a field may carry a particle
pair (`{brand:을/를}`); the right one is chosen by how the value ends and is written behind the value.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

PARTICLE_PAIRS = frozenset({"은/는", "이/가", "을/를", "과/와", "으로/로", "이라/라", "이에요/예요", "아/야"})
"""Pairs that a format field may carry: first after a final consonant, second after a vowel."""

_HANGUL_FIRST, _HANGUL_LAST, _FINALS = 0xAC00, 0xD7A3, 28
_FINAL_RIEUL = 8
# How a Korean reads the end of a Latin word or a digit aloud (국립국어원 외래어 표기법, as a rule of thumb):
# `Slack` 슬랙 ends in a consonant, `Google` 구글 in ㄹ, `Nimbus` 님버스 in a vowel.
_DIGITS = {"0": "consonant", "1": "rieul", "3": "consonant", "6": "consonant", "7": "rieul", "8": "rieul"}
_WORD_ENDING = re.compile(r"(?P<rieul>l|le)$|(?P<consonant>[bckmnpt]|ng|ne|me)$", re.IGNORECASE)
# Single letters are read by their names (엘, 엠, 엔, 알; all others end in a vowel).
_LETTERS = {"L": "rieul", "R": "rieul", "M": "consonant", "N": "consonant"}
_LAST_WORD = re.compile(r"[A-Za-z0-9]+$")


class Translate(Protocol):
    """Turns an English message id into the reader's language and fills in its fields."""

    locale: str

    def __call__(self, message: str, /, **values: object) -> str:
        """Return the filled-in text; an unknown message id comes back in English."""
        ...


class Catalogue(Protocol):
    """All languages there are."""

    def for_locale(self, locale: str) -> Translate:
        """Return the translator of a locale such as `ko`, `ko-KR` or `en-US`; unknown ones read English."""
        ...


def mark(message: str) -> str:
    """Mark a literal as a message id that is translated elsewhere, so that the catalogue test finds it."""
    return message


def particle(word: str, pair: str) -> str:
    """Choose of a pair such as `은/는` the particle that follows `word`.

    Hangul decides by its final consonant, digits and Latin letters by how they are read in Korean. `으로/로` takes
    `로` also after ㄹ. An ending that cannot be read gives the written-out form `은(는)`.
    """
    after_consonant, after_vowel = pair.split("/")
    ending = _ending(word.rstrip(string.punctuation + string.whitespace + "’”」》…"))
    if ending is None:
        return f"{after_consonant}({after_vowel})"
    if ending == "rieul":
        return after_vowel if pair == "으로/로" else after_consonant
    return after_consonant if ending == "consonant" else after_vowel


def _ending(word: str) -> str | None:
    """Say how a word ends when read aloud: `vowel`, `rieul`, `consonant`, or None when nobody can tell."""
    if not word:
        return None
    last = ord(word[-1])
    if _HANGUL_FIRST <= last <= _HANGUL_LAST:
        final = (last - _HANGUL_FIRST) % _FINALS
        return "vowel" if final == 0 else "rieul" if final == _FINAL_RIEUL else "consonant"
    latin = _LAST_WORD.search(word)
    if latin is None:
        return None
    if word[-1].isdigit():
        return _DIGITS.get(word[-1], "vowel")
    if len(latin[0]) == 1 or latin[0].isupper():
        return _LETTERS.get(word[-1].upper(), "vowel")
    found = _WORD_ENDING.search(latin[0])
    return (found.lastgroup if found else None) or "vowel"


class _Formatter(string.Formatter):
    """`str.format` that knows particle pairs and never reaches into a value (`{x.attr}`, `{x[0]}` stay shut)."""

    def get_field(
        self,
        field_name: str,
        args: Sequence[Any],  # noqa: ARG002
        kwargs: Mapping[str, Any],
    ) -> tuple[Any, str]:
        return kwargs[field_name], field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec in PARTICLE_PAIRS:
            word = str(value)
            return word + particle(word, format_spec)
        return str(super().format_field(value, format_spec))


_FORMATTER = _Formatter()


def fill(template: str, values: Mapping[str, object]) -> str:
    """Fill a template's fields.

    Raises KeyError for a field that has no value, and ValueError for a broken template.
    """
    return _FORMATTER.vformat(template, (), values)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A message id with the values of its fields, put into words once the reader's language is known."""

    message: str
    """Without values it stands as it is, braces included: it may have been filled in already."""
    values: Mapping[str, object] = field(default_factory=dict)
    """A value that is a Phrase itself is put into the same language."""

    def __str__(self) -> str:
        """Return it in English."""
        return fill(self.message, self.values) if self.values else self.message

    def words(self, t: Translate) -> str:
        """Return it in the reader's language; English where it has no words there."""
        values = {name: one.words(t) if isinstance(one, Phrase) else one for name, one in self.values.items()}
        if not values and ("{" in self.message or "}" in self.message):
            return self.message
        return t(self.message, **values)


def cut(text: str, limit: int, *, ellipsis: str = "…") -> str:
    """Cut to at most `limit` characters, marking the cut, never leaving half of a joined character behind."""
    if len(text) <= limit:
        return text
    end = max(limit - len(ellipsis), 0)
    # Step back over combining marks, variation selectors and joiners: they belong to the character before them.
    while end > 0 and _joins(text[end]):
        end -= 1
    if end > 0 and text[end - 1] == "\u200d":
        end -= 1
    return text[:end].rstrip() + ellipsis if limit >= len(ellipsis) else text[:limit]


def _joins(character: str) -> bool:
    code = ord(character)
    return (
        code in (0x200D, 0xFE0E, 0xFE0F, 0x20E3)
        or 0x0300 <= code <= 0x036F
        or 0x1F3FB <= code <= 0x1F3FF
        or 0x11A8 <= code <= 0x11FF
    )


def one_line(value: object) -> str:
    """Return a value as one line without control or direction characters, safe to show in a terminal."""
    if value is None:
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())


def csv_cell(value: object) -> object:
    """Return a CSV cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value
