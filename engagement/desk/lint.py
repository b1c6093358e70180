"""A look at a reply before it goes out: what would be embarrassing, and what must never be posted in public.

Pure functions over the text and a few facts. A finding warns, or refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.errors import InputError
from core.text import mark
from core.types.post import Source
from engagement.desk.templates import VARIABLE
from engagement.outgoing.text import calm, limit_of

__all__ = ["FINDINGS", "Finding", "FindingKind", "ReplyFacts", "lint", "refusal"]

SAME_TEXT_MANY = 3
"""So often sent, a text reads as if nobody had listened."""
SHORTEST_NAME = 3
"""Characters of a name that is looked for; shorter ones are words, too."""


class FindingKind(StrEnum):
    """What can be wrong with a reply."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNFILLED = "unfilled"
    CARD_NUMBER = "card_number"
    RESIDENT_NUMBER = "resident_number"
    PHONE = "phone"
    EMAIL = "email"
    OTHER_PERSON = "other_person"
    REPEATED = "repeated"


REFUSED = frozenset(
    {
        FindingKind.EMPTY,
        FindingKind.TOO_LONG,
        FindingKind.UNFILLED,
        FindingKind.CARD_NUMBER,
        FindingKind.RESIDENT_NUMBER,
    }
)
"""These stop a reply; the others only warn: a help line's phone number may be meant."""

FINDINGS = {
    FindingKind.EMPTY: mark("The reply is empty."),
    FindingKind.TOO_LONG: mark("The reply is longer than the platform allows."),
    FindingKind.UNFILLED: mark("A variable in curly brackets is not filled in."),
    FindingKind.CARD_NUMBER: mark("There is a card number in the reply; it would be public."),
    FindingKind.RESIDENT_NUMBER: mark("There is a resident registration number in the reply; it would be public."),
    FindingKind.PHONE: mark("There is a phone number in the reply; it would be public."),
    FindingKind.EMAIL: mark("There is an e-mail address in the reply; it would be public."),
    FindingKind.OTHER_PERSON: mark("The reply names somebody else than the author of the post."),
    FindingKind.REPEATED: mark("The very same text was sent several times already."),
}
"""What staff read for each finding, as message ids."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found."""

    kind: FindingKind

    @property
    def refuses(self) -> bool:
        """Whether the reply cannot be sent like this."""
        return self.kind in REFUSED


@dataclass(frozen=True, slots=True)
class ReplyFacts:
    """What is known about the place a reply goes to."""

    source: Source
    author_name: str | None = None
    """Whom it answers."""
    author_id: str | None = None
    other_names: tuple[str, ...] = ()
    """Authors of other cases: names that may have stayed in a copied text."""
    same_text: int = 0
    """How often this very text was sent lately."""


# Digits that belong together, however people group them.
_DIGITS = re.compile(r"(?<![\d])\d(?:[ .-]?\d){11,18}(?![\d])")
_RESIDENT = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})[ -]?([1-8])\d{6}(?!\d)")
_CENTURY = {"1": 1900, "2": 1900, "3": 2000, "4": 2000, "5": 1900, "6": 1900, "7": 2000, "8": 2000}
"""First digit of the second half of a Korean resident registration number: sex, origin and century of birth."""
_PHONE = re.compile(
    r"(?<![0-9A-Za-z_.-])(?:\+\d{1,3}[ .-]?)?(?:\(0?\d{1,4}\)|\d{1,4})[ .-]\d{3,4}[ .-]\d{3,4}(?![0-9A-Za-z_]|-\d)"
)
_PHONE_PLAIN = re.compile(r"(?<![0-9A-Za-z_.-])(?:\+\d{10,14}|01[016789]\d{7,8})(?![0-9A-Za-z_])")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_NAMED = re.compile(r"(?<![\w.@/])(?:@|/?u/)([\w.-]{2,32})|<@!?(\d{5,20})>", re.IGNORECASE)


def lint(text: str, facts: ReplyFacts) -> tuple[Finding, ...]:
    """Return what was found, refusals first; each kind once."""
    found = dict.fromkeys(_kinds(text.strip(), facts))
    return tuple(Finding(kind) for kind in sorted(found, key=lambda kind: kind not in REFUSED))


def refusal(findings: Sequence[Finding]) -> InputError | None:
    """Return the error for a reply that cannot be sent, or None."""
    worst = next((finding for finding in findings if finding.refuses), None)
    return None if worst is None else InputError(FINDINGS[worst.kind])


def _kinds(text: str, facts: ReplyFacts) -> Iterator[FindingKind]:
    if not text:
        yield FindingKind.EMPTY
    if len(calm(text, facts.source, people=False)) > limit_of(facts.source):  # as the gate will send it
        yield FindingKind.TOO_LONG
    if VARIABLE.search(text):
        yield FindingKind.UNFILLED
    yield from _private(_ADDRESS.sub(" ", text))
    if _names_other(_ADDRESS.sub(" ", text), facts):
        yield FindingKind.OTHER_PERSON
    if facts.same_text >= SAME_TEXT_MANY:
        yield FindingKind.REPEATED


def _private(text: str) -> Iterator[FindingKind]:
    """Look for what belongs to one person: longer numbers first, so that none is taken for a shorter one."""
    rest = text
    for found in _DIGITS.finditer(text):
        if _is_card(found[0]):
            yield FindingKind.CARD_NUMBER
            rest = rest.replace(found[0], " ")
    for number in _RESIDENT.finditer(rest):
        if _is_birthday(number):
            yield FindingKind.RESIDENT_NUMBER
            rest = rest.replace(number[0], " ")
    if _PHONE.search(rest) or _PHONE_PLAIN.search(rest):
        yield FindingKind.PHONE
    if _EMAIL.search(rest):
        yield FindingKind.EMAIL


def _is_card(written: str) -> bool:
    """Say whether digits pass the Luhn check (ISO/IEC 7812-1) that every payment card number passes."""
    digits = [int(character) for character in written if character.isdecimal()]
    if len(set(digits)) == 1:
        return False
    total = sum(digit if place % 2 == 0 else sum(divmod(digit * 2, 10)) for place, digit in enumerate(digits[::-1]))
    return 13 <= len(digits) <= 19 and total % 10 == 0


def _is_birthday(number: re.Match[str]) -> bool:
    year, month, day, origin = number.groups()
    try:
        date(_CENTURY[origin] + int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _names_other(text: str, facts: ReplyFacts) -> bool:
    own = {name.casefold() for name in (facts.author_name, facts.author_id) if name}
    without_mail = _EMAIL.sub(" ", text)
    for found in _NAMED.finditer(without_mail):
        if (found[1] or found[2]).rstrip(".-").casefold() not in own:
            return True
    folded = text.casefold()
    others = {name.casefold() for name in facts.other_names} - own
    return any(len(name) >= SHORTEST_NAME and _stands_in(name, folded) for name in others)


def _stands_in(name: str, text: str) -> bool:
    """Say whether a name stands in a text on its own; a Hangul name may carry particles."""
    behind = "" if "가" <= name[-1] <= "힣" else r"(?!\w)"
    return re.search(rf"(?<!\w){re.escape(name)}{behind}", text) is not None
