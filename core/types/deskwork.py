"""What staff keep beside a case: alarms, duty, notes, promises, goodwill, and the queue board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.types.case import Severity


class AlarmKind(StrEnum):
    """Which clock an alarm belongs to. Each rings once at most."""

    FIRST_REMINDER = "first_reminder"
    FIRST_BREACH = "first_breach"
    RESOLVE_REMINDER = "resolve_reminder"
    RESOLVE_BREACH = "resolve_breach"
    PROMISE_REMINDER = "promise_reminder"
    PROMISE_BREACH = "promise_breach"
    SNOOZE_OVER = "snooze_over"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A moment at which staff are told about a case."""

    case_id: int
    kind: AlarmKind
    ref: int
    """Which of its kind: the promise's id, the snooze's number; 0 for the clocks of the case itself."""
    due_at: datetime | None
    """None while its clock stands still."""


@dataclass(frozen=True, slots=True)
class SlaTarget:
    """Minutes of business time that a severity allows, as staff set them live; they win over the configuration."""

    severity: Severity
    first_minutes: int
    resolve_minutes: int


@dataclass(frozen=True, slots=True)
class Duty:
    """A staff member who is on duty."""

    member: str
    """Discord id."""
    since: datetime
    last_given_at: datetime | None = None
    """When the round robin last gave them a case."""


@dataclass(frozen=True, slots=True)
class Board:
    """Where the live queue board of the installation stands."""

    channel: str
    message: str | None = None
    """None until it was posted."""
    guild_id: str | None = None
    locale: str = "en"
    action_id: int | None = None
    """The newest action that posts or edits it: while that one waits, another is not needed."""
    changed_at: datetime | None = None
    """When that action was queued to go out."""


@dataclass(frozen=True, slots=True)
class Note:
    """An internal note of staff."""

    id: int
    case_id: int
    author: str
    """Discord id."""
    at: datetime
    text: str


class PromiseState(StrEnum):
    """What became of a promise."""

    OPEN = "open"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Promise:
    """What we told a customer we would do, with a due date of its own."""

    id: int
    case_id: int
    text: str
    due_at: datetime
    made_by: str
    made_at: datetime
    state: PromiseState = PromiseState.OPEN
    settled_at: datetime | None = None


class GoodwillState(StrEnum):
    """Where an offer of goodwill stands."""

    PROPOSED = "proposed"
    """Waits for a second person."""
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Goodwill:
    """Money or its worth offered to a customer for the trouble."""

    id: int
    case_id: int
    amount: int
    """Whole units of the configured currency."""
    text: str
    """What is offered, in the words of staff."""
    offered_by: str
    offered_at: datetime
    state: GoodwillState
    decided_by: str | None = None
    decided_at: datetime | None = None
