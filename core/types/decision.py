"""What is to be done about a mention, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.types.action import ActionDraft


class DecisionKind(StrEnum):
    """One per mention."""

    THANK = "thank"
    FLAG = "flag"
    REVIEW = "review"
    """Unsure: a person looks."""
    MODERATE = "moderate"
    IGNORE = "ignore"


class Reason(StrEnum):
    """The rule that made a decision. Shown to people through the catalogue, stored and exported as this code."""

    COMPLAINT = "complaint"
    ABUSE = "abuse"
    SPAM = "spam"
    PRAISE = "praise"
    QUESTION = "question"
    """A question waits for an answer: it becomes a case once nobody answered in time."""
    SUGGESTION = "suggestion"
    SARCASM = "sarcasm"
    MIXED_FEELINGS = "mixed_feelings"
    UNSURE_COMPLAINT = "unsure_complaint"
    UNSURE_PRAISE = "unsure_praise"
    NEWS = "news"
    ADVERT = "advert"
    RIVAL = "rival"
    COMPETITOR = "competitor"
    BOT_AUTHOR = "bot_author"
    OWN_ACCOUNT = "own_account"
    STAFF_AUTHOR = "staff_author"
    OPTED_OUT = "opted_out"
    BY_STAFF = "by_staff"
    """A member of staff asked for it."""
    NOTHING_TO_DO = "nothing_to_do"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about one mention."""

    kind: DecisionKind
    reason: Reason
    actions: tuple[ActionDraft, ...] = ()
    """What the bot will do to the outside world; the outbox holds them from then on."""
    opens_case: bool = False
    """True for flag and review: staff get a case."""
