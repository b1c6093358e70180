"""Migrations: they lead to the schema that fresh databases have, and keep what is stored."""

from __future__ import annotations

import inspect
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection

from core.clock import SteppedClock
from core.errors import StorageError
from core.types.mention import MentionQuery
from storage import schema, tables, upgrade
from storage.connect import sync_engine
from storage.maintenance import migrate
from storage.store import SqlStore
from tests import make


@contextmanager
def connected(path: Path) -> Iterator[Connection]:
    engine = sync_engine(path)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def migrated(path: Path, target: str = schema.REVISION) -> None:
    """Make a database by running all steps from nothing."""
    with connected(path) as connection:
        upgrade.run_steps(connection, target)
        schema.stamp(connection)
        connection.commit()


def described(path: Path) -> dict[str, str]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {name: re.sub(r"\s+", " ", re.sub(r"\s*([(),])\s*", r"\1", sql)).strip() for name, sql in rows}


def test_migrated_and_fresh_schema_are_the_same(tmp_path: Path) -> None:
    migrated(tmp_path / "migrated.db")
    schema.create(tmp_path / "fresh.db")

    assert described(tmp_path / "migrated.db") == described(tmp_path / "fresh.db")
    assert schema.revision_of(tmp_path / "migrated.db") == schema.revision_of(tmp_path / "fresh.db")


def test_the_tables_say_what_the_migrations_do(tmp_path: Path) -> None:
    migrated(tmp_path / "migrated.db")
    with connected(tmp_path / "migrated.db") as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": lambda thing, name, kind, reflected, other: not _of_search(name)}
        )
        assert compare_metadata(context, tables.metadata) == []


def _of_search(name: str | None) -> bool:
    return name is not None and name.startswith("search")


def test_the_newest_step_is_the_programs_schema() -> None:
    assert upgrade.script_directory().get_heads() == [schema.REVISION]


def test_every_step_says_why_it_is_there() -> None:
    steps = list(upgrade.script_directory().walk_revisions())
    assert steps
    for step in steps:
        first_line = (inspect.getdoc(step.module) or "").splitlines()[0]
        assert re.fullmatch(r"Reason: .{10,}\.", first_line), step.revision
        assert re.fullmatch(r"\d{4}", step.revision)


async def test_a_migrated_database_serves(tmp_path: Path, clock: SteppedClock) -> None:
    migrated(tmp_path / "migrated.db")
    store = await SqlStore.open(tmp_path / "migrated.db", clock=clock)
    await store.write(lambda unit: unit.mentions.add_many([make.judged()]))
    async with store.read() as unit:
        assert await unit.mentions.count(MentionQuery(text="lumora")) == 1
    await store.close()


async def test_migrate_tells_from_and_to(path: Path) -> None:
    assert await migrate(path) == (None, schema.REVISION)
    assert await migrate(path) == (schema.REVISION, schema.REVISION)


async def test_a_step_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await migrate(path)
    before = described(path)

    def break_off(connection: Connection, target: str) -> None:
        connection.exec_driver_sql("CREATE TABLE half (done INTEGER)")
        connection.exec_driver_sql("DROP INDEX mentions_by_time")
        connection.exec_driver_sql("CREATE TABLE mentions (id INTEGER)")

    monkeypatch.setattr(upgrade, "run_steps", break_off)
    with pytest.raises(StorageError, match="already exists"):
        upgrade.upgrade(path)
    assert described(path) == before
