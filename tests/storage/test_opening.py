"""Opening: whatever is wrong with the file is told apart, with path and mend, and the file stays as it was."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from core.clock import SteppedClock
from core.errors import (
    ConfigError,
    DatabaseDamagedError,
    DatabaseNewerError,
    DatabaseUnwritableError,
    StorageError,
)
from core.types.mention import MentionQuery
from storage import schema
from storage.maintenance import check_database
from storage.store import SqlStore
from tests import make

CLOCK = SteppedClock(make.START)


async def made(path: Path, mentions: int = 0, secret: bytes | None = None) -> None:
    store = await SqlStore.open(path, clock=CLOCK, secret=secret)
    judged = [make.judged(make.post(f"Lumora {n}" * 40, native_id=str(n))) for n in range(mentions)]
    await store.write(lambda unit: unit.mentions.add_many(judged))
    await store.close()


async def read_all(path: Path) -> int:
    store = await SqlStore.open(path, clock=CLOCK)
    try:
        async with store.read() as unit:
            return len([mention async for mention in unit.mentions.export(MentionQuery())])
    finally:
        await store.close()


async def refused(path: Path | str, error: type[Exception], match: str) -> None:
    """Check that neither opening nor checking accepts a file, and that both say the same."""
    for attempt in (SqlStore.open(path, clock=CLOCK), check_database(path)):
        with pytest.raises(error, match=match) as caught:
            await attempt
        assert "\n" not in str(caught.value)


async def test_a_url_and_a_path_name_the_same_file(path: Path) -> None:
    for address in (path, str(path), f"sqlite:///{path}", f"sqlite+aiosqlite:///{path}"):
        store = await SqlStore.open(address, clock=CLOCK)
        assert store.path == path
        await store.close()
    assert await check_database(path) == schema.REVISION
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_the_folder_of_the_file_is_made_but_not_those_above(tmp_path: Path) -> None:
    await made(tmp_path / "data" / "maeari.db")
    assert await check_database(tmp_path / "data" / "other.db") is None
    await refused(tmp_path / "no" / "such" / "maeari.db", DatabaseUnwritableError, "no/such does not exist; create it")


@pytest.mark.parametrize(
    "address", ["postgresql://localhost/maeari", "sqlite://", ":memory:", "", "sqlite:///:memory:", "no such://x"]
)
async def test_other_databases_are_refused_by_the_key(address: str) -> None:
    with pytest.raises(ConfigError, match=r"storage\.url") as caught:
        await SqlStore.open(address, clock=CLOCK)
    assert caught.value.key == "storage.url"


async def test_what_is_no_database_is_damaged(path: Path) -> None:
    path.write_bytes(b"This is a letter to my aunt." * 300)
    await refused(path, DatabaseDamagedError, "maeari restore")
    assert path.read_bytes().startswith(b"This is a letter")


async def test_broken_pages_are_found(path: Path) -> None:
    await made(path, mentions=300)
    content = bytearray(path.read_bytes())
    for page in range(30, len(content) // 4096):
        content[page * 4096 : page * 4096 + 60] = os.urandom(60)
    path.write_bytes(bytes(content))

    with pytest.raises(DatabaseDamagedError, match=r"maeari\.db is damaged .*maeari restore"):
        await check_database(path)
    with pytest.raises(DatabaseDamagedError):
        await read_all(path)


async def test_a_cut_off_file_is_damaged(path: Path) -> None:
    await made(path, mentions=300)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DatabaseDamagedError):
        await check_database(path)


async def test_a_foreign_database_is_left_alone(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.commit()
    connection.close()
    await refused(path, DatabaseDamagedError, "no Maeari database")


async def test_a_newer_database_asks_for_an_update(path: Path) -> None:
    await made(path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    await refused(path, DatabaseNewerError, "newer Maeari .*9999.* update Maeari")


async def test_a_folder_is_no_database(tmp_path: Path) -> None:
    await refused(tmp_path, DatabaseUnwritableError, "is a folder")


async def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    await refused(tmp_path / "data" / "maeari.db", DatabaseUnwritableError, "data is not a folder")


async def test_a_folder_without_rights_is_unwritable(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Tests may run as root, to whom every folder is open: the answer of the operating system is stood in for.
    monkeypatch.setattr("storage.connect.os.access", lambda *_: False)
    await refused(path, DatabaseUnwritableError, "cannot be written to; change its owner")


async def test_an_empty_file_becomes_a_database(path: Path) -> None:
    path.touch()
    assert await check_database(path) is None
    await made(path)
    assert await check_database(path) == schema.REVISION


async def test_a_full_disk_undoes_the_work_and_is_told(sql_store: SqlStore) -> None:
    await sql_store.write(lambda unit: unit.mentions.add_many([make.judged()]))
    limit = await sql_store._writer.submit(_limit_pages)
    assert limit > 0
    many = [make.judged(make.post("Lumora " * 900, native_id=f"n{n}")) for n in range(200)]

    with pytest.raises(DatabaseUnwritableError, match="make room on the disk"):
        await sql_store.write(lambda unit: unit.mentions.add_many(many))

    async with sql_store.read() as unit:
        assert await unit.mentions.count(MentionQuery()) == 1
    await sql_store.write(lambda unit: unit.mentions.mark_thanked(1))


async def _limit_pages(connection: object) -> int:
    from sqlalchemy.ext.asyncio import AsyncConnection

    assert isinstance(connection, AsyncConnection)
    pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
    return int((await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")).scalar_one())


async def test_a_database_keeps_its_first_secret(path: Path) -> None:
    await made(path, secret=b"first")
    await made(path)
    with pytest.raises(StorageError, match="another secret"):
        await SqlStore.open(path, clock=CLOCK, secret=b"second")

    without = path.with_name("own.db")
    first, again = await SqlStore.open(without, clock=CLOCK), await SqlStore.open(without, clock=CLOCK)
    key = first.author_key(make.post().ref.source, "someone")
    assert key == again.author_key(make.post().ref.source, "someone")
    assert len(key) == 32
    await first.close()
    await again.close()
