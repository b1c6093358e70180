"""What the staff desk costs as its cases grow: every list, view and search with 1,000 cases and with 100,000."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.row import BenchOptions, Row
from benchmarks.storage import STARTED, judged
from bot.cogs.case_choices import MOST_LOOKED_AT
from bot.i18n import Catalogues
from bot.status import read_status
from core.clock import SteppedClock
from core.ports.storing import MOST_COUNTED, Store, Unit
from core.settings import DeskSection, FlagsPolicy, SlaSection
from core.types.assessment import Label
from core.types.brand import Brand, Term
from core.types.case import AnsweredBy, Case, CaseKind, CaseQuery, CaseState, Severity
from core.types.decision import Decision, DecisionKind, Reason
from core.types.deskwork import GoodwillState
from core.types.learning import Correction, CsatAnswer, MentionVerdict
from core.types.mention import JudgedMention, MentionOrder, MentionQuery
from core.types.moderation import Measure, MeasureKind
from core.types.post import Author, Source
from core.types.reply import Template
from engagement.desk.burst import burst_case
from engagement.desk.care import CaseCare
from engagement.desk.causes import Causes
from engagement.desk.desk import Desk
from engagement.desk.moderation import Moderation
from engagement.desk.pledges import Pledges
from engagement.desk.policy import DeskPolicy
from engagement.desk.stats import read_stats
from engagement.desk.templates import Templates
from engagement.desk.verdicts import Verdicts
from engagement.desk.watch import DeskWatch
from engagement.members.surveys import Surveys
from storage.store import SqlStore

SMALL, LARGE = 1_000, 100_000
BAR = 3.0
"""A list, view or search may cost so many times more in the large store than in the small one."""
PAGE = 10
"""Lines of a list in Discord."""
ROUNDS = 15
"""Each question is timed so often; the fastest counts."""
AT_ONCE = 1_000
CASES_PER_AUTHOR = 4
_BRANDS = ("Lumora", "Nimbus", "Glimmer", "Haneul")
_RUNNING = (CaseState.OPEN, CaseState.CLAIMED, CaseState.WAITING)
_CLOSED = (CaseState.RESOLVED, CaseState.DISMISSED)
_SEVERITIES = (Severity.URGENT, Severity.HIGH, Severity.NORMAL, Severity.NORMAL, Severity.LOW)


def rows(_: BenchOptions) -> Iterable[Row]:
    """Fill two stores, then put the desk's questions to both."""
    with tempfile.TemporaryDirectory() as folder:
        yield from asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> list[Row]:
    small, large = await _opened(folder / "small.db", SMALL), await _opened(folder / "large.db", LARGE)
    found = []
    for name in _questions(small):
        fast, slow = _questions(small)[name], _questions(large)[name]
        before, after = await _fastest(fast, slow)
        ratio = after / before
        found.append(
            Row(
                f"{name}, {LARGE:,} cases",
                after * 1_000,
                "ms",
                f"{SMALL:,} cases",
                ratio,
                f"<= {BAR:g}",
                "must",
                ratio <= BAR,
            )
        )
    await small.store.close()
    await large.store.close()
    return found


def _nothing() -> None:
    """Wake nobody: nothing is sent."""


class _Desk:
    """The services over one store."""

    def __init__(self, store: SqlStore, clock: SteppedClock, cases: int) -> None:
        catalogues = Catalogues()
        self.store = store
        self.cases = cases
        self.now = clock.now()
        self.desk = Desk(store, clock, DeskPolicy(SlaSection(), FlagsPolicy()))
        self.watch = DeskWatch(store, clock, self.desk.policy, wake=_nothing)
        self.clock = clock
        self.verdicts = Verdicts(store, clock, ZoneInfo("UTC"))
        self.causes = Causes(store, clock, catalogues)
        self.surveys = Surveys(store, clock, catalogues, enabled=True)
        self.care = CaseCare(store, clock, self.desk.policy, wake=_nothing)
        self.pledges = Pledges(store, clock, DeskSection(), ZoneInfo("UTC"), wake=_nothing)
        self.templates = Templates(store, clock)
        self._moderation = Moderation(store, clock, self.desk, catalogues)

    async def moderation_log(self) -> object:
        """Return a page of the log."""
        return await self._moderation.history(limit=PAGE)


Question = Callable[[], Awaitable[object]]


def _questions(at: _Desk) -> dict[str, Question]:
    middle, brand = at.cases // 2, _BRANDS[0]
    day, closed = timedelta(days=1), CaseQuery(states=_CLOSED)

    def cases(query: CaseQuery, offset: int = 0) -> Question:
        return lambda: _case_page(at.store, query, offset)

    def mentions(query: MentionQuery) -> Question:
        return lambda: _mention_page(at.store, query)

    return {
        "cases that are not closed": cases(CaseQuery(states=_RUNNING)),
        "cases that are not closed, tenth page": cases(CaseQuery(states=_RUNNING), 9 * PAGE),
        "my cases": cases(CaseQuery(states=_RUNNING, claimed_by="7")),
        "overdue cases": cases(CaseQuery(states=_RUNNING, overdue_at=at.now)),
        "closed cases": cases(closed),
        "all cases": cases(CaseQuery()),
        "cases of a brand": cases(CaseQuery(states=_RUNNING, brand=brand)),
        "closed cases of a brand": cases(CaseQuery(states=(CaseState.RESOLVED,), brand=brand)),
        "urgent cases": cases(CaseQuery(states=_RUNNING, severity=Severity.URGENT)),
        "cases of the last day": cases(CaseQuery(since=at.now - day, until=at.now)),
        "cases with a tag": cases(CaseQuery(states=_RUNNING, tag="hinge")),
        "free cases": cases(CaseQuery(states=_RUNNING, unclaimed=True)),
        "snoozed cases": cases(CaseQuery(states=_RUNNING, snoozed_at=at.now)),
        "cases that wait for the customer": cases(CaseQuery(states=(CaseState.WAITING,))),
        "urgent cases of a brand": cases(CaseQuery(states=_RUNNING, brand=brand, severity=Severity.URGENT)),
        "cases that one person has": cases(CaseQuery(claimed_by="7")),
        "the queue board": at.watch.queue,
        "statistics of a day": lambda: read_stats(at.store, at.clock, days=1),
        "the status": lambda: read_status(at.store, at.now, at.now, ()),
        "who is on duty": at.watch.on_duty,
        "the targets": at.watch.clock,
        "cases offered while typing": lambda: at.desk.list_cases(CaseQuery(states=_RUNNING), limit=MOST_LOOKED_AT),
        "closed cases offered while typing": lambda: at.desk.list_cases(
            CaseQuery(states=_CLOSED), limit=MOST_LOOKED_AT
        ),
        "tags offered while typing": lambda: at.care.known_tags("h"),
        "one case as a card": lambda: at.desk.view(middle),
        "the posts of a case": lambda: at.desk.posts(middle),
        "the trail of a case": lambda: at.desk.trail(middle),
        "the notes of a case": lambda: at.care.notes(middle),
        "the promises of a case": lambda: at.pledges.promises(middle),
        "the goodwill of a case": lambda: at.pledges.offers(middle),
        "a burst that a complaint may join": lambda: _burst(at),
        "the moderation log": at.moderation_log,
        "canned replies": lambda: at.templates.find(limit=PAGE),
        "drafts": lambda: at.desk.drafts(limit=PAGE),
        "newest mentions": mentions(MentionQuery()),
        "flagged mentions of a brand": mentions(MentionQuery(brand=brand, decision=DecisionKind.FLAG)),
        "negative mentions": mentions(MentionQuery(label=Label.NEGATIVE)),
        "worst mentions": mentions(MentionQuery(order=MentionOrder.MOST_NEGATIVE)),
        "one mention in full": lambda: at.verdicts.view(middle),
        "search of a rare word": mentions(MentionQuery(text="번호7")),
        "search of a common word": mentions(MentionQuery(text="lumora")),
        "search of two common words": mentions(MentionQuery(text="lumora broke")),
        "search of a common Korean word": mentions(MentionQuery(text="소음이")),
        "search within a brand": mentions(MentionQuery(text="lumora", brand=brand, label=Label.NEGATIVE)),
        "precision of twelve weeks": lambda: at.verdicts.precision(weeks=12),
        "causes": lambda: at.causes.find(limit=PAGE),
        "satisfaction of thirty days": lambda: at.surveys.satisfaction(days=30),
    }


async def _burst(at: _Desk) -> None:
    """Look for the burst that one more complaint belongs to, as every complaint does that opens a case."""
    async with at.store.read() as unit:
        await burst_case(
            unit,
            source=Source.REDDIT,
            brand=_BRANDS[0],
            text="My Lumora keyboard broke after a week, no answer from support",
            named=("lumora",),
            author_key=None,
            written_at=at.now,
            opened_at=at.now,
            flags=FlagsPolicy(),
        )


async def _case_page(store: Store, query: CaseQuery, offset: int) -> None:
    async with store.read() as unit:
        await unit.cases.count(query, most=MOST_COUNTED)
        await unit.cases.find(query, limit=PAGE, offset=offset)


async def _mention_page(store: Store, query: MentionQuery) -> None:
    async with store.read() as unit:
        await unit.mentions.count(query, most=MOST_COUNTED)
        await unit.mentions.find(query, limit=PAGE)


async def _fastest(first: Question, second: Question) -> tuple[float, float]:
    """Return the shortest time of each, asked in turn so that both meet the same machine."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for question, taken in zip((first, second), times, strict=True):
            began = time.perf_counter()
            await question()
            taken.append(time.perf_counter() - began)
    return min(times[0]), min(times[1])


async def _opened(path: Path, count: int) -> _Desk:
    """Fill a store: a case a minute, nine of ten closed, verdicts and answers on some of the newest."""
    clock = SteppedClock(STARTED + timedelta(minutes=count))
    store = await SqlStore.open(path, clock=clock, secret=b"bench")
    for name in _BRANDS:
        brand = Brand(name, (Term(name),))
        await store.write(lambda unit, brand=brand: unit.brands.put(brand))  # type: ignore[misc]
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, count))
        await store.write(lambda unit, numbers=numbers: _fill(unit, store, numbers))  # type: ignore[misc]
    await store.write(lambda unit: _teach(unit, count))
    return _Desk(store, clock, count)


async def _fill(unit: Unit, store: Store, numbers: Sequence[int]) -> None:
    made = [_mention(number) for number in numbers]
    ids = await unit.mentions.add_many(made)
    for number in numbers[::10]:
        await unit.moderation.begin(_warning(number), author_key=None, at=STARTED + timedelta(minutes=number))
    await unit.cases.open_many(
        [_case(store, number, one, mention_id or 0) for number, one, mention_id in zip(numbers, made, ids, strict=True)]
    )


def _mention(number: int) -> JudgedMention:
    """Return a mention of one of four brands; the first thousand hold a rare word each hundredth."""
    one = judged(number)
    text = f"{one.mention.post.text} 번호{number % 100}" if number < SMALL else one.mention.post.text
    author = Author(f"t2_{number // CASES_PER_AUTHOR:x}", f"author{number // CASES_PER_AUTHOR}")
    created_at = STARTED + timedelta(minutes=number)
    post = replace(one.mention.post, text=text, author=author, created_at=created_at)
    decision = Decision(DecisionKind.FLAG if number % 3 else DecisionKind.REVIEW, Reason.COMPLAINT, opens_case=True)
    return replace(one, mention=replace(one.mention, post=post, brand=_BRANDS[number % 4]), decision=decision)


def _case(store: Store, number: int, one: JudgedMention, mention_id: int) -> Case:
    post = one.mention.post
    assert post.author is not None
    closed = number % 10 != 0
    return Case(
        id=0,
        kind=CaseKind.COMPLAINT,
        state=CaseState.RESOLVED if closed else _RUNNING[number // 10 % 3],
        severity=_SEVERITIES[number // 10 % 5],
        brand=one.mention.brand,
        opened_at=post.created_at,
        due_at=post.created_at + timedelta(hours=4),
        mention_ids=(mention_id,),
        author_key=store.author_key(post.ref.source, post.author.native_id),
        claimed_by=str(number % 12) if closed or number // 10 % 3 else None,
        answered_at=post.created_at if closed else None,
        answered_by=AnsweredBy.BOT_DESK if closed else None,
        resolved_at=post.created_at + timedelta(hours=1) if closed else None,
        snoozed_until=None if closed or number // 10 % 7 else post.created_at + timedelta(days=1_000),
    )


def _warning(number: int) -> Measure:
    return Measure(MeasureKind.WARN, Source.DISCORD, "help", "7", f"measure {number}")


async def _teach(unit: Unit, count: int) -> None:
    """Give verdicts, answers and notes as a team gives them in a month, whatever the size of the store."""
    for member in range(12):
        await unit.watch.go_on_duty(str(member), at=STARTED)
    at, middle = STARTED + timedelta(minutes=count), count // 2
    for number in range(10):
        await unit.casework.add_note(middle, author="7", text=f"note {number}", at=at)
        await unit.casework.add_promise(middle, text="soon", due_at=at, made_by="7", at=at)
        await unit.casework.add_goodwill(
            middle, amount=5, text="sorry", offered_by="7", at=at, state=GoodwillState.PROPOSED
        )
        template = Template(id=0, name=f"reply {number}", brand=None, locale="en", text="Sorry!")
        await unit.templates.add(template)
    for mention_id in range(count - 400, count):
        should_be = Correction.QUESTION if mention_id % 5 == 0 else None
        verdict = MentionVerdict(
            mention_id, should_be is None, should_be, "Lumora", DecisionKind.FLAG, Reason.COMPLAINT, "7", at
        )
        await unit.verdicts.put(verdict)
        await unit.csat.put(CsatAnswer(mention_id, mention_id % 5 + 1, "", at - timedelta(minutes=mention_id % 60)))
        await unit.casework.add_tag(mention_id, "hinge")
    for number in range(20):
        cause = await unit.causes.add(f"cause {number}", actor="7", at=STARTED)
        await unit.causes.link(cause.id, count - number, actor="7", at=STARTED)
