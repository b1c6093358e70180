"""Plays the bundled scenario through the product and says how it went."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from bot.app import Application
from bot.demo.score import Decisions, Score, score
from bot.demo.stage import demo_settings
from bot.demo.view import View
from core.clock import SteppedClock
from core.types.action import Action, ActionState
from core.types.case import CaseQuery, CaseState
from core.types.post import Batch
from engagement.intake.pipeline import Taken
from lab.casting import Cast, discord_for, reddit_for
from lab.discord import StandInDiscord
from lab.player import Played, Player, Product
from lab.reddit import StandInReddit
from lab.scenario import Scenario

READY_SECONDS = 20.0
"""Real seconds that the two clients may take to sign in."""
CASES_SHOWN = 500
"""Open cases that are looked at for the view, which shows the newest."""
PULSE = timedelta(hours=2)
"""Longest step of the clock where nobody writes: at night little is due."""
REDRAW_SECONDS = 1.0
"""Real seconds between two looks at them."""
OPEN = (CaseState.OPEN, CaseState.CLAIMED, CaseState.WAITING)


@dataclass(frozen=True, slots=True)
class Reported:
    """One weekly report that was written."""

    week: str
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the demo."""

    score: Score
    played: Played
    reports: tuple[Reported, ...]
    summary: str
    """The last report as text."""
    problems: tuple[str, ...]
    """Short codes of what did not do its work; empty where all did."""


class Demo:
    """One run."""

    def __init__(self, scenario: Scenario, out: Path, locale: Literal["en", "ko"], *, speed: float | None) -> None:
        self.clock = SteppedClock(scenario.started_at - timedelta(minutes=5))
        self.zone = scenario.zone
        self._scenario = scenario
        self._out = out
        self._locale = locale
        self._speed = speed
        self._taken: set[str] = set()
        self._batches: dict[str, int] = {}
        self._cases: dict[str, int] = {}
        self._decisions = Decisions({})
        self._sent = 0
        self._shown = 0
        self._show_after = 0.0

    async def run(self, view: View) -> Outcome:
        """Play everything. Raises MaeariError where the stage cannot be set."""
        async with self._stage() as (reddit, discord, cast):
            settings = demo_settings(self._scenario, reddit, discord, cast, self._out, self._locale)
            app = await Application.open(settings, clock=self.clock)
            try:
                return await self._play(app, reddit, discord, cast, view)
            finally:
                view.close()
                await app.close()

    @asynccontextmanager
    async def _stage(self) -> AsyncIterator[tuple[StandInReddit, StandInDiscord, Cast]]:
        reddit = reddit_for(self._scenario, self.clock)
        discord, cast = discord_for(self._scenario, self.clock)
        await reddit.start()
        try:
            await discord.start()
            try:
                yield reddit, discord, cast
            finally:
                await discord.close()
        finally:
            await reddit.close()

    async def _play(
        self, app: Application, reddit: StandInReddit, discord: StandInDiscord, cast: Cast, view: View
    ) -> Outcome:
        self._connect(app, view)
        # One feed for all subreddits: a fortnight of polls has to fit into a minute.
        app.single_feeds = 0
        await app.start()
        assert app.bot is not None
        await asyncio.wait_for(app.bot.wait_until_ready(), READY_SECONDS)
        product = self._product(app, view)
        player = Player(self._scenario, self.clock, reddit, discord, cast, product, speed=self._speed, pulse=PULSE)
        played = await player.run()
        await app.outbox.drain()
        reports = await self._reports(app)
        return Outcome(
            score=score(self._scenario.written, played.refs, self._decisions),
            played=played,
            reports=reports,
            summary=await app.weekly.text(reports[-1].week, self._locale) if reports else "",
            problems=await self._problems(app, played, reports, (*reddit.unknown_routes, *discord.unknown_routes)),
        )

    def _connect(self, app: Application, view: View) -> None:
        def taken(batch: Batch, result: Taken) -> None:
            self._taken.update(post.ref.native_id for post in batch.posts)
            platform = batch.feed.partition(":")[0]
            self._batches[platform] = self._batches.get(platform, 0) + 1
            self._decisions.add(result.stored)
            self._cases.update(
                (one.judged.mention.post.ref.native_id, one.case_id) for one in result.stored if one.case_id is not None
            )
            view.take(result)

        def sent(action: Action) -> None:
            self._sent += 1
            view.send(action)

        app.on_taken = taken
        app.on_sent = sent

    def _product(self, app: Application, view: View) -> Product:
        async def drain() -> int:
            # The outbox has a worker of its own; a look into the table at each step would only cost time.
            count = await app.outbox.drain() if app.outbox.is_busy else 0
            if self._sent > self._shown and time.monotonic() >= self._show_after:
                self._shown, self._show_after = self._sent, time.monotonic() + REDRAW_SECONDS
                async with app.store.read() as unit:
                    view.cases(await unit.cases.find(CaseQuery(states=OPEN), limit=CASES_SHOWN))
            return count

        def is_idle() -> bool:
            return (
                not app.batches_under_way
                and not app.outbox.is_busy
                and (app.discord is None or not app.discord.waiting)
            )

        async def poll() -> None:
            assert app.reddit is not None
            await app.reddit.polled()

        async def case_of(native_id: str) -> int | None:
            return self._cases.get(native_id)

        return Product(has_taken=self._taken.__contains__, drain=drain, is_idle=is_idle, poll=poll, case_of=case_of)

    async def _reports(self, app: Application) -> tuple[Reported, ...]:
        weeks = await app.weekly.weeks()
        return tuple([Reported(week, await app.weekly.write(week, self._out, self._locale)) for week in weeks])

    async def _problems(
        self, app: Application, played: Played, reports: tuple[Reported, ...], unknown_routes: tuple[str, ...]
    ) -> tuple[str, ...]:
        async with app.store.read() as unit:
            stuck = await unit.outbox.find(states=(ActionState.SENDING,), limit=1)
        checks = {
            "reddit_silent": not self._batches.get("reddit"),
            "discord_silent": not self._batches.get("discord"),
            "feed_not_ok": any(feed.state != "ok" for feed in app.health()),
            "posts_not_taken": bool(played.untaken),
            "nothing_sent": not self._sent,
            "outbox_stuck": bool(stuck),
            "staff_idle": not played.staff_acts,
            "no_report": not reports or not all(path.stat().st_size for one in reports for path in one.paths),
            "unknown_route": bool(unknown_routes),
        }
        return tuple(code for code, failed in checks.items() if failed)
