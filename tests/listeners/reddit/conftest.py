"""A stand-in Reddit, and the real listener in front of it, on a stepped clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import stamina

from core.clock import SteppedClock
from core.settings import RedditSection
from lab.reddit import StandInReddit
from listeners.reddit.listener import RedditListener
from tests.listeners.memory import Kept
from tests.make import START


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(START)


@pytest.fixture
async def reddit(clock: SteppedClock) -> AsyncIterator[StandInReddit]:
    stand_in = StandInReddit(clock)
    stand_in.world.add_subreddit("korea")
    await stand_in.start()
    with stamina.set_testing(True, attempts=3, cap=True):
        yield stand_in
    await stand_in.close()
    assert stand_in.unknown_routes == []


def section(reddit: StandInReddit, **sides: object) -> RedditSection:
    known = reddit.credentials
    return RedditSection.model_validate(
        {
            "client_id": known.client_id,
            "client_secret": known.client_secret,
            "username": known.username,
            "password": known.password,
            "user_agent": "linux:maeari-tests:1.0 (by /u/maeari_bot)",
            "oauth_url": reddit.url,
            "reddit_url": reddit.url,
            "subreddits": ("korea",),
            "staff_accounts": ("Staff_Ann",),
            **sides,
        }
    )


@asynccontextmanager
async def listening(
    reddit: StandInReddit, kept: Kept, *, most_single: int = 12, **sides: object
) -> AsyncIterator[RedditListener]:
    """Run the listener against the stand-in; a failure of its iteration is raised at the end."""
    listener = RedditListener(section(reddit, **sides), kept, reddit.clock, most_single=most_single)
    pulling = asyncio.create_task(kept.pull(listener))
    try:
        yield listener
    finally:
        await asyncio.wait_for(listener.close(), 5)
        await asyncio.wait_for(pulling, 5)
