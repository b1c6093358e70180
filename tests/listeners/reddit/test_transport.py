"""One thread, nothing from the environment, nothing in the log, and an end at any time."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import praw.config
import pytest

from core.errors import ConfigError, FeedClosedError
from core.settings import RedditSection
from lab.faults import Fault, FaultKind
from lab.reddit import StandInReddit
from listeners.reddit.budget import Lane
from listeners.reddit.transport import NotAnsweringError, RedditTransport, RefusedError, TransportClosedError
from tests.listeners.reddit.conftest import section

LONG = 600.0
"""Seconds an answer hangs: longer than anybody waits."""


@pytest.fixture
async def transport(reddit: StandInReddit) -> AsyncIterator[RedditTransport]:
    transport = RedditTransport(section(reddit))
    yield transport
    await transport.close()


@pytest.mark.parametrize(("key", "sides"), [("client_id", {}), ("user_agent", {"client_id": "x"})])
def test_what_reddit_needs_is_asked_for(key: str, sides: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        RedditTransport(RedditSection.model_validate(sides))
    assert caught.value.key == f"reddit.{key}"


async def test_the_account_is_told(transport: RedditTransport) -> None:
    account = await transport.account()
    assert account is not None
    assert (account.name, account.is_suspended) == ("maeari_bot", False)
    assert account.native_id.startswith("t2_")


async def test_all_requests_leave_from_one_thread_and_none_from_the_loop(
    reddit: StandInReddit, transport: RedditTransport, caplog: pytest.LogCaptureFixture
) -> None:
    await asyncio.gather(*(transport.get("r/korea/new", {"limit": 100}) for _ in range(10)))
    assert [thread.name for thread in threading.enumerate()].count("reddit") == 1
    assert "asynchronous environment" not in caplog.text


async def test_forms_are_never_logged(
    reddit: StandInReddit, transport: RedditTransport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    link = reddit.world.add_submission("korea", "thread")
    await transport.post("api/comment", {"thing_id": link.name, "text": "a private matter"})
    assert len(reddit.world.own_things()) == 1
    for secret in ("a private matter", reddit.credentials.password, reddit.credentials.client_secret, "stand-in-token"):
        assert secret not in caplog.text


async def test_neither_praw_ini_nor_environment_has_a_say(
    reddit: StandInReddit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    foreign = "http://127.0.0.1:9"
    (tmp_path / "praw.ini").write_text(
        f"[DEFAULT]\noauth_url={foreign}\nreddit_url={foreign}\nclient_id=x\nusername=x\nrefresh_token=x\n"
        "check_for_updates=True\n",
        "utf-8",
    )
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login x password y\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "HOME": str(tmp_path),
        "http_proxy": foreign,
        "HTTP_PROXY": foreign,
        "praw_client_id": "x",
        "praw_refresh_token": "x",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(praw.config.Config, "CONFIG", None)
    monkeypatch.setenv("PRAW_ALLOW_ENDPOINT_OVERRIDE", "1")
    transport = RedditTransport(section(reddit))
    account = await transport.account()
    await transport.close()
    assert account is not None


async def test_a_silent_answer_ends_at_the_limit(reddit: StandInReddit) -> None:
    hasty = RedditTransport(section(reddit), read_seconds=0.2)
    link = reddit.world.add_submission("korea", "thread")
    await hasty.get("r/korea/new")
    reddit.faults.add(Fault(kind=FaultKind.HANG, route="/api/comment", seconds=LONG))
    with pytest.raises(NotAnsweringError) as caught:
        await hasty.post("api/comment", {"thing_id": link.name, "text": "hello"})
    assert caught.value.was_sent
    assert reddit.open_requests == 1, "Reddit has not answered yet"
    await hasty.close()


@pytest.mark.parametrize("route", ["/r/korea/new", "/api/v1/access_token"])
async def test_an_answer_that_drips_ends_at_the_limit(reddit: StandInReddit, route: str) -> None:
    hasty = RedditTransport(section(reddit), total_seconds=0.3)
    reddit.faults.add(Fault(kind=FaultKind.DRIP, route=route, seconds=0.02, times=None))
    with pytest.raises(NotAnsweringError, match="TooSlow"):
        await hasty.get("r/korea/new")
    reddit.faults.clear()
    assert (await hasty.get("r/korea/new"))["kind"] == "Listing", "the next request has the whole time again"
    await hasty.close()


async def test_a_reply_overtakes_waiting_polls(reddit: StandInReddit, transport: RedditTransport) -> None:
    await transport.get("r/korea/new")
    reddit.faults.add(Fault(kind=FaultKind.SLOW, route="/r/korea/new", seconds=0.3))
    polls = [asyncio.create_task(transport.get("r/korea/new", {"limit": number})) for number in range(1, 6)]
    await asyncio.sleep(0.1)
    urgent = asyncio.create_task(transport.get("user/maeari_bot/comments", lane=Lane.WRITE))
    await asyncio.gather(urgent, *polls)
    paths = [one.path for one in reddit.requests]
    assert paths.index("/user/maeari_bot/comments") == paths.index("/r/korea/new") + 2


async def test_a_used_up_window_is_waited_out(reddit: StandInReddit) -> None:
    reddit.rate_limit, reddit.rate_window = 6, 1
    transport = RedditTransport(section(reddit))
    for _ in range(9):
        await transport.get("r/korea/new", lane=Lane.WRITE)
    await transport.close()
    assert [one.status for one in reddit.requests].count(429) == 0


async def test_a_refused_read_names_its_status(reddit: StandInReddit, transport: RedditTransport) -> None:
    for status, kind in ((451, FeedClosedError), (410, FeedClosedError), (400, RefusedError), (409, RefusedError)):
        reddit.faults.add(Fault(status=status, route="/r/korea/new"))
        with pytest.raises(kind):
            await transport.get("r/korea/new")


@pytest.mark.parametrize("kind", [FaultKind.HANG, FaultKind.DRIP])
async def test_closing_ends_the_request_under_way(reddit: StandInReddit, kind: FaultKind) -> None:
    transport = RedditTransport(section(reddit))
    await transport.get("r/korea/new")
    reddit.faults.add(Fault(kind=kind, seconds=LONG if kind is FaultKind.HANG else 0.02, times=None))
    waiting = asyncio.create_task(transport.get("r/korea/new"))
    while not reddit.open_requests:
        await asyncio.sleep(0.01)
    await transport.close()
    with pytest.raises((TransportClosedError, NotAnsweringError)):
        await waiting
    assert [thread.name for thread in threading.enumerate()].count("reddit") == 0


async def test_what_strangers_see_of_our_account(reddit: StandInReddit, transport: RedditTransport) -> None:
    seen = []
    for reddit.world.is_suspended, reddit.world.is_shadow_banned in ((False, False), (False, True), (True, True)):
        account = await transport.standing()
        assert account is not None
        seen.append((account.is_suspended, account.is_hidden))
    assert seen == [(False, False), (False, True), (True, False)]
    asked = reddit.seen("GET", "/user/maeari_bot/about")
    own = {one.headers["Authorization"] for one in reddit.seen("GET", "/api/v1/me")}
    assert len(asked) == 2
    assert not own & {one.headers["Authorization"] for one in asked}, "asked without our account"


async def test_closing_lets_nobody_wait(reddit: StandInReddit) -> None:
    transport = RedditTransport(section(reddit))
    await transport.get("r/korea/new")
    reddit.faults.add(Fault(status=429, retry_after="600"))
    waiting = [asyncio.create_task(transport.get("r/korea/new")) for _ in range(3)]
    while not [one for one in reddit.requests if one.status == 429]:
        await asyncio.sleep(0.01)
    await transport.close()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {TransportClosedError}
    with pytest.raises(TransportClosedError):
        await transport.get("r/korea/new")
