"""Prometheus metrics and the health page, on loopback by default."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.feed_metrics import FEED_METRICS, FeedCollector, FeedFigures
from core.errors import AddressInUseError
from core.text import mark
from core.types.post import FeedHealth

if TYPE_CHECKING:
    from prometheus_client.metrics import MetricWrapperBase

    from bot.supervisor import Worker

SHUTDOWN_SECONDS = 0.5
"""Seconds that an open request gets when we close."""
SICK = frozenset({"late", "closed", "no_credentials", "suspended", "shadow_banned", "stopped"})
"""States of a feed that somebody has to look at. A platform without credentials, and a missing intent, are choices."""


class Metrics:
    """All counters of one running bot, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.posts = Counter("maeari_posts", "Posts that came in, matched or not.", ["source"], registry=self.registry)
        self.mentions = Counter(
            "maeari_mentions", "Mentions stored, by decision.", ["source", "decision"], registry=self.registry
        )
        self.gaps = Counter(
            "maeari_gaps", "Spans of a feed nobody can read any more.", ["feed"], registry=self.registry
        )
        self.sends = Counter(
            "maeari_sends", "Actions that left the outbox, by outcome.", ["source", "outcome"], registry=self.registry
        )
        self.waiting = Gauge("maeari_outbox_waiting", "Actions waiting in the outbox.", registry=self.registry)
        self.lag = Gauge(
            "maeari_lag_seconds",
            "Seconds from a post to its durable row, of the newest live batch.",
            ["source"],
            registry=self.registry,
        )
        self.batch_seconds = Histogram(
            "maeari_batch_seconds",
            "Time from a batch to its durable rows, seconds.",
            buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
            registry=self.registry,
        )
        self.scoring_seconds = Histogram(
            "maeari_scoring_seconds",
            "Time to judge one post for one brand, seconds.",
            buckets=(0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1),
            registry=self.registry,
        )
        self.restarts = Counter(
            "maeari_worker_restarts", "Restarts of a supervised worker.", ["worker"], registry=self.registry
        )

    def watch(self, read: Callable[[], FeedFigures]) -> None:
        """Show what the listeners count themselves, too."""
        self.registry.register(FeedCollector(read))

    def names(self) -> list[str]:
        """Return the metrics' names as Prometheus shows them, those of the feeds among them."""
        metrics: Iterable[MetricWrapperBase] = vars(self).values()
        return [*FEED_METRICS] + [
            metric._name + ("_total" if isinstance(metric, Counter) else "")
            for metric in metrics
            if isinstance(metric, Counter | Gauge | Histogram)
        ]


class MetricsServer:
    """Serves `/metrics` and `/healthz`."""

    def __init__(
        self,
        metrics: Metrics,
        health: Callable[[], tuple[FeedHealth, ...]],
        workers: Callable[[], Iterable[Worker]],
        refresh: Callable[[], Awaitable[None]],
    ) -> None:
        """Prepare; `refresh` brings the gauges up to date before each reading."""
        self._metrics = metrics
        self._health = health
        self._workers = workers
        self._refresh = refresh
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen on an address. Raises AddressInUseError where it is taken."""
        app = web.Application()
        app.router.add_get("/metrics", self._show_metrics)
        app.router.add_get("/healthz", self._show_health)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self.close()
            raise AddressInUseError(
                mark("{address} cannot be listened on ({problem}); set another maeari.metrics_port"),
                address=f"{host}:{port}",
                problem=os.strerror(error.errno) if error.errno else type(error).__name__,
            ) from None

    async def close(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _show_metrics(self, request: web.Request) -> web.Response:
        del request
        await self._refresh()
        return web.Response(body=generate_latest(self._metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _show_health(self, request: web.Request) -> web.Response:
        del request
        feeds, workers = self._health(), list(self._workers())
        sick = [feed.feed for feed in feeds if feed.state in SICK]
        sick += [f"worker {worker.name}" for worker in workers if worker.state != "running"]
        shown = {
            "ok": not sick,
            "late": sick,
            "feeds": [
                {
                    "feed": feed.feed,
                    "state": feed.state,
                    "detail": feed.detail,
                    "last_seen_at": feed.last_seen_at.isoformat() if feed.last_seen_at else None,
                    "posts_seen": feed.posts_seen,
                }
                for feed in feeds
            ],
            "workers": [
                {"worker": worker.name, "state": worker.state, "restarts": worker.restarts} for worker in workers
            ],
        }
        return web.json_response(shown, status=503 if sick else 200)
