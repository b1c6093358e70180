"""The send gate's table as properties: for every action, every fact and every moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.settings import RedditMode, ThanksPolicy
from core.types.action import Action, ActionDraft, ActionKind, ActionState, Purpose, Target
from core.types.post import Source
from engagement.outgoing.rules import (
    RULES,
    Facts,
    GatePolicy,
    Quiet,
    Refusal,
    VerdictKind,
    prepared,
    quiet_until,
    rule_on,
)
from engagement.outgoing.text import limit_of

SEOUL = ZoneInfo("Asia/Seoul")
NOON = datetime(2026, 11, 11, 3, 0, tzinfo=UTC)
"""Noon in Seoul."""
POLICY = GatePolicy(thanks=ThanksPolicy(), quiet_hours=(time(22), time(8)), zone=SEOUL)
UNASKED = {Purpose.THANKS, Purpose.ARTICLE_OFFER, Purpose.SURVEY, Purpose.FOLLOW_UP, Purpose.ADVERT}
ADVERT = "(광고) Lumora, hello@lumora.example\n새 조명이 나왔습니다.\n수신거부: 답장으로 “그만”"


def action(purpose: Purpose = Purpose.THANKS, **changes: object) -> Action:
    text = ADVERT if purpose is Purpose.ADVERT else "Thank you!"
    draft = ActionDraft(
        kind=ActionKind.REPLY,
        purpose=purpose,
        target=Target(Source.DISCORD, "1", "2"),
        key="k",
        text=text,
        author_key="a",
        actor="staff" if purpose is Purpose.STAFF_REPLY else None,
    )
    outer = {name: changes.pop(name) for name in ("approved_by", "created_at") if name in changes}
    row = Action(1, replace(draft, **changes), ActionState.SENDING, NOON, attempts=1)  # type: ignore[arg-type]
    return replace(row, **outer)  # type: ignore[arg-type]


FREE = Facts(consented=True)


@pytest.mark.parametrize("purpose", list(RULES))
def test_each_purpose_can_be_sent_when_nothing_speaks_against_it(purpose: Purpose) -> None:
    sent = action(purpose, approved_by="lead" if purpose is Purpose.ADVERT else None)
    assert rule_on(sent, FREE, POLICY, NOON).kind is VerdictKind.ALLOW


def test_every_purpose_but_mere_consents_has_a_rule() -> None:
    assert set(Purpose) - set(RULES) == {Purpose.ADVERT_NIGHT}
    assert rule_on(action(Purpose.ADVERT_NIGHT), FREE, POLICY, NOON).code == Refusal.NOT_SENDABLE


@pytest.mark.parametrize(
    ("facts", "code", "purposes"),
    [
        (Facts(opted_out=True, consented=True), Refusal.OPTED_OUT, UNASKED),
        (Facts(consented=False), Refusal.NO_CONSENT, {Purpose.SURVEY, Purpose.FOLLOW_UP, Purpose.ADVERT}),
        (Facts(consented=True, to_author=1), Refusal.CAP_AUTHOR, UNASKED),
        (Facts(consented=True, today=40), Refusal.CAP_DAY, {Purpose.THANKS, Purpose.ARTICLE_OFFER}),
        (Facts(consented=True, in_container=4), Refusal.CAP_CONTAINER, {Purpose.THANKS, Purpose.ARTICLE_OFFER}),
        (Facts(consented=True, within_minute=20), Refusal.CAP_RATE, {Purpose.ANSWER, Purpose.STAFF_REPLY}),
        (Facts(consented=True, same_text=1), Refusal.DUPLICATE, {*UNASKED, Purpose.STAFF_REPLY}),
        (Facts(consented=True, to_bot=True), Refusal.BOT, set(RULES) - {Purpose.STAFF_POST}),
        (Facts(consented=True, to_self=True), Refusal.OURSELVES, set(RULES) - {Purpose.STAFF_POST}),
        (Facts(consented=True, under_competitor=True), Refusal.COMPETITOR, set(RULES) - {Purpose.STAFF_POST}),
        (Facts(consented=True, gone=True), Refusal.GONE, set(RULES) - {Purpose.STAFF_POST}),
    ],
)
def test_which_row_heeds_what(facts: Facts, code: Refusal, purposes: set[Purpose]) -> None:
    for purpose in RULES:
        sent = action(purpose, approved_by="lead" if purpose is Purpose.ADVERT else None)
        assert (rule_on(sent, facts, POLICY, NOON).code == code) == (purpose in purposes), purpose


def test_a_repeated_staff_reply_is_a_warning_only() -> None:
    verdict = rule_on(action(Purpose.STAFF_REPLY), Facts(same_text=3), POLICY, NOON)
    assert (verdict.kind, verdict.code) == (VerdictKind.ALLOW, Refusal.DUPLICATE)


def test_full_containers_and_rates_wait_instead_of_failing() -> None:
    assert rule_on(action(), Facts(in_container=4), POLICY, NOON).until == NOON + timedelta(hours=1)
    answer = rule_on(action(Purpose.ANSWER), Facts(within_minute=6), POLICY, NOON)
    assert (answer.kind, answer.until) == (VerdictKind.DELAY, NOON + timedelta(minutes=1))


def test_threads_have_a_cap() -> None:
    under = action(target=Target(Source.DISCORD, "1", "2", thread_id="t3_x"))
    assert rule_on(under, Facts(in_thread=2), POLICY, NOON).code == Refusal.CAP_THREAD
    assert rule_on(action(), Facts(in_thread=2), POLICY, NOON).kind is VerdictKind.ALLOW


def test_staff_replies_name_who_pressed_and_need_a_second_person_in_a_crisis() -> None:
    crisis = replace(POLICY, crisis=True)
    assert rule_on(action(Purpose.STAFF_REPLY, actor=None), FREE, POLICY, NOON).code == Refusal.NEEDS_APPROVAL
    for approver, allowed in ((None, False), ("staff", False), ("lead", True)):
        verdict = rule_on(action(Purpose.STAFF_REPLY, approved_by=approver), FREE, crisis, NOON)
        assert (verdict.kind is VerdictKind.ALLOW) == allowed
        assert allowed or verdict.code == Refusal.NEEDS_SECOND_PERSON


@pytest.mark.parametrize(
    ("mode", "listed", "approved", "code"),
    [
        (RedditMode.OFF, True, "lead", Refusal.REDDIT_OFF),
        (RedditMode.DRAFT, True, None, Refusal.NEEDS_APPROVAL),
        (RedditMode.DRAFT, False, "lead", ""),
        (RedditMode.AUTO, False, None, Refusal.NEEDS_APPROVAL),
        (RedditMode.AUTO, True, None, ""),
    ],
)
def test_reddit_thanks_need_a_person_or_a_listed_container(
    mode: RedditMode, listed: bool, approved: str | None, code: str
) -> None:
    policy = replace(POLICY, reddit_mode=mode, auto_containers=frozenset({"gadgets"} if listed else ()))
    sent = action(target=Target(Source.REDDIT, "Gadgets", "t1_a"), approved_by=approved)
    assert rule_on(sent, FREE, policy, NOON).code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ADVERT, ""),
        ("New lamps!\nopt out: reply stop", Refusal.NO_ADVERT_LABEL),
        ("(광 고) New lamps!\nopt out: reply stop", Refusal.NO_ADVERT_LABEL),
        ("(광고) New lamps!\nBuy now", Refusal.NO_OPT_OUT_LINE),
    ],
)
def test_advertisements_are_labelled_and_say_how_to_stop_them(text: str, code: str) -> None:
    assert rule_on(action(Purpose.ADVERT, text=text, approved_by="lead"), FREE, POLICY, NOON).code == code


def test_advertisements_at_night_need_a_consent_of_their_own() -> None:
    night = datetime(2026, 11, 11, 12, 30, tzinfo=UTC)  # 21:30 in Seoul: before the quiet hours, after the law's
    sent = action(Purpose.ADVERT, approved_by="lead", created_at=night)
    held = rule_on(sent, FREE, POLICY, night)
    assert (held.kind, held.until) == (VerdictKind.DELAY, datetime(2026, 11, 11, 23, 0, tzinfo=UTC))
    assert rule_on(sent, replace(FREE, night_consent=True), POLICY, night).kind is VerdictKind.ALLOW


def test_words_nobody_asked_for_do_not_come_a_day_late() -> None:
    late = NOON + timedelta(hours=25)
    assert rule_on(action(), FREE, POLICY, late).code == Refusal.STALE
    assert rule_on(action(approved_by="lead"), FREE, POLICY, late).kind is VerdictKind.ALLOW
    assert rule_on(action(Purpose.STAFF_REPLY), FREE, POLICY, late).kind is VerdictKind.ALLOW


def test_an_overlong_staff_reply_is_refused_and_own_words_are_cut() -> None:
    long = "x" * 2_500
    assert rule_on(prepared(action(Purpose.STAFF_REPLY, text=long)), FREE, POLICY, NOON).code == Refusal.TOO_LONG
    cut = prepared(action(Purpose.ANSWER, text=long))
    assert len(cut.draft.text) == 2_000
    assert rule_on(cut, FREE, POLICY, NOON).kind is VerdictKind.ALLOW
    reddit = action(Purpose.STAFF_REPLY, text=long, target=Target(Source.REDDIT, "g", "t1_a"))
    assert rule_on(prepared(reddit), FREE, POLICY, NOON).kind is VerdictKind.ALLOW


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.tuples(st.times(), st.times())
zones = st.sampled_from([ZoneInfo(name) for name in ("UTC", "Asia/Seoul", "America/New_York", "Europe/Berlin")])


@given(moments, spans, zones)
def test_quiet_hours_end_outside_themselves(now: datetime, span: tuple[time, time], zone: ZoneInfo) -> None:
    until = quiet_until(now, span, zone)
    local = now.astimezone(zone).timetz().replace(tzinfo=None)
    start, end = span
    inside = start <= local < end if start < end else start != end and (local >= start or local < end)
    assert (until is not None) == inside
    if until is not None:
        assert now <= until <= now + timedelta(hours=26)
        assert until == now or quiet_until(until, span, zone) is None or _clock_change(until, zone)


def _clock_change(moment: datetime, zone: ZoneInfo) -> bool:
    """On the night the clocks change a wall time may come twice or never."""
    around = {(moment + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in (-3, 0, 3)}
    return len(around) > 1


counts = st.integers(0, 60)
facts = st.builds(
    Facts,
    **dict.fromkeys(
        ("to_bot", "to_self", "under_competitor", "gone", "opted_out", "consented", "night_consent"), st.booleans()
    ),
    **dict.fromkeys(("to_author", "in_container", "in_thread", "today", "within_minute", "same_text"), counts),
)
drafts = st.builds(
    ActionDraft,
    kind=st.sampled_from([ActionKind.REPLY, ActionKind.POST, ActionKind.CARD, ActionKind.REPORT]),
    purpose=st.sampled_from(Purpose),
    target=st.builds(
        Target, st.sampled_from([Source.DISCORD, Source.REDDIT]), st.sampled_from(["gadgets", "1"]), st.just("2")
    ),
    key=st.just("k"),
    text=st.one_of(st.just(ADVERT), st.text(max_size=60), st.just("y" * 12_000)),
    author_key=st.sampled_from([None, "a"]),
    actor=st.sampled_from([None, "staff"]),
)
actions = st.builds(
    Action,
    st.just(1),
    drafts,
    st.just(ActionState.SENDING),
    moments,
    approved_by=st.sampled_from([None, "staff", "lead"]),
)
policies = st.builds(
    GatePolicy,
    thanks=st.builds(ThanksPolicy, per_container_hour=st.integers(0, 5), per_day=st.integers(0, 50)),
    quiet_hours=spans,
    zone=zones,
    reddit_mode=st.sampled_from(RedditMode),
    auto_containers=st.sampled_from([frozenset[str](), frozenset({"gadgets"})]),
    crisis=st.booleans(),
)


@settings(max_examples=400)
@given(actions, facts, policies, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_nothing_gets_past_the_table(sent: Action, known: Facts, policy: GatePolicy, age: timedelta) -> None:
    sent = prepared(sent)
    draft, now = sent.draft, sent.created_at + age
    verdict = rule_on(sent, known, policy, now)
    assert verdict == rule_on(sent, known, policy, now)
    assert (verdict.until is not None) == (verdict.kind is VerdictKind.DELAY)
    assert verdict.until is None or verdict.until >= now
    if verdict.kind is not VerdictKind.ALLOW:
        assert verdict.code in set(Refusal)
        return
    rule = RULES[draft.purpose]
    if draft.kind in (ActionKind.REPLY, ActionKind.POST):
        assert 0 < len(draft.text) <= limit_of(draft.target.source)
    if draft.purpose is Purpose.STAFF_POST:
        return
    assert not any((known.to_bot, known.to_self, known.under_competitor, known.gone))
    if draft.purpose in UNASKED:
        assert draft.author_key is not None
        assert not known.opted_out
        assert known.to_author == 0
        assert known.same_text == 0
        assert known.night_consent or quiet_until(now, policy.quiet_hours, policy.zone) is None
    if draft.purpose in (Purpose.SURVEY, Purpose.FOLLOW_UP, Purpose.ADVERT):
        assert known.consented
    if draft.purpose in (Purpose.THANKS, Purpose.ARTICLE_OFFER):
        assert known.today < policy.thanks.per_day
        assert known.in_container < policy.thanks.per_container_hour
    if draft.target.source is Source.REDDIT:
        assert policy.reddit_mode is not RedditMode.OFF
        if rule.quiet is not Quiet.NEVER and sent.approved_by is None:
            assert policy.reddit_mode is RedditMode.AUTO
            assert draft.target.container.casefold() in policy.auto_containers
    if draft.purpose is Purpose.STAFF_REPLY:
        assert draft.actor is not None
        assert not policy.crisis or sent.approved_by not in (None, draft.actor)
