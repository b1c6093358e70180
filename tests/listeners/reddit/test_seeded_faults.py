"""Everything that can go wrong with Reddit, at random and all at once: nothing is missed, nothing comes twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from core.clock import SteppedClock
from lab.faults import Fault, FaultKind
from lab.reddit import Access, StandInReddit, Thing
from lab.reddit import server as server_module
from lab.reddit.listing import Listing, merged
from listeners.reddit.listener import RedditListener
from listeners.reddit.transport import RedditTransport
from tests.listeners.memory import Kept
from tests.listeners.reddit.conftest import section

STEPS = 25
HASTY_SECONDS = 0.15
"""Silence that ends a request here."""
BURST = 900


@dataclass
class Storm:
    """One run: the world, what was written in it, and what is to go wrong next."""

    reddit: StandInReddit
    chance: random.Random
    thread: Thing
    written: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    last_names: list[str] = field(default_factory=list)
    is_shaky: bool = False

    def write(self, count: int) -> None:
        """Let comments in, some of them below newer ones."""
        late = (0, 0, 0, 0, 1, 2, 3)
        for _ in range(count):
            thing = self.reddit.world.add_comment(
                self.thread, f"comment {len(self.written)}", late_by=self.chance.choice(late)
            )
            self.written.add(thing.name)

    def delete(self, count: int) -> None:
        """Let some of the newest vanish: anchors above all."""
        newest = [name for name in reversed(merged(self.listings())) if name not in self.gone][-60:]
        for name in self.chance.sample(newest, min(count, len(newest))):
            self.reddit.world.delete(name)
            self.gone.add(name)

    def listings(self) -> list[Listing]:
        """Return the feed's listing."""
        return self.reddit.world.listings(["korea"], comments=True)

    def shaken(self, listings: Iterable[Listing]) -> list[str]:
        """Serve a list as Reddit does on a bad day: stale, with doubles, in another order."""
        names = merged(listings)
        if not self.is_shaky or self.thread.name in names:
            return names
        if self.chance.random() < 0.2:
            self.delete(self.chance.randrange(3))  # behind the back of somebody who reads page by page
        shown = self.last_names if self.last_names and self.chance.random() < 0.2 else names
        self.last_names = names
        shown = [name for name in shown for _ in range(1 if self.chance.random() < 0.97 else 2)]
        for place in range(len(shown) - 1):
            if self.chance.random() < 0.05:
                shown[place], shown[place + 1] = shown[place + 1], shown[place]
        return shown

    def go_wrong(self) -> None:
        """Put the next trouble in force."""
        skip, status = self.chance.randrange(3), self.chance.choice((500, 502, 503, 504, 520, 408))
        troubles: list[Callable[[], None]] = [
            lambda: self._fault(FaultKind.STATUS, skip=skip, status=status),
            lambda: self._fault(FaultKind.STATUS, skip=skip, status=status, times=4),
            lambda: self._fault(FaultKind.RESET, skip=skip),
            lambda: self._fault(FaultKind.HANG, skip=skip, seconds=60.0),
            lambda: self._fault(FaultKind.SLOW, skip=skip, seconds=0.02),
            lambda: self._fault(FaultKind.TRUNCATED, skip=skip),
            lambda: self._fault(FaultKind.MALFORMED, skip=skip),
            lambda: self._fault(FaultKind.HTML, skip=skip, status=self.chance.choice((200, 403, 502))),
            lambda: self._fault(FaultKind.STATUS, skip=skip, status=401),
            lambda: self._fault(FaultKind.STATUS, status=self.chance.choice((403, 404, 451))),
            lambda: self._fault(FaultKind.STATUS, route="/api/v1/access_token", status=503),
            self.reddit.expire_tokens,
            lambda: self.reddit.world.close_subreddit("korea", self.chance.choice([*Access])),
        ]
        self.chance.choice(troubles)()

    def calm_down(self) -> None:
        """Let everything work again."""
        self.reddit.faults.clear()
        self.reddit.world.reopen_subreddit("korea")
        self.is_shaky = False

    def _fault(
        self,
        kind: FaultKind,
        *,
        route: str = "/r/*",
        skip: int = 0,
        status: int = 500,
        seconds: float = 0.0,
        times: int = 1,
    ) -> None:
        self.reddit.faults.add(Fault(kind=kind, route=route, skip=skip, status=status, seconds=seconds, times=times))


async def weather(reddit: StandInReddit, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Live through one storm and look at everything."""
    kept, told = Kept(), f"seed {seed}"
    storm = Storm(reddit, random.Random(seed), reddit.world.add_submission("korea", told))
    monkeypatch.setattr(server_module, "merged", storm.shaken)
    transport = RedditTransport(section(reddit), read_seconds=HASTY_SECONDS)
    listener = RedditListener(section(reddit), kept, clock, transport=transport)
    pulling = asyncio.create_task(kept.pull(listener))
    async with asyncio.timeout(60):
        await listener.polled()
        for step in range(STEPS):
            clock.advance_to(clock.now() + timedelta(minutes=1))
            storm.is_shaky = True
            if step % 12 == 11:
                # A burst, with all quiet around it: what is listed can be read in one go.
                storm.calm_down()
                await listener.polled()
                storm.write(BURST)
            else:
                storm.write(storm.chance.choice((0, 1, 5, 40, 110)))
                storm.go_wrong()
            await listener.polled()
            storm.delete(storm.chance.choice((0, 0, 1, 5)))
            storm.calm_down()
            if storm.chance.random() < 0.5:
                await listener.polled()
        await listener.polled()
        await listener.polled()
        states = {health.feed: health.state for health in listener.health()}
        await listener.close()
        await pulling
        await transport.close()
    assert storm.written - storm.gone <= kept.names(), told
    assert (kept.doubled, kept.gaps) == ([], []), told
    assert states["reddit:comments:korea"] == "ok", told


@pytest.mark.parametrize("seed", range(2))
async def test_a_storm_loses_nothing(
    reddit: StandInReddit, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    await weather(reddit, clock, monkeypatch, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 160))
async def test_many_storms_lose_nothing(
    reddit: StandInReddit, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    await weather(reddit, clock, monkeypatch, seed)
