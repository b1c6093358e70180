from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import Catalogues
from core.types.assessment import Label
from core.types.rollup import ReplyCounts
from reports import charts, words
from reports.headline import sentences
from reports.types import CountLine, Split
from tests.reports.fake import FakeStore
from tests.reports.sample import LUMORA, MONDAY, SEOUL, full_store, report_of, stored

EN, KO = Catalogues().for_locale("en"), Catalogues().for_locale("ko")


@pytest.mark.parametrize(
    ("seconds", "english", "korean"),
    [
        (None, "–", "–"),
        (0, "0 s", "0초"),
        (59.9, "59 s", "59초"),
        (60, "1 min", "1분"),
        (3_599, "59 min", "59분"),
        (3_600, "1 h", "1시간"),
        (5_460, "1 h 31 min", "1시간 31분"),
        (86_400, "1 d", "1일"),
        (270_000, "3 d 3 h", "3일 3시간"),
    ],
)
def test_durations(seconds: float | None, english: str, korean: str) -> None:
    assert words.duration(seconds, EN) == english
    assert words.duration(seconds, KO) == korean


@pytest.mark.parametrize(
    ("now", "before", "written"), [(12, 10, "+20%"), (8, 10, "−20%"), (10, 10, "±0%"), (5, 0, "–"), (0, 4, "−100%")]
)
def test_changes(now: float, before: float, written: str) -> None:
    assert words.change(now, before) == written


def test_numbers_and_dates_as_the_language_writes_them() -> None:
    assert words.number(1234567, EN) == words.number(1234567, KO) == "1,234,567"
    assert words.percent(0.666) == "67%"
    assert words.percent(None) == "–"
    first, last = date(2026, 11, 30), date(2026, 12, 6)
    assert words.week_span(first, last, KO) == "2026년 11월 30일 ~ 12월 6일"
    assert words.week_span(first, last, EN).startswith("Nov 30")
    assert words.day(first, KO) == "11월 30일 (월)"
    assert words.weekday(first, EN) == "Mon"
    assert words.moment(MONDAY, SEOUL, KO) == "11월 9일 00:00"


def line(split: Split, before: int = 0) -> CountLine:
    return CountLine("k", "k", split, ReplyCounts(0, 0, 0, 0), 0, before)


SPLITS = st.builds(Split, st.integers(0, 5_000), st.integers(0, 5_000), st.integers(0, 5_000))


@given(SPLITS)
def test_a_bar_is_full_or_empty(split: Split) -> None:
    blocks = charts.stack(split)
    assert sum(block.count for block in blocks) == split.total
    assert sum(block.length for block in blocks) == pytest.approx(100 if split.total else 0)


@given(st.lists(st.tuples(SPLITS, st.integers(0, 20_000)), min_size=7, max_size=7))
def test_columns_stay_inside_the_chart_and_in_proportion(days: list[tuple[Split, int]]) -> None:
    lines = [line(*day) for day in days]
    top = charts.ceiling(lines)
    for column, one in zip(charts.columns(lines), lines, strict=True):
        assert -1e-6 <= column.top <= charts.HEIGHT + 1e-6
        assert charts.HEIGHT - column.top == pytest.approx(one.mentions.total * charts.HEIGHT / top)
        assert column.before is None or -1e-6 <= column.before <= charts.HEIGHT
    grid = charts.grid(lines)
    assert grid[0].count == 0
    assert grid[-1].count == top
    assert len(grid) <= 6


@pytest.mark.parametrize(
    ("highest", "step"), [(0, 1), (5, 1), (6, 2), (10, 2), (11, 5), (26, 10), (98, 20), (501, 200)]
)
def test_grid_steps_are_round(highest: int, step: int) -> None:
    assert charts.step(highest) == step


async def test_sentences_of_a_full_week() -> None:
    report = await report_of(full_store())
    assert sentences(report, EN) == (
        "Lumora: 7 mentions, 133% more than the week before.",
        "29% were positive and 57% negative (the week before 33% and 33%).",
        "Cases opened: 3, answered: 2, half of them within 51 min; 33% in time.",
        "Cases overdue without an answer: 1.",
        "Share of voice: 88% ours, 12% competitors'.",
        "Gaps nobody could read: 1. Counts may be too low there.",
    )
    assert sentences(report, KO)[0] == "Lumora: 언급이 7건으로 전주보다 133% 늘었습니다."


@pytest.mark.parametrize(
    ("now", "before", "sentence"),
    [
        (0, 3, "Lumora: no mentions in this week."),
        (3, 0, "Lumora: 3 mentions; none the week before."),
        (3, 3, "Lumora: 3 mentions, as many as the week before."),
        (2, 4, "Lumora: 2 mentions, 50% fewer than the week before."),
    ],
)
async def test_the_first_sentence_compares(now: int, before: int, sentence: str) -> None:
    mentions = [stored(n, hours=n) for n in range(now)] + [stored(100 + n, hours=-n - 1) for n in range(before)]
    report = await report_of(FakeStore(brands_=[LUMORA], mentions_=mentions))
    assert sentences(report, EN)[0] == sentence


async def test_a_day_that_stands_out_and_a_week_that_is_not_over_are_told() -> None:
    mentions = [stored(n, hours=30 + n / 100) for n in range(12)]
    now: datetime = MONDAY + timedelta(days=3)
    told = sentences(await report_of(FakeStore(brands_=[LUMORA], mentions_=mentions), now=now), KO)
    assert "언급이 가장 많았던 날은 11월 10일 (화)입니다. 하루 평균의 7.0배인 12건이 올라왔습니다." in told
    assert "아직 끝나지 않은 주입니다. 11월 12일 00:00까지 집계했습니다." in told
    assert "새로 접수된 처리 건이 없습니다." in told


def test_a_split_knows_its_shares() -> None:
    split = Split(1, 2, 1)
    assert [split.share(label) for label in Label] == [0.25, 0.5, 0.25]
