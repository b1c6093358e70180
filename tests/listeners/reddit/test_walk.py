"""Reading down to known ground, against a model of Reddit's listing that changes while it is read."""

from __future__ import annotations

import random
from collections.abc import Collection

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.reddit.listing import Listing as Names
from lab.reddit.listing import PageQuery, merged, page
from listeners.reddit.things import Listing, Thing
from listeners.reddit.walk import walk


class Model:
    """A listing by Reddit's rules; `shake` runs between two pages."""

    def __init__(self) -> None:
        self.names = Names()
        self.count = 0
        self.alive: set[str] = set()
        self.known: set[str] = set()
        self.requests = 0

    def add(self, *, late_by: int = 0) -> str:
        self.count += 1
        name = f"t1_{self.count}"
        self.names.add(name, float(self.count), late_by=late_by)
        self.alive.add(name)
        return name

    def delete(self, name: str) -> None:
        self.alive.discard(name)
        self.names.discard(name)

    def shake(self) -> None:
        """Nothing happens while we read."""

    async def read(self, after: str | None) -> Listing:
        self.requests += 1
        cut = page(merged([self.names]), PageQuery(limit=100, after=after), lambda _: True)
        things = [Thing(name=name, subreddit="korea", created_utc=0.0, body=name) for name in cut.names]
        self.shake()
        return Listing(things, list(cut.names), cut.after, 0)

    async def ask(self, names: Collection[str]) -> set[str]:
        return self.known.intersection(names)

    async def take(self) -> set[str]:
        found = await walk(self.read, self.ask)
        fresh = {thing.name for thing in found.fresh}
        assert not fresh & self.known
        self.known |= fresh
        return fresh


async def test_an_empty_listing_is_read_at_once() -> None:
    model = Model()
    assert await model.take() == set()
    assert model.requests == 1


@pytest.mark.parametrize("listed", [1, 99, 100, 101, 200, 1000])
async def test_a_first_reading_takes_the_whole_list(listed: int) -> None:
    model = Model()
    names = {model.add() for _ in range(listed)}
    assert await model.take() == names
    assert model.requests <= listed // 100 + 2


async def test_a_quiet_listing_costs_one_request() -> None:
    model = Model()
    for _ in range(500):
        model.add()
    await model.take()
    model.requests = 0
    assert await model.take() == set()
    assert model.requests == 1


@pytest.mark.parametrize("gone", [1, 2, 5, 40])
async def test_vanished_anchors_are_stepped_over(gone: int) -> None:
    model = Model()
    names = [model.add() for _ in range(300)]

    def shake() -> None:
        # The end of the newest page leaves while the page is on its way.
        if model.requests == 1:
            for name in names[200 : 200 + gone]:
                model.delete(name)

    model.shake = shake  # type: ignore[method-assign]
    assert await model.take() == set(names)


async def test_a_listing_that_loses_every_anchor_says_so() -> None:
    model = Model()
    names = [model.add() for _ in range(300)]

    def shake() -> None:
        for name in names[150:]:
            model.delete(name)

    model.shake = shake  # type: ignore[method-assign]
    found = await walk(model.read, model.ask)
    assert found.is_cut
    assert found.has_lost_ground
    assert await model.take() == set(names[:150])


async def test_a_list_that_moves_on_faster_than_it_is_read_ends_where_it_overtakes_us() -> None:
    model = Model()
    for _ in range(1000):
        model.add()

    def shake() -> None:
        for _ in range(300):
            model.add()

    model.shake = shake  # type: ignore[method-assign]
    found = await walk(model.read, model.ask)
    assert found.is_cut
    assert model.requests < 20


async def test_neighbours_that_change_places_between_two_pages_are_both_taken() -> None:
    model = Model()
    names = [model.add() for _ in range(250)]

    def shake() -> None:
        # The first name behind the newest page and the last one on it.
        on, behind = names[150], names[149]
        if model.requests == 1:
            model.names.discard(behind)
            model.names.discard(on)
            model.names.add(on, 0.0, late_by=99)
            model.names.add(behind, 0.0, late_by=99)

    model.shake = shake  # type: ignore[method-assign]
    assert await model.take() == set(names)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
async def test_whatever_happens_between_pages_nothing_listed_is_missed(seed: int) -> None:
    chance, model = random.Random(seed), Model()

    def happen(most: int) -> None:
        for _ in range(chance.randrange(most)):
            model.add(late_by=chance.choice((0, 0, 0, 1, 2, 3)))
        for name in chance.sample(sorted(model.alive), min(len(model.alive), chance.randrange(4))):
            model.delete(name)

    model.shake = lambda: happen(6)  # type: ignore[method-assign]
    for _ in range(8):
        happen(chance.choice((3, 120, 400)))
        await model.take()
    model.shake = lambda: None  # type: ignore[method-assign]
    await model.take()
    assert model.alive <= model.known
