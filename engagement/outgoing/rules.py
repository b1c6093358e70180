"""The rules of the send gate: one table, and a pure function that applies it to facts.

Always, whatever the purpose: not to bots, not to ourselves, never under a competitor's mention, nothing about a post
that is gone, mass mentions broken, within the platform's limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from core.settings import RedditMode, Settings, ThanksPolicy
from core.text import cut
from core.types.action import Action, ActionKind, Purpose
from core.types.post import Source
from engagement.outgoing.text import calm, limit_of

__all__ = [
    "RULES",
    "Facts",
    "GatePolicy",
    "Refusal",
    "Rule",
    "Verdict",
    "VerdictKind",
    "prepared",
    "rule_on",
]

STALE_AFTER = timedelta(hours=24)
"""Words nobody asked for are not sent so long after they were decided: the moment has passed."""
DUPLICATE_SPAN = timedelta(days=30)
"""Within this span a text to one place counts as said already."""
STAFF_REPLIES_A_MINUTE = 20
"""Most staff replies in one place in a minute: a stuck key, not a person."""
ADVERT_NIGHT = (time(21, 0), time(8, 0))
"""정보통신망법 제50조: advertisements at night need a consent of their own."""
ADVERT_LABEL = "(광고)"
ADVERT_OPT_OUT = ("수신거부", "opt out", "opt-out", "optout", "unsubscribe")
"""One of these must stand in an advertisement's last line."""
_SPEAKING = frozenset({ActionKind.REPLY, ActionKind.POST, ActionKind.NOTICE})


class Cap(StrEnum):
    """What is counted."""

    AUTHOR = "author"
    CONTAINER = "container"
    THREAD = "thread"
    DAY = "day"
    RATE = "rate"


class Quiet(StrEnum):
    """When it may not be sent."""

    NEVER = "never"
    QUIET_HOURS = "quiet_hours"
    ADVERT_NIGHT = "advert_night"
    """Quiet hours and 21:00-08:00, unless the person agreed to advertisements at night."""


class Approval(StrEnum):
    """Who has to have pressed Send."""

    NOBODY = "nobody"
    STAFF = "staff"
    """The person who wrote it; a second one in crisis mode."""
    ON_REDDIT = "on_reddit"
    """A person on Reddit, but in containers that permit automatic answers."""
    ALWAYS = "always"


class Duplicate(StrEnum):
    """What is done about a text that was sent to the same place before."""

    PASS = "pass"  # noqa: S105 - not a password
    WARN = "warn"
    REFUSE = "refuse"


class Refusal(StrEnum):
    """Why something is not sent, or not yet: the `detail` of an outbox row, shown through the catalogue."""

    BOT = "to_bot"
    OURSELVES = "to_self"
    COMPETITOR = "competitor"
    GONE = "gone"
    NO_AUTHOR = "no_author"
    NOT_SENDABLE = "not_sendable"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    OPTED_OUT = "opted_out"
    NO_CONSENT = "no_consent"
    STALE = "stale"
    REDDIT_OFF = "reddit_off"
    NEEDS_APPROVAL = "needs_approval"
    NEEDS_SECOND_PERSON = "needs_second_person"
    NO_ADVERT_LABEL = "no_advert_label"
    NO_OPT_OUT_LINE = "no_opt_out_line"
    CAP_AUTHOR = "cap_author"
    CAP_CONTAINER = "cap_container"
    CAP_THREAD = "cap_thread"
    CAP_DAY = "cap_day"
    CAP_RATE = "cap_rate"
    DUPLICATE = "duplicate"
    QUIET_HOURS = "quiet_hours"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table."""

    heeds_opt_out: bool
    needs_consent: bool
    caps: frozenset[Cap]
    quiet: Quiet
    approval: Approval
    duplicate: Duplicate
    to_people: bool = True
    """False for our own rooms."""


_SPARING = frozenset({Cap.AUTHOR, Cap.CONTAINER, Cap.THREAD, Cap.DAY})
_NO_CAPS: frozenset[Cap] = frozenset()

RULES: Mapping[Purpose, Rule] = {
    # purpose: opt-out, consent, caps, quiet hours, approval, duplicate text
    Purpose.ANSWER: Rule(False, False, frozenset({Cap.RATE}), Quiet.NEVER, Approval.NOBODY, Duplicate.PASS),
    Purpose.STAFF_REPLY: Rule(False, False, frozenset({Cap.RATE}), Quiet.NEVER, Approval.STAFF, Duplicate.WARN),
    Purpose.THANKS: Rule(True, False, _SPARING, Quiet.QUIET_HOURS, Approval.ON_REDDIT, Duplicate.REFUSE),
    Purpose.ARTICLE_OFFER: Rule(True, False, _SPARING, Quiet.QUIET_HOURS, Approval.ON_REDDIT, Duplicate.REFUSE),
    Purpose.SURVEY: Rule(True, True, frozenset({Cap.AUTHOR}), Quiet.QUIET_HOURS, Approval.ON_REDDIT, Duplicate.REFUSE),
    Purpose.FOLLOW_UP: Rule(
        True, True, frozenset({Cap.AUTHOR}), Quiet.QUIET_HOURS, Approval.ON_REDDIT, Duplicate.REFUSE
    ),
    Purpose.ADVERT: Rule(True, True, frozenset({Cap.AUTHOR}), Quiet.ADVERT_NIGHT, Approval.ALWAYS, Duplicate.REFUSE),
    Purpose.STAFF_POST: Rule(False, False, _NO_CAPS, Quiet.NEVER, Approval.NOBODY, Duplicate.PASS, to_people=False),
}
"""The table of the send gate. A purpose that is not in it is never sent."""


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """What the operator set."""

    thanks: ThanksPolicy
    quiet_hours: tuple[time, time]
    zone: ZoneInfo
    reddit_mode: RedditMode = RedditMode.DRAFT
    auto_containers: frozenset[str] = frozenset()
    """Subreddits, case-folded, that permit automatic answers."""
    answers_a_minute: int = 6
    crisis: bool = False
    """Staff replies need a second person."""

    @classmethod
    def of(cls, settings: Settings) -> GatePolicy:
        """Return the policy that the configuration asks for."""
        return cls(
            thanks=settings.policy.thanks,
            quiet_hours=settings.privacy.quiet_hours,
            zone=settings.zone,
            reddit_mode=settings.reddit.mode,
            auto_containers=frozenset(name.casefold() for name in settings.reddit.auto_containers),
            answers_a_minute=settings.chat.per_member_minute,
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store knows about an action's addressee and place; counts are of what was sent."""

    to_bot: bool = False
    to_self: bool = False
    under_competitor: bool = False
    gone: bool = False
    """The post it answers was purged."""
    opted_out: bool = False
    consented: bool = False
    night_consent: bool = False
    to_author: int = 0
    """Of this purpose to this person within `per_author_days`."""
    in_container: int = 0
    """Of this purpose in this place within an hour."""
    in_thread: int = 0
    today: int = 0
    """Of this purpose since local midnight."""
    within_minute: int = 0
    """To this person (answers) or in this place (staff replies) within a minute."""
    same_text: int = 0


class VerdictKind(StrEnum):
    """What the gate says."""

    ALLOW = "allow"
    DELAY = "delay"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer."""

    kind: VerdictKind
    code: str = ""
    """A `Refusal` for delay and refuse; `duplicate` as a warning on an allowed staff reply."""
    until: datetime | None = None
    """For delay: not before this moment."""


ALLOWED = Verdict(VerdictKind.ALLOW)


def prepared(action: Action) -> Action:
    """Return the action with its text as it goes out: mentions broken, own words cut to the platform's limit."""
    draft = action.draft
    if draft.kind not in _SPEAKING:
        return action
    by_person = draft.purpose in (Purpose.STAFF_REPLY, Purpose.STAFF_POST)
    text = calm(draft.text.strip(), draft.target.source, people=not by_person)
    if not by_person:
        text = cut(text, limit_of(draft.target.source))
    return replace(action, draft=replace(draft, text=text))


def rule_on(action: Action, facts: Facts, policy: GatePolicy, now: datetime) -> Verdict:
    """Say whether `action` may go out at `now`. Refusals come before delays: what never may is not kept waiting."""
    rule = RULES.get(action.draft.purpose)
    if rule is None:
        return _refuse(Refusal.NOT_SENDABLE)
    refusal = (
        _never(action, rule, facts)
        or _wishes(action, rule, facts)
        or _approval(action, rule, policy)
        or _advert(action)
        or _spent(action, rule, facts, policy, now)
    )
    if refusal is not None:
        return _refuse(refusal)
    return _wait(rule, facts, policy, now, action) or (
        Verdict(VerdictKind.ALLOW, Refusal.DUPLICATE)
        if facts.same_text and rule.duplicate is Duplicate.WARN
        else ALLOWED
    )


def _refuse(code: Refusal) -> Verdict:
    return Verdict(VerdictKind.REFUSE, code)


def _never(action: Action, rule: Rule, facts: Facts) -> Refusal | None:
    draft = action.draft
    if draft.kind in _SPEAKING:
        if not draft.text.strip():
            return Refusal.EMPTY
        if len(draft.text) > limit_of(draft.target.source):
            return Refusal.TOO_LONG
    if not rule.to_people:
        return None
    checks = (
        (facts.to_self, Refusal.OURSELVES),
        (facts.to_bot, Refusal.BOT),
        (facts.under_competitor, Refusal.COMPETITOR),
        (facts.gone, Refusal.GONE),
    )
    return next((code for hit, code in checks if hit), None)


def _wishes(action: Action, rule: Rule, facts: Facts) -> Refusal | None:
    if (rule.heeds_opt_out or rule.needs_consent) and action.draft.author_key is None:
        return Refusal.NO_AUTHOR
    if rule.heeds_opt_out and facts.opted_out:
        return Refusal.OPTED_OUT
    if rule.needs_consent and not facts.consented:
        return Refusal.NO_CONSENT
    return None


def _approval(action: Action, rule: Rule, policy: GatePolicy) -> Refusal | None:
    draft = action.draft
    on_reddit = draft.target.source is Source.REDDIT
    if on_reddit and policy.reddit_mode is RedditMode.OFF:
        return Refusal.REDDIT_OFF
    if rule.approval is Approval.STAFF:
        if draft.actor is None:
            return Refusal.NEEDS_APPROVAL
        second = action.approved_by not in (None, draft.actor)
        return Refusal.NEEDS_SECOND_PERSON if policy.crisis and not second else None
    permitted = policy.reddit_mode is RedditMode.AUTO and draft.target.container.casefold() in policy.auto_containers
    needed = rule.approval is Approval.ALWAYS or (rule.approval is Approval.ON_REDDIT and on_reddit and not permitted)
    return Refusal.NEEDS_APPROVAL if needed and action.approved_by is None else None


def _advert(action: Action) -> Refusal | None:
    if action.draft.purpose is not Purpose.ADVERT:
        return None
    text = action.draft.text.strip()
    if not text.startswith(ADVERT_LABEL):
        return Refusal.NO_ADVERT_LABEL
    last_line = text.splitlines()[-1].casefold()
    return None if any(words in last_line for words in ADVERT_OPT_OUT) else Refusal.NO_OPT_OUT_LINE


def _spent(action: Action, rule: Rule, facts: Facts, policy: GatePolicy, now: datetime) -> Refusal | None:
    unasked = rule.quiet is not Quiet.NEVER
    if unasked and action.approved_by is None and now - action.created_at > STALE_AFTER:
        return Refusal.STALE
    if Cap.AUTHOR in rule.caps and facts.to_author > 0:
        return Refusal.CAP_AUTHOR
    if Cap.THREAD in rule.caps and action.draft.target.thread_id and facts.in_thread >= policy.thanks.per_thread:
        return Refusal.CAP_THREAD
    if Cap.DAY in rule.caps and facts.today >= policy.thanks.per_day:
        return Refusal.CAP_DAY
    if Cap.CONTAINER in rule.caps and policy.thanks.per_container_hour == 0:
        return Refusal.CAP_CONTAINER
    return Refusal.DUPLICATE if facts.same_text and rule.duplicate is Duplicate.REFUSE else None


def _wait(rule: Rule, facts: Facts, policy: GatePolicy, now: datetime, action: Action) -> Verdict | None:
    if Cap.RATE in rule.caps:
        answering = action.draft.purpose is Purpose.ANSWER
        most = policy.answers_a_minute if answering else STAFF_REPLIES_A_MINUTE
        if facts.within_minute >= most:
            return Verdict(VerdictKind.DELAY, Refusal.CAP_RATE, now + timedelta(minutes=1))
    if rule.quiet is not Quiet.NEVER and (until := _quiet(rule, facts, policy, now)) is not None:
        return Verdict(VerdictKind.DELAY, Refusal.QUIET_HOURS, until)
    if Cap.CONTAINER in rule.caps and facts.in_container >= policy.thanks.per_container_hour:
        return Verdict(VerdictKind.DELAY, Refusal.CAP_CONTAINER, now + timedelta(hours=1))
    return None


def _quiet(rule: Rule, facts: Facts, policy: GatePolicy, now: datetime) -> datetime | None:
    if rule.quiet is Quiet.QUIET_HOURS:
        return quiet_until(now, policy.quiet_hours, policy.zone)
    if facts.night_consent:
        return None
    ends = (quiet_until(now, span, policy.zone) for span in (ADVERT_NIGHT, policy.quiet_hours))
    return max((end for end in ends if end is not None), default=None)


def quiet_until(now: datetime, span: tuple[time, time], zone: ZoneInfo) -> datetime | None:
    """Return when the quiet span that `now` lies in ends, UTC; None outside it. Equal times mean no quiet span."""
    start, end = span
    local = now.astimezone(zone)
    clock = local.timetz().replace(tzinfo=None)
    inside = start <= clock < end if start < end else start != end and (clock >= start or clock < end)
    if not inside:
        return None
    days = 1 if start > end and clock >= start else 0
    morning = datetime.combine(local.date() + timedelta(days=days), end, tzinfo=zone)
    return max(morning.astimezone(now.tzinfo), now)
