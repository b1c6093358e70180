"""Counts that outlive the posts behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.types.assessment import Intent, Label
from core.types.decision import DecisionKind
from core.types.post import Source


@dataclass(frozen=True, slots=True)
class RollupRow:
    """Mentions of one hour that share all their sides. Rebuilds from mentions and tombstones."""

    hour: datetime
    """Start of the hour, UTC."""
    source: Source
    container: str
    brand: str
    label: Label
    intent: Intent
    decision: DecisionKind
    mentions: int
    replies_received: int
    """Replies and comments that these posts received at their source."""


@dataclass(frozen=True, slots=True)
class ReplyCounts:
    """Our own replies in a span of time, by who gave them."""

    thanks: int
    """Automatic thank-yous."""
    bot: int
    """Other bot messages to members: answers in chat, offered articles."""
    staff: int
    """Staff replies sent through the bot."""
    native: int
    """Staff replies given straight at the source."""


class ReplyKind(StrEnum):
    """Who gave a reply of ours; the fields of `ReplyCounts`."""

    THANKS = "thanks"
    BOT = "bot"
    STAFF = "staff"
    NATIVE = "native"


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """Our own replies of one hour that share all their sides."""

    hour: datetime
    """Start of the hour, UTC."""
    source: Source
    container: str
    brand: str | None
    """None where a reply belongs to no mention: an answer in chat."""
    kind: ReplyKind
    replies: int


@dataclass(frozen=True, slots=True)
class TermCount:
    """Mentions of one UTC day that held a term; outlives the posts."""

    day: datetime
    """Start of the day, UTC."""
    brand: str
    term: str
    mentions: int


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of a purged mention: it keeps the counts true and can be counted again."""

    hour: datetime
    source: Source
    container: str
    brand: str
    label: Label
    intent: Intent
    decision: DecisionKind
    replies_received: int
