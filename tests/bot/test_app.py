"""The composition root before anything is connected: what keeps it from opening, and one bot at a time."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import Application
from bot.i18n import Catalogues
from bot.lock import DatabaseLock
from core.errors import (
    ConfigError,
    DatabaseDamagedError,
    DatabaseNewerError,
    DatabaseUnwritableError,
    MaeariError,
    StorageError,
)
from core.settings import ChatSection, DiscordSection, MaeariSection, Settings


def _settings(data: Path, **sections: object) -> Settings:
    given = {"discord": DiscordSection(token=SecretStr("t")), "maeari": MaeariSection(data_dir=data)}
    return Settings.model_validate(given | sections)


def _damage(folder: Path) -> Settings:
    (folder / "maeari.db").write_bytes(b"this is no database, though it is long enough to look like one" * 40)
    return _settings(folder)


def _from_the_future(folder: Path) -> Settings:
    with closing(sqlite3.connect(folder / "maeari.db")) as opened, opened:
        opened.execute("PRAGMA application_id = 0x4D616572")
        opened.execute("CREATE TABLE alembic_version (version_num TEXT)")
        opened.execute("INSERT INTO alembic_version VALUES ('9999')")
    return _settings(folder)


def _somebody_elses(folder: Path) -> Settings:
    with closing(sqlite3.connect(folder / "maeari.db")) as opened, opened:
        opened.execute("CREATE TABLE recipes (title TEXT)")
    return _settings(folder)


def _below_a_file(folder: Path) -> Settings:
    (folder / "letter.txt").write_text("keep me")
    return _settings(folder / "letter.txt" / "data")


def _read_only(folder: Path) -> Settings:
    (folder / "maeari.db.lock").mkdir()
    return _settings(folder)


def _no_articles(folder: Path) -> Settings:
    return _settings(folder, chat=ChatSection(knowledge_dir=folder / "articles"))


WAYS = [
    (lambda folder: _settings(folder, discord=DiscordSection()), ConfigError, "discord.token"),
    (_damage, DatabaseDamagedError, "maeari restore"),
    (_from_the_future, DatabaseNewerError, "9999"),
    (_somebody_elses, DatabaseDamagedError, "storage.url"),
    (_below_a_file, DatabaseUnwritableError, "maeari.data_dir"),
    (lambda folder: _settings(folder / "a" / "b"), DatabaseUnwritableError, "maeari.data_dir"),
    (_read_only, DatabaseUnwritableError, "maeari.data_dir"),
    (_no_articles, MaeariError, "chat.knowledge_dir"),
]


@pytest.mark.parametrize(("spoil", "kind", "names"), WAYS, ids=[
    "nothing to serve", "damaged", "newer", "not ours", "below a file", "no parent", "unwritable", "no articles",
])  # fmt: skip
async def test_one_line_in_both_languages(tmp_path: Path, spoil, kind: type[MaeariError], names: str) -> None:  # type: ignore[no-untyped-def]
    settings = spoil(tmp_path)
    with pytest.raises(kind) as caught:
        await Application.open(settings)
    english, korean = (caught.value.words(Catalogues().for_locale(locale)) for locale in ("en", "ko"))
    assert names in english
    assert names in korean
    assert english != korean, "it has Korean words"
    assert "\n" not in english + korean
    # Whatever was opened on the way is closed: the next try gets as far.
    with pytest.raises(kind):
        await Application.open(settings)


async def test_one_bot_at_a_time(tmp_path: Path) -> None:
    first = await Application.open(_settings(tmp_path))
    with pytest.raises(StorageError, match=f"process {os.getpid()}"):
        await Application.open(_settings(tmp_path))
    await first.close()
    second = await Application.open(_settings(tmp_path))
    await second.close()


def test_the_lock_goes_with_its_process(tmp_path: Path) -> None:
    """A lock file that a killed bot left behind keeps nobody out."""
    left_behind = tmp_path / "maeari.db.lock"
    left_behind.write_text("4194304000\n")
    lock = DatabaseLock(tmp_path / "maeari.db")
    lock.take()
    assert left_behind.read_text() == f"{os.getpid()}\n"
    with left_behind.open() as other, pytest.raises(OSError, match="unavailable"):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    lock.release()
    lock.release()
    with left_behind.open() as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


async def test_the_time_zone_that_staff_chose_is_everybodys_at_the_next_start(tmp_path: Path) -> None:
    settings = _settings(tmp_path, discord=DiscordSection(token=SecretStr("t"), home_guild=5))
    first = await Application.open(settings)
    assert first.settings.zone.key == "UTC"
    await first.rooms.guilds.change(5, timezone="Asia/Seoul")
    await first.close()
    second = await Application.open(settings)
    try:
        assert second.settings.zone.key == "Asia/Seoul"
        assert second.gate.policy.zone.key == "Asia/Seoul"
        assert second.rooms.desk.policy.hours.zone.key == "Asia/Seoul"
    finally:
        await second.close()
