"""What the listeners count themselves, as Prometheus metrics: read at the moment somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from core.types.post import FeedHealth

if TYPE_CHECKING:
    from prometheus_client import Metric

    from listeners.discord.catchup import DiscordCounts
    from listeners.reddit.feed import FeedState

FEED_METRICS: Mapping[str, str] = MappingProxyType(
    {
        "maeari_polls_total": "Polls that came to an end, well or badly.",
        "maeari_polls_failed_total": "Polls that were not answered, were refused, or brought nonsense.",
        "maeari_pages_total": "Pages of listings that were asked for.",
        "maeari_drops_total": "What could not be taken in: by reason, read again or lost.",
        "maeari_queue_depth": "What waits between a platform and the database.",
        "maeari_caught_up_total": "Messages that were read by history after a restart or a lost session.",
        "maeari_reddit_requests_total": "Requests to Reddit's API.",
        "maeari_feed_state": "1 for the state a feed is in.",
        "maeari_feed_age_seconds": "Seconds since a feed was last read.",
    }
)
"""Names as Prometheus shows them, and what they count."""


@dataclass(frozen=True, slots=True)
class FeedFigures:
    """What the listeners say of themselves at one moment."""

    feeds: tuple[FeedHealth, ...] = ()
    ages: Mapping[str, float] = field(default_factory=dict)
    """Seconds since a feed was last read."""
    polls: Mapping[str, FeedState] = field(default_factory=dict)
    """Reddit's feeds by name."""
    requests: int = 0
    """To Reddit."""
    requests_waiting: int = 0
    discord: DiscordCounts | None = None


class FeedCollector(Collector):
    """Turns the figures of the moment into metrics."""

    def __init__(self, read: Callable[[], FeedFigures]) -> None:
        self._read = read

    def describe(self) -> Iterable[Metric]:
        """Name the metrics without reading them."""
        return _Families().all()

    def collect(self) -> Iterator[Metric]:
        """Read the figures."""
        figures, families = self._read(), _Families()
        for feed in figures.feeds:
            families.state.add_metric([feed.feed, feed.state], 1)
        for name, seconds in figures.ages.items():
            families.age.add_metric([name], seconds)
        for name, state in figures.polls.items():
            families.polls.add_metric([name], state.polls_done)
            families.failed.add_metric([name], state.polls_failed)
            families.pages.add_metric([name], state.pages)
        families.drops.add_metric(["reddit", "unreadable"], sum(state.malformed for state in figures.polls.values()))
        families.requests.add_metric([], figures.requests)
        families.depth.add_metric(["reddit_requests"], figures.requests_waiting)
        if figures.discord is not None:
            families.depth.add_metric(["discord_events"], figures.discord.waiting)
            families.drops.add_metric(["discord", "overflowed"], figures.discord.overflowed)
            families.drops.add_metric(["discord", "deletions_lost"], figures.discord.deletions_lost)
            families.caught_up.add_metric([], figures.discord.caught_up)
        yield from families.all()


class _Families:
    """One family of samples for each name."""

    def __init__(self) -> None:
        self.polls = _counter("maeari_polls_total", "feed")
        self.failed = _counter("maeari_polls_failed_total", "feed")
        self.pages = _counter("maeari_pages_total", "feed")
        self.drops = _counter("maeari_drops_total", "source", "reason")
        self.caught_up = _counter("maeari_caught_up_total")
        self.requests = _counter("maeari_reddit_requests_total")
        self.depth = _gauge("maeari_queue_depth", "queue")
        self.state = _gauge("maeari_feed_state", "feed", "state")
        self.age = _gauge("maeari_feed_age_seconds", "feed")

    def all(self) -> list[Metric]:
        return list(vars(self).values())


def _counter(name: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(name.removesuffix("_total"), FEED_METRICS[name], labels=labels)


def _gauge(name: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, FEED_METRICS[name], labels=labels)
