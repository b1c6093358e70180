"""Every foreseen error: one line that names the key or path and the mend, the right exit code, no traceback."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.bot.cli.conftest import Maeari


def _one_line(stderr: str) -> bool:
    return stderr.count("\n") == 1 and "Traceback" not in stderr


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ('[discord]\ntokn = "x"', ("discord.tokn", "token")),
        ("[discord\n", ("line 1",)),
        ('[maeari]\nlocale = "fr"', ("maeari.locale", "'en', 'ko'")),
        ('[maeari]\ntimezone = "Seoul"', ("maeari.timezone", "Asia/Seoul")),
        ('[discord]\ntoken = "file:nowhere.txt"', ("discord.token", "nowhere.txt")),
        ('[[brands]]\nname = "A"\nterms = []', ("brands[1].terms",)),
        ('[reddit]\npoll_seconds = "often"', ("reddit.poll_seconds",)),
        ("[policy.thanks]\nmin_probability = 3", ("policy.thanks.min_probability",)),
    ],
)
def test_a_bad_configuration(maeari: Maeari, tmp_path: Path, toml: str, says: tuple[str, ...]) -> None:
    (tmp_path / "config.toml").write_text(toml, encoding="utf-8")

    done = maeari("check")

    assert done.returncode == 2
    assert _one_line(done.stderr), done.stderr
    assert all(word in done.stderr for word in says), done.stderr


def test_a_missing_configuration(maeari: Maeari) -> None:
    done = maeari("run")

    assert done.returncode == 2
    assert _one_line(done.stderr)
    assert "config.toml" in done.stderr
    assert "maeari init" in done.stderr


def test_an_unknown_environment_variable(maeari: Maeari) -> None:
    done = maeari("judge", stdin="", MAEARI_REDIT__CLIENT_ID="x")

    assert done.returncode == 2
    assert "MAEARI_REDIT__CLIENT_ID" in done.stderr
    assert "reddit" in done.stderr


def test_a_database_that_is_not_there(maeari: Maeari) -> None:
    done = maeari("mentions", "--db", "nowhere.db")

    assert done.returncode == 1
    assert _one_line(done.stderr)
    assert "nowhere.db" in done.stderr


def test_a_damaged_database(maeari: Maeari, tmp_path: Path) -> None:
    (tmp_path / "t.db").write_bytes(b"this is no database, though it is long enough to look like one" * 40)

    done = maeari("cases", "--db", "t.db")

    assert done.returncode == 1
    assert _one_line(done.stderr), done.stderr
    assert "t.db" in done.stderr


def test_a_newer_database_is_told_apart_from_a_damaged_one(maeari: Maeari, tmp_path: Path) -> None:
    assert maeari("migrate", "--db", "t.db").returncode == 0
    with sqlite3.connect(tmp_path / "t.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")

    done = maeari("cases", "--db", "t.db")

    assert done.returncode == 1
    assert _one_line(done.stderr), done.stderr
    assert "newer" in done.stderr


def test_a_data_folder_that_cannot_be_made(maeari: Maeari, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    (tmp_path / "config.toml").write_text('[discord]\ntoken = "x"\n', encoding="utf-8")

    done = maeari("run")

    assert done.returncode == 1
    assert "data" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("report", "--week", "2026-46", "--db", "t.db"), "2026-W46"),
        (("report", "--locale", "fr", "--db", "t.db"), "en or ko"),
        (("replay", "nowhere.jsonl", "--brand", "A=a", "--db", "t.db"), "nowhere.jsonl"),
        (("replay", "x.jsonl", "--brand", "=", "--db", "t.db"), "NAME=term,term"),
        (("replay", "x.jsonl", "--columns", "words=body", "--db", "t.db"), "words=body"),
        (("bench", "nothing"), "matching"),
        (("forget", "nobody", "--yes", "--db", "t.db"), "reddit:NAME"),
        (("demo", "--out", "full"), "--out"),
    ],
)
def test_wrong_words(maeari: Maeari, tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    maeari("migrate", "--db", "t.db")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("keep me")

    done = maeari(*arguments)

    assert done.returncode in (1, 2)
    assert says in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "full" / "letter.txt").exists()


def test_init_never_overwrites(maeari: Maeari, tmp_path: Path) -> None:
    first = maeari("init", "--yes")
    second = maeari("init", "--yes")
    checked = maeari("check")

    assert first.returncode == 0
    assert (tmp_path / "config.toml").stat().st_mode & 0o077 == 0, "secrets are for the owner alone"
    assert second.returncode == 2
    assert "--force" in second.stderr
    assert checked.returncode == 0, checked.stdout + checked.stderr
