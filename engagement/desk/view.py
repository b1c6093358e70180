"""A case as a card shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.ports.storing import Unit
from core.text import cut, mark
from core.types.action import ActionState, Purpose
from core.types.assessment import Evidence, Intent, Label, Language
from core.types.case import Case, CaseKind, CaseState, Dismissal, Severity
from core.types.decision import Reason
from core.types.deskwork import Promise, PromiseState
from core.types.learning import Correction, MentionVerdict
from core.types.mention import StoredMention
from core.types.post import Source
from engagement.desk.explain import Explainer
from engagement.desk.posts import CasePost, case_posts, waiting_people

__all__ = ["DISMISSALS", "EXCERPT", "KINDS", "SEVERITIES", "STATES", "CaseView", "case_view", "is_abuse"]

EXCERPT = 600
"""Most characters of the post that a card shows."""
WORDS = 6
"""Most deciding words on a card."""
EARLIER = timedelta(days=365)
"""How far back an author's earlier cases are counted."""

KINDS = {
    CaseKind.COMPLAINT: mark("Complaint"),
    CaseKind.QUESTION: mark("Unanswered question"),
    CaseKind.REVIEW: mark("To be looked at"),
    CaseKind.ABUSE: mark("Abuse or spam"),
    CaseKind.REQUEST: mark("Asks for a person"),
}
STATES = {
    CaseState.OPEN: mark("open"),
    CaseState.CLAIMED: mark("claimed"),
    CaseState.WAITING: mark("waiting for the customer"),
    CaseState.RESOLVED: mark("resolved"),
    CaseState.DISMISSED: mark("dismissed"),
}
SEVERITIES = {
    Severity.LOW: mark("low"),
    Severity.NORMAL: mark("normal"),
    Severity.HIGH: mark("high"),
    Severity.URGENT: mark("urgent"),
}
DISMISSALS = {
    Dismissal.NOT_A_COMPLAINT: mark("not a complaint"),
    Dismissal.SPAM: mark("spam"),
    Dismissal.DUPLICATE: mark("a duplicate"),
    Dismissal.WRONG_BRAND: mark("the wrong brand"),
}
_NOT_TO_PUNISH = frozenset(
    {Correction.COMPLAINT, Correction.QUESTION, Correction.PRAISE, Correction.SUGGESTION, Correction.NOTHING}
)
_FAILED = mark("The last reply was not sent.")
_FAILURES = {
    "gone": mark("The last reply was not sent: the post is gone."),
    "deleted": mark("The last reply was not sent: the post is gone."),
    "locked": mark("The last reply was not sent: the thread is locked."),
    "archived": mark("The last reply was not sent: the thread is locked."),
    "forbidden": mark("The last reply was not sent: the bot may not write there."),
    "too_long": mark("The last reply was not sent: it is longer than the platform allows."),
    "needs_second_person": mark("The last reply was not sent: in crisis mode a second person presses Send."),
    "too_many_attempts": mark("The last reply was not sent: the platform did not answer for a day."),
}
"""What staff read when a reply was refused, by the code of the gate or the sender; others read `_FAILED`."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything a card shows. Foreign words stand here as written: whoever renders them escapes them."""

    case: Case
    brand: str
    source: Source | None
    """None for a request that came through the bot itself."""
    container: str | None
    container_name: str | None
    guild_id: str | None
    url: str | None
    excerpt: str | None
    """The post, cut to `EXCERPT`; None once it is purged."""
    author_name: str | None
    language: Language
    label: Label | None
    score: float | None
    intent: Intent | None
    reason: Reason | None
    deciding: tuple[Evidence, ...]
    """What decided, the heaviest first."""
    severity: Severity
    due_at: datetime
    overdue: bool
    """No first response yet and the due time is over."""
    earlier_cases: int
    """Other cases of the same author on the same platform within a year."""
    joined: int
    """Further mentions on this case."""
    state: CaseState
    claimed_by: str | None
    gone: bool
    """The post was deleted at its source or its time is over."""
    people: int = 1
    """Who wrote the posts of this case."""
    erased: bool = False
    """Words or a name of its posts, shown or not, were erased, or those of a request: no old card may show them."""
    unanswered: int = 0
    """Those of them who had no answer to their newest post."""
    problem: str | None = None
    """What hinders the case, as a message id to be translated: the last reply did not go out."""
    mention_id: int | None = None
    """The post that is shown; None once its text is gone."""
    verdict: MentionVerdict | None = None
    """What a person said about the decision."""
    tags: tuple[str, ...] = ()
    notes: int = 0
    """Internal notes of staff."""
    promises: tuple[Promise, ...] = ()
    """Those that are open, the next due first."""


def is_abuse(kind: CaseKind, verdict: MentionVerdict | None) -> bool:
    """Say whether measures may be taken about a post: the word of a person counts for more than the judge's."""
    should_be = None if verdict is None else verdict.should_be
    if should_be in _NOT_TO_PUNISH:
        return False
    return kind is CaseKind.ABUSE or should_be is Correction.ABUSE


async def case_view(
    unit: Unit, case: Case, *, now: datetime, explainer: Explainer | None, post: int | None = None
) -> CaseView:
    """Read what a card shows: the first living post of the case, or `post` where it is one of them."""
    posts = await case_posts(unit, case)
    chosen = next((one.mention for one in posts if one.mention.id == post), None)
    shown = chosen or (posts[0].mention if posts else next(iter(await unit.mentions.many(case.mention_ids)), None))
    view = _view(case, shown, earlier=await _earlier(unit, case, shown, now), now=now, explainer=explainer)
    people, waiting = waiting_people(posts)
    verdict = None if shown is None else await unit.verdicts.get(shown.id)
    promises = await unit.casework.promises(case.id)
    return replace(
        view,
        people=people,
        unanswered=waiting,
        erased=_erased(case, posts),
        problem=await _problem(unit, case),
        verdict=verdict,
        tags=(await unit.casework.tags([case.id])).get(case.id, ()),
        notes=len(await unit.casework.notes(case.id)),
        promises=tuple(one for one in promises if one.state is PromiseState.OPEN),
    )


def _erased(case: Case, posts: Sequence[CasePost]) -> bool:
    if not case.mention_ids:
        return case.author_key is None
    return len(posts) < len(case.mention_ids) or any(post.mention.author_key is None for post in posts)


async def _earlier(unit: Unit, case: Case, shown: StoredMention | None, now: datetime) -> int:
    """Count other cases of the author whom the card shows: those they opened, and those they joined."""
    author_key = case.author_key if shown is None or shown.author_key is None else shown.author_key
    if author_key is None:
        return 0
    found = await unit.cases.of_author(author_key, since=now - EARLIER)
    found += await unit.cases.with_posts_of(author_key, since=now - EARLIER)
    return len({other.id for other in found} - {case.id})


async def _problem(unit: Unit, case: Case) -> str | None:
    replies = [a for a in await unit.outbox.of_case(case.id) if a.draft.purpose is Purpose.STAFF_REPLY]
    if not replies or replies[-1].state is not ActionState.REFUSED:
        return None
    return _FAILURES.get(replies[-1].detail, _FAILED)


def _view(
    case: Case, mention: StoredMention | None, *, earlier: int, now: datetime, explainer: Explainer | None
) -> CaseView:
    target = case.target
    assessment = None if mention is None else mention.assessment
    text = case.note or None if mention is None else mention.text
    return CaseView(
        case=case,
        brand=case.brand,
        source=mention.source if mention else target.source if target else None,
        container=mention.container if mention else target.container if target else None,
        container_name=mention.container_name if mention else None,
        guild_id=mention.guild_id if mention else target.guild_id if target else None,
        url=mention.url if mention else None,
        excerpt=None if text is None else cut(text, EXCERPT),
        author_name=mention.author.name if mention and mention.author else None,
        language=assessment.language if assessment else Language.UNDETERMINED,
        label=assessment.label if assessment else None,
        score=assessment.score if assessment else None,
        intent=assessment.intent if assessment else None,
        reason=mention.decision.reason if mention else None,
        deciding=() if mention is None or explainer is None else explainer.evidence(mention)[:WORDS],
        severity=case.severity,
        due_at=case.due_at,
        overdue=case.answered_at is None
        and case.due_at < now
        and case.state not in (CaseState.RESOLVED, CaseState.DISMISSED),
        earlier_cases=earlier,
        joined=max(len(case.mention_ids) - 1, 0),
        state=case.state,
        claimed_by=case.claimed_by,
        gone=_erased(case, ()) if mention is None else mention.text is None,
        mention_id=None if mention is None or mention.text is None else mention.id,
    )
