"""Every error that the code raises with a message of its own reads as one line in both languages."""

from __future__ import annotations

import ast
import re
import string
import sys
from pathlib import Path

import pytest

from bot import cli
from bot.i18n import Catalogues
from core.errors import MaeariError
from tests.bot.logged import logging_to_string
from tests.core.test_errors import raised

RAISED = {ast.literal_eval(inner.args[0]): where for where, _, inner in raised()}
HANGUL = re.compile(r"[가-힣]")


@pytest.mark.parametrize("message", RAISED, ids=lambda message: message[:50])
def test_one_line_in_both_languages(message: str) -> None:
    fields = {name for _, name, _, _ in string.Formatter().parse(message) if name}
    error = MaeariError(message, **{name: f"<{name}>" for name in fields})
    english, korean = (error.words(Catalogues().for_locale(locale)) for locale in ("en", "ko"))
    assert english == str(error)
    # Where a message is all fields, its Korean lies in them.
    assert HANGUL.search(korean) or not re.sub(r"\{[^}]*\}|\W", "", message)
    for line in (english, korean):
        assert "\n" not in line
        assert all(f"<{name}>" in line for name in fields)


def test_the_scan_finds_them() -> None:
    assert len(RAISED) > 100


COMMANDS = {
    "no file": (["replay", "nowhere.jsonl", "--brand", "A=a", "--db", "t.db"], 1, "nowhere.jsonl"),
    "no brand": (["replay", "x.jsonl", "--db", "t.db"], 2, "--brand"),
    "no terms": (["replay", "x.jsonl", "--brand", "=", "--db", "t.db"], 2, "NAME=term,term"),
    "no field": (["replay", "x.jsonl", "--columns", "words=body", "--db", "t.db"], 2, "words=body"),
    "no config": (["run"], 2, "maeari init"),
    "no database": (["cases", "--db", "nowhere.db"], 1, "nowhere.db"),
    "no language": (["report", "--locale", "fr"], 2, "en"),
    "no benchmark": (["bench", "nothing"], 2, "matching"),
    "no labels": (["judge", "--evaluate", "nowhere.tsv"], 1, "nowhere.tsv"),
    "hostile name": (["cases", "--db", "no\n\x1b[31mwhere.db"], 1, "no [31mwhere.db"),
}


@pytest.mark.parametrize(("arguments", "code", "names"), COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("language", ["en_US.UTF-8", "ko_KR.UTF-8"])
def test_commands_say_it_in_the_terminals_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, arguments: list[str], code: int, names: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("MAEARI_MAEARI__LOCALE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", language)
    monkeypatch.setattr(sys, "argv", ["maeari", *arguments])
    with logging_to_string("console", 30) as said, pytest.raises(SystemExit) as ended:
        cli.main()
    line = said.getvalue()
    assert ended.value.code == code
    assert line.startswith("maeari: ")
    assert line.count("\n") == 1
    assert names in line
    # An example may name a Korean brand; the sentence around it is the reader's.
    assert (len(HANGUL.findall(line)) > 5) == language.startswith("ko")
