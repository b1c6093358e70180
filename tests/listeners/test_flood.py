"""A flood in one guild: 500 messages a second for a minute, a twentieth of them judged, and nothing is lost."""

from __future__ import annotations

import sys

import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from benchmarks._bot import FLOOD_RATE, Town, flooded
from benchmarks._loopback import serve_discord, serving
from listeners.discord.inflow import MOST_POSTS

SECONDS = 60


@pytest.mark.slow
async def test_a_flood_of_a_minute_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for owner, name in ((Route, "BASE"), (DiscordWebSocket, "DEFAULT_GATEWAY"), (discord.Asset, "BASE")):
        monkeypatch.setattr(owner, name, getattr(owner, name))  # the bot sets them; put back afterwards
    with serving(serve_discord) as pipe:
        flood = await flooded(pipe, Town(*pipe.recv()), SECONDS)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{FLOOD_RATE * SECONDS} messages in {flood.seconds:.1f} s: loop lag p50 {1e3 * flood.lag_p50:.1f} ms, "
            f"p99 {1e3 * flood.lag_p99:.1f} ms, max {1e3 * flood.lag_max:.0f} ms; "
            f"{flood.most_waiting} waited at most\n"
        )
    assert flood.found == flood.wanted
    assert flood.overflowed == 0
    assert flood.most_waiting <= MOST_POSTS
