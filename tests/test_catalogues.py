"""Every message a person can see has its Korean words, with the same fields, and no catalogue holds dead entries.

A msgstr without any Hangul needs a translator's comment `# latin: <why>` above its entry in the .po file.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from bot.i18n import LOCALES_DIR
from core.text import PARTICLE_PAIRS, particle

ROOT = Path(__file__).parent.parent
ROOMS = ("core", "matching", "sentiment", "listeners", "storage", "engagement", "reports", "lab", "bot", "benchmarks")
TRANSLATING = {"t", "mark"}
TRANSLATORS = {"reader", "for_locale", "translator"}
"""Functions that return a Translate."""
HANGUL = re.compile(r"[가-힣]")


@dataclass(frozen=True, slots=True)
class Use:
    """One literal message id in the code."""

    message: str
    where: str
    fields_given: frozenset[str] | None
    """Names of the keyword arguments; None where they are not known at the call (`mark`, `**values`)."""


def _name(function: ast.expr) -> str | None:
    """Return how a called function is named; `reader(…)(…)` and `for_locale(…)(…)` translate like `t(…)`."""
    if isinstance(function, ast.Call):
        return "t" if _name(function.func) in TRANSLATORS else None
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else None


def _uses() -> Iterator[Use]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and node.args and _name(node.func) in TRANSLATING:
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    yield from _literals(node, node.args[0], where)


def _literals(call: ast.Call, argument: ast.expr, where: str) -> Iterator[Use]:
    if isinstance(argument, ast.IfExp):
        yield from _literals(call, argument.body, where)
        yield from _literals(call, argument.orelse, where)
    elif isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        known = _name(call.func) == "t" and all(keyword.arg for keyword in call.keywords)
        given = frozenset(keyword.arg for keyword in call.keywords if keyword.arg) if known else None
        yield Use(argument.value, where, given)
    else:
        assert not isinstance(argument, ast.JoinedStr | ast.BinOp), (
            f"{where}: a message id is put together at run time; no catalogue can hold it"
        )


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def _specs(template: str) -> set[str]:
    return {spec for _, _, spec, _ in string.Formatter().parse(template) if spec}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of one .po file."""

    domain: str
    message: Message

    @property
    def msgid(self) -> str:
        return str(self.message.id)

    @property
    def msgstr(self) -> str:
        return str(self.message.string)


def _entries() -> list[Entry]:
    entries = []
    for path in sorted((LOCALES_DIR / "ko").glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale="ko", domain=path.stem, abort_invalid=True)
        entries += [Entry(path.stem, message) for message in catalogue if message.id]
        assert not catalogue.obsolete, f"{path.name} keeps obsolete entries: {list(catalogue.obsolete)[:3]}"
    return entries


USES = list(_uses())
ENTRIES = _entries()


def test_the_scan_finds_what_it_looks_for() -> None:
    assert len(USES) > 20
    assert len(ENTRIES) > 20


def test_every_message_has_korean_words() -> None:
    known = {entry.msgid for entry in ENTRIES if entry.msgstr}
    missing = sorted({f"{use.where}: {use.message!r}" for use in USES if use.message not in known})
    assert not missing, f"{len(missing)} messages have no Korean:\n" + "\n".join(missing)


def test_no_entry_is_stale() -> None:
    used = {use.message for use in USES}
    stale = sorted(f"{entry.domain}.po: {entry.msgid!r}" for entry in ENTRIES if entry.msgid not in used)
    assert not stale, "these entries translate nothing any more:\n" + "\n".join(stale)


def test_domains_agree_on_a_message_they_share() -> None:
    by_id: dict[str, set[str]] = {}
    for entry in ENTRIES:
        by_id.setdefault(entry.msgid, set()).add(entry.msgstr)
    assert not {msgid: words for msgid, words in by_id.items() if len(words) > 1}


def test_every_call_gives_the_fields_its_message_asks_for() -> None:
    wrong = [
        f"{use.where}: {use.message!r}"
        for use in USES
        if use.fields_given is not None and not _fields(use.message) <= use.fields_given
    ]
    assert not wrong


def test_english_carries_no_korean_pair() -> None:
    assert not [f"{use.where}: {use.message!r}" for use in USES if HANGUL.search(use.message)]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.domain}:{entry.msgid[:40]}")
def test_entry(entry: Entry) -> None:
    assert not entry.message.fuzzy, "a fuzzy entry is not used: settle its words"
    assert _fields(entry.msgstr) == _fields(entry.msgid)
    for spec in _specs(entry.msgstr):
        if HANGUL.search(spec) or "/" in spec:
            assert spec in PARTICLE_PAIRS, f"there is no particle pair {spec!r}"
            assert particle("메아리", spec)
    comments = " ".join(entry.message.user_comments)
    has_words = bool(re.search(r"[A-Za-z]{2}", re.sub(r"\{[^}]*\}", "", entry.msgid)))
    if has_words and "latin:" not in comments:
        assert HANGUL.search(entry.msgstr), "the Korean has no Hangul; say why in a `# latin:` comment"
    if "\n" in entry.msgid:
        assert entry.msgstr.endswith("\n") == entry.msgid.endswith("\n")
