"""The world of the journeys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from simcord.env import Env

from tests.bot.limits import require_request
from tests.bot.world import World, running


@pytest.fixture
async def built(tmp_path: Path) -> AsyncIterator[World]:
    """A guild with staff, the bot running in it; whatever it sends keeps Discord's limits."""
    async with running(tmp_path) as world:
        yield world
        for request in world.env.http_requests:
            require_request(request.method, request.path, request.json)


@pytest.fixture
def env(built: World) -> Env:
    """simcord's environment: its plugin looks for one among the fixtures, to put the test on simulated time."""
    return built.env


@pytest.fixture
def world(built: World, env: Env) -> World:
    """What journeys ask for."""
    assert built.env is env
    return built
