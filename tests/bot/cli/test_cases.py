"""`maeari cases`: the columns of the desk, and its filters."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import SteppedClock
from core.ports.storing import Unit
from core.types.case import CaseEvent, CaseEventKind, CaseKind, CaseState, Dismissal, Severity
from engagement.desk.export import CASE_COLUMNS
from storage.store import SqlStore
from tests import make
from tests.bot.cli.conftest import Maeari

DAY = timedelta(days=1)


@pytest.fixture
async def database(tmp_path: Path) -> str:
    """Four cases: one snoozed for long, one that waits, one dismissed, one late."""
    store = await SqlStore.open(tmp_path / "some.db", clock=SteppedClock(make.START))

    async def fill(unit: Unit) -> None:
        changes: list[dict[str, object]] = [
            {"snoozed_until": make.START + 10_000 * DAY, "claimed_by": "7", "due_at": make.START + 9_000 * DAY},
            {"state": CaseState.WAITING, "answered_at": make.START, "resolve_due_at": make.START + DAY},
            {"state": CaseState.DISMISSED, "dismissal": Dismissal.SPAM, "resolution": "=1+1"},
            {},
        ]
        for change in changes:
            case = await unit.cases.open(
                kind=CaseKind.COMPLAINT,
                severity=Severity.HIGH,
                brand="Lumora",
                opened_at=make.START,
                due_at=make.START + DAY,
                mention_id=None,
                author_key=None,
            )
            changed = replace(case, **change)  # type: ignore[arg-type]
            await unit.cases.save(changed, CaseEvent(case.id, CaseEventKind.CLAIMED, make.START, "7"))
        await unit.casework.add_tag(1, "hinge")

    await store.write(fill)
    await store.close()
    return "some.db"


def test_it_has_what_the_desk_knows(maeari: Maeari, database: str) -> None:
    rows = list(csv.DictReader(io.StringIO(maeari("cases", "--db", database, "--format", "csv").stdout)))
    assert tuple(rows[0]) == CASE_COLUMNS
    by_id = {row["id"]: row for row in rows}
    assert (by_id["1"]["tags"], by_id["1"]["claimed_by"], by_id["1"]["state"]) == ("hinge", "7", "open")
    assert by_id["1"]["snoozed_until"].startswith("2054")
    assert by_id["2"]["state"] == "waiting"
    assert by_id["2"]["resolve_due_at"]
    assert (by_id["3"]["dismissal"], by_id["3"]["resolution"]) == ("spam", "'=1+1")
    lines = [json.loads(line) for line in maeari("cases", "--db", database, "--format", "jsonl").stdout.splitlines()]
    assert {line["id"]: line["claimed_by"] for line in lines} == {1: "7", 2: None, 3: None, 4: None}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--overdue"], ["4"]),
        (["--snoozed"], ["1"]),
        (["--tag", " Hinge"], ["1"]),
        (["--person", "7"], ["1"]),
        (["--state", "waiting", "--state", "dismissed"], ["2", "3"]),
    ],
)
def test_it_filters(maeari: Maeari, database: str, options: list[str], expected: list[str]) -> None:
    printed = maeari("cases", "--db", database, *options).stdout.splitlines()
    assert printed[0].split("\t")[:3] == ["id", "state", "severity"]
    assert [line.split("\t")[0] for line in printed[1:]] == expected
