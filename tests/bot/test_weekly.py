"""The weekly report's hour: over time zones and clock changes, once, and after a restart too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import Catalogues
from bot.weekly import WeeklyReports, last_moment, next_moment
from core.clock import SteppedClock
from core.settings import DiscordSection, MaeariSection, ReportSection, Settings
from core.text import Translate
from core.types.action import Action, ActionState
from reports.png import PictureError
from reports.types import WeeklyReport
from storage.store import SqlStore
from tests import make

ZONES = (
    "UTC",
    "Asia/Seoul",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
)
MOMENTS = st.integers(0, 10 * 366 * 86400).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


def _settings(zone: str = "UTC", *, weekday: int = 1, hour: int = 9, folder: Path = Path()) -> Settings:
    return Settings(
        maeari=MaeariSection(timezone=zone, data_dir=folder),
        discord=DiscordSection(report_channel=7, home_guild=1),
        report=ReportSection(weekday=weekday, hour=hour),
    )


@given(MOMENTS, st.sampled_from(ZONES), st.integers(1, 7), st.integers(0, 23))
def test_the_next_moment_is_the_only_one_within_a_week(now: datetime, zone: str, weekday: int, hour: int) -> None:
    settings = _settings(zone, weekday=weekday, hour=hour)
    moment = next_moment(now, settings)

    assert moment.tzinfo is UTC
    # A week with a clock change is an hour longer or shorter.
    assert timedelta(0) < moment - now <= timedelta(days=7, hours=1)
    local = moment.astimezone(ZoneInfo(zone))
    wall = local.replace(tzinfo=None)
    # An hour that the clock skips is met at the first moment after it.
    assert wall.isoweekday() == weekday or wall.hour <= 1
    assert timedelta(0) <= wall - wall.replace(hour=hour, minute=0, second=0, microsecond=0) <= timedelta(hours=1)
    assert next_moment(moment, settings) > moment + timedelta(days=6)
    assert last_moment(now, settings) <= now < moment
    assert moment - last_moment(now, settings) <= timedelta(days=7, hours=1)


@pytest.mark.parametrize(
    ("zone", "now", "weekday", "hour", "wanted"),
    [
        # Seoul knows no summer time: 09:00 is midnight UTC.
        ("Asia/Seoul", "2026-11-09T00:00:00", 1, 9, "2026-11-16T00:00:00"),
        ("Asia/Seoul", "2026-11-08T23:59:59", 1, 9, "2026-11-09T00:00:00"),
        # New York's clocks go forward on 8 March 2026 at 2:00: the same wall time is an hour earlier in UTC.
        ("America/New_York", "2026-03-02T14:00:00", 1, 9, "2026-03-09T13:00:00"),
        # On that Sunday there is no 2:00: it is 3:00.
        ("America/New_York", "2026-03-08T05:00:00", 7, 2, "2026-03-08T07:00:00"),
        # On 1 November 2026 1:00 comes twice: the first one counts, and only that.
        ("America/New_York", "2026-11-01T04:30:00", 7, 1, "2026-11-01T05:00:00"),
        ("America/New_York", "2026-11-01T05:30:00", 7, 1, "2026-11-08T06:00:00"),
        ("America/New_York", "2026-11-01T06:00:00", 7, 1, "2026-11-08T06:00:00"),
    ],
)
def test_clock_changes(zone: str, now: str, weekday: int, hour: int, wanted: str) -> None:
    def utc(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert next_moment(utc(now), _settings(zone, weekday=weekday, hour=hour)) == utc(wanted)


@dataclass(slots=True)
class Office:
    """A store with a week of posts, and the reports over it."""

    store: SqlStore
    clock: SteppedClock
    settings: Settings
    drawn: list[WeeklyReport]
    """Reports whose picture was drawn."""

    def reports(self) -> WeeklyReports:
        """Return the worker, as a new process would build it."""
        return WeeklyReports(self.store, self.settings, self.clock, Catalogues(), wake=lambda: None)

    async def posted(self) -> list[Action]:
        """Return the reports in the outbox."""
        async with self.store.read() as unit:
            return await unit.outbox.find(states=tuple(ActionState), limit=10)


@pytest.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    clock = SteppedClock(make.START)
    store = await SqlStore.open(tmp_path / "t.db", clock=clock)

    await store.write(lambda unit: unit.mentions.add_many([make.judged(make.post(minutes=5))]))
    drawn: list[WeeklyReport] = []

    async def draw(report: WeeklyReport, _: Translate) -> bytes:
        drawn.append(report)
        if report.week.endswith("W47"):
            raise PictureError("there is no brush")
        return b"PNG"

    monkeypatch.setattr("reports.png.render", draw)
    yield Office(store, clock, _settings("Asia/Seoul", folder=tmp_path), drawn)
    await store.close()


async def _until_asleep(office: Office, worker: asyncio.Task[None]) -> None:
    """Return once the worker waits for the next hour."""
    for _ in range(2000):
        wake = office.clock.next_wake()
        if wake is not None and wake > office.clock.now():
            return
        if worker.done():
            worker.result()
        await asyncio.sleep(0.005)
    raise AssertionError("the worker never rests")


async def _run(office: Office) -> asyncio.Task[None]:
    worker = asyncio.create_task(office.reports().run())
    await _until_asleep(office, worker)
    return worker


async def _stop(worker: asyncio.Task[None]) -> None:
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)


async def test_it_is_posted_at_its_hour_and_once(office: Office) -> None:
    worker = await _run(office)
    assert await office.posted() == [], "the week is not over"
    due = next_moment(office.clock.now(), office.settings)
    office.clock.advance_to(due)
    await asyncio.sleep(0)
    await _until_asleep(office, worker)
    (report,) = await office.posted()
    assert report.draft.key == "report:2026-W46"
    assert report.draft.target.container == "7"
    assert report.draft.attachment == "reports/2026-W46.en.png"
    assert (office.settings.maeari.data_dir / report.draft.attachment).read_bytes() == b"PNG"
    await _stop(worker)

    # A restart in the same hour, and one a day later: not again.
    for later in (timedelta(minutes=1), timedelta(days=1)):
        office.clock.advance_to(due + later)
        await _stop(await _run(office))
    assert len(await office.posted()) == 1
    assert len(office.drawn) == 1


async def test_a_report_without_its_picture_is_posted_all_the_same(office: Office) -> None:
    late = make.post(native_id="t1_late", minutes=7 * 24 * 60)
    await office.store.write(lambda unit: unit.mentions.add_many([make.judged(late)]))
    office.clock.advance_to(make.START + timedelta(days=14))
    await _stop(await _run(office))
    (report,) = await office.posted()
    assert (report.draft.key, report.draft.attachment) == ("report:2026-W47", None)


async def test_a_report_missed_while_we_were_down_is_posted_at_the_start(office: Office) -> None:
    office.clock.advance_to(next_moment(office.clock.now(), office.settings) + timedelta(days=2))
    await _stop(await _run(office))
    (report,) = await office.posted()
    assert report.draft.key == "report:2026-W46"


async def test_a_week_without_posts_is_not_reported(office: Office) -> None:
    office.clock.advance_to(make.START + timedelta(days=20))
    await _stop(await _run(office))
    assert await office.posted() == []
