"""The configuration: every mistake is named with its mend, in both languages; secrets stay secret."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.config import find_config, load_settings
from bot.i18n import Catalogues
from core.errors import ConfigError
from core.settings import Section, Settings

SECRET = "s3cr3t-value-of-ours"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("MAEARI_")]:
        monkeypatch.delenv(name)


def _sections(model: type[Section], header: str) -> Iterator[tuple[str, type[Section]]]:
    yield header, model
    for name, field in model.model_fields.items():
        for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, Section):
                yield from _sections(inner, f"{header}.{name}".lstrip("."))


SECTIONS = dict(_sections(Settings, ""))
KEYS = [(header, key) for header, model in SECTIONS.items() for key in model.model_fields]


def _header(section: str) -> str:
    if not section:
        return ""
    needed = 'name = "A"\nterms = ["a"]\n' if section == "brands" else ""
    return f"[[{section}]]\n{needed}" if section == "brands" else f"[{section}]\n"


def _load(folder: Path, toml: str) -> Settings:
    path = folder / "config.toml"
    path.write_text(toml, encoding="utf-8")
    return load_settings(path)


def _refused(folder: Path, toml: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        _load(folder, toml)
    return caught.value


@st.composite
def _slips(draw: st.DrawFn) -> tuple[str, str, str]:
    """Return a section, one of its keys, and that key as a hasty hand writes it."""
    section, key = draw(st.sampled_from(KEYS))
    place = draw(st.integers(0, len(key) - 1))
    letter = draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz_"))
    slip = draw(
        st.sampled_from(
            [
                key[:place] + key[place + 1 :],
                key[:place] + letter + key[place:],
                key[:place] + letter + key[place + 1 :],
                key[:place] + key[place : place + 2][::-1] + key[place + 2 :],
            ]
        )
    )
    return section, key, slip


@given(_slips())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_a_mistyped_key_gets_the_nearest_one(tmp_path: Path, slip: tuple[str, str, str]) -> None:
    section, key, written = slip
    known = SECTIONS[section].model_fields
    assume(written and written not in known)
    error = _refused(tmp_path, f"{_header(section)}{written} = 1\n")
    dotted = f"{section}[1].{written}" if section == "brands" else f"{section}.{written}".lstrip(".")
    assert error.key == dotted
    assert dotted in str(error)
    # Another key may be nearer to the slip than the one that was meant; a short one may be near to none.
    offered = str(error).rpartition("; ")[2]
    assert any(name in offered for name in known)
    if len(key) > 5:
        assert offered.startswith("did you mean")


@pytest.mark.parametrize("section", [name for name in SECTIONS if name])
def test_a_key_like_no_other_gets_the_list(tmp_path: Path, section: str) -> None:
    error = _refused(tmp_path, f"{_header(section)}zzqqxx = 1\n")
    assert all(key in str(error) for key in SECTIONS[section].model_fields)


WRONG = {
    "text": ('[maeari]\ntimezone = 7\n', "maeari.timezone", "write a text in quotes", "따옴표"),
    "number": ('[reddit]\npoll_seconds = "often"\n', "reddit.poll_seconds", "write a number", "숫자"),
    "whole": ("[report]\nhour = 9.5\n", "report.hour", "write a whole number", "정수"),
    "range": ("[report]\nhour = 24\n", "report.hour", "write at most 23 (got 24)", "23 이하로"),
    "above": ("[reddit]\npoll_seconds = 0\n", "reddit.poll_seconds", "write more than 0", "0보다 큰"),
    "truth": ('[chat]\nenabled = "perhaps"\n', "chat.enabled", "write true or false", "true나 false"),
    "choice": ('[reddit]\nmode = "loud"\n', "reddit.mode", "'off', 'draft', 'auto'", "중 하나로"),
    "language": ('[maeari]\nlocale = "fr"\n', "maeari.locale", "'en', 'ko' (got 'fr')", "중 하나로"),
    "list": ('[reddit]\nsubreddits = "gadgets"\n', "reddit.subreddits", "square brackets", "대괄호"),
    "table": ("discord = 7\n", "discord", "write a table", "표([이름])"),
    "missing": ('[[brands]]\nterms = ["a"]\n', "brands[1].name", "it is missing", "값이 없습니다"),
    "empty": ('[[brands]]\nname = ""\nterms = ["a"]\n', "brands[1].name", "may not be empty", "비워 둘 수 없"),
    "few": ('[[brands]]\nname = "A"\nterms = []\n', "brands[1].terms", "write at least 1", "1개 이상"),
    "long": (f'[[brands]]\nname = "{"a" * 81}"\nterms = ["a"]\n', "brands[1].name", "longer than 80", "80자"),
    "zone": ('[maeari]\ntimezone = "Seoul"\n', "maeari.timezone", "Asia/Seoul", "시간대는 없습니다"),
    "twice": ('[[brands]]\nname = "A"\nterms = ["a"]\n' * 2, None, "listed twice", "두 번"),
    "time": ('[privacy]\nquiet_hours = ["late", "08:00"]\n', "privacy.quiet_hours[1]", "'22:00'", "시각"),
    "unknown": ('[discord]\ntokn = "x"\n', "discord.tokn", "did you mean token?", "token을 쓰려고"),
    "toml": ("[discord\n", None, "line 1", "TOML 문법"),
    "file": ('[discord]\ntoken = "file:nowhere.txt"\n', "discord.token", "nowhere.txt", "읽을 수 없습니다"),
}  # fmt: skip


@pytest.mark.parametrize(("toml", "key", "english", "korean"), WRONG.values(), ids=WRONG)
def test_a_wrong_value_in_both_languages(tmp_path: Path, toml: str, key: str | None, english: str, korean: str) -> None:
    error = _refused(tmp_path, toml)
    said = [error.words(Catalogues().for_locale(locale)) for locale in ("en", "ko")]
    assert error.key == key
    assert said[0] == str(error)
    assert english in said[0]
    assert korean in said[1]
    for line in said:
        assert "config.toml" in line or "nowhere.txt" in line
        assert "\n" not in line
        assert key is None or key in line


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes('[maeari]\nlocale = "한"'.encode("cp949"))
    with pytest.raises(ConfigError, match="is not UTF-8"):
        load_settings(tmp_path / "config.toml")


def test_the_environment_wins_and_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAEARI_REPORT__HOUR", "7")
    monkeypatch.setenv("maeari_reddit__subreddits", json.dumps(["gadgets", "korea"]))
    monkeypatch.setenv("MAEARI_POLICY__THANKS__PER_DAY", "3")
    loaded = _load(tmp_path, "[report]\nhour = 9\nweekday = 5\n[policy.thanks]\nenabled = false\n")
    assert (loaded.report.hour, loaded.report.weekday) == (7, 5)
    assert loaded.reddit.subreddits == ("gadgets", "korea")
    assert (loaded.policy.thanks.per_day, loaded.policy.thanks.enabled) == (3, False)


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("MAEARI_REPORT__HOUR", "25", "environment: report.hour: write at most 23"),
        ("MAEARI_DISCORD__TOKN", "x", "environment: unknown key discord.tokn; did you mean token?"),
        ("MAEARI_REDIT__CLIENT_ID", "x", "MAEARI_REDIT__CLIENT_ID names no setting; did you mean reddit?"),
        ("MAEARI_REDDIT__SUBREDDITS", "gadgets", "lists and tables are written as JSON"),
    ],
)
def test_a_wrong_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    monkeypatch.setenv(variable, value)
    error = _refused(tmp_path, "[report]\nweekday = 5\n")
    assert says in str(error)
    assert "config.toml" not in str(error)
    assert error.words(Catalogues().for_locale("ko")) != str(error)


def test_secrets_come_from_files_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "token.txt").write_text(f"\ufeff{SECRET}\n", encoding="utf-8")
    loaded = _load(tmp_path, '[discord]\ntoken = "file:token.txt"\n')
    assert loaded.discord.token is not None
    assert loaded.discord.token.get_secret_value() == SECRET
    (tmp_path / "token.txt").write_text(" \n")
    assert "is empty" in str(_refused(tmp_path, '[discord]\ntoken = "file:token.txt"\n'))


def test_a_blank_key_is_not_set(tmp_path: Path) -> None:
    loaded = _load(tmp_path, '[discord]\ntoken = ""\n[reddit]\nclient_id = ""\npassword = " "\n')
    assert (loaded.discord.token, loaded.reddit.client_id, loaded.reddit.password) == (None, None, None)


def test_nothing_that_is_shown_holds_a_secret(tmp_path: Path) -> None:
    names = ("client_secret", "password", "refresh_token")
    loaded = _load(
        tmp_path,
        f'[discord]\ntoken = "{SECRET}"\n[reddit]\n' + "".join(f'{name} = "{SECRET}"\n' for name in names),
    )
    for shown in (repr(loaded), str(loaded), repr(loaded.discord), loaded.model_dump_json(), str(loaded.model_dump())):
        assert SECRET not in shown


@pytest.mark.parametrize(
    "toml",
    [
        f'discord = "{SECRET}"\n',
        f'[discord]\ntoken = ["{SECRET}"]\n',
        f'[discord.token]\nvalue = "{SECRET}"\n',
        f'[discord]\ntokn = "{SECRET}"\n',
        f'[reddit]\npassword = {{ is = "{SECRET}" }}\n',
        f"[reddit]\npassword = {SECRET}\n",
    ],
)
def test_an_error_about_a_secret_does_not_tell_it(tmp_path: Path, toml: str) -> None:
    error = _refused(tmp_path, toml)
    assert SECRET not in str(error)
    assert SECRET not in repr(error)
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_relative_folders_are_those_beside_the_file(tmp_path: Path) -> None:
    loaded = _load(tmp_path, '[chat]\nknowledge_dir = "articles"\n')
    assert loaded.maeari.data_dir == tmp_path / "data"
    assert loaded.chat.knowledge_dir == tmp_path / "articles"


def test_which_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_config(None, required=False) is None
    with pytest.raises(ConfigError, match="maeari init"):
        find_config(None, required=True)
    with pytest.raises(ConfigError, match=r"other\.toml"):
        find_config(Path("other.toml"), required=False)
    (tmp_path / "config.toml").touch()
    assert find_config(None, required=True) == Path("config.toml")
