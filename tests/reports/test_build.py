"""The report's numbers equal a recount of the rows behind them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n import Catalogues
from core.errors import NotFoundError
from core.types.assessment import Intent, Label
from core.types.case import CaseState
from core.types.decision import DecisionKind, Reason
from core.types.learning import NO_ANSWERS, CsatCounts
from core.types.mention import StoredMention
from core.types.post import Source
from core.types.rollup import ReplyCounts, ReplyKind, ReplyRow
from reports.build import build_report
from reports.page import csat_facts
from reports.types import CountLine, Split
from reports.week import Week
from tests.reports.fake import FakeStore
from tests.reports.sample import LUMORA, MONDAY, NIMBUS, NOW, SEOUL, WEEK, case, full_store, reply, report_of, stored


async def test_totals_leave_competitors_and_other_weeks_out() -> None:
    report = await report_of(full_store())
    assert (report.week, report.chosen, report.timezone) == ("2026-W46", True, "Asia/Seoul")
    assert report.brands == ("Lumora",)
    assert report.totals.mentions == Split(negative=4, neutral=1, positive=2)
    assert report.before.mentions == Split(negative=1, neutral=1, positive=1)
    assert (report.totals.intents.complaint, report.totals.intents.question) == (4, 1)
    assert (report.totals.decisions.flag, report.totals.decisions.thank) == (3, 1)
    assert report.totals.replies_received == 6
    assert report.totals.replies_given == ReplyCounts(thanks=1, bot=5, staff=1, native=1)
    assert report.before.replies_given == ReplyCounts(thanks=0, bot=0, staff=1, native=0)


async def test_lines_name_places_as_people_do() -> None:
    report = await report_of(full_store())
    assert {line.name for line in report.by_container} == {"r/gadgets", "#도움말", "archive", "r/chat", "r/901"}
    discord = next(line for line in report.by_container if line.source is Source.DISCORD)
    assert (discord.name, discord.mentions.total) == ("#도움말", 2)


async def test_brands_come_with_their_replies_and_competitors_last() -> None:
    report = await report_of(full_store())
    assert [(line.key, line.competitor) for line in report.by_brand] == [
        ("Lumora", False),
        ("Nimbus", True),
        ("", False),
    ]
    assert report.by_brand[-1].replies_given.bot == 5
    assert [(line.brand, line.mentions) for line in report.share_of_voice] == [("Lumora", 7), ("Nimbus", 1)]
    assert sum(line.share for line in report.share_of_voice) == pytest.approx(1)


async def test_days_are_those_of_the_zone() -> None:
    report = await report_of(full_store())
    assert [line.key for line in report.by_day] == [f"2026-11-{day:02}" for day in range(9, 16)]
    assert [line.mentions.total for line in report.by_day] == [2, 3, 1, 0, 0, 0, 1]


async def test_cases_and_their_first_responses() -> None:
    cases = (await report_of(full_store())).totals.cases
    assert (cases.opened, cases.answered, cases.overdue, cases.open) == (3, 2, 1, 1)
    assert (cases.by_desk, cases.natively) == (1, 1)
    assert cases.median_seconds == 51 * 60
    assert cases.p90_seconds == 90 * 60
    assert (cases.in_time, cases.measured) == (1, 3)


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (9, 9), (10, 9), (11, 10), (20, 18)])
async def test_p90_is_the_nearest_rank(count: int, expected: int) -> None:
    store = FakeStore(cases_=[case(n, hours=n / 10, answered_after=n) for n in range(1, count + 1)])
    assert (await report_of(store)).totals.cases.p90_seconds == expected * 60


async def test_a_case_not_yet_due_or_dismissed_unanswered_is_not_measured() -> None:
    store = FakeStore(
        cases_=[case(1, due_after=60 * 24 * 30), case(2, state=CaseState.DISMISSED), case(3, brand="Nimbus")],
        brands_=[LUMORA, NIMBUS],
    )
    report = await report_of(store)
    assert (report.totals.cases.opened, report.totals.cases.measured) == (2, 0)
    assert report.totals.cases.share_in_time is None
    assert [line.in_time for line in report.cases] == [None, None]


async def test_many_cases_are_read_page_by_page() -> None:
    store = FakeStore(cases_=[case(n, hours=n / 100, answered_after=1) for n in range(1, 1_203)])
    assert (await report_of(store)).totals.cases.opened == 1_202


async def test_quotes_are_the_strongest_living_opinions() -> None:
    store = full_store()
    store.mentions_ += [
        stored(50, Label.POSITIVE, score=1.0, reason=Reason.BOT_AUTHOR, text="I am a bot, beep"),
        stored(53, Label.POSITIVE, score=1.0, kind=DecisionKind.MODERATE, text="10k followers, cheap"),
        stored(51, Label.POSITIVE, score=0.98, text="Lumora  is a dream"),
        stored(52, Label.NEGATIVE, score=-1.0, purged=True),
    ]
    report = await report_of(store, top=2)
    assert [quote.mention_id for quote in report.praise] == [10, 11]
    assert [quote.mention_id for quote in report.complaints] == [13, 12]
    assert [quote.case.response_seconds for quote in report.complaints if quote.case] == [5_400, 720]
    assert report.praise[0].thanked


async def test_a_complaint_that_joined_an_older_case_still_shows_it() -> None:
    store = full_store()
    store.mentions_.append(stored(60, Label.NEGATIVE, hours=1, score=-1, case_id=4, text="still broken"))
    report = await report_of(store)
    quoted = report.complaints[0].case
    assert quoted is not None
    assert quoted.response_seconds == 1_800


async def test_long_quotes_are_cut() -> None:
    store = FakeStore(mentions_=[stored(1, text="아주 좋아요 " * 200)])
    quote = (await report_of(store)).praise[0]
    assert len(quote.text) <= 280
    assert quote.text.endswith("…")


async def test_a_quote_is_one_line_with_its_title_set_off() -> None:
    store = FakeStore(mentions_=[stored(1, text="A small win\n\nMoved house.\nThe lamp\n\nis fine")])
    assert (await report_of(store)).praise[0].text == "A small win — Moved house. The lamp is fine"


async def test_the_trail_holds_tombstones_and_says_what_it_leaves_out() -> None:
    report = await report_of(full_store())
    assert [line.mention_id for line in report.trail] == [10, 11, 12, 13, 14, 15, 16, 17]
    tombstone = report.trail[4]
    assert (tombstone.purged, tombstone.url, tombstone.label) == (True, None, Label.NEGATIVE)
    assert report.trail_left_out == 0
    short = await report_of(full_store(), trail_limit=3)
    assert (len(short.trail), short.trail_left_out) == (3, 5)
    assert {line.name for line in short.by_container} == {line.name for line in report.by_container}


async def test_gaps_that_touch_the_week_are_told() -> None:
    report = await report_of(full_store())
    assert [gap.reason for gap in report.gaps] == ["listing_window"]


async def test_without_a_week_the_latest_with_posts_is_taken() -> None:
    report = await report_of(full_store(), None)
    assert (report.week, report.chosen) == ("2026-W46", False)
    with pytest.raises(NotFoundError, match="nothing to report"):
        await report_of(FakeStore(), None)


async def test_an_empty_week_is_a_report_of_zeros() -> None:
    report = await report_of(FakeStore(brands_=[LUMORA]))
    assert report.totals.mentions.total == 0
    assert report.totals.mentions.share(Label.POSITIVE) is None
    assert [line.mentions.total for line in report.by_day] == [0] * 7
    assert [line.key for line in report.by_brand] == ["Lumora"]
    assert report.share_of_voice[0].share == 0


async def test_a_brand_no_longer_followed_keeps_its_numbers() -> None:
    store = full_store()
    store.brands_ = [NIMBUS]
    assert (await report_of(store)).brands == ("Lumora",)


async def test_a_zone_off_by_half_an_hour_loses_no_mention() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    start = WEEK.span(kolkata)[0]
    store = FakeStore(mentions_=[stored(n, at=start, hours=n / 3) for n in range(7 * 24 * 3)])
    report = await build_report(store.as_store(), WEEK, zone=kolkata, now=NOW)
    assert report.totals.mentions.total == len(store.mentions_)
    assert [line.mentions.total for line in report.by_day] == [72] * 7


MENTIONS = st.builds(
    lambda number, label, minutes, brand, place, intent, kind, replies, purged: stored(
        number,
        label,
        hours=minutes / 60,
        brand=brand,
        source=place[0],
        container=place[1],
        intent=intent,
        kind=kind,
        replies=replies,
        purged=purged,
    ),
    st.integers(1, 10**6),
    st.sampled_from(Label),
    st.integers(-14 * 24 * 60, 9 * 24 * 60),
    st.sampled_from(["Lumora", "Velune", "Nimbus"]),
    st.sampled_from([(Source.REDDIT, "a"), (Source.DISCORD, "a"), (Source.DISCORD, "b")]),
    st.sampled_from(Intent),
    st.sampled_from(DecisionKind),
    st.integers(0, 9),
    st.booleans(),
)
REPLIES = st.builds(
    lambda kind, replies, hours, brand: reply(kind, replies, hours=hours, brand=brand),
    st.sampled_from(ReplyKind),
    st.integers(1, 5),
    st.integers(-14 * 24, 9 * 24),
    st.sampled_from([None, "Lumora", "Velune"]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(MENTIONS, max_size=40, unique_by=lambda one: one.id), st.lists(REPLIES, max_size=10))
async def test_every_table_adds_up_to_a_recount(mentions: list[StoredMention], replies: list[ReplyRow]) -> None:
    report = await report_of(FakeStore(brands_=[LUMORA, NIMBUS], mentions_=mentions, replies_=replies))
    week = [one for one in mentions if report.starts_at <= one.created_at < report.ends_at]
    own = [one for one in week if one.brand != "Nimbus"]
    labels = Counter(one.assessment.label for one in own)
    assert all(report.totals.mentions.of(label) == labels[label] for label in Label)
    assert report.totals.replies_received == sum(one.reply_count for one in own)
    given = sum(row.replies for row in replies if report.starts_at <= row.hour < report.ends_at)
    own_brands = [line for line in report.by_brand if not line.competitor]
    for lines in (report.by_source, report.by_container, report.by_day, own_brands):
        assert _added(lines) == (len(own), report.totals.replies_received, given, report.before.mentions.total)
    assert sum(line.mentions for line in report.share_of_voice) == len(week) == len(report.trail)
    assert [line.mentions.total for line in report.by_day] == [
        sum(one.created_at.astimezone(SEOUL).date().isoformat() == line.key for one in own) for line in report.by_day
    ]


def _added(lines: list[CountLine] | tuple[CountLine, ...]) -> tuple[int, int, int, int]:
    given = (line.replies_given for line in lines)
    return (
        sum(line.mentions.total for line in lines),
        sum(line.replies_received for line in lines),
        sum(counts.thanks + counts.bot + counts.staff + counts.native for counts in given),
        sum(line.before for line in lines),
    )


async def test_weeks_follow_each_other_without_overlap() -> None:
    store = FakeStore(mentions_=[stored(n, hours=n) for n in range(3 * 7 * 24)])
    reports = [await report_of(store, Week(2026, number)) for number in (46, 47, 48)]
    assert [report.totals.mentions.total for report in reports] == [168] * 3
    assert all(after.before.mentions == before.totals.mentions for before, after in pairwise(reports))


async def test_cases_are_judged_as_of_the_moment_of_the_report() -> None:
    store = FakeStore(cases_=[replace(case(1), due_at=MONDAY + timedelta(hours=5))])
    early: datetime = MONDAY + timedelta(hours=1)
    assert (await report_of(store, now=early)).totals.cases.overdue == 0
    assert (await report_of(store)).totals.cases.overdue == 1


async def test_satisfaction_of_the_week_is_shown_where_somebody_answered() -> None:
    store = full_store()
    t = Catalogues().for_locale("en")
    quiet = await report_of(store)
    assert quiet.csat == NO_ANSWERS
    assert csat_facts(quiet.csat, t) == ()
    store.csat_ = CsatCounts(8, (1, 0, 0, 2, 1))
    report = await report_of(store)
    assert csat_facts(report.csat, t) == (("Satisfied (4 or 5)", "75% (3 of 4)"), ("Response rate", "50% (4 of 8)"))
