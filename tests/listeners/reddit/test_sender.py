"""The sender over loopback: one comment a call, every refusal told apart, and our own comment found again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from core.clock import SteppedClock
from core.errors import SendDelayedError, SendRefusedError, SendUnknownError
from core.types.action import Action, ActionDraft, ActionKind, ActionState, Purpose, Target
from core.types.post import Source
from lab.faults import Fault, FaultKind
from lab.reddit import StandInReddit, Thing
from lab.reddit import server as server_module
from listeners.reddit.sender import RedditSender
from tests.listeners.reddit.conftest import section
from tests.make import START


@pytest.fixture
async def sender(reddit: StandInReddit) -> AsyncIterator[RedditSender]:
    sender = RedditSender(section(reddit), reddit.clock)
    yield sender
    await sender.close()


@pytest.fixture
def complaint(reddit: StandInReddit) -> Thing:
    return reddit.world.add_comment(reddit.world.add_submission("korea", "thread"), "it broke", by="ann")


def reply(to: Thing | str, text: str = "Sorry to hear that.\n\nWe look into it.") -> Action:
    name = to if isinstance(to, str) else to.name
    draft = ActionDraft(
        kind=ActionKind.REPLY,
        purpose=Purpose.STAFF_REPLY,
        target=Target(Source.REDDIT, "korea", reply_to=name),
        key=f"reply:{name}:{text[:5]}",
        text=text,
    )
    return Action(1, draft, ActionState.SENDING, START)


async def test_a_reply_is_posted_once_and_found_again(
    reddit: StandInReddit, sender: RedditSender, complaint: Thing
) -> None:
    receipt = await sender.send(reply(complaint))
    ours = reddit.world.own_things()
    assert [(thing.name, thing.parent, thing.text) for thing in ours] == [
        (receipt.native_id, complaint.name, "Sorry to hear that.\n\nWe look into it.")
    ]
    assert receipt.url == f"https://www.reddit.com{ours[0].permalink}"
    found = await sender.find(reply(complaint))
    assert found is not None
    assert found.native_id == receipt.native_id
    assert await sender.find(reply(complaint, "something else")) is None


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500, after_effect=True),
        Fault(status=503, after_effect=True),
        Fault(status=504, after_effect=True),
        Fault(kind=FaultKind.RESET, after_effect=True),
        Fault(kind=FaultKind.TRUNCATED),
        Fault(kind=FaultKind.MALFORMED),
        Fault(kind=FaultKind.HTML, status=200, after_effect=True),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
async def test_a_lost_answer_is_unknown_and_never_sent_again(
    reddit: StandInReddit, sender: RedditSender, complaint: Thing, fault: Fault
) -> None:
    reddit.faults.add(replace(fault, route="/api/comment"))
    with pytest.raises(SendUnknownError):
        await sender.send(reply(complaint))
    assert len(reddit.seen("POST", "/api/comment")) == 1
    assert len(reddit.world.own_things()) == 1
    found = await sender.find(reply(complaint))
    assert found is not None
    assert found.native_id == reddit.world.own_things()[0].name


async def test_a_write_that_took_no_effect_is_not_found(
    reddit: StandInReddit, sender: RedditSender, complaint: Thing
) -> None:
    reddit.faults.add(Fault(status=502, route="/api/comment"))
    with pytest.raises(SendUnknownError):
        await sender.send(reply(complaint))
    assert await sender.find(reply(complaint)) is None
    await sender.send(reply(complaint))
    assert len(reddit.world.own_things()) == 1


async def test_final_refusals_are_told_apart(reddit: StandInReddit, sender: RedditSender, complaint: Thing) -> None:
    world = reddit.world
    deleted = world.add_comment(complaint, "gone soon")
    world.delete(deleted)
    archived = world.add_submission("korea", "old")
    world.archive(archived)
    locked = world.add_submission("korea", "closed")
    world.lock(locked)
    cases = {deleted.name: "deleted", archived.name: "archived", locked.name: "locked", "1234567": "not_found"}
    for name, reason in cases.items():
        with pytest.raises(SendRefusedError) as caught:
            await sender.send(reply(name))
        assert caught.value.reason == reason
    world.ban_us("korea")
    with pytest.raises(SendRefusedError) as caught:
        await sender.send(reply(complaint))
    assert caught.value.reason == "forbidden"
    with pytest.raises(SendRefusedError) as caught:
        await sender.send(reply(complaint, "x" * 10_001))
    assert caught.value.reason == "too_long"
    reddit.faults.add(Fault(kind=FaultKind.ERRORS, code="USER_BLOCKED", message="no"))
    with pytest.raises(SendRefusedError) as caught:
        await sender.send(reply(complaint))
    assert caught.value.reason == "blocked"
    assert world.own_things() == ()


async def test_where_we_are_banned_nothing_goes_by_itself_for_a_day(
    reddit: StandInReddit, sender: RedditSender, complaint: Thing, clock: SteppedClock
) -> None:
    by_itself = reply(complaint)
    by_itself = replace(by_itself, draft=replace(by_itself.draft, purpose=Purpose.THANKS))
    reddit.world.ban_us("korea")
    for _ in range(3):
        with pytest.raises(SendRefusedError):
            await sender.send(by_itself)
    assert len(reddit.seen("POST", "/api/comment")) == 1
    with pytest.raises(SendRefusedError):
        await sender.send(reply(complaint))  # a person pressed Send
    with pytest.raises(SendRefusedError):
        await sender.send(replace(by_itself, approved_by="7"))  # so did one here, on the draft
    assert len(reddit.seen("POST", "/api/comment")) == 3
    reddit.world.ban_us("korea", lifted=True)
    clock.advance_to(START + timedelta(hours=25))
    await sender.send(by_itself)
    assert len(reddit.world.own_things()) == 1


async def test_an_answer_that_says_nothing_is_looked_up(
    reddit: StandInReddit, sender: RedditSender, complaint: Thing, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as quarantined:
        quarantined.setattr(server_module, "wire", lambda _: {})
        with pytest.raises(SendUnknownError):
            await sender.send(reply(complaint))
    found = await sender.find(reply(complaint))
    assert found is not None
    assert found.native_id == reddit.world.own_things()[0].name


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Take a break for 9 minutes before trying again.", 600),
        ("Looks like you've been doing that a lot. Try again in 42 seconds.", 43),
        ("Take a break for 250 milliseconds.", 0.251),
        ("you are doing that too much", 600),
    ],
)
async def test_a_ratelimit_inside_json_delays(
    reddit: StandInReddit, sender: RedditSender, complaint: Thing, message: str, seconds: float
) -> None:
    reddit.faults.add(Fault(kind=FaultKind.ERRORS, route="/api/comment", message=message))
    with pytest.raises(SendDelayedError) as caught:
        await sender.send(reply(complaint))
    assert caught.value.retry_after == pytest.approx(seconds)
    assert reddit.world.own_things() == ()


@pytest.mark.parametrize("retry_after", ["7", "Mon, 01 Jan 2001 00:00:00 GMT", None])
async def test_a_429_delays_and_lets_nothing_out_meanwhile(
    reddit: StandInReddit, sender: RedditSender, complaint: Thing, retry_after: str | None
) -> None:
    await sender.find(reply(complaint))
    reddit.faults.add(Fault(status=429, route="/api/comment", retry_after=retry_after))
    with pytest.raises(SendDelayedError) as caught:
        await sender.send(reply(complaint))
    assert caught.value.retry_after >= 1
    requests = len(reddit.requests)
    waiting = asyncio.create_task(sender.find(reply(complaint)))
    await asyncio.sleep(0.2)
    assert len(reddit.requests) == requests
    waiting.cancel()


async def test_an_unreachable_reddit_delays(reddit: StandInReddit, complaint: Thing) -> None:
    away = RedditSender(section(reddit, oauth_url="http://127.0.0.1:9", reddit_url="http://127.0.0.1:9"), reddit.clock)
    with pytest.raises(SendDelayedError):
        await away.send(reply(complaint))
    await away.close()


async def test_a_token_that_cannot_be_had_delays(reddit: StandInReddit, sender: RedditSender, complaint: Thing) -> None:
    reddit.faults.add(Fault(status=503, route="/api/v1/access_token"))
    with pytest.raises(SendDelayedError):
        await sender.send(reply(complaint))
    wrong = RedditSender(section(reddit, password="nope"), reddit.clock)
    with pytest.raises(SendDelayedError, match=r"check reddit\.client_id"):
        await wrong.send(reply(complaint))
    await wrong.close()
    assert reddit.world.own_things() == ()


async def test_an_expired_token_is_renewed_and_the_reply_sent_once(
    reddit: StandInReddit, sender: RedditSender, complaint: Thing
) -> None:
    await sender.find(reply(complaint))
    reddit.expire_tokens()
    await sender.send(reply(complaint))
    assert len(reddit.world.own_things()) == 1


async def test_looking_fails_loudly(reddit: StandInReddit, sender: RedditSender, complaint: Thing) -> None:
    reddit.faults.add(Fault(status=503, route="/user/*", times=None))
    with pytest.raises(SendUnknownError):
        await sender.find(reply(complaint))


async def test_looking_stops_behind_the_actions_time(
    reddit: StandInReddit, sender: RedditSender, complaint: Thing, clock: SteppedClock
) -> None:
    for i in range(150):
        reddit.world.add_comment(complaint, f"older {i}", by="maeari_bot", created_at=START - timedelta(hours=1))
    assert await sender.find(reply(complaint)) is None
    assert len(reddit.seen("GET", "/user/maeari_bot/comments")) == 1


async def test_without_an_account_nothing_is_sent(reddit: StandInReddit, complaint: Thing) -> None:
    reader = RedditSender(section(reddit, username=None, password=None), reddit.clock)
    with pytest.raises(SendRefusedError) as caught:
        await reader.send(reply(complaint))
    assert caught.value.reason == "no_account"
    await reader.close()
