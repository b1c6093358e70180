"""A store in a folder of its own, on a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.clock import SteppedClock
from core.ports.storing import Store
from storage.store import SqlStore
from tests import make

SECRET = b"a secret of the tests"


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(make.START)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "maeari.db"


@pytest.fixture
async def sql_store(path: Path, clock: SteppedClock) -> AsyncIterator[SqlStore]:
    opened = await SqlStore.open(path, clock=clock, secret=SECRET)
    yield opened
    await opened.close()


@pytest.fixture
def store(sql_store: SqlStore) -> Store:
    # Typed as the port: mypy tells when the store lags behind it.
    return sql_store
