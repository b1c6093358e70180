from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import praw
import pytest

from core.clock import SteppedClock
from lab.reddit import StandInReddit
from tests.make import START

T = TypeVar("T")
Visit = Callable[[Callable[[praw.Reddit], T]], Awaitable[T]]


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(START)


@pytest.fixture
async def reddit(clock: SteppedClock) -> AsyncIterator[StandInReddit]:
    async with StandInReddit(clock) as stand_in:
        yield stand_in
        assert stand_in.unknown_routes == []


def client(stand_in: StandInReddit, **settings: object) -> praw.Reddit:
    known = stand_in.credentials
    signed_in: dict[str, object] = {
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "username": known.username,
        "password": known.password,
        "user_agent": "linux:maeari-tests:1 (by /u/nobody)",
        "oauth_url": stand_in.url,
        "reddit_url": stand_in.url,
        "check_for_updates": False,
        "check_for_async": False,
    }
    return praw.Reddit(**{**signed_in, **settings})  # type: ignore[arg-type]


async def visit(stand_in: StandInReddit, use: Callable[[praw.Reddit], T], **settings: object) -> T:
    """Use real PRAW in a thread, as the product does."""

    def work() -> T:
        return use(client(stand_in, **settings))

    return await asyncio.to_thread(work)
