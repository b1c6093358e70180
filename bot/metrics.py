"""Prometheus metrics and the health page, on loopback by default."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from core.errors import AddressInUseError
from core.types.post import FeedHealth

if TYPE_CHECKING:
    from prometheus_client.metrics import MetricWrapperBase


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
        self.feed_age = Gauge(
            "maeari_feed_age_seconds", "Seconds since a feed was last read.", ["feed"], registry=self.registry
        )
        self.batch_seconds = Histogram(
            "maeari_batch_seconds",
            "Time from a batch to its durable rows, seconds.",
            buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
            registry=self.registry,
        )
        self.restarts = Counter(
            "maeari_worker_restarts", "Restarts of a supervised worker.", ["worker"], registry=self.registry
        )

    def names(self) -> list[str]:
        """Return the metrics' names as Prometheus shows them."""
        metrics: Iterable[MetricWrapperBase] = vars(self).values()
        return [
            metric._name + ("_total" if isinstance(metric, Counter) else "")
            for metric in metrics
            if isinstance(metric, Counter | Gauge | Histogram)
        ]


class MetricsServer:
    """Serves `/metrics` and `/healthz`."""

    def __init__(
        self, metrics: Metrics, health: Callable[[], tuple[FeedHealth, ...]], refresh: Callable[[], None]
    ) -> None:
        self._metrics = metrics
        self._health = health
        self._refresh = refresh
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen on an address. Raises AddressInUseError where it is taken."""
        app = web.Application()
        app.router.add_get("/metrics", self._show_metrics)
        app.router.add_get("/healthz", self._show_health)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self.close()
            raise AddressInUseError(
                f"{host}:{port} cannot be listened on ({error.strerror}); set another maeari.metrics_port"
            ) from None

    async def close(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _show_metrics(self, request: web.Request) -> web.Response:
        del request
        self._refresh()
        return web.Response(body=generate_latest(self._metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _show_health(self, request: web.Request) -> web.Response:
        del request
        feeds = self._health()
        sick = [feed for feed in feeds if feed.state != "ok"]
        return web.json_response(
            {
                "ok": not sick,
                "feeds": [
                    {
                        "feed": feed.feed,
                        "state": feed.state,
                        "last_seen_at": feed.last_seen_at.isoformat() if feed.last_seen_at else None,
                        "posts_seen": feed.posts_seen,
                    }
                    for feed in feeds
                ],
            },
            status=200 if not sick else 503,
        )
