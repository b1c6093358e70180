"""The weekly mention report as one value. Renderers read it and nothing else.

Moments are aware, in UTC; spans of time are seconds. Counts are of own brands, unless a brand is named: competitors are
counted in `by_brand` and `share_of_voice` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.types.assessment import Intent, Label
from core.types.case import AnsweredBy, CaseKind, CaseState, Severity
from core.types.decision import DecisionKind
from core.types.learning import NO_ANSWERS, CsatCounts
from core.types.post import Gap, Source
from core.types.rollup import ReplyCounts


@dataclass(frozen=True, slots=True)
class Split:
    """Mentions by sentiment."""

    negative: int = 0
    neutral: int = 0
    positive: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.negative + self.neutral + self.positive

    def of(self, label: Label) -> int:
        """Return the count of one label."""
        return {Label.NEGATIVE: self.negative, Label.NEUTRAL: self.neutral, Label.POSITIVE: self.positive}[label]

    def share(self, label: Label) -> float | None:
        """Return a label's share, 0..1; None where there is no mention."""
        return self.of(label) / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class IntentCounts:
    """Mentions by what their writers want."""

    complaint: int = 0
    praise: int = 0
    question: int = 0
    suggestion: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True)
class DecisionCounts:
    """Mentions by what was decided about them."""

    thank: int = 0
    flag: int = 0
    review: int = 0
    moderate: int = 0
    ignore: int = 0


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """Cases opened in a span of time, and how soon they were answered."""

    opened: int
    answered: int
    overdue: int
    """Never answered, and the time for it is over."""
    open: int
    """Neither resolved nor dismissed when the report was made."""
    by_desk: int
    """First answered by staff through the bot."""
    natively: int
    """First answered by staff straight at the source."""
    median_seconds: float | None
    """Median first response time of the answered."""
    p90_seconds: float | None
    """Nine of ten answered cases were answered within it (nearest rank)."""
    in_time: int
    """Answered before they were due."""
    measured: int
    """Answered or overdue: what `in_time` is a share of. Cases dismissed unanswered and cases not yet due are not."""

    @property
    def share_in_time(self) -> float | None:
        """Share answered in time, 0..1; None where nothing can be measured."""
        return self.in_time / self.measured if self.measured else None


@dataclass(frozen=True, slots=True)
class Totals:
    """The headline counts of a week."""

    mentions: Split
    intents: IntentCounts
    decisions: DecisionCounts
    replies_given: ReplyCounts
    replies_received: int
    """Replies and comments that the posts behind the mentions received at their source."""
    cases: CaseFigures


@dataclass(frozen=True, slots=True)
class CountLine:
    """One source, container, brand or day."""

    key: str
    """`reddit`; a container's id; a brand's name, empty for replies that belong to no mention; `2026-11-09`."""
    name: str
    """As people call it: `r/gadgets`, `#help`; equal to `key` for brands and days."""
    mentions: Split
    replies_given: ReplyCounts
    replies_received: int
    before: int
    """Mentions of the week before (for a day: of the same weekday)."""
    source: Source | None = None
    """Of a source or container."""
    competitor: bool = False


@dataclass(frozen=True, slots=True)
class VoiceLine:
    """A brand's share of all mentions, competitors included."""

    brand: str
    competitor: bool
    mentions: int
    share: float
    """0..1."""
    share_before: float | None
    """Of the week before; None where it had no mentions."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case of the week."""

    id: int
    kind: CaseKind
    severity: Severity
    state: CaseState
    brand: str
    opened_at: datetime
    due_at: datetime
    answered_at: datetime | None
    answered_by: AnsweredBy | None
    response_seconds: float | None
    in_time: bool | None
    """None where it is neither answered nor overdue, or was dismissed unanswered."""
    mention_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A post worth reading: among the strongest praise or complaints."""

    mention_id: int
    brand: str
    source: Source
    container_name: str
    created_at: datetime
    text: str
    """As it was written, cut. Foreign text: escape it."""
    url: str | None
    score: float
    replies_received: int
    thanked: bool
    case: CaseLine | None


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One mention behind the numbers; of a purged one only what its tombstone keeps."""

    mention_id: int
    created_at: datetime
    """Of a tombstone: the start of its hour."""
    source: Source
    container: str
    container_name: str
    brand: str
    label: Label
    intent: Intent
    decision: DecisionKind
    replies_received: int
    url: str | None
    purged: bool
    case_id: int | None


@dataclass(frozen=True, slots=True)
class WeeklyReport:
    """The weekly mention report."""

    week: str
    """ISO week, e.g. `2026-W46`."""
    chosen: bool
    """True where the week was asked for; False where it is the latest with posts."""
    timezone: str
    starts_at: datetime
    ends_at: datetime
    """Exclusive."""
    generated_at: datetime
    brands: tuple[str, ...]
    """Own brands."""
    totals: Totals
    before: Totals
    """The week before."""
    by_source: tuple[CountLine, ...]
    by_container: tuple[CountLine, ...]
    by_brand: tuple[CountLine, ...]
    """Competitors too."""
    by_day: tuple[CountLine, ...]
    """Monday to Sunday, always seven."""
    share_of_voice: tuple[VoiceLine, ...]
    praise: tuple[Quote, ...]
    complaints: tuple[Quote, ...]
    cases: tuple[CaseLine, ...]
    """All cases opened in the week, oldest first."""
    gaps: tuple[Gap, ...]
    """Spans nobody could read: counts may be too low there."""
    trail: tuple[TrailLine, ...]
    """The mentions behind the numbers, oldest first, competitors too."""
    trail_left_out: int
    """How many more there are; list them with `maeari mentions`."""
    csat: CsatCounts = NO_ANSWERS
    """Questions sent and answers given in the week about resolved cases, whenever those were opened."""
