"""Actions: what the bot does to the outside world. Each is one row of the outbox and has one outside effect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.types.post import Source


class Purpose(StrEnum):
    """Why something is sent; the send gate's rules hang on it (DESIGN: rules that are never broken, 1)."""

    ANSWER = "answer"
    """To who asked us: chat, command."""
    STAFF_REPLY = "staff_reply"
    THANKS = "thanks"
    ARTICLE_OFFER = "article_offer"
    SURVEY = "survey"
    """How satisfied somebody is, asked after their case was resolved."""
    FOLLOW_UP = "follow_up"
    """That the cause of a complaint is mended, told to who wrote."""
    ADVERT = "advert"
    ADVERT_NIGHT = "advert_night"
    """Only ever consented to, never a purpose of sending: advertisements between 21:00 and 08:00."""
    STAFF_POST = "staff_post"
    """Moderation notice, staff card, operator notice, report: into our own rooms."""


class ActionKind(StrEnum):
    """What the sender has to do."""

    REPLY = "reply"
    """Answer the post `target.reply_to` with text."""
    POST = "post"
    """Write text into a channel."""
    CARD = "card"
    """Post a case's card in the staff channel."""
    CARD_EDIT = "card_edit"
    """Bring a posted card up to date."""
    SURVEY = "survey"
    """Ask the author of a case for their satisfaction: in a direct message, or where they asked for a person."""
    REPORT = "report"
    """Post a weekly report with its picture."""
    DRAFT_CARD = "draft_card"
    """Show the draft `about` in the staff channel, to be sent, changed or thrown away."""
    APPEAL_CARD = "appeal_card"
    """Show the appeal against the measure `about` in the staff channel, to be decided."""
    CARD_UPDATE = "card_update"
    """Bring the draft or appeal card that the action `about` posted up to date."""
    NOTICE = "notice"
    """Tell a member about the measure `about`, with a button to appeal."""
    ALARM = "alarm"
    """Tell staff about a clock of a case; `text` is the alarm's code. A breach may ping the escalation role."""
    BOARD = "board"
    """Post the queue board."""
    BOARD_EDIT = "board_edit"
    """Bring the queue board up to date."""


class ActionState(StrEnum):
    """Where an action stands: draft -> pending -> sending -> sent | refused | cancelled."""

    DRAFT = "draft"
    """Waits for a person to press Send."""
    PENDING = "pending"
    SENDING = "sending"
    """A worker holds it. After a crash: look for our own message before sending again."""
    SENT = "sent"
    REFUSED = "refused"
    """Final: by the platform or by the send gate; `detail` says why."""
    CANCELLED = "cancelled"
    """Discarded by a person, or its mention was purged."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where an action goes."""

    source: Source
    container: str
    """Discord channel id or subreddit."""
    reply_to: str | None = None
    """Native id of the post to answer."""
    guild_id: str | None = None
    thread_id: str | None = None
    """Reddit submission, for the per-thread cap."""


@dataclass(frozen=True, slots=True)
class ActionDraft:
    """An action as a decision or a person asks for it, before it has a row."""

    kind: ActionKind
    purpose: Purpose
    target: Target
    key: str
    """Idempotency key: a second draft with the same key is not stored, e.g. `thanks:discord:1234`."""
    text: str = ""
    author_key: str | None = None
    """The person who is written to, for opt-outs and caps; None for our own rooms."""
    case_id: int | None = None
    mention_id: int | None = None
    actor: str | None = None
    """Who pressed Send; None for the bot itself."""
    needs_approval: bool = False
    """Starts as a draft."""
    not_before: datetime | None = None
    locale: str = "en"
    attachment: str | None = None
    """A file inside the data folder, relative to it, e.g. `reports/2026-W46.png`."""
    about: int | None = None
    """What a card or notice shows: the number of an action or of a measure, as the kind says."""


@dataclass(frozen=True, slots=True)
class Action:
    """A row of the outbox."""

    id: int
    draft: ActionDraft
    state: ActionState
    created_at: datetime
    attempts: int = 0
    due_at: datetime | None = None
    sent_id: str | None = None
    """Native id of what was sent."""
    sent_at: datetime | None = None
    detail: str = ""
    """Why it was refused or delayed: a short code."""
    approved_by: str | None = None
    """Who approved the draft (Discord id); None for what never was a draft, or is one still."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's proof that something was sent."""

    native_id: str
    sent_at: datetime
    url: str | None = None
