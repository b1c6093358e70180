"""What a change of the rules would have done: stored texts are judged once more and decided under both rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from core.ports.judging import Judge, Matcher
from core.ports.storing import Store
from core.types.assessment import Assessment
from core.types.brand import Brand, Term
from core.types.decision import DecisionKind
from core.types.learning import Correction, JudgedByPerson, MentionVerdict, RuleChange, RuleKind
from core.types.mention import Hit, Mention, MentionQuery, StoredMention
from core.types.post import Post, PostKind, PostRef, Source
from engagement.intake.decide import History, IntakePolicy, decide
from engagement.intake.slices import Slices
from matching.matcher import BrandMatcher

__all__ = ["BackTest", "Rejudged", "back_test", "changed_policy", "finds", "sample"]

MOST_TESTED = 5_000
"""Newest mentions that are judged once more."""
MOST_VERDICTS = 2_000
_PAGE = 200
"""Mentions read at once: no reader is held for long."""
_QUIET = History(silent=True)
_FITTING: dict[Correction, frozenset[DecisionKind | None]] = {
    Correction.COMPLAINT: frozenset({DecisionKind.FLAG}),
    Correction.ABUSE: frozenset({DecisionKind.MODERATE}),
    Correction.PRAISE: frozenset({DecisionKind.THANK, DecisionKind.IGNORE}),
    Correction.QUESTION: frozenset({DecisionKind.IGNORE}),
    Correction.SUGGESTION: frozenset({DecisionKind.IGNORE}),
    Correction.NOTHING: frozenset({DecisionKind.IGNORE, None}),
    Correction.WRONG_BRAND: frozenset({None}),
}
"""Which decisions fit what a mention should have been; None: it is no mention."""
_HALF = frozenset({DecisionKind.REVIEW})
"""A person looks: neither as good as the right decision nor as bad as a wrong one."""


@dataclass(frozen=True, slots=True)
class Rejudged:
    """A stored mention, judged once more by today's judge."""

    mention: StoredMention
    verdict: MentionVerdict | None
    hits: tuple[Hit, ...]
    """Of its brand; empty where the brand's terms have changed since."""
    assessment: Assessment

    def decided(self, policy: IntakePolicy) -> DecisionKind | None:
        """Return what is decided under a policy; None where it is no mention any more."""
        if not self.hits:
            return None
        stored = self.mention
        kind = PostKind.MESSAGE if stored.source is Source.DISCORD else PostKind.COMMENT
        ref = PostRef(stored.source, stored.container, stored.native_id or "")
        post = Post(ref, kind, stored.text or "", stored.created_at, stored.author)
        return decide(Mention(post, stored.brand, self.hits), self.assessment, policy, _QUIET).kind


@dataclass(frozen=True, slots=True)
class BackTest:
    """What a change would have done to the mentions that were tested."""

    change: RuleChange
    tested: int
    mended: tuple[StoredMention, ...] = ()
    """A person gave a verdict, and the decision would be nearer to what they want."""
    lost: tuple[StoredMention, ...] = ()
    """A person gave a verdict, and the decision would be farther from what they want."""
    dropped: tuple[StoredMention, ...] = ()
    """Nobody gave a verdict: it would no longer be acted on, or be no mention at all."""
    added: tuple[StoredMention, ...] = ()
    """Nobody gave a verdict: it would newly be acted on."""


@dataclass(slots=True)
class _Sorted:
    mended: list[StoredMention] = field(default_factory=list)
    lost: list[StoredMention] = field(default_factory=list)
    dropped: list[StoredMention] = field(default_factory=list)
    added: list[StoredMention] = field(default_factory=list)


async def sample(store: Store, judge: Judge, matcher: Matcher, brand: str | None) -> list[Rejudged]:
    """Judge the mentions that people gave verdicts on, and the newest others of a brand (None: all), once more."""
    async with store.read() as unit:
        verdicts = await unit.verdicts.judged(brand=brand, limit=MOST_VERDICTS)
    by_id = {one.mention.id: one for one in verdicts if _fresh(one)}
    mentions = {one.mention.id: one.mention for one in by_id.values()}
    for offset in range(0, MOST_TESTED, _PAGE):
        async with store.read() as unit:
            page = await unit.mentions.find(MentionQuery(brand=brand), limit=_PAGE, offset=offset)
        mentions |= {mention.id: mention for mention in page}
        if len(page) < _PAGE:
            break
    brands = {one.name: one for one in matcher.brands}
    slices = Slices()
    found: list[Rejudged] = []
    for mention in mentions.values():
        text = mention.text or ""
        hits = matcher.match(text)
        assessment = judge.assess(text, brands.get(mention.brand), hits)
        own = tuple(hit for hit in hits if hit.brand == mention.brand)
        given = by_id.get(mention.id)
        found.append(Rejudged(mention, None if given is None else given.verdict, own, assessment))
        await slices.breathe()
    return found


def _fresh(one: JudgedByPerson) -> bool:
    """Say whether a verdict is about the text as it stands: not about one that was edited afterwards."""
    return one.mention.edited_at is None or one.mention.edited_at <= one.verdict.at


def changed_policy(policy: IntakePolicy, change: RuleChange) -> IntakePolicy:
    """Return the policy with a threshold changed; exclusions change the brand instead."""
    if change.kind is RuleKind.MIN_COMPLAINT:
        return replace(policy, flags=policy.flags.model_copy(update={"min_complaint": change.value}))
    if change.kind is RuleKind.MIN_PROBABILITY:
        return replace(policy, thanks=policy.thanks.model_copy(update={"min_probability": change.value}))
    return policy


def finds(terms: Sequence[str]) -> BrandMatcher:
    """Return a matcher that tells which terms stand in a text, as exclusions are looked for: a hit's brand is one."""
    return BrandMatcher(Brand(term, (Term(term),)) for term in terms)


async def back_test(
    change: RuleChange, tested: Sequence[Rejudged], policy: IntakePolicy, vetoed: Iterable[int] | None = None
) -> BackTest:
    """Compare the decisions under the rules of today with those under the changed ones.

    `vetoed` are the mentions that an exclusion would veto, where the caller knows them already.
    """
    after = changed_policy(policy, change)
    gone = set(vetoed) if vetoed is not None else await _vetoed(change, tested)
    slices, came = Slices(), _Sorted()
    for one in tested:
        if change.kind is not RuleKind.EXCLUSION or one.mention.id in gone:
            new = None if one.mention.id in gone else one.decided(after)
            _sort(one, one.decided(policy), new, came)
        await slices.breathe()
    return BackTest(change, len(tested), tuple(came.mended), tuple(came.lost), tuple(came.dropped), tuple(came.added))


async def _vetoed(change: RuleChange, tested: Sequence[Rejudged]) -> set[int]:
    if change.kind is not RuleKind.EXCLUSION:
        return set()
    matcher, slices, gone = finds((change.term,)), Slices(), set[int]()
    for one in tested:
        if one.mention.brand == change.brand and matcher.match(one.mention.text or ""):
            gone.add(one.mention.id)
        await slices.breathe()
    return gone


def _sort(one: Rejudged, before: DecisionKind | None, after: DecisionKind | None, came: _Sorted) -> None:
    if before is after:
        return
    verdict = one.verdict
    if verdict is None:
        if before is not DecisionKind.IGNORE or after is None:
            came.dropped.append(one.mention)
        else:
            came.added.append(one.mention)
        return
    harm = _harm(verdict, after) - _harm(verdict, before)
    if harm < 0:
        came.mended.append(one.mention)
    elif harm > 0:
        came.lost.append(one.mention)


def _harm(verdict: MentionVerdict, kind: DecisionKind | None) -> int:
    """Say how far a decision is from what a person wants: 0 right, 1 half right, 2 wrong."""
    wanted = frozenset({verdict.decision}) if verdict.should_be is None else _FITTING[verdict.should_be]
    if kind in wanted:
        return 0
    half = _HALF if verdict.should_be is not Correction.WRONG_BRAND else frozenset({DecisionKind.IGNORE})
    return 1 if kind in half else 2
