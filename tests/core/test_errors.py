"""Errors speak one line of English, and the reader's language where they were given as message id and values."""

from __future__ import annotations

import ast
import inspect
import pickle
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import errors
from core.errors import ConfigError, ConflictError, FeedClosedError, InputError, MaeariError, SendDelayedError
from core.text import Phrase, fill

ROOT = Path(__file__).parents[2]
ROOMS = ("core", "matching", "sentiment", "listeners", "storage", "engagement", "reports", "lab", "bot", "benchmarks")
KOREAN = {
    "{path} does not exist; {mend}": "{path:이/가} 없습니다. {mend}",
    "name another": "다른 이름을 쓰세요",
    "plain": "그대로",
}


class Korean:
    """A translator of a handful of messages."""

    locale = "ko"

    def __call__(self, message: str, /, **values: object) -> str:
        return fill(KOREAN.get(message, message), values)


def test_a_message_with_values_reads_in_both_languages() -> None:
    error = InputError("{path} does not exist; {mend}", path="루모라", mend=Phrase("name another"))

    assert str(error) == "루모라 does not exist; name another"
    assert error.words(Korean()) == "루모라가 없습니다. 다른 이름을 쓰세요"


def test_a_message_without_values_stands_as_it_is() -> None:
    assert InputError("plain").words(Korean()) == "그대로"
    assert InputError('write {"text": …}').words(Korean()) == 'write {"text": …}'
    assert str(InputError('write {"text": …}')) == 'write {"text": …}'


@given(st.text())
def test_foreign_words_never_break_an_error(words: str) -> None:
    assert str(InputError(words)) == words
    InputError(words).words(Korean())
    assert words in InputError("{path} does not exist; {mend}", path=words, mend="").words(Korean())


def test_what_errors_carry_beside_their_message_is_no_field() -> None:
    assert ConfigError("{name} is wrong", key="discord.token", name="x").key == "discord.token"
    assert ConflictError("plain", holder="7").holder == "7"
    assert SendDelayedError("{n} s", retry_after=2.0, n=2).retry_after == 2.0
    assert FeedClosedError("{name}", reason="banned", name="r/x").reason == "banned"


def test_errors_cross_processes() -> None:
    error = pickle.loads(pickle.dumps(InputError("{path} does not exist; {mend}", path="a", mend="b")))

    assert str(error) == "a does not exist; b"
    assert error.words(Korean()).startswith("a가")


def test_all_are_exported_and_have_exit_codes() -> None:
    found = {name for name, one in vars(errors).items() if inspect.isclass(one) and issubclass(one, MaeariError)}

    assert found == set(errors.__all__)
    assert all(getattr(errors, name).exit_code in (1, 2) for name in found)


def raised() -> Iterator[tuple[str, ast.Call, ast.Call]]:
    """Yield every call `SomethingError(mark("…"), …)` or `Phrase(mark("…"), …)` with its inner `mark`."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Call):
                    continue
                inner = node.args[0]
                called = node.func.id if isinstance(node.func, ast.Name) else ""
                marks = isinstance(inner.func, ast.Name) and inner.func.id == "mark"
                if marks and called.endswith("Error"):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node, inner


def test_every_raised_message_is_given_its_fields() -> None:
    wrong = []
    for where, call, inner in raised():
        message = ast.literal_eval(inner.args[0])
        given_names = {keyword.arg for keyword in call.keywords}
        fields = {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}
        if None not in given_names and not fields <= given_names:
            wrong.append(f"{where}: {sorted(fields - {str(name) for name in given_names})}")
    assert not wrong


def test_a_phrase_without_its_values_is_refused() -> None:
    with pytest.raises(KeyError):
        str(Phrase("{a} and {b}", {"a": 1}))
