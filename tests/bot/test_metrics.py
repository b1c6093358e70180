"""What Prometheus reads and what a health check sees."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from bot.app import Application
from bot.feed_metrics import FeedFigures
from bot.metrics import SICK, Metrics, MetricsServer
from bot.supervisor import Worker
from bot.views.names import FEED_STATE
from core.clock import SteppedClock
from core.errors import AddressInUseError, SendDelayedError, SendRefusedError
from core.settings import DiscordSection, MaeariSection, Settings
from core.types.action import Action, ActionDraft, ActionKind, Purpose, Receipt, Target
from core.types.brand import Brand, Term
from core.types.post import Batch, FeedHealth, Source
from listeners.discord.catchup import DiscordCounts
from listeners.reddit.feed import FeedState
from matching.matcher import BrandMatcher
from tests import make


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Pages:
    """A metrics server over feeds and workers that a test sets."""

    def __init__(self) -> None:
        self.feeds: tuple[FeedHealth, ...] = ()
        self.workers: list[Worker] = []
        self.refreshed = 0
        self.port = _free_port()
        metrics = Metrics()
        metrics.watch(lambda: FeedFigures(self.feeds))
        self.server = MetricsServer(metrics, lambda: self.feeds, lambda: self.workers, self._refresh)

    async def _refresh(self) -> None:
        self.refreshed += 1

    async def get(self, path: str) -> tuple[int, str]:
        url = f"http://127.0.0.1:{self.port}{path}"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def pages() -> AsyncIterator[Pages]:
    built = Pages()
    await built.server.start("127.0.0.1", built.port)
    yield built
    await built.server.close()


async def _runs() -> None:
    raise AssertionError("nobody runs it here")


async def test_health_is_ok_while_all_is_well_or_as_the_operator_chose(pages: Pages) -> None:
    pages.feeds = (
        FeedHealth("reddit:new:korea", "ok", make.START, 7),
        FeedHealth("discord", "no_message_content", None, 0),
        FeedHealth("reddit", "not_served", None, 0),
    )
    pages.workers = [Worker("outbox", _runs)]
    status, text = await pages.get("/healthz")
    shown = json.loads(text)
    assert (status, shown["ok"], shown["late"]) == (200, True, [])
    assert shown["feeds"][0] == {
        "feed": "reddit:new:korea",
        "state": "ok",
        "detail": "",
        "last_seen_at": "2026-11-09T09:00:00+00:00",
        "posts_seen": 7,
    }


@pytest.mark.parametrize("state", sorted(SICK))
async def test_a_sick_feed_is_named(pages: Pages, state: str) -> None:
    pages.feeds = (FeedHealth("reddit:new:a", "ok", None, 0), FeedHealth("reddit:new:b", state, None, 0))
    status, text = await pages.get("/healthz")
    assert (status, json.loads(text)["late"]) == (503, ["reddit:new:b"])


@pytest.mark.parametrize("state", ["restarting", "failed", "ended"])
async def test_a_worker_that_does_not_run_is_named(pages: Pages, state: str) -> None:
    pages.workers = [Worker("outbox", _runs, state=state, restarts=3)]
    status, text = await pages.get("/healthz")
    shown = json.loads(text)
    assert (status, shown["late"]) == (503, ["worker outbox"])
    assert shown["workers"] == [{"worker": "outbox", "state": state, "restarts": 3}]


def test_people_can_read_every_state() -> None:
    assert set(FEED_STATE) >= SICK | {"ok", "not_served", "no_message_content"}


async def test_a_taken_port_is_one_line(pages: Pages) -> None:
    second = Pages()
    with pytest.raises(AddressInUseError, match=rf"127\.0\.0\.1:{pages.port} .*maeari\.metrics_port"):
        await second.server.start("127.0.0.1", pages.port)
    with pytest.raises(AddressInUseError, match="cannot be listened on"):
        await second.server.start("192.0.2.1", second.port)
    await second.server.close()


async def test_gauges_are_brought_up_to_date_for_each_reading(pages: Pages) -> None:
    status, text = await pages.get("/metrics")
    await pages.get("/metrics")
    assert status == 200
    assert pages.refreshed == 2
    assert {family.name for family in text_string_to_metric_families(text)} >= {
        name.removesuffix("_total") for name in Metrics().names()
    }


def test_what_listeners_count_is_shown() -> None:
    metrics = Metrics()
    metrics.watch(
        lambda: FeedFigures(
            feeds=(FeedHealth("reddit:new:a", "closed", None, 0, "private"),),
            ages={"reddit:new:a": 90.0},
            polls={"reddit:new:a": FeedState(polls_done=7, polls_failed=2, pages=9, malformed=3)},
            requests=12,
            requests_waiting=4,
            discord=DiscordCounts(
                waiting=5, overflowed=6, deletions_lost=1, caught_up=130, found_deleted=2, to_look_at=0
            ),
        )
    )
    value = metrics.registry.get_sample_value
    feed = {"feed": "reddit:new:a"}
    assert value("maeari_feed_state", {**feed, "state": "closed"}) == 1
    assert value("maeari_feed_age_seconds", feed) == 90
    assert [value(f"maeari_{name}_total", feed) for name in ("polls", "polls_failed", "pages")] == [7, 2, 9]
    assert value("maeari_drops_total", {"source": "reddit", "reason": "unreadable"}) == 3
    assert value("maeari_drops_total", {"source": "discord", "reason": "overflowed"}) == 6
    assert value("maeari_drops_total", {"source": "discord", "reason": "deletions_lost"}) == 1
    assert value("maeari_queue_depth", {"queue": "discord_events"}) == 5
    assert value("maeari_queue_depth", {"queue": "reddit_requests"}) == 4
    assert value("maeari_caught_up_total") == 130
    assert value("maeari_reddit_requests_total") == 12


async def test_judging_is_timed(tmp_path: Path) -> None:
    async with _application(tmp_path) as (app, _):
        app.pipeline.intake.follow(BrandMatcher([Brand("Lumora", terms=(Term("lumora"),))]))
        batch = Batch("reddit:new:a", posts=(make.post("I love my Lumora", native_id="t1_a"), make.post("nothing")))
        await app.pipeline.intake.take(batch)
        assert (app.metrics.registry.get_sample_value("maeari_scoring_seconds_count") or 0) >= 1


class Platform:
    """A sender that answers as it is told."""

    source = Source.DISCORD

    def __init__(self, clock: SteppedClock) -> None:
        self.answers: list[Exception | None] = []
        self._clock = clock

    async def send(self, action: Action) -> Receipt:
        answer = self.answers.pop(0)
        if answer is not None:
            raise answer
        return Receipt(native_id=f"m{action.id}", sent_at=self._clock.now(), url="")

    async def find(self, action: Action) -> Receipt | None:
        raise AssertionError("nothing is unknown here")


@asynccontextmanager
async def _application(folder: Path) -> AsyncIterator[tuple[Application, Platform]]:
    clock = SteppedClock(make.START)
    settings = Settings(
        maeari=MaeariSection(data_dir=folder), discord=DiscordSection(token=SecretStr("t"), staff_channel=5)
    )
    app = await Application.open(settings, clock=clock)
    platform = Platform(clock)
    app.outbox.senders[Source.DISCORD] = platform
    try:
        yield app, platform
    finally:
        await app.close()


def _draft(number: int, source: Source = Source.DISCORD) -> ActionDraft:
    return ActionDraft(
        kind=ActionKind.POST,
        purpose=Purpose.STAFF_POST,
        target=Target(source, "5"),
        key=f"test:{number}",
        text=f"words {number}",
    )


async def test_sends_are_counted_by_what_became_of_them(tmp_path: Path) -> None:
    async with _application(tmp_path) as (app, platform):
        platform.answers = [None, SendRefusedError("no", reason="locked"), SendDelayedError("later", retry_after=60)]
        drafts = [_draft(number) for number in range(3)] + [_draft(9, Source.REDDIT)]
        for draft in drafts:
            await app.store.write(lambda unit, draft=draft: unit.outbox.add(draft, created_at=app.clock.now()))  # type: ignore[misc]
        await app.refresh_metrics()
        assert app.metrics.registry.get_sample_value("maeari_outbox_waiting") == 4
        await app.outbox.drain()
        await app.refresh_metrics()

        def sends(source: str, outcome: str) -> float | None:
            labels = {"source": source, "outcome": outcome}
            return app.metrics.registry.get_sample_value("maeari_sends_total", labels)

        assert [sends("discord", outcome) for outcome in ("sent", "refused", "delayed")] == [1, 1, 1]
        # Reddit has no credentials here: its action waits, and that is told, too.
        assert sends("reddit", "delayed") == 1
        assert app.metrics.registry.get_sample_value("maeari_outbox_waiting") == 2


async def test_the_status_tells_the_same(tmp_path: Path) -> None:
    async with _application(tmp_path) as (app, platform):
        platform.answers = [SendRefusedError("no", reason="locked")]
        await app.store.write(lambda unit: unit.outbox.add(_draft(1), created_at=app.clock.now()))
        await app.outbox.drain()
        praise, old = (
            make.judged(),
            make.judged(replace(make.post(native_id="t1_old"), created_at=make.START - timedelta(days=2))),
        )
        await app.store.write(lambda unit: unit.mentions.add_many([praise, old]))
        status = await app.status()
        assert (status.outbox_refused, status.outbox_waiting, status.drafts_waiting) == (1, 0, 0)
        assert status.mentions_today == 1, "the last 24 hours"
        assert (status.open_cases, status.overdue_cases, status.gaps) == (0, 0, 0)
        assert status.started_at == make.START
        assert {feed.feed: feed.state for feed in status.feeds}["reddit"] == "not_served"


def test_names_follow_the_rules_of_prometheus() -> None:
    for name in Metrics().names():
        assert re.fullmatch(r"maeari_[a-z_]+", name)
        assert "total" not in name.removesuffix("_total")
