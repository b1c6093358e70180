"""Ledger, cursors, gaps and re-checks, also as a listener asks for them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import SteppedClock
from core.ports.listening import FeedMemory, StoredPosts
from core.ports.storing import Store
from core.types.post import Batch, Gap, Removal, RemovalReason, Source
from storage import ledger
from storage.memory import StoreMemory
from tests import make

FEED = "reddit:comments:gadgets"


@pytest.fixture
def memory(store: Store, clock: SteppedClock) -> StoreMemory:
    kept = StoreMemory(store, clock, timedelta(hours=24))
    # mypy tells when it lags behind the ports.
    ports: tuple[FeedMemory, StoredPosts] = (kept, kept)
    assert ports
    return kept


async def advance(
    store: Store, *seen: str, feed: str = FEED, cursor: str | None = None, gaps: tuple[Gap, ...] = ()
) -> None:
    await store.write(lambda unit: unit.ledger.advance(Batch(feed, seen=seen, cursor=cursor, gaps=gaps)))


async def test_a_cursor_stays_until_a_batch_moves_it(store: Store, memory: StoreMemory) -> None:
    assert await memory.cursor(FEED) is None
    await advance(store, cursor="t1_9")
    await advance(store, "t1_10")
    assert await memory.cursor(FEED) == "t1_9"
    assert await memory.cursor("other") is None


async def test_seen_names_are_known_per_feed(store: Store, memory: StoreMemory) -> None:
    await advance(store, "a", "b", "a")
    await advance(store, "c")
    await advance(store, "d", feed="other")

    assert await memory.known(FEED, ["a", "c", "d", "x"]) == {"a", "c"}
    assert await memory.known("other", ["d"]) == {"d"}
    assert await memory.known("nobody", ["a"]) == set()
    assert await memory.known(FEED, []) == set()


async def test_the_ledger_keeps_the_newest_names_only(
    store: Store, memory: StoreMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "LEDGER_NAMES", 20)
    names = [f"n{number}" for number in range(100)]
    for start in range(0, 100, 7):
        await advance(store, *names[start : start + 7])

    known = await memory.known(FEED, names)
    assert set(names[-20:]) <= known
    assert len(known) <= 20 + 7
    await advance(store, *(f"m{number}" for number in range(50)))
    assert await memory.known(FEED, names) == set()
    assert len(await memory.known(FEED, [f"m{number}" for number in range(50)])) == 20


async def test_a_gap_is_stored_once_and_found_by_its_span(store: Store) -> None:
    gap = Gap(FEED, make.START, make.START + timedelta(hours=2), 40, "listing_window")
    for _ in range(2):
        await advance(store, gaps=(gap,))

    async with store.read() as unit:
        assert await unit.ledger.gaps(since=make.START) == [gap]
        assert await unit.ledger.gaps(since=make.START + timedelta(hours=1), until=make.START + timedelta(days=1)) == [
            gap
        ]
        assert await unit.ledger.gaps(since=make.START + timedelta(hours=3)) == []
        assert await unit.ledger.gaps(since=make.START - timedelta(days=1), until=make.START) == []


async def test_rechecks_come_due_the_longest_unchecked_first(
    store: Store, memory: StoreMemory, clock: SteppedClock
) -> None:
    posts = [make.post(native_id=f"t1_{number}") for number in range(3)]
    for number, post in enumerate(posts):
        due = make.START + timedelta(hours=1, minutes=-number)
        both = [make.judged(post), make.judged(post, brand="Nimbus")]
        await store.write(lambda unit, both=both, due=due: unit.mentions.add_many(both, recheck_after=due))  # type: ignore[misc]

    assert await memory.watched(Source.REDDIT, limit=9) == []
    clock.advance_to(make.START + timedelta(hours=1))
    assert await memory.watched(Source.REDDIT, limit=2) == [posts[2].ref, posts[1].ref]
    assert await memory.watched(Source.DISCORD, limit=2) == []

    await memory.mark_checked([posts[2].ref])
    assert await memory.watched(Source.REDDIT, limit=9) == [posts[1].ref, posts[0].ref]
    removal = Removal(posts[1].ref, RemovalReason.VANISHED, make.START)
    await store.write(lambda unit: unit.mentions.purge([removal]))
    clock.advance_to(make.START + timedelta(hours=26))
    assert await memory.watched(Source.REDDIT, limit=9) == [posts[0].ref, posts[2].ref]
    await memory.mark_checked([])


async def test_the_living_posts_of_a_container_come_newest_first(store: Store, memory: StoreMemory) -> None:
    posts = [make.post(native_id=str(n), minutes=n, source=Source.DISCORD, container="5") for n in range(5)]
    elsewhere = make.post(native_id="9", minutes=9, source=Source.DISCORD, container="6")
    judged = [make.judged(post, brand=brand) for post in (*posts, elsewhere) for brand in ("Lumora", "Nimbus")]
    await store.write(lambda unit: unit.mentions.add_many(judged))
    removal = Removal(posts[3].ref, RemovalReason.VANISHED, make.START)
    await store.write(lambda unit: unit.mentions.purge([removal]))

    since = make.START + timedelta(minutes=1)
    assert await memory.stored(Source.DISCORD, "5", since=since, limit=9) == [posts[n].ref for n in (4, 2, 1)]
    assert await memory.stored(Source.DISCORD, "5", since=since, limit=1) == [posts[4].ref]


async def test_living_posts_are_read_in_pages_however_many_brands_they_name(
    store: Store, memory: StoreMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.memory._PAGE", 3)
    posts = [make.post(native_id=str(n), minutes=n, source=Source.DISCORD, container="5") for n in range(4)]
    judged = [make.judged(post, brand=f"Brand {number}") for post in posts for number in range(7)]
    await store.write(lambda unit: unit.mentions.add_many(judged))
    newest = [post.ref for post in reversed(posts)]
    assert await memory.stored(Source.DISCORD, "5", since=make.START, limit=2) == newest[:2]
    assert await memory.stored(Source.DISCORD, "5", since=make.START, limit=9) == newest
