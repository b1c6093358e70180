"""Mentions: one post naming one brand, and how they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.types.assessment import Assessment, Intent, Label
from core.types.decision import Decision, DecisionKind
from core.types.post import Author, Post, Source


@dataclass(frozen=True, slots=True)
class Hit:
    """A term found in a text."""

    brand: str
    term: str
    start: int
    """Offset of the first character in the original text (title, blank line, text)."""
    end: int
    """Offset behind the last character; particles behind a Hangul term are not part of it."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One post naming one brand."""

    post: Post
    brand: str
    hits: tuple[Hit, ...]
    """At least one, in the order of the text, all of `brand`."""


@dataclass(frozen=True, slots=True)
class JudgedMention:
    """A mention with its assessment and decision: what one unit of work stores."""

    mention: Mention
    assessment: Assessment
    decision: Decision


@dataclass(frozen=True, slots=True)
class StoredMention:
    """A mention as the store holds it. Text and author are None once purged (a tombstone)."""

    id: int
    source: Source
    container: str
    native_id: str | None
    brand: str
    created_at: datetime
    text: str | None
    """Title and text."""
    author: Author | None
    author_key: str | None
    """HMAC(install secret, platform, native id): the only name of an author outside the authors table."""
    url: str | None
    container_name: str | None
    guild_id: str | None
    parent_id: str | None
    thread_id: str | None
    reply_count: int
    assessment: Assessment
    decision: Decision
    case_id: int | None = None
    thanked: bool = False
    edited_at: datetime | None = None
    purged_at: datetime | None = None


class MentionOrder(StrEnum):
    """How a list of mentions is sorted."""

    NEWEST = "newest"
    OLDEST = "oldest"
    MOST_POSITIVE = "most_positive"
    MOST_NEGATIVE = "most_negative"


@dataclass(frozen=True, slots=True)
class MentionQuery:
    """Which mentions to list; None means any."""

    text: str | None = None
    """Words to search for; Korean is found by its syllable pairs."""
    brand: str | None = None
    source: Source | None = None
    container: str | None = None
    label: Label | None = None
    intent: Intent | None = None
    decision: DecisionKind | None = None
    since: datetime | None = None
    """Inclusive."""
    until: datetime | None = None
    """Exclusive."""
    author_key: str | None = None
    with_tombstones: bool = False
    order: MentionOrder = MentionOrder.NEWEST
