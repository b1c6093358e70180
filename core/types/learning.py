"""What people teach the desk: verdicts, rules that follow, causes, satisfaction. Nothing here trains a model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.types.decision import DecisionKind, Reason
from core.types.mention import StoredMention


class Correction(StrEnum):
    """What a wrongly judged mention should have been."""

    COMPLAINT = "complaint"
    QUESTION = "question"
    PRAISE = "praise"
    SUGGESTION = "suggestion"
    ABUSE = "abuse"
    NOTHING = "nothing"
    """About the brand, but nothing to act on."""
    WRONG_BRAND = "wrong_brand"
    """Not about the brand at all."""


@dataclass(frozen=True, slots=True)
class MentionVerdict:
    """What a person says about a decision. It is deleted together with the mention."""

    mention_id: int
    right: bool
    should_be: Correction | None
    """None for a right one."""
    brand: str
    decision: DecisionKind
    """What was decided when the verdict was given."""
    reason: Reason
    """The rule that had decided."""
    actor: str
    """Discord id of the person."""
    at: datetime


@dataclass(frozen=True, slots=True)
class JudgedByPerson:
    """A living mention with its verdict."""

    mention: StoredMention
    verdict: MentionVerdict


@dataclass(frozen=True, slots=True)
class PrecisionRow:
    """Verdicts on the mentions of one hour that share brand and rule; outlives them."""

    hour: datetime
    """Start of the hour in which the mentions were written, UTC."""
    brand: str
    reason: Reason
    right: int
    wrong: int


class RuleKind(StrEnum):
    """What a rule changes."""

    EXCLUSION = "exclusion"
    """A term that vetoes mentions of one brand."""
    MIN_COMPLAINT = "min_complaint"
    """`policy.flags.min_complaint`."""
    MIN_PROBABILITY = "min_probability"
    """`policy.thanks.min_probability`."""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A change of the rules: proposed, back-tested, and applied only when a person confirms."""

    kind: RuleKind
    brand: str = ""
    """For exclusions only."""
    term: str = ""
    """For exclusions only."""
    value: float = 0.0
    """For thresholds only."""


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """A change that a person confirmed; it holds until the rules are reset."""

    change: RuleChange
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Cause:
    """What lies behind several cases."""

    id: int
    title: str
    added_at: datetime
    added_by: str
    fixed_at: datetime | None = None
    fixed_by: str | None = None
    cases: int = 0
    """How many cases are linked to it."""


@dataclass(frozen=True, slots=True)
class CsatAnswer:
    """One answer to the question after a resolved case; it names nobody."""

    case_id: int
    score: int
    """1 (very dissatisfied) .. 5 (very satisfied)."""
    why: str
    """In the person's own words; empty where they gave none, or once their texts are gone."""
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class CsatCounts:
    """Satisfaction in a span of time (CSAT: the share of 4 and 5 of all answers)."""

    asked: int
    """Questions that were sent in the span."""
    by_score: tuple[int, int, int, int, int]
    """Answers per score, 1 first."""

    @property
    def answers(self) -> int:
        """All answers."""
        return sum(self.by_score)

    @property
    def satisfied(self) -> float | None:
        """Share of 4 and 5 of all answers; None without any."""
        return (self.by_score[3] + self.by_score[4]) / self.answers if self.answers else None

    @property
    def response_rate(self) -> float | None:
        """Answers per question sent, at most 1; None where nothing was asked."""
        return min(self.answers / self.asked, 1.0) if self.asked else None


NO_ANSWERS = CsatCounts(0, (0, 0, 0, 0, 0))
"""Nobody was asked."""
