"""What to do about a mention: one pure function, its rules in the order they are asked.

Recall comes first for complaints: a sure complaint is flagged whatever else stands in the text. The bot acts alone
only on praise that nothing speaks against.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.settings import FlagsPolicy, RedditMode, Settings, ThanksPolicy
from core.text import Catalogue, mark
from core.types.action import ActionDraft, ActionKind, Purpose, Target
from core.types.assessment import AbuseKind, Assessment, Caution, Intent, Label
from core.types.decision import Decision, DecisionKind, Reason
from core.types.mention import Mention
from core.types.post import Source
from engagement.members.thanks import compose, locale_of

__all__ = ["REASONS", "History", "IntakePolicy", "decide"]

QUESTION_SCORE = 0.5
"""A text that asks so much is not thanked but answered."""
BITTER = 0.6
"""Probability of negative from which a person looks, whatever the intent seems to be: recall comes first."""
_ANSWERABLE = frozenset({Source.REDDIT, Source.DISCORD})
_FOREIGN = ((Caution.ADVERT, Reason.ADVERT), (Caution.NEWS, Reason.NEWS), (Caution.RIVAL, Reason.RIVAL))
_PUNISHABLE = frozenset({AbuseKind.HATE, AbuseKind.THREAT, AbuseKind.SEXUAL})
"""Abuse that stays abuse also inside a complaint; mere rudeness in a complaint is heard as a complaint."""

REASONS = {
    Reason.COMPLAINT: mark("a complaint"),
    Reason.ABUSE: mark("abuse"),
    Reason.SPAM: mark("spam"),
    Reason.PRAISE: mark("praise"),
    Reason.QUESTION: mark("a question that waits for an answer"),
    Reason.SUGGESTION: mark("a suggestion"),
    Reason.SARCASM: mark("probably sarcasm"),
    Reason.MIXED_FEELINGS: mark("praise and complaint together"),
    Reason.UNSURE_COMPLAINT: mark("perhaps a complaint"),
    Reason.UNSURE_PRAISE: mark("praise, but not surely"),
    Reason.NEWS: mark("a news text"),
    Reason.ADVERT: mark("an advertisement"),
    Reason.RIVAL: mark("the feeling may be about another brand"),
    Reason.COMPETITOR: mark("a competitor: never answered"),
    Reason.BOT_AUTHOR: mark("written by a bot"),
    Reason.OWN_ACCOUNT: mark("our own account"),
    Reason.STAFF_AUTHOR: mark("written by staff"),
    Reason.OPTED_OUT: mark("the author wants no messages"),
    Reason.BY_STAFF: mark("staff asked for it"),
    Reason.NOTHING_TO_DO: mark("nothing to do"),
}
"""What people read for each reason, as message ids."""


@dataclass(frozen=True, slots=True)
class IntakePolicy:
    """What the operator set about deciding."""

    thanks: ThanksPolicy
    flags: FlagsPolicy
    catalogue: Catalogue
    reddit_mode: RedditMode = RedditMode.DRAFT
    auto_containers: frozenset[str] = frozenset()
    """Subreddits, case-folded, that permit automatic answers."""
    competitors: frozenset[str] = frozenset()
    """Brands that are compared with and never answered."""

    @classmethod
    def of(cls, settings: Settings, catalogue: Catalogue) -> IntakePolicy:
        """Return the policy that the configuration asks for."""
        return cls(
            thanks=settings.policy.thanks,
            flags=settings.policy.flags,
            catalogue=catalogue,
            reddit_mode=settings.reddit.mode,
            auto_containers=frozenset(name.casefold() for name in settings.reddit.auto_containers),
            competitors=frozenset(brand.name for brand in settings.brands if brand.competitor),
        )


@dataclass(frozen=True, slots=True)
class History:
    """What is known about the author and the place before this mention."""

    author_key: str | None = None
    opted_out: bool = False
    recent_texts: tuple[str, ...] = ()
    """Thank-yous that stand in this place already, newest first."""
    silent: bool = False
    """Posts of long ago or from files: decided, but nobody is written to."""


def decide(mention: Mention, assessment: Assessment, policy: IntakePolicy, history: History) -> Decision:
    """Return the one decision about a mention, with its reason and its actions."""
    for rule in _RULES:
        decision = rule(mention, assessment, policy, history)
        if decision is not None:
            return decision
    return _ignore(Reason.NOTHING_TO_DO)


_Rule = Callable[[Mention, Assessment, IntakePolicy, History], Decision | None]


def _ignore(reason: Reason) -> Decision:
    return Decision(DecisionKind.IGNORE, reason)


def _review(reason: Reason) -> Decision:
    return Decision(DecisionKind.REVIEW, reason, opens_case=True)


def _who(mention: Mention, _: Assessment, policy: IntakePolicy, __: History) -> Decision | None:
    """Ourselves, bots, staff and competitors are never answered."""
    author = mention.post.author
    if author is not None and author.is_self:
        return _ignore(Reason.OWN_ACCOUNT)
    if author is not None and author.is_bot:
        return _ignore(Reason.BOT_AUTHOR)
    if author is not None and author.is_staff:
        return _ignore(Reason.STAFF_AUTHOR)
    return _ignore(Reason.COMPETITOR) if mention.brand in policy.competitors else None


def _abuse(_: Mention, assessment: Assessment, policy: IntakePolicy, __: History) -> Decision | None:
    """Abuse and spam are judged apart from complaints: a harsh complaint is never punished."""
    kinds = set(assessment.abuse_kinds)
    if not kinds:
        return None
    if kinds == {AbuseKind.SPAM}:
        return Decision(DecisionKind.MODERATE, Reason.SPAM, opens_case=True)
    complains = assessment.intents.complaint >= policy.flags.min_complaint
    if complains and not kinds & _PUNISHABLE and AbuseKind.SPAM not in kinds:
        return None
    return Decision(DecisionKind.MODERATE, Reason.ABUSE, opens_case=True)


def _foreign(_: Mention, assessment: Assessment, policy: IntakePolicy, __: History) -> Decision | None:
    """Texts that speak about the brand without wanting anything from it: a person looks only at grave ones."""
    grave = assessment.intents.complaint >= policy.flags.min_complaint
    for caution, reason in _FOREIGN:
        if caution in assessment.cautions:
            return _review(reason) if grave else _ignore(reason)
    return None


def _complaint(_: Mention, assessment: Assessment, policy: IntakePolicy, __: History) -> Decision | None:
    """A sure complaint is flagged; an unsure one is looked at unless the text is happy all in all."""
    score = assessment.intents.complaint
    if score >= policy.flags.min_complaint:
        return Decision(DecisionKind.FLAG, Reason.COMPLAINT, opens_case=True)
    if Caution.SARCASM in assessment.cautions:
        return _review(Reason.SARCASM)
    bitter = assessment.label is Label.NEGATIVE and assessment.probabilities.negative >= BITTER
    if not (bitter or score >= policy.flags.review_complaint or assessment.intent is Intent.COMPLAINT):
        return None
    if Caution.MIXED_FEELINGS in assessment.cautions:
        return _review(Reason.MIXED_FEELINGS)
    return None if assessment.label is Label.POSITIVE else _review(Reason.UNSURE_COMPLAINT)


def _question(_: Mention, assessment: Assessment, __: IntakePolicy, ___: History) -> Decision | None:
    """A question is left to the community first; the desk takes it when nobody answered in time."""
    asks = assessment.intent is Intent.QUESTION or assessment.intents.question >= QUESTION_SCORE
    return _ignore(Reason.QUESTION) if asks else None


def _praise(mention: Mention, assessment: Assessment, policy: IntakePolicy, history: History) -> Decision | None:
    """Praise is thanked when it is sure and nothing speaks against it."""
    if assessment.label is not Label.POSITIVE:
        return None
    if Caution.MIXED_FEELINGS in assessment.cautions:
        return _ignore(Reason.MIXED_FEELINGS)
    sure = assessment.probabilities.positive >= policy.thanks.min_probability and not assessment.cautions
    calm = assessment.intents.complaint < policy.flags.review_complaint
    if assessment.intent is Intent.SUGGESTION:
        return _ignore(Reason.SUGGESTION)
    if not (policy.thanks.enabled and sure and calm):
        return _ignore(Reason.UNSURE_PRAISE)
    if history.opted_out:
        return _ignore(Reason.OPTED_OUT)
    return Decision(DecisionKind.THANK, Reason.PRAISE, _thanks(mention, assessment, policy, history))


def _suggestion(_: Mention, assessment: Assessment, __: IntakePolicy, ___: History) -> Decision | None:
    if Caution.MIXED_FEELINGS in assessment.cautions:
        return _ignore(Reason.MIXED_FEELINGS)
    return _ignore(Reason.SUGGESTION) if assessment.intent is Intent.SUGGESTION else None


_RULES: tuple[_Rule, ...] = (_who, _abuse, _foreign, _complaint, _question, _praise, _suggestion)


def _thanks(
    mention: Mention, assessment: Assessment, policy: IntakePolicy, history: History
) -> tuple[ActionDraft, ...]:
    """Return the thank-you, or nothing where nobody can or may be written to."""
    post = mention.post
    source = post.ref.source
    off = source is Source.REDDIT and policy.reddit_mode is RedditMode.OFF
    if history.silent or history.author_key is None or source not in _ANSWERABLE or off:
        return ()
    permitted = policy.reddit_mode is RedditMode.AUTO and post.ref.container.casefold() in policy.auto_containers
    locale = locale_of(assessment.language)
    text = compose(mention, assessment, recent=history.recent_texts, t=policy.catalogue.for_locale(locale))
    return (
        ActionDraft(
            kind=ActionKind.REPLY,
            purpose=Purpose.THANKS,
            target=Target(source, post.ref.container, post.ref.native_id, post.guild_id, post.thread_id),
            key=f"thanks:{source}:{post.ref.native_id}",
            text=text,
            author_key=history.author_key,
            needs_approval=source is Source.REDDIT and not permitted,
            locale=locale,
        ),
    )
