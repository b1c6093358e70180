"""What happens in a scenario: posts, changes of posts, and what staff do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.types.assessment import Intent, Label
from core.types.decision import DecisionKind
from core.types.post import Source


@dataclass(frozen=True, slots=True)
class Want:
    """What a person would want done about one mention in a post."""

    brand: str
    label: Label
    intent: Intent
    decision: DecisionKind


@dataclass(frozen=True, slots=True)
class Written:
    """Somebody writes a submission, a comment or a message."""

    line: int
    """Line in posts.jsonl, from 1."""
    at: datetime
    """Aware, UTC."""
    on: Source
    id: str
    """The scenario's own name for the post, e.g. `p0123`."""
    place: str
    """Subreddit without `r/`, or `#channel`."""
    by: str
    text: str
    title: str | None = None
    under: str | None = None
    """Scenario id of the post it answers."""
    wants: tuple[Want, ...] = ()
    """Empty: it is no mention of any brand, however it looks."""
    language: str = ""
    kind: str = ""
    """The writer's word for what it is: `angry`, `sarcastic`, `near_miss` …"""


class ChangeKind(StrEnum):
    """How a post changes."""

    EDIT = "edit"
    DELETE = "delete"
    REACT = "react"


@dataclass(frozen=True, slots=True)
class Changed:
    """A post is edited or deleted by its author, or gets a reaction."""

    line: int
    at: datetime
    kind: ChangeKind
    ref: str
    by: str | None = None
    """Who reacts."""
    text: str = ""
    """The new text, or the emoji."""
    wants: tuple[Want, ...] = ()
    """What a person would want done about the new text, for edits."""


class StaffKind(StrEnum):
    """What staff do about a post."""

    CLAIM = "claim"
    """Press Claim on its card."""
    REPLY = "reply"
    """Press Reply on its card and send the form."""
    RESOLVE = "resolve"
    """Press Resolve on its card."""
    ANSWER = "answer"
    """Answer where it stands, without the bot."""


@dataclass(frozen=True, slots=True)
class StaffAct:
    """A staff member does something about a post."""

    line: int
    at: datetime
    on: Source
    """Where: `answer` may happen on Reddit, by one of the staff accounts."""
    kind: StaffKind
    by: str
    ref: str
    text: str = ""


Event = Written | Changed | StaffAct
