"""Measures against messages and members, and what became of them. Abuse is judged apart from complaints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.types.post import Source


class MeasureKind(StrEnum):
    """What a moderator can do."""

    DELETE = "delete"
    """Take the post away (on Reddit: remove it)."""
    WARN = "warn"
    """Tell the author, and nothing else."""
    TIMEOUT = "timeout"
    KICK = "kick"
    BAN = "ban"
    LOCK = "lock"
    """Nobody may answer the post (Reddit)."""
    REPORT = "report"
    """Tell the moderators of the place, where we are none (Reddit)."""


class MeasureState(StrEnum):
    """Where a measure stands."""

    BEGUN = "begun"
    """Noted, and on its way to the platform: after a crash nobody knows whether it happened."""
    DONE = "done"
    FAILED = "failed"
    """The platform refused it; `detail` says why."""
    LIFTED = "lifted"
    """Taken back after an appeal."""


class AppealState(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    GRANTED = "granted"
    UPHELD = "upheld"
    """The measure stays."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure as it is ordered."""

    kind: MeasureKind
    source: Source
    container: str
    """Channel or subreddit that it is about."""
    moderator: str
    """Discord id of who orders it."""
    reason: str
    guild_id: str | None = None
    post_id: str | None = None
    """Native id of the post it is about."""
    member_id: str | None = None
    """Native id of the person it is about."""
    member_name: str = ""
    until: datetime | None = None
    """End of a timeout."""
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class MeasureRecord:
    """A line of the moderation log. Its number is what people call the moderation case."""

    number: int
    kind: MeasureKind
    state: MeasureState
    source: Source
    container: str
    guild_id: str | None
    moderator: str
    reason: str
    at: datetime
    author_key: str | None
    """Whom it is about; None once they asked to be forgotten."""
    until: datetime | None = None
    case_id: int | None = None
    detail: str = ""
    """Why it failed, or that its notice did not arrive: a short code."""
    appeal: AppealState | None = None
    appeal_text: str = ""
    appealed_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str = ""
    """What the second moderator gave as reason."""
