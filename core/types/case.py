"""Cases: complaints and unanswered questions in the staff queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.types.action import Target


class CaseState(StrEnum):
    """open -> claimed -> waiting -> resolved | dismissed."""

    OPEN = "open"
    CLAIMED = "claimed"
    WAITING = "waiting"
    """We answered; the customer's turn."""
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


class CaseKind(StrEnum):
    """Why there is a case."""

    COMPLAINT = "complaint"
    QUESTION = "question"
    REVIEW = "review"
    ABUSE = "abuse"
    REQUEST = "request"
    """Someone asked the bot for a person."""


class Severity(StrEnum):
    """How fast it must be answered."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Dismissal(StrEnum):
    """Why a case was none."""

    NOT_A_COMPLAINT = "not_a_complaint"
    SPAM = "spam"
    DUPLICATE = "duplicate"
    WRONG_BRAND = "wrong_brand"


class AnsweredBy(StrEnum):
    """How the first response was given."""

    BOT_DESK = "desk"
    """A staff member through the bot."""
    NATIVE = "native"
    """A staff member straight in the channel or thread."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands."""

    id: int
    kind: CaseKind
    state: CaseState
    severity: Severity
    brand: str
    opened_at: datetime
    due_at: datetime
    """First response is due."""
    mention_ids: tuple[int, ...]
    """At least one, the first is what opened it (a request for a person may have none)."""
    author_key: str | None = None
    claimed_by: str | None = None
    """Discord id of the staff member."""
    claimed_at: datetime | None = None
    answered_at: datetime | None = None
    answered_by: AnsweredBy | None = None
    resolved_at: datetime | None = None
    resolution: str = ""
    card_channel: str | None = None
    card_message: str | None = None
    target: Target | None = None
    """Where an answer goes when there is no mention to answer: someone asked the bot for a person."""
    note: str = ""
    """What that person asked, in their own words; goes when they are forgotten."""
    version: int = 0
    """Counts changes; a change made against an older version is a conflict."""
    resolve_due_at: datetime | None = None
    """Resolution is due, in business hours; None for a case that has no such clock. Stands still while paused."""
    paused_at: datetime | None = None
    """Since when the resolution clock stands still: we wait for the customer, or the case is closed."""
    snoozed_until: datetime | None = None
    """Until then the case stands behind the others in the queue; its clocks go on."""
    dismissal: Dismissal | None = None


class CaseEventKind(StrEnum):
    """What happened to a case."""

    OPENED = "opened"
    JOINED = "joined"
    RAISED = "raised"
    """A graver complaint joined: severity and due time changed."""
    CLAIMED = "claimed"
    UNCLAIMED = "unclaimed"
    REPLIED = "replied"
    REPLY_FAILED = "reply_failed"
    """A reply was refused by the send gate or the platform; the reason is the code."""
    ANSWERED_NATIVELY = "answered_natively"
    CUSTOMER_WROTE = "customer_wrote"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"
    REOPENED = "reopened"
    MENTION_PURGED = "mention_purged"
    MODERATED = "moderated"
    """A measure was taken; the reason is its kind and number."""
    ASSIGNED = "assigned"
    """Given to somebody; the reason is that person's Discord id."""
    PRIORITISED = "prioritised"
    """A person set the severity; the reason is its code."""
    NOTED = "noted"
    TAGGED = "tagged"
    UNTAGGED = "untagged"
    SNOOZED = "snoozed"
    """The reason is the moment it ends, ISO 8601."""
    WOKEN = "woken"
    PROMISED = "promised"
    PROMISE_KEPT = "promise_kept"
    PROMISE_WITHDRAWN = "promise_withdrawn"
    GOODWILL_OFFERED = "goodwill_offered"
    """The reason is the amount."""
    GOODWILL_APPROVED = "goodwill_approved"
    GOODWILL_REFUSED = "goodwill_refused"
    REMINDED = "reminded"
    """Staff were reminded of a clock; the reason is the alarm's code."""
    ESCALATED = "escalated"
    """The escalation role was called; the reason is the alarm's code."""


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One line of a case's audit trail."""

    case_id: int
    kind: CaseEventKind
    at: datetime
    actor: str | None
    """Discord id of the person, or None for the bot."""
    reason: str = ""


class JoinReason(StrEnum):
    """Why a post joined a case: the reason of its `joined` event."""

    AUTHOR = "author"
    """The author has this case already."""
    THREAD = "thread"
    """It stands in the thread of this case."""
    BURST = "burst"
    """Many people complain about the same thing at once."""


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post as far as it is compared with others: on which case it stands, and what it says."""

    case_id: int
    mention_id: int
    author_key: str | None
    text: str


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """Which cases to list; None means any."""

    states: tuple[CaseState, ...] | None = None
    brand: str | None = None
    severity: Severity | None = None
    claimed_by: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    overdue_at: datetime | None = None
    """Only those still without a first response whose due time lies before this moment."""
    due_from: datetime | None = None
    """Only those still without a first response whose due time is this moment or later."""
    tag: str | None = None
    snoozed_at: datetime | None = None
    """Only those that are snoozed at this moment."""
    unclaimed: bool = False
    """Only those that nobody holds."""
