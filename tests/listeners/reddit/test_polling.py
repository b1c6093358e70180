"""The listener over loopback: nothing listed is missed, nothing is handed over twice, every gap is told."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from datetime import timedelta

import pytest

from core.clock import SteppedClock
from core.errors import CredentialsRejectedError
from core.types.post import PostKind, PostRef, Source
from lab.faults import Fault, FaultKind
from lab.reddit import Access, StandInReddit
from listeners.reddit.listener import RedditListener
from tests.listeners.memory import Kept
from tests.listeners.reddit.conftest import listening, section
from tests.make import START


async def test_posts_come_in_with_all_their_sides(reddit: StandInReddit) -> None:
    kept = Kept()
    link = reddit.world.add_submission("korea", "Title", "body &amp; <b>", by="Staff_Ann", is_nsfw=True)
    reply = reddit.world.add_comment(link, "first!", by="AutoModerator")
    async with listening(reddit, kept) as listener:
        await listener.polled()
    assert kept.names() == {link.name, reply.name}
    post = kept.posts[PostRef(Source.REDDIT, "korea", link.name)]
    assert (post.kind, post.title, post.text) == (PostKind.SUBMISSION, "Title", "body &amp; <b>")
    assert post.author is not None
    assert (post.author.name, post.author.is_staff, post.author.is_bot) == ("Staff_Ann", True, False)
    assert (post.created_at, post.is_nsfw, post.reply_count, post.thread_id) == (START, True, 1, link.name)
    assert post.url == f"https://www.reddit.com{link.permalink}"
    comment = kept.posts[PostRef(Source.REDDIT, "korea", reply.name)]
    assert comment.author is not None
    assert (comment.kind, comment.author.is_bot) == (PostKind.COMMENT, True)
    assert (comment.parent_id, comment.thread_id) == (link.name, link.name)


async def test_what_was_there_long_before_the_first_poll_is_history(reddit: StandInReddit) -> None:
    kept = Kept()
    old = reddit.world.add_submission("korea", "old", created_at=START - timedelta(hours=2))
    new = reddit.world.add_submission("korea", "new", created_at=START - timedelta(minutes=5))
    async with listening(reddit, kept) as listener:
        await listener.polled()
        assert {ref.native_id for ref in kept.history} == {old.name}
        late = reddit.world.add_submission("korea", "seen late", created_at=START - timedelta(hours=3))
        await listener.polled()
    assert kept.names() == {old.name, new.name, late.name}
    assert {ref.native_id for ref in kept.history} == {old.name}


async def test_the_clock_decides_when_a_feed_is_polled(reddit: StandInReddit, clock: SteppedClock) -> None:
    kept = Kept()
    async with listening(reddit, kept, poll_seconds=30) as listener:
        await listener.polled()
        requests = len(reddit.requests)
        reddit.world.add_submission("korea", "later")
        clock.advance_to(START + timedelta(seconds=10))
        await asyncio.sleep(0.05)
        assert len(reddit.requests) == requests
        clock.advance_to(START + timedelta(seconds=70))
        for _ in range(100):
            if kept.posts:
                break
            await asyncio.sleep(0.02)
    assert [post.title for post in kept.posts.values()] == ["later"]


async def test_a_burst_after_a_quiet_moment_is_complete_in_few_requests(reddit: StandInReddit) -> None:
    kept = Kept()
    link = reddit.world.add_submission("korea", "megathread")
    async with listening(reddit, kept) as listener:
        for text in ("one", "two"):
            reddit.world.add_comment(link, text)
            await listener.polled()
        await listener.polled()
        before = listener.states()["reddit:comments:korea"].pages
        burst = {reddit.world.add_comment(link, f"comment {i}").name for i in range(900)}
        await listener.polled()
        assert listener.states()["reddit:comments:korea"].pages - before <= 15
    assert burst <= kept.names()
    assert (kept.doubled, kept.gaps) == ([], [])


async def test_a_deleted_anchor_hides_nothing(reddit: StandInReddit) -> None:
    kept = Kept()
    link = reddit.world.add_submission("korea", "thread")
    async with listening(reddit, kept) as listener:
        first = [reddit.world.add_comment(link, f"a{i}") for i in range(50)]
        await listener.polled()
        for comment in first[-3:]:
            reddit.world.delete(comment)
        behind = {reddit.world.add_comment(link, f"b{i}").name for i in range(130)}
        await listener.polled()
    assert behind <= kept.names()
    assert kept.doubled == []


async def test_an_anchor_that_vanishes_between_two_pages_is_stepped_over(
    reddit: StandInReddit, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept()
    link = reddit.world.add_submission("korea", "thread")
    comments = [reddit.world.add_comment(link, f"c{i}") for i in range(250)]
    listings, pages = reddit.world.listings, list[int]()

    def shaken(subreddits: Iterable[str], *, comments: bool) -> object:
        if comments:
            pages.append(len(pages))
            if len(pages) == 2:
                # The last names of the newest page leave before the page behind them is asked for.
                for gone in anchors:
                    reddit.world.delete(gone)
        return listings(subreddits, comments=comments)

    anchors = comments[150:156]
    monkeypatch.setattr(reddit.world, "listings", shaken)
    async with listening(reddit, kept) as listener:
        await listener.polled()
    assert kept.names() == {comment.name for comment in comments} | {link.name}
    assert len(pages) > 3


async def test_late_entries_below_newer_ones_are_found(reddit: StandInReddit) -> None:
    kept = Kept()
    link = reddit.world.add_submission("korea", "thread")
    async with listening(reddit, kept) as listener:
        for i in range(40):
            reddit.world.add_comment(link, f"c{i}")
        await listener.polled()
        late = reddit.world.add_comment(link, "late", late_by=3)
        await listener.polled()
        assert late.name in kept.names()
    assert kept.doubled == []


async def test_a_gap_is_recorded_with_span_and_estimate(reddit: StandInReddit, clock: SteppedClock) -> None:
    kept = Kept()
    link = reddit.world.add_submission("korea", "thread")
    async with listening(reddit, kept) as listener:
        reddit.world.add_comment(link, "before")
        await listener.polled()
        for i in range(1500):
            clock.advance_to(START + timedelta(seconds=2 * (i + 1)))
            reddit.world.add_comment(link, f"c{i}")
        await listener.polled()
        state = listener.states()["reddit:comments:korea"]
    assert len(kept.gaps) == 1
    gap = kept.gaps[0]
    assert (gap.feed, gap.reason) == ("reddit:comments:korea", "listing_window")
    assert gap.started_at == START
    assert timedelta(seconds=990) < gap.ended_at - gap.started_at < timedelta(seconds=1010)
    assert gap.estimate is not None
    assert 450 <= gap.estimate <= 550
    assert state.gaps == 1
    assert sum(text.startswith("c") for text in kept.texts()) == 1000


async def test_a_gap_is_told_though_we_die_while_handing_over(reddit: StandInReddit, clock: SteppedClock) -> None:
    kept = Kept()
    link = reddit.world.add_submission("korea", "thread")
    async with listening(reddit, kept) as listener:
        reddit.world.add_comment(link, "before")
        await listener.polled()
    clock.advance_to(START + timedelta(hours=1))
    for i in range(1500):
        reddit.world.add_comment(link, f"c{i}")
    dying = RedditListener(section(reddit), kept, clock)
    batches = dying.batches()
    async for batch in batches:
        if batch.feed == "reddit:comments:korea":
            break
    kept.commit(batch)  # the first of ten, and the last thing this life does
    await dying.close()
    async with listening(reddit, kept) as listener:
        await listener.polled()
    assert [gap.reason for gap in kept.gaps] == ["listing_window"]
    assert sum(text.startswith("c") for text in kept.texts()) == 1000
    assert kept.doubled == []


async def test_a_list_that_overtakes_us_twice_is_taken_with_a_gap(
    reddit: StandInReddit, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept()
    link = reddit.world.add_submission("korea", "thread")
    async with listening(reddit, kept) as listener:
        reddit.world.add_comment(link, "ground")
        await listener.polled()
        clock.advance_to(START + timedelta(minutes=5))
        for i in range(1000):
            reddit.world.add_comment(link, f"old {i}")
        listings = reddit.world.listings

        def rushing(subreddits: Iterable[str], *, comments: bool) -> object:
            for i in range(300 if comments else 0):
                reddit.world.add_comment(link, f"rush {i}")
            return listings(subreddits, comments=comments)

        monkeypatch.setattr(reddit.world, "listings", rushing)
        await listener.polled()
        assert listener.states()["reddit:comments:korea"].detail == "BrokenWalkError"
        assert kept.texts() == ["", "ground"]
        await listener.polled()
        assert listener.states()["reddit:comments:korea"].state == "ok"
    assert [gap.reason for gap in kept.gaps] == ["listing_window"]
    assert len(kept.posts) > 100


async def test_a_multi_that_loses_ground_is_read_one_by_one(reddit: StandInReddit) -> None:
    kept = Kept()
    names = ("korea", "seoul", "busan")
    links = [reddit.world.add_submission(name, f"thread of {name}") for name in names]
    async with listening(reddit, kept, subreddits=names, most_single=1) as listener:
        assert {feed.plan.path for feed in listener.feeds} >= {"r/busan+korea+seoul/comments"}
        for link in links:
            reddit.world.add_comment(link, "ground")
        await listener.polled()
        burst = {reddit.world.add_comment(link, f"{link.subreddit} {i}").name for link in links for i in range(600)}
        await listener.polled()
        assert "reddit:comments:korea" in listener.states()
    assert burst <= kept.names()
    assert (kept.gaps, kept.doubled) == ([], [])


async def test_a_restart_goes_on_where_it_was(reddit: StandInReddit, clock: SteppedClock) -> None:
    kept = Kept()
    link = reddit.world.add_submission("korea", "thread")
    async with listening(reddit, kept) as listener:
        await listener.polled()
    missed = {reddit.world.add_comment(link, f"while away {i}").name for i in range(300)}
    clock.advance_to(START + timedelta(hours=5))
    async with listening(reddit, kept) as listener:
        await listener.polled()
    assert missed <= kept.names()
    assert (kept.doubled, kept.gaps, kept.history) == ([], [], set())


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=503, times=4),
        Fault(kind=FaultKind.HTML, status=200, times=4),
        Fault(kind=FaultKind.HTML, status=502, times=4),
        Fault(kind=FaultKind.MALFORMED, times=4),
        Fault(kind=FaultKind.TRUNCATED, times=4),
        Fault(kind=FaultKind.RESET, times=4),
        Fault(status=401, times=1),
        Fault(kind=FaultKind.HTML, status=401, times=1),  # without the header that prawcore asks for
        Fault(status=429, times=1, retry_after="1"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
async def test_faults_delay_and_lose_nothing(reddit: StandInReddit, clock: SteppedClock, fault: Fault) -> None:
    kept = Kept()
    async with listening(reddit, kept) as listener:
        await listener.polled()
        link = reddit.world.add_submission("korea", "thread")
        comments = {reddit.world.add_comment(link, f"c{i}").name for i in range(120)}
        reddit.faults.add(fault)
        await listener.polled()
        await listener.polled()
        await listener.polled()
        assert {health.state for health in listener.health()} == {"ok"}
    assert comments <= kept.names()
    assert (kept.doubled, kept.gaps) == ([], [])


@pytest.mark.parametrize(
    ("access", "reason"),
    [
        (Access.PRIVATE, "private"),
        (Access.BANNED, "banned"),
        (Access.QUARANTINED, "quarantined"),
        (Access.RENAMED, "renamed"),
    ],
)
async def test_a_closed_feed_stops_no_other(
    reddit: StandInReddit, clock: SteppedClock, access: Access, reason: str
) -> None:
    kept = Kept()
    reddit.world.add_subreddit("seoul")
    reddit.world.close_subreddit("seoul", access)
    async with listening(reddit, kept, subreddits=("korea", "seoul")) as listener:
        await listener.polled()
        reddit.world.add_submission("korea", "goes on")
        await listener.polled()
        by_feed = {health.feed: health for health in listener.health()}
        assert (by_feed["reddit:new:seoul"].state, by_feed["reddit:new:seoul"].detail) == ("closed", reason)
        assert by_feed["reddit:new:korea"].state == "ok"
        asked = len([one for one in reddit.requests if one.path.startswith("/r/seoul")])
        clock.advance_to(START + timedelta(minutes=30))
        await asyncio.sleep(0.1)
        assert len([one for one in reddit.requests if one.path.startswith("/r/seoul")]) == asked
        reddit.world.reopen_subreddit("seoul")
        back = reddit.world.add_submission("seoul", "open again")
        await listener.polled()
        assert {health.state for health in listener.health()} == {"ok"}
    assert back.name in kept.names()


async def test_a_closed_member_of_a_multi_is_told(reddit: StandInReddit) -> None:
    kept = Kept()
    reddit.world.add_subreddit("seoul")
    reddit.world.close_subreddit("seoul", Access.PRIVATE)
    async with listening(reddit, kept, subreddits=("korea", "seoul"), most_single=1) as listener:
        await listener.polled()
        for _ in range(100):
            closed = [health.feed for health in listener.health() if health.state == "closed"]
            if closed:
                break
            await asyncio.sleep(0.02)
        assert closed == ["reddit:seoul"]


async def test_replies_to_our_own_comments_come_in_from_anywhere(reddit: StandInReddit) -> None:
    kept = Kept()
    elsewhere = reddit.world.add_submission("japan", "not followed")
    ours = reddit.world.add_comment(elsewhere, "we are here to help", by="maeari_bot")
    async with listening(reddit, kept) as listener:
        await listener.polled()
        answer = reddit.world.add_comment(ours, "still broken")
        await listener.polled()
    post = kept.posts[PostRef(Source.REDDIT, "japan", answer.name)]
    assert (post.text, post.parent_id) == ("still broken", ours.name)


async def test_mentions_of_our_account_come_in_from_anywhere(reddit: StandInReddit) -> None:
    kept = Kept()
    link = reddit.world.add_submission("japan", "elsewhere")
    async with listening(reddit, kept) as listener:
        await listener.polled()
        called = reddit.world.add_comment(link, "what does u/Maeari_Bot say about my Lumora?")
        reddit.world.add_comment(link, "nobody calls us")
        await listener.polled()
    assert kept.names() == {called.name}


async def test_our_own_comments_are_marked(reddit: StandInReddit) -> None:
    kept = Kept()
    link = reddit.world.add_submission("korea", "thread")
    ours = reddit.world.add_comment(link, "thanks!", by="Maeari_Bot")
    async with listening(reddit, kept) as listener:
        await listener.polled()
    author = kept.posts[PostRef(Source.REDDIT, "korea", ours.name)].author
    assert author is not None
    assert author.is_self


async def test_listings_show_edits_and_reply_counts_of_known_things(reddit: StandInReddit, clock: SteppedClock) -> None:
    kept = Kept()
    link = reddit.world.add_submission("korea", "thread", "before")
    ref = PostRef(Source.REDDIT, "korea", link.name)
    async with listening(reddit, kept) as listener:
        await listener.polled()
        clock.advance_to(START + timedelta(minutes=3))
        reddit.world.add_comment(link, "one")
        reddit.world.edit(link, "after")
        await listener.polled()
        assert (kept.posts[ref].text, kept.posts[ref].edited_at) == ("after", START + timedelta(minutes=3))
        assert kept.replies == {ref: 1}
        batches = len(kept.batches)
        await listener.polled()
        assert len(kept.batches) == batches


async def test_wrong_credentials_are_told_at_the_start(reddit: StandInReddit) -> None:
    for wrong in ({"client_secret": "nope"}, {"password": "nope"}, {"password": None, "client_secret": "nope"}):
        listener = RedditListener(section(reddit, **wrong), Kept(), reddit.clock)
        with pytest.raises(CredentialsRejectedError, match=r"check reddit\.client_id"):
            await Kept().pull(listener)
        await listener.close()


async def test_reddit_being_down_at_the_start_is_waited_out(reddit: StandInReddit, clock: SteppedClock) -> None:
    kept = Kept()
    link = reddit.world.add_submission("korea", "thread")
    reddit.faults.add(Fault(status=503, times=None))
    async with listening(reddit, kept) as listener:
        for _ in range(100):
            if {health.state for health in listener.health()} >= {"late"}:
                break
            await asyncio.sleep(0.02)
        assert {health.state for health in listener.health() if "korea" in health.feed} == {"late"}
        reddit.faults.clear()
        await listener.polled()
    assert kept.names() == {link.name}


async def test_an_app_without_an_account_reads_too(reddit: StandInReddit) -> None:
    kept = Kept()
    link = reddit.world.add_submission("korea", "thread")
    async with listening(reddit, kept, username=None, password=None) as listener:
        await listener.polled()
        assert all(health.feed != "reddit:inbox" for health in listener.health())
    assert kept.names() == {link.name}


async def test_closing_in_the_middle_of_a_hanging_answer(reddit: StandInReddit) -> None:
    kept = Kept()
    async with listening(reddit, kept) as listener:
        await listener.polled()
        reddit.faults.add(Fault(kind=FaultKind.HANG, seconds=600, times=None))
        listener.poke()
        while not reddit.open_requests:
            await asyncio.sleep(0.01)
        await listener.close()
        assert reddit.open_requests == 1, "Reddit has not answered yet"


@pytest.mark.parametrize(("is_suspended", "state"), [(False, "shadow_banned"), (True, "suspended")])
async def test_an_account_that_nobody_sees_is_told(
    reddit: StandInReddit, clock: SteppedClock, is_suspended: bool, state: str
) -> None:
    async with listening(reddit, Kept()) as listener:
        await listener.polled()
        reddit.world.is_suspended, reddit.world.is_shadow_banned = is_suspended, not is_suspended
        clock.advance_to(START + timedelta(hours=7))
        async with asyncio.timeout(10):
            while {one.feed: one.state for one in listener.health()}["reddit:account"] != state:
                await asyncio.sleep(0.01)


async def test_seeded_disorder_loses_nothing(reddit: StandInReddit, clock: SteppedClock) -> None:
    for seed in range(4):
        chance = random.Random(seed)
        kept = Kept()
        link = reddit.world.add_submission("korea", f"thread {seed}")
        deleted: set[str] = set()
        listed: set[str] = {link.name}
        async with listening(reddit, kept) as listener:
            await listener.polled()
            for step in range(12):
                clock.advance_to(clock.now() + timedelta(minutes=1))
                fresh = [
                    reddit.world.add_comment(link, f"{seed}/{step}/{i}", late_by=chance.choice((0, 0, 0, 1, 3)))
                    for i in range(chance.choice((0, 1, 30, 110, 250)))
                ]
                listed |= {comment.name for comment in fresh}
                if chance.random() < 0.5:
                    kind = chance.choice(list(FaultKind)[:4])
                    reddit.faults.add(Fault(kind=kind, status=chance.choice((500, 502, 503)), skip=chance.randrange(3)))
                await listener.polled()
                for comment in chance.sample(fresh, min(len(fresh), chance.randrange(8))):
                    reddit.world.delete(comment)
                    deleted.add(comment.name)
            reddit.faults.clear()
            await listener.polled()
        assert listed - deleted <= kept.names(), f"seed {seed}"
        assert kept.doubled == [], f"seed {seed}"
        assert kept.gaps == [], f"seed {seed}"
