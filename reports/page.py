"""The report as a page shows it: every string translated, every number written, nothing left to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from core.text import Translate
from core.types.assessment import Label
from core.types.learning import CsatCounts
from core.types.post import Gap, Source
from reports import charts, words
from reports.headline import Card, cards, sentences, subtitle, title
from reports.types import CaseFigures, CaseLine, CountLine, Quote, Split, TrailLine, WeeklyReport

MOST_LINES = 15
"""Containers a table shows; the rest is added up in one line."""
MOST_POSTS = 1_000
"""Posts the trail of a page shows."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A number that opens the posts behind it."""

    text: str
    selects: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table of counts."""

    name: str
    tag: str
    """A short remark behind the name, e.g. `competitor`."""
    mentions: Cell
    change: str
    bar: tuple[charts.Block, ...]
    labels: tuple[Cell, ...]
    """Negative, neutral, positive."""
    received: str
    given: tuple[str, ...]
    """Thanks, bot, staff, native."""


@dataclass(frozen=True, slots=True)
class CountTable:
    """A table of counts."""

    name: str
    first: str
    """Head of the first column."""
    rows: tuple[Row, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its name and number."""

    name: str
    percent: float
    text: str
    kind: str = ""
    """A style: `own`, `rival`, `late`."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A column of the day chart with its words."""

    column: charts.Column
    weekday: str
    date: str
    selects: str


@dataclass(frozen=True, slots=True)
class Said:
    """A quoted post."""

    text: str
    url: str | None
    brand: str
    where: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A line of the table of cases."""

    id: int
    selects: str
    kind: str
    severity: str
    brand: str
    opened: str
    response: str
    verdict: str
    late: bool | None
    state: str


@dataclass(frozen=True, slots=True)
class Post:
    """A line of the trail."""

    keys: tuple[tuple[str, str], ...]
    """What the numbers select by: name and value."""
    number: int
    at: str
    where: str
    brand: str
    label: Label
    label_name: str
    intent: str
    decision: str
    url: str | None
    purged: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Everything a page shows but its fixed words."""

    title: str
    subtitle: str
    cards: tuple[Card, ...]
    sentences: tuple[str, ...]
    days: tuple[Day, ...]
    grid: tuple[charts.Grid, ...]
    voice: tuple[Bar, ...]
    responses: tuple[Bar, ...]
    intents: tuple[tuple[str, Cell], ...]
    tables: tuple[CountTable, ...]
    praise: tuple[Said, ...]
    complaints: tuple[Said, ...]
    case_facts: tuple[tuple[str, str], ...]
    cases: tuple[CaseRow, ...]
    gaps: tuple[str, ...]
    posts: tuple[Post, ...]
    posts_left_out: int


class PageMaker:
    """Turns one report into a page in one language."""

    def __init__(self, report: WeeklyReport, t: Translate) -> None:
        self._report = report
        self._t = t
        self._zone = ZoneInfo(report.timezone)
        self._competitors = {line.brand for line in report.share_of_voice if line.competitor}

    def page(self) -> Page:
        """Return the page."""
        report, t = self._report, self._t
        shown = report.trail[:MOST_POSTS]
        return Page(
            title=title(report, t),
            subtitle=subtitle(report, t),
            cards=cards(report, t),
            sentences=sentences(report, t),
            days=self._days(),
            grid=charts.grid(report.by_day),
            voice=self._voice(),
            responses=response_bars(report.cases, t),
            intents=self._intents(),
            tables=self._tables(),
            praise=tuple(map(self._said, report.praise)),
            complaints=tuple(map(self._said, report.complaints)),
            case_facts=(*case_facts(report.totals.cases, t), *csat_facts(report.csat, t)),
            cases=tuple(map(self._case, report.cases)),
            gaps=tuple(map(self._gap, report.gaps)),
            posts=tuple(map(self._post, shown)),
            posts_left_out=report.trail_left_out + len(report.trail) - len(shown),
        )

    def _days(self) -> tuple[Day, ...]:
        t = self._t
        days = [date.fromisoformat(line.key) for line in self._report.by_day]
        return tuple(
            Day(column, words.weekday(day, t), words.month_day(day, t), f"own=1;day={day.isoformat()}")
            for column, day in zip(charts.columns(self._report.by_day), days, strict=True)
        )

    def _voice(self) -> tuple[Bar, ...]:
        return tuple(
            Bar(
                name=line.brand,
                percent=100 * line.share,
                text=words.percent(line.share),
                kind="rival" if line.competitor else "own",
                note="" if line.share_before is None else self._before(line.share, line.share_before),
            )
            for line in self._report.share_of_voice
        )

    def _before(self, share: float, share_before: float) -> str:
        t, points = self._t, round(share * 100) - round(share_before * 100)
        return t("{points} points", points=words.signed(points))

    def _intents(self) -> tuple[tuple[str, Cell], ...]:
        counts = self._report.totals.intents
        return tuple(
            (
                self._t(name),
                Cell(words.number(getattr(counts, intent.value), self._t), f"own=1;intent={intent.value}"),
            )
            for intent, name in words.INTENT.items()
        )

    def _tables(self) -> tuple[CountTable, ...]:
        report, t = self._report, self._t
        containers = report.by_container
        left_out = len(containers) - MOST_LINES
        return (
            CountTable(t("By brand"), t("Brand"), tuple(map(self._brand_row, report.by_brand))),
            CountTable(
                t("By source"),
                t("Source"),
                tuple(self._row(line, self._source(line), f"own=1;source={line.key}") for line in report.by_source),
            ),
            CountTable(
                t("By channel and subreddit"),
                t("Place"),
                tuple(self._container_row(line) for line in containers[:MOST_LINES]),
                t("{count} more places in the CSV and JSON reports", count=left_out) if left_out > 0 else "",
            ),
            CountTable(
                t("By day"),
                t("Day"),
                tuple(
                    self._row(line, words.day(date.fromisoformat(line.key), t), f"own=1;day={line.key}")
                    for line in report.by_day
                ),
            ),
        )

    def _brand_row(self, line: CountLine) -> Row:
        t = self._t
        name = line.name or t("Chat, no brand")
        tag = t("competitor") if line.competitor else ""
        return self._row(line, name, f"brand={line.key}", tag)

    def _container_row(self, line: CountLine) -> Row:
        source = line.source.value if line.source is not None else ""
        tag = "" if line.source is Source.REDDIT else self._source(line)
        return self._row(line, line.name, f"own=1;place={source}:{line.key}", tag)

    def _source(self, line: CountLine) -> str:
        return "" if line.source is None else self._t(words.SOURCE[line.source])

    def _row(self, line: CountLine, name: str, selects: str, tag: str = "") -> Row:
        t, given = self._t, line.replies_given
        replies = (given.thanks, given.bot, given.staff, given.native)
        return Row(
            name=name,
            tag=tag,
            mentions=Cell(words.number(line.mentions.total, t), selects if line.mentions.total else ""),
            change=words.change(line.mentions.total, line.before),
            bar=charts.stack(line.mentions),
            labels=tuple(self._label_cell(line.mentions, label, selects) for label in Label),
            received=words.number(line.replies_received, t),
            given=tuple(words.number(count, t) if count else "·" for count in replies),
        )

    def _label_cell(self, split: Split, label: Label, selects: str) -> Cell:
        count = split.of(label)
        return Cell(words.number(count, self._t) if count else "·", f"{selects};label={label.value}" if count else "")

    def _said(self, quote: Quote) -> Said:
        t = self._t
        facts = [words.moment(quote.created_at, self._zone, t)]
        if quote.replies_received:
            facts.append(t("Replies: {count}", count=words.number(quote.replies_received, t)))
        if quote.thanked:
            facts.append(t("We said thanks"))
        if quote.case is not None:
            facts.append(self._case_fact(quote.case))
        return Said(quote.text, safe_url(quote.url), quote.brand, quote.container_name, tuple(facts))

    def _case_fact(self, case: CaseLine) -> str:
        t = self._t
        if case.response_seconds is None:
            return t("case {number}, not answered", number=case.id)
        after = words.duration(case.response_seconds, t)
        return t("case {number}, answered after {time}", number=case.id, time=after)

    def _case(self, case: CaseLine) -> CaseRow:
        t = self._t
        verdicts = {True: t("in time"), False: t("late"), None: words.NOTHING}
        overdue = case.in_time is False and case.answered_at is None
        return CaseRow(
            id=case.id,
            selects=f"case={case.id}",
            kind=t(words.CASE_KIND[case.kind]),
            severity=t(words.SEVERITY[case.severity]),
            brand=case.brand,
            opened=words.moment(case.opened_at, self._zone, t),
            response=words.duration(case.response_seconds, t),
            verdict=t("overdue") if overdue else verdicts[case.in_time],
            late=None if case.in_time is None else not case.in_time,
            state=t(words.CASE_STATE[case.state]),
        )

    def _gap(self, gap: Gap) -> str:
        t = self._t
        reason = words.GAP_REASON.get(gap.reason)
        started, ended = (words.moment(at, self._zone, t) for at in (gap.started_at, gap.ended_at))
        estimate = t("about {count} posts", count=words.number(gap.estimate, t)) if gap.estimate else ""
        parts = (gap.feed, f"{started} – {ended}", estimate, gap.reason if reason is None else t(reason))
        return " · ".join(filter(None, parts))

    def _post(self, line: TrailLine) -> Post:
        t = self._t
        keys = (
            ("brand", line.brand),
            ("own", "0" if line.brand in self._competitors else "1"),
            ("source", line.source.value),
            ("place", f"{line.source.value}:{line.container}"),
            ("day", self._day_of(line)),
            ("label", line.label.value),
            ("intent", line.intent.value),
            ("case", "" if line.case_id is None else str(line.case_id)),
        )
        return Post(
            keys=keys,
            number=line.mention_id,
            at=words.moment(line.created_at, self._zone, t),
            where=line.container_name,
            brand=line.brand,
            label=line.label,
            label_name=t(words.LABEL[line.label]),
            intent=t(words.INTENT[line.intent]),
            decision=t(words.DECISION[line.decision]),
            url=safe_url(line.url),
            purged=line.purged,
        )

    def _day_of(self, line: TrailLine) -> str:
        # A report's day is told by the middle of the UTC hour, see reports.tally.
        hour = line.created_at.replace(minute=30, second=0, microsecond=0)
        return hour.astimezone(self._zone).date().isoformat()


def case_facts(cases: CaseFigures, t: Translate) -> tuple[tuple[str, str], ...]:
    """Return the figures of the week's cases with their names."""
    measured = words.number(cases.measured, t)
    in_time = t("{count} of {measured}", count=words.number(cases.in_time, t), measured=measured)
    return (
        (t("Opened"), words.number(cases.opened, t)),
        (t("Answered"), words.number(cases.answered, t)),
        (t("Overdue"), words.number(cases.overdue, t)),
        (t("First response, median"), words.duration(cases.median_seconds, t)),
        (t("Nine of ten within"), words.duration(cases.p90_seconds, t)),
        (t("In time"), f"{words.percent(cases.share_in_time)} ({in_time})"),
        (t("Answered through the bot"), words.number(cases.by_desk, t)),
        (t("Answered directly"), words.number(cases.natively, t)),
        (t("Still open"), words.number(cases.open, t)),
    )


def csat_facts(csat: CsatCounts, t: Translate) -> tuple[tuple[str, str], ...]:
    """Return how satisfied people were, with its names; nothing where nobody was asked or answered."""
    if not csat.answers:
        return ()
    answers = words.number(csat.answers, t)
    satisfied = t("{count} of {measured}", count=words.number(sum(csat.by_score[3:]), t), measured=answers)
    facts = [(t("Satisfied (4 or 5)"), f"{words.percent(csat.satisfied)} ({satisfied})")]
    if csat.asked:
        asked = t("{count} of {measured}", count=answers, measured=words.number(csat.asked, t))
        facts.append((t("Response rate"), f"{words.percent(csat.response_rate)} ({asked})"))
    return tuple(facts)


def response_bars(cases: Sequence[CaseLine], t: Translate) -> tuple[Bar, ...]:
    """Return the histogram of first response times."""
    counts = charts.responses(cases)
    if not any(counts):
        return ()
    names = [t("within {time}", time=words.duration(edge, t)) for edge in charts.RESPONSE_EDGES]
    names += [t("later"), t("not answered")]
    highest = max(counts)
    return tuple(
        Bar(name, 100 * count / highest, words.number(count, t), "late" if name in names[-1:] else "own")
        for name, count in zip(names, counts, strict=True)
    )


def safe_url(url: str | None) -> str | None:
    """Return an address a reader may click on; anything but http and https comes from hostile hands."""
    return url if url is not None and url.lower().startswith(("https://", "http://")) else None
