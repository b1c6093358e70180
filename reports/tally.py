"""Adding up: roll-up rows and reply rows to the lines of the report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from typing import TypeVar

from core.types.post import Source
from core.types.rollup import ReplyCounts, ReplyKind, ReplyRow, RollupRow
from reports.types import CountLine, DecisionCounts, IntentCounts, Split, VoiceLine
from reports.week import DAYS, Week

K = TypeVar("K", bound=Hashable)
Place = tuple[Source, str]
"""Source and container: container ids are unique within their source."""


@dataclass(slots=True)
class Sum:
    """What adds up for one line."""

    labels: Counter[str] = field(default_factory=Counter)
    replies: Counter[str] = field(default_factory=Counter)
    received: int = 0
    before: int = 0

    @property
    def split(self) -> Split:
        """Mentions by label."""
        return Split(**self.labels)

    @property
    def given(self) -> ReplyCounts:
        """Our replies by who gave them."""
        return reply_counts(self.replies)


@dataclass(frozen=True, slots=True)
class Counts:
    """The rows of a week and of the week before."""

    rows: Sequence[RollupRow]
    replies: Sequence[ReplyRow]
    rows_before: Sequence[RollupRow]

    def without(self, brands: Collection[str]) -> Counts:
        """Return the counts without those of these brands."""
        return Counts(
            [row for row in self.rows if row.brand not in brands],
            [row for row in self.replies if row.brand not in brands],
            [row for row in self.rows_before if row.brand not in brands],
        )

    def sums(self, mention_key: Callable[[RollupRow], K], reply_key: Callable[[ReplyRow], K]) -> dict[K, Sum]:
        """Add up by a key."""
        sums: defaultdict[K, Sum] = defaultdict(Sum)
        for row in self.rows:
            one = sums[mention_key(row)]
            one.labels[row.label.value] += row.mentions
            one.received += row.replies_received
        for row in self.rows_before:
            sums[mention_key(row)].before += row.mentions
        for reply in self.replies:
            sums[reply_key(reply)].replies[reply.kind.value] += reply.replies
        return dict(sums)


def reply_counts(counted: Mapping[str, int]) -> ReplyCounts:
    """Return counts by kind as their type."""
    return ReplyCounts(**{kind.value: counted.get(kind.value, 0) for kind in ReplyKind})


def split_of(rows: Iterable[RollupRow]) -> Split:
    """Count mentions by sentiment."""
    return Split(**_counted(rows, lambda row: row.label.value))


def intents_of(rows: Iterable[RollupRow]) -> IntentCounts:
    """Count mentions by intent."""
    return IntentCounts(**_counted(rows, lambda row: row.intent.value))


def decisions_of(rows: Iterable[RollupRow]) -> DecisionCounts:
    """Count mentions by decision."""
    return DecisionCounts(**_counted(rows, lambda row: row.decision.value))


def _counted(rows: Iterable[RollupRow], key: Callable[[RollupRow], str]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for row in rows:
        counted[key(row)] += row.mentions
    return dict(counted)


def source_lines(counts: Counts) -> tuple[CountLine, ...]:
    """Return a line for each source, the busiest first."""
    sums = counts.sums(lambda row: row.source, lambda reply: reply.source)
    return _sorted(_line(source.value, source.value, one, source=source) for source, one in sums.items())


def container_lines(counts: Counts, names: Mapping[Place, str]) -> tuple[CountLine, ...]:
    """Return a line for each container, the busiest first."""
    sums = counts.sums(lambda row: (row.source, row.container), lambda reply: (reply.source, reply.container))
    return _sorted(
        _line(container, place_name(source, container, names), one, source=source)
        for (source, container), one in sums.items()
    )


def brand_lines(counts: Counts, brands: Collection[str], competitors: Collection[str]) -> tuple[CountLine, ...]:
    """Return a line for each brand, followed ones also without a mention; replies without a brand come last."""
    sums = counts.sums(lambda row: row.brand, lambda reply: reply.brand or "")
    for brand in brands:
        sums.setdefault(brand, Sum())
    without_brand = sums.pop("", None)
    lines = _sorted(_line(brand, brand, one, competitor=brand in competitors) for brand, one in sums.items())
    ours_first = tuple(sorted(lines, key=lambda line: line.competitor))
    return ours_first if without_brand is None else (*ours_first, _line("", "", without_brand))


def day_lines(counts: Counts, week: Week, zone: tzinfo) -> tuple[CountLine, ...]:
    """Return the seven days, Monday first."""
    sums = counts.sums(lambda row: _weekday(row, zone), lambda reply: _weekday(reply, zone))
    return tuple(
        _line(week.days[day].isoformat(), week.days[day].isoformat(), sums.get(day, Sum())) for day in range(DAYS)
    )


def voice_lines(lines: Iterable[CountLine]) -> tuple[VoiceLine, ...]:
    """Return each brand's share of all mentions, the loudest first."""
    brands = [line for line in lines if line.key]
    total, total_before = sum(line.mentions.total for line in brands), sum(line.before for line in brands)
    shares = (
        VoiceLine(
            brand=line.key,
            competitor=line.competitor,
            mentions=line.mentions.total,
            share=line.mentions.total / total if total else 0.0,
            share_before=line.before / total_before if total_before else None,
        )
        for line in brands
    )
    return tuple(sorted(shares, key=lambda line: (-line.mentions, line.brand)))


def place_name(source: Source, container: str, names: Mapping[Place, str]) -> str:
    """Return how people call a container: `r/gadgets`, `#help`, or its id where nobody told."""
    return f"r/{container}" if source is Source.REDDIT else names.get((source, container), container)


def _weekday(row: RollupRow | ReplyRow, zone: tzinfo) -> int:
    # The middle of the hour decides: in a zone off by half an hour, one hour of UTC holds both sides of midnight.
    return (row.hour + timedelta(minutes=30)).astimezone(zone).weekday()


def _line(key: str, name: str, one: Sum, *, source: Source | None = None, competitor: bool = False) -> CountLine:
    return CountLine(key, name, one.split, one.given, one.received, one.before, source, competitor)


def _sorted(lines: Iterable[CountLine]) -> tuple[CountLine, ...]:
    return tuple(sorted(lines, key=lambda line: (-line.mentions.total, -line.before, line.key)))
