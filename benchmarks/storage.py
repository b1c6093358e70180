"""How fast mentions are stored and lists are read, and what the latter cost as the database grows."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.row import BenchOptions, Row
from core.clock import SteppedClock
from core.ports.storing import Store, Unit
from core.types.assessment import Assessment, Intent, IntentScores, Label, Language, Probabilities
from core.types.case import CaseEvent, CaseEventKind, CaseKind, CaseQuery, CaseState, Severity
from core.types.decision import Decision, DecisionKind, Reason
from core.types.mention import Hit, JudgedMention, Mention, MentionOrder, MentionQuery
from core.types.post import Author, Post, PostKind, PostRef, Removal, RemovalReason, Source
from storage.store import SqlStore

STARTED = datetime(2026, 11, 9, tzinfo=UTC)
BATCH = 100
"""Mentions a unit of work; DESIGN: batches of 100 rows."""
SMALL, LARGE = 1_000, 100_000
LARGE_SHORT = 10_000
"""Mentions and cases of a short run's large database."""
BATCHED_BAR = 3.0
LIST_BAR = 5.0
"""A page of a list may cost this much more in the large database than in the small one."""
PAGE = 25
_WORDS = "lumora blender noise quiet lid love broke battery returned kettle great 루모라 믹서기 소음이 조용해요 고장"


def rows(options: BenchOptions) -> Iterable[Row]:
    """Time writing, then reading at two sizes, then a purge down to the disk."""
    with tempfile.TemporaryDirectory() as folder:
        yield from asyncio.run(_writing(Path(folder)))
    large = LARGE if options.full else LARGE_SHORT
    with tempfile.TemporaryDirectory() as folder:
        yield from asyncio.run(_reading(Path(folder), large))


def judged(number: int) -> JudgedMention:
    """Return a mention like those of a busy day: a thousand authors, a dozen containers, every label."""
    picked = random.Random(number)
    about = Post(
        ref=PostRef(Source.REDDIT, f"container{number % 12}", f"t1_{number:x}"),
        kind=PostKind.COMMENT,
        text=" ".join(picked.choices(_WORDS.split(), k=picked.randint(5, 40))),
        created_at=STARTED + timedelta(seconds=number),
        author=Author(f"t2_{number % 1000:x}", f"author{number % 1000}"),
        url=f"https://example.com/{number:x}",
    )
    label = list(Label)[number % 3]
    assessment = Assessment(
        label=label,
        score=picked.uniform(-1, 1),
        probabilities=Probabilities(0.2, 0.3, 0.5),
        intent=list(Intent)[number % 5],
        intents=IntentScores(complaint=0.1),
        language=Language.MIXED,
        model="bench",
    )
    kind = DecisionKind.FLAG if number % 20 == 0 else DecisionKind.IGNORE
    return JudgedMention(
        Mention(about, "Lumora", (Hit("Lumora", "lumora", 0, 6),)), assessment, Decision(kind, Reason.NOTHING_TO_DO)
    )


async def _writing(folder: Path) -> list[Row]:
    alone, together, batched = [await _opened(folder / f"{name}.db") for name in "abc"]
    made = [judged(number) for number in range(6_000)]

    async def one_by_one() -> None:
        for each in made[:500]:
            await _add(alone, [each])

    async def side_by_side() -> None:
        await asyncio.gather(*(_add(together, [each]) for each in made[:500]))

    async def in_batches() -> None:
        for start in range(0, len(made), BATCH):
            await _add(batched, made[start : start + BATCH])

    single = 500 / await _seconds(one_by_one)
    joined = 500 / await _seconds(side_by_side)
    fast = len(made) / await _seconds(in_batches)
    for store in (alone, together, batched):
        await store.close()
    reference = "row by row"
    return [
        Row("store a mention, row by row", single, "rows/s"),
        Row("store a mention, neighbours sharing a commit", joined, "rows/s", reference, joined / single),
        Row(
            "store a mention, in batches of 100",
            fast,
            "rows/s",
            reference,
            fast / single,
            f">= {BATCHED_BAR:g}",
            "must",
            fast / single >= BATCHED_BAR,
        ),
    ]


async def _reading(folder: Path, large: int) -> list[Row]:
    small_store, large_store = await _opened(folder / "small.db"), await _opened(folder / "large.db")
    await _fill(small_store, SMALL)
    await _fill(large_store, large)
    found: list[Row] = []
    for name, question in _questions().items():
        before, after = await _answer(small_store, question), await _answer(large_store, question)
        ratio = after / before
        found.append(
            Row(
                f"{name}, {large:,} rows",
                after * 1_000,
                "ms",
                f"{SMALL:,} rows",
                ratio,
                f"<= {LIST_BAR:g}",
                "goal",
                ratio <= LIST_BAR,
            )
        )
    found.append(await _purging(large_store))
    await small_store.close()
    await large_store.close()
    return found


Question = Callable[[Unit], Awaitable[object]]


def _questions() -> dict[str, Question]:
    weekly = MentionQuery(
        label=Label.NEGATIVE, since=STARTED, until=STARTED + timedelta(minutes=15), order=MentionOrder.MOST_NEGATIVE
    )
    running = (CaseState.OPEN, CaseState.CLAIMED, CaseState.WAITING)
    return {
        "newest mentions": lambda unit: unit.mentions.find(MentionQuery(), limit=PAGE),
        "newest flagged mentions of a brand": lambda unit: unit.mentions.find(
            MentionQuery(brand="Lumora", decision=DecisionKind.FLAG), limit=PAGE
        ),
        "worst mentions of all": lambda unit: unit.mentions.find(
            MentionQuery(order=MentionOrder.MOST_NEGATIVE), limit=PAGE
        ),
        "worst mentions of a quarter of an hour": lambda unit: unit.mentions.find(weekly, limit=PAGE),
        "search of a rare pair of words": lambda unit: unit.mentions.find(
            MentionQuery(text="번호7 lumora"), limit=PAGE
        ),
        "search of a common word": lambda unit: unit.mentions.find(MentionQuery(text="lumora"), limit=PAGE),
        "first page of running cases": lambda unit: unit.cases.find(CaseQuery(states=running), limit=PAGE),
        "overdue cases": lambda unit: unit.cases.find(CaseQuery(overdue_at=STARTED + timedelta(minutes=5)), limit=PAGE),
        "closed cases, newest first": lambda unit: unit.cases.find(CaseQuery(states=(CaseState.RESOLVED,)), limit=PAGE),
        "one case with its trail": lambda unit: _case(unit, SMALL // 2),
    }


async def _case(unit: Unit, case_id: int) -> None:
    await unit.cases.get(case_id)
    await unit.cases.events(case_id)


async def _answer(store: Store, question: Question) -> float:
    """Return the seconds of a question: the best of several, each on a reader of its own."""

    async def ask() -> None:
        async with store.read() as unit:
            await question(unit)

    return min([await _seconds(ask) for _ in range(7)])


async def _purging(store: SqlStore) -> Row:
    removals = [
        Removal(judged(number).mention.post.ref, RemovalReason.EXPIRED, STARTED) for number in range(0, 1_000, 2)
    ]
    await store.write(lambda unit: unit.mentions.purge(removals))
    seconds = await _seconds(store.scrub)
    return Row("drive 500 purged mentions off the disk", seconds, "s", note="search index, log and VACUUM")


async def _fill(store: SqlStore, count: int) -> None:
    for start in range(0, count, 500):
        some = [_rare(judged(number), number) for number in range(start, start + 500)]
        await store.write(lambda unit, some=some: _add_with_cases(unit, some))  # type: ignore[misc]


def _rare(each: JudgedMention, number: int) -> JudgedMention:
    """Put a word into the first posts that the others do not have."""
    if number >= SMALL:
        return each
    about = replace(each.mention.post, text=f"{each.mention.post.text} 번호{number % 10}")
    return replace(each, mention=replace(each.mention, post=about))


async def _add_with_cases(unit: Unit, some: Sequence[JudgedMention]) -> None:
    ids = await unit.mentions.add_many(some)
    for mention_id, each in zip(ids, some, strict=True):
        opened_at = each.mention.post.created_at
        case = await unit.cases.open(
            kind=CaseKind.COMPLAINT,
            severity=Severity.NORMAL,
            brand="Lumora",
            opened_at=opened_at,
            due_at=opened_at + timedelta(hours=4),
            mention_id=mention_id,
            author_key=None,
        )
        # Nine of ten are closed, as in a queue that is worked off.
        if case.id % 10:
            event = CaseEvent(case.id, CaseEventKind.RESOLVED, opened_at, "9")
            await unit.cases.save(replace(case, state=CaseState.RESOLVED, answered_at=opened_at), event)


async def _opened(path: Path) -> SqlStore:
    return await SqlStore.open(path, clock=SteppedClock(STARTED), secret=b"bench")


async def _add(store: Store, some: Sequence[JudgedMention]) -> None:
    await store.write(lambda unit: unit.mentions.add_many(some))


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began
