"""What holds after any history: roll-ups equal a recount, and repeated or shuffled batches give the same rows."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import SteppedClock
from core.types.assessment import Intent, Label
from core.types.decision import DecisionKind, Reason
from core.types.mention import Hit, JudgedMention, MentionQuery, StoredMention
from core.types.post import PostRef, Removal, RemovalReason, ReplyCount, Source
from core.types.rollup import RollupRow
from storage.store import SqlStore
from tests import make

SINCE, UNTIL = make.START - timedelta(days=30), make.START + timedelta(days=30)
BRANDS = ("Lumora", "Nimbus")
Cell = tuple[datetime, Source, str, str, Label, Intent, DecisionKind]
_containers = (f"c{number}" for number in itertools.count())


class Bench:
    """A store that lives through all examples of a test; each example has a container of its own."""

    def __init__(self, store: SqlStore, runner: asyncio.Runner) -> None:
        self.store = store
        self.runner = runner


@contextmanager
def opened(path: Path) -> Iterator[Bench]:
    with asyncio.Runner() as runner:
        store = runner.run(SqlStore.open(path, clock=SteppedClock(make.START)))
        try:
            yield Bench(store, runner)
        finally:
            runner.run(store.close())


def judged(container: str, number: int, brand: str, version: int) -> JudgedMention:
    """Return one version of a mention: everything follows from its name and version."""
    edited_at = make.START + timedelta(days=1, minutes=version) if version else None
    about = make.post(
        f"version {version} of {number}",
        native_id=f"n{number}",
        container=container,
        author=f"author{number % 3}",
        minutes=number * 25,
        edited_at=edited_at,
    )
    label = list(Label)[(number + version) % 3]
    kind = list(DecisionKind)[(number * version) % 5]
    whole = make.judged(about, brand=brand, label=label, kind=kind, reason=Reason.NOTHING_TO_DO)
    terms = [f"term{version % 2}", "term", "term"][: 1 + number % 3]
    return replace(whole, mention=replace(whole.mention, hits=tuple(Hit(brand, term, 0, 4) for term in terms)))


numbers = st.integers(0, 5)
names = st.tuples(numbers, st.sampled_from(BRANDS), st.integers(0, 3))
batches = st.lists(names, min_size=1, max_size=6)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), batches),
        st.tuples(st.just("count"), st.lists(st.tuples(numbers, st.integers(0, 9)), max_size=4)),
        st.tuples(st.just("reply"), st.lists(st.tuples(numbers, numbers), max_size=4)),
        st.tuples(st.just("purge"), st.lists(st.tuples(numbers, st.sampled_from(RemovalReason)), max_size=3)),
    ),
    max_size=9,
)


async def apply(store: SqlStore, container: str, kind: str, values: Sequence[tuple[object, ...]]) -> None:
    def ref(number: object) -> PostRef:
        return PostRef(Source.REDDIT, container, f"n{number}")

    async with asyncio.timeout(10):
        if kind == "add":
            some = [judged(container, *value) for value in values]  # type: ignore[arg-type]
            await store.write(lambda unit: unit.mentions.add_many(some))
        elif kind == "count":
            counts = [ReplyCount(ref(number), replies) for number, replies in values]  # type: ignore[arg-type]
            await store.write(lambda unit: unit.mentions.set_reply_counts(counts))
        elif kind == "reply":
            replies = [(ref(number), f"r{reply}") for number, reply in values]
            await store.write(lambda unit: unit.mentions.add_replies(replies))
        else:
            removals = [Removal(ref(number), reason, make.START) for number, reason in values]  # type: ignore[arg-type]
            await store.write(lambda unit: unit.mentions.purge(removals))


async def rows_of(store: SqlStore, container: str) -> list[StoredMention]:
    async with store.read() as unit:
        return await unit.mentions.find(MentionQuery(container=container, with_tombstones=True), limit=100)


def recounted(rows: Sequence[StoredMention]) -> set[RollupRow]:
    cells: Counter[Cell] = Counter()
    received: Counter[Cell] = Counter()
    for row in rows:
        hour = row.created_at.replace(minute=0, second=0, microsecond=0)
        cell = (
            *(hour, row.source, row.container, row.brand),
            *(row.assessment.label, row.assessment.intent, row.decision.kind),
        )
        cells[cell] += 1
        received[cell] += row.reply_count
    return {RollupRow(*cell, count, received[cell]) for cell, count in cells.items()}


def test_rollups_equal_a_raw_recount_after_any_history(tmp_path: Path) -> None:
    with opened(tmp_path / "maeari.db") as bench:

        async def example(history: Sequence[tuple[str, Sequence[tuple[object, ...]]]]) -> None:
            store, container = bench.store, next(_containers)
            for kind, values in history:
                await apply(store, container, kind, values)
            async with store.read() as unit:
                kept = await unit.counts.rollups(since=SINCE, until=UNTIL)
            assert {row for row in kept if row.container == container} == recounted(await rows_of(store, container))
            await store.write(lambda unit: unit.counts.rebuild())
            async with store.read() as unit:
                assert await unit.counts.rollups(since=SINCE, until=UNTIL) == kept

        @settings(max_examples=60, deadline=None)
        @given(steps)
        def check(history: Sequence[tuple[str, Sequence[tuple[object, ...]]]]) -> None:
            bench.runner.run(example(history))

        check()


def test_any_order_and_repetition_of_batches_gives_the_same_rows(tmp_path: Path) -> None:
    with opened(tmp_path / "maeari.db") as bench:

        async def stored(history: Sequence[Sequence[tuple[int, str, int]]]) -> list[StoredMention]:
            container = next(_containers)
            await asyncio.gather(*(apply(bench.store, container, "add", batch) for batch in history))
            rows = await rows_of(bench.store, container)
            return sorted(
                (replace(row, id=0, container="") for row in rows), key=lambda row: (row.native_id or "", row.brand)
            )

        async def terms() -> Counter[tuple[datetime, str, str]]:
            async with bench.store.read() as unit:
                found = await unit.counts.term_counts(since=SINCE, until=UNTIL)
            return Counter({(count.day, count.brand, count.term): count.mentions for count in found})

        async def example(
            first: Sequence[Sequence[tuple[int, str, int]]], second: Sequence[Sequence[tuple[int, str, int]]]
        ) -> None:
            before = await terms()
            rows = await stored(first)
            between = await terms()
            assert await stored(second) == rows
            after = await terms()
            after.subtract(between)
            between.subtract(before)
            assert +after == +between

        @settings(max_examples=40, deadline=None)
        @given(st.lists(batches, max_size=5), st.data())
        def check(history: list[list[tuple[int, str, int]]], data: st.DataObject) -> None:
            again = data.draw(st.lists(st.sampled_from(history), max_size=4)) if history else []
            shuffled = [data.draw(st.permutations(batch)) for batch in data.draw(st.permutations(history + again))]
            bench.runner.run(example(history, shuffled))

        check()
