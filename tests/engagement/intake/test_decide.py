"""The rules of deciding: a table of cases, and what must hold for every text and author."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import Catalogues
from core.settings import FlagsPolicy, RedditMode, ThanksPolicy
from core.types.assessment import AbuseKind, Assessment, Caution, Intent, IntentScores, Label, Language, Probabilities
from core.types.decision import DecisionKind, Reason
from core.types.mention import Mention
from core.types.post import Author, Source
from engagement.intake.decide import REASONS, History, IntakePolicy, decide
from tests import make

CATALOGUES = Catalogues()
POLICY = IntakePolicy(
    thanks=ThanksPolicy(), flags=FlagsPolicy(), catalogue=CATALOGUES, competitors=frozenset({"Glimmer"})
)
KNOWN = History(author_key="k1")


SOMEONE = Author("a1", "someone")
MIXED = (Caution.MIXED_FEELINGS,)


def mention(author: Author | None = SOMEONE, *, brand: str = "Lumora", source: Source = Source.DISCORD) -> Mention:
    about = replace(make.post("I love my Lumora, the battery is great", source=source), author=author)
    return make.mention(about, brand)


def judged(
    label: Label = Label.NEUTRAL,
    *,
    complaint: float = 0.0,
    question: float = 0.0,
    positive: float | None = None,
    intent: Intent | None = None,
    cautions: tuple[Caution, ...] = (),
    abuse: tuple[AbuseKind, ...] = (),
) -> Assessment:
    base = make.assessment(label, intent=intent, complaint=complaint)
    p = base.probabilities
    if positive is not None:
        p = Probabilities((1 - positive) / 2, (1 - positive) / 2, positive)
    scores = replace(base.intents, question=max(question, base.intents.question))
    return replace(base, probabilities=p, intents=scores, cautions=cautions, abuse_kinds=abuse)


@pytest.mark.parametrize(
    ("assessment", "kind", "reason"),
    [
        (judged(Label.NEGATIVE, complaint=0.9), DecisionKind.FLAG, Reason.COMPLAINT),
        (
            judged(Label.POSITIVE, complaint=0.7, cautions=MIXED),
            DecisionKind.FLAG,
            Reason.COMPLAINT,
        ),
        (judged(Label.POSITIVE, complaint=0.7, cautions=(Caution.SARCASM,)), DecisionKind.FLAG, Reason.COMPLAINT),
        (judged(Label.POSITIVE, cautions=(Caution.SARCASM,)), DecisionKind.REVIEW, Reason.SARCASM),
        (judged(Label.NEGATIVE, complaint=0.35), DecisionKind.REVIEW, Reason.UNSURE_COMPLAINT),
        (judged(Label.NEGATIVE, intent=Intent.OTHER), DecisionKind.REVIEW, Reason.UNSURE_COMPLAINT),
        (judged(Label.NEGATIVE, complaint=0.9, cautions=(Caution.ADVERT,)), DecisionKind.REVIEW, Reason.ADVERT),
        (
            judged(Label.NEUTRAL, complaint=0.4, cautions=MIXED),
            DecisionKind.REVIEW,
            Reason.MIXED_FEELINGS,
        ),
        (judged(Label.POSITIVE, cautions=MIXED), DecisionKind.IGNORE, Reason.MIXED_FEELINGS),
        (judged(Label.NEGATIVE, complaint=0.9, cautions=(Caution.NEWS,)), DecisionKind.REVIEW, Reason.NEWS),
        (judged(Label.POSITIVE, cautions=(Caution.NEWS,)), DecisionKind.IGNORE, Reason.NEWS),
        (judged(Label.POSITIVE, cautions=(Caution.ADVERT,)), DecisionKind.IGNORE, Reason.ADVERT),
        (judged(Label.NEGATIVE, complaint=0.9, cautions=(Caution.RIVAL,)), DecisionKind.REVIEW, Reason.RIVAL),
        (judged(Label.POSITIVE, cautions=(Caution.RIVAL,)), DecisionKind.IGNORE, Reason.RIVAL),
        (judged(abuse=(AbuseKind.SPAM,)), DecisionKind.MODERATE, Reason.SPAM),
        (judged(Label.NEGATIVE, abuse=(AbuseKind.HARASSMENT,)), DecisionKind.MODERATE, Reason.ABUSE),
        (judged(Label.NEGATIVE, complaint=0.9, abuse=(AbuseKind.HARASSMENT,)), DecisionKind.FLAG, Reason.COMPLAINT),
        (judged(Label.NEGATIVE, complaint=0.9, abuse=(AbuseKind.THREAT,)), DecisionKind.MODERATE, Reason.ABUSE),
        (judged(Label.POSITIVE), DecisionKind.THANK, Reason.PRAISE),
        (judged(Label.POSITIVE, positive=0.7), DecisionKind.IGNORE, Reason.UNSURE_PRAISE),
        (judged(Label.POSITIVE, question=0.6), DecisionKind.IGNORE, Reason.QUESTION),
        (judged(intent=Intent.QUESTION), DecisionKind.IGNORE, Reason.QUESTION),
        (judged(Label.POSITIVE, intent=Intent.SUGGESTION), DecisionKind.IGNORE, Reason.SUGGESTION),
        (judged(intent=Intent.SUGGESTION), DecisionKind.IGNORE, Reason.SUGGESTION),
        (judged(), DecisionKind.IGNORE, Reason.NOTHING_TO_DO),
    ],
)
def test_table_of_decisions(assessment: Assessment, kind: DecisionKind, reason: Reason) -> None:
    decision = decide(mention(), assessment, POLICY, KNOWN)
    assert (decision.kind, decision.reason) == (kind, reason)


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        (mention(Author("b", "bot", is_bot=True)), Reason.BOT_AUTHOR),
        (mention(Author("s", "staff", is_staff=True)), Reason.STAFF_AUTHOR),
        (mention(Author("m", "maeari", is_self=True)), Reason.OWN_ACCOUNT),
        (mention(brand="Glimmer"), Reason.COMPETITOR),
    ],
)
@pytest.mark.parametrize("label", list(Label))
def test_some_are_never_answered(about: Mention, reason: Reason, label: Label) -> None:
    decision = decide(about, judged(label, complaint=0.9 if label is Label.NEGATIVE else 0.0), POLICY, KNOWN)
    assert (decision.kind, decision.reason, decision.actions) == (DecisionKind.IGNORE, reason, ())


def test_a_thank_you_is_one_reply_to_the_post() -> None:
    decision = decide(mention(), judged(Label.POSITIVE), POLICY, KNOWN)
    (action,) = decision.actions
    assert action.key == "thanks:discord:t1_a"
    assert (action.target.container, action.target.reply_to) == ("gadgets", "t1_a")
    assert (action.author_key, action.needs_approval, action.locale) == ("k1", False, "en")
    assert "Lumora" in action.text


def test_a_korean_post_is_thanked_in_korean() -> None:
    korean = replace(judged(Label.POSITIVE), language=Language.KOREAN)
    (action,) = decide(mention(), korean, POLICY, KNOWN).actions
    assert action.locale == "ko"
    assert any("가" <= character <= "힣" for character in action.text)


@pytest.mark.parametrize(
    ("mode", "containers", "actions", "approval"),
    [
        (RedditMode.OFF, frozenset(), 0, False),
        (RedditMode.DRAFT, frozenset({"gadgets"}), 1, True),
        (RedditMode.AUTO, frozenset(), 1, True),
        (RedditMode.AUTO, frozenset({"gadgets"}), 1, False),
    ],
)
def test_reddit_is_answered_by_people(
    mode: RedditMode, containers: frozenset[str], actions: int, approval: bool
) -> None:
    policy = replace(POLICY, reddit_mode=mode, auto_containers=containers)
    decision = decide(mention(source=Source.REDDIT), judged(Label.POSITIVE), policy, KNOWN)
    assert decision.kind is DecisionKind.THANK
    assert [action.needs_approval for action in decision.actions] == [approval] * actions


def test_who_opted_out_is_not_thanked() -> None:
    decision = decide(mention(), judged(Label.POSITIVE), POLICY, replace(KNOWN, opted_out=True))
    assert (decision.kind, decision.reason) == (DecisionKind.IGNORE, Reason.OPTED_OUT)


def test_thanks_may_be_switched_off() -> None:
    policy = replace(POLICY, thanks=ThanksPolicy(enabled=False))
    assert decide(mention(), judged(Label.POSITIVE), policy, KNOWN).kind is DecisionKind.IGNORE


def test_every_reason_has_words() -> None:
    assert set(REASONS) == set(Reason)


unit = st.floats(0, 1)
authors = st.one_of(
    st.none(),
    st.builds(Author, st.just("a1"), st.just("n"), is_bot=st.booleans(), is_staff=st.booleans(), is_self=st.booleans()),
)
assessments = st.builds(
    Assessment,
    label=st.sampled_from(Label),
    score=st.floats(-1, 1),
    probabilities=st.builds(Probabilities, unit, unit, unit),
    intent=st.sampled_from(Intent),
    intents=st.builds(IntentScores, unit, unit, unit, unit),
    language=st.sampled_from(Language),
    model=st.just("test"),
    abuse_kinds=st.sets(st.sampled_from(AbuseKind), max_size=2).map(tuple),
    cautions=st.sets(st.sampled_from(Caution), max_size=2).map(tuple),
)
mentions = st.builds(mention, authors, brand=st.sampled_from(["Lumora", "Glimmer"]), source=st.sampled_from(Source))
histories = st.builds(History, author_key=st.sampled_from([None, "k1"]), opted_out=st.booleans(), silent=st.booleans())
policies = st.builds(
    replace,
    st.just(POLICY),
    reddit_mode=st.sampled_from(RedditMode),
    auto_containers=st.sampled_from([frozenset[str](), frozenset({"gadgets"})]),
)


@given(mentions, assessments, policies, histories)
def test_what_holds_for_every_decision(
    about: Mention, assessment: Assessment, policy: IntakePolicy, history: History
) -> None:
    decision = decide(about, assessment, policy, history)
    assert decision == decide(about, assessment, policy, history)
    cases = {DecisionKind.FLAG, DecisionKind.REVIEW, DecisionKind.MODERATE}
    assert decision.opens_case == (decision.kind in cases)
    assert len(decision.actions) <= (decision.kind is DecisionKind.THANK)
    author = about.post.author
    silent_to = author is not None and (author.is_bot or author.is_self or author.is_staff)
    if silent_to or about.brand == "Glimmer":
        assert decision.kind is DecisionKind.IGNORE
    elif (
        assessment.intents.complaint >= policy.flags.min_complaint
        and not assessment.abuse_kinds
        and not {Caution.NEWS, Caution.ADVERT, Caution.RIVAL} & set(assessment.cautions)
    ):
        assert decision.kind is DecisionKind.FLAG
    if decision.kind is DecisionKind.THANK:
        assert assessment.label is Label.POSITIVE
        assert assessment.probabilities.positive >= policy.thanks.min_probability
        assert not assessment.cautions
        assert not assessment.abuse_kinds
        assert not history.opted_out


@given(mentions, assessments, policies, histories)
def test_what_holds_for_every_action(
    about: Mention, assessment: Assessment, policy: IntakePolicy, history: History
) -> None:
    for action in decide(about, assessment, policy, history).actions:
        assert not history.silent
        assert action.author_key == history.author_key is not None
        assert about.post.ref.source in (Source.DISCORD, Source.REDDIT)
        assert action.text
        assert action.target.reply_to == about.post.ref.native_id
        if about.post.ref.source is Source.REDDIT:
            assert policy.reddit_mode is not RedditMode.OFF
            permitted = policy.reddit_mode is RedditMode.AUTO and bool(policy.auto_containers)
            assert action.needs_approval is not permitted
