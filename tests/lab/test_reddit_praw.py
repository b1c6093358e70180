"""Real PRAW in a thread against the stand-in Reddit."""

from __future__ import annotations

from datetime import timedelta

import praw
import prawcore
import pytest
from praw.exceptions import RedditAPIException
from praw.models import Comment, Submission

from core.clock import SteppedClock
from core.errors import AddressInUseError, ConflictError
from lab.reddit import Access, StandInReddit
from tests.lab.conftest import visit
from tests.make import START


async def test_script_app_signs_in_by_password(reddit: StandInReddit) -> None:
    assert await visit(reddit, lambda praw_: str(praw_.user.me())) == reddit.credentials.username


async def test_refresh_token_and_read_only_sign_in(reddit: StandInReddit) -> None:
    reddit.world.add_submission("gadgets", "A lamp")

    def titles(client: praw.Reddit) -> list[str]:
        return [submission.title for submission in client.subreddit("gadgets").new()]

    by_token = {"username": None, "password": None, "refresh_token": reddit.credentials.refresh_token}
    assert await visit(reddit, titles, **by_token) == ["A lamp"]
    assert await visit(reddit, titles, username=None, password=None) == ["A lamp"]


async def test_wrong_keys_are_told_apart(reddit: StandInReddit) -> None:
    with pytest.raises(prawcore.exceptions.ResponseException, match="401"):
        await visit(reddit, lambda client: client.user.me(), client_secret="wrong")
    with pytest.raises(prawcore.exceptions.OAuthException, match="invalid_grant"):
        await visit(reddit, lambda client: client.user.me(), password="wrong")


async def test_an_expired_token_is_renewed(reddit: StandInReddit) -> None:
    def twice(client: praw.Reddit) -> str:
        client.user.me(use_cache=False)
        reddit.expire_tokens()
        return str(client.user.me(use_cache=False))

    assert await visit(reddit, twice) == reddit.credentials.username
    assert len(reddit.seen("POST", "/api/v1/access_token")) == 2


async def test_comments_of_a_multi_page_by_page(reddit: StandInReddit) -> None:
    gadgets = reddit.world.add_submission("gadgets", "One")
    seoul = reddit.world.add_submission("seoul", "Two")
    written = [reddit.world.add_comment(seoul if number % 3 else gadgets, f"text {number}") for number in range(250)]

    def bodies(client: praw.Reddit) -> list[str]:
        return [comment.body for comment in client.subreddit("gadgets+seoul").comments(limit=None)]

    assert await visit(reddit, bodies) == [comment.text for comment in reversed(written)]


async def test_fields_a_listener_reads(reddit: StandInReddit, clock: SteppedClock) -> None:
    lamp = reddit.world.add_submission("gadgets", "A lamp", "It glows & hums", by="ann", is_nsfw=True)
    clock.advance_to(START + timedelta(minutes=5))
    answer = reddit.world.add_comment(lamp, "안녕하세요", by="minji")
    reddit.world.edit(answer, "안녕히 가세요")

    def look(client: praw.Reddit) -> tuple[Submission, Comment]:
        submission = next(iter(client.subreddit("gadgets").new()))
        return submission, next(iter(client.subreddit("gadgets").comments()))

    submission, comment = await visit(reddit, look)
    assert isinstance(submission, Submission)
    assert (submission.fullname, submission.title, submission.selftext) == (lamp.name, "A lamp", "It glows & hums")
    assert (submission.num_comments, submission.over_18, submission.created_utc) == (1, True, START.timestamp())
    assert str(submission.author) == "ann"
    assert (comment.body, comment.parent_id, comment.link_id) == ("안녕히 가세요", lamp.name, lamp.name)
    assert comment.edited == (START + timedelta(minutes=5)).timestamp()
    assert comment.permalink == f"/r/gadgets/comments/{lamp.id}/_/{answer.id}/"


async def test_info_tells_what_became_of_things(reddit: StandInReddit) -> None:
    world = reddit.world
    post = world.add_submission("gadgets", "A lamp", "text", by="ann")
    kept, deleted, removed, purged, orphan = (world.add_comment(post, f"text {n}", by=f"by{n}") for n in range(5))
    world.delete(deleted)
    world.remove(removed)
    world.purge(purged)
    world.delete_account("by4")
    world.remove(post)
    wanted = [thing.name for thing in (kept, deleted, removed, purged, orphan, post)] + ["t1_nothing"]

    def look(client: praw.Reddit) -> list[tuple[str, str | None, str]]:
        found = client.info(fullnames=wanted)
        return [
            (
                thing.fullname,
                thing.author and str(thing.author),
                thing.body if isinstance(thing, Comment) else thing.selftext,
            )
            for thing in found
        ]

    assert await visit(reddit, look) == [
        (kept.name, "by0", "text 0"),
        (deleted.name, None, "[deleted]"),
        (removed.name, None, "[removed]"),
        (orphan.name, None, "text 4"),
        (post.name, "ann", "[removed]"),
    ]
    with pytest.raises(ConflictError, match="deleted"):
        world.edit(deleted, "back again")


async def test_our_comment_is_written_listed_and_answered(reddit: StandInReddit) -> None:
    post = reddit.world.add_submission("gadgets", "A lamp", by="ann")

    def reply(client: praw.Reddit) -> tuple[str, list[str]]:
        comment, me = client.submission(post.id).reply("Thank you!"), client.user.me()
        assert isinstance(comment, Comment)
        assert me is not None
        return comment.fullname, [one.fullname for one in me.comments.new()]

    written, own = await visit(reddit, reply)
    assert own == [written]
    assert [thing.text for thing in reddit.world.own_things()] == ["Thank you!"]
    assert reddit.world.thing(post.name).comments == 1
    answer = reddit.world.add_comment(written, "You're welcome", by="ann")

    def unread(client: praw.Reddit) -> list[str]:
        found = [one.fullname for one in client.inbox.unread()]
        client.inbox.mark_read(list(client.inbox.unread()))
        return [*found, *(one.fullname for one in client.inbox.unread())]

    assert await visit(reddit, unread) == [answer.name]


@pytest.mark.parametrize(
    ("act", "code"), [("lock", "THREAD_LOCKED"), ("archive", "TOO_OLD"), ("delete", "DELETED_COMMENT")]
)
async def test_final_refusals(reddit: StandInReddit, act: str, code: str) -> None:
    post = reddit.world.add_submission("gadgets", "A lamp")
    getattr(reddit.world, act)(post)
    with pytest.raises(RedditAPIException, match=code):
        await visit(reddit, lambda client: client.submission(post.id).reply("late"))
    assert reddit.world.own_things() == ()


async def test_a_ban_is_forbidden(reddit: StandInReddit) -> None:
    post = reddit.world.add_submission("gadgets", "A lamp")
    reddit.world.ban_us("gadgets")
    with pytest.raises(prawcore.exceptions.Forbidden):
        await visit(reddit, lambda client: client.submission(post.id).reply("hello"))
    reddit.world.ban_us("gadgets", lifted=True)
    await visit(reddit, lambda client: client.submission(post.id).reply("hello"))


@pytest.mark.parametrize(
    ("access", "error"),
    [
        (Access.PRIVATE, prawcore.exceptions.Forbidden),
        (Access.QUARANTINED, prawcore.exceptions.Forbidden),
        (Access.BANNED, prawcore.exceptions.NotFound),
        (Access.RENAMED, prawcore.exceptions.Redirect),
    ],
)
async def test_a_closed_subreddit_fails_alone_and_is_left_out_of_a_multi(
    reddit: StandInReddit, access: Access, error: type[Exception]
) -> None:
    reddit.world.add_submission("secret", "Hidden")
    reddit.world.add_submission("gadgets", "Open")
    reddit.world.close_subreddit("secret", access)

    def titles(client: praw.Reddit) -> list[str]:
        return [one.title for one in client.subreddit("secret+gadgets").new()]

    assert await visit(reddit, titles) == ["Open"]
    with pytest.raises(error):
        await visit(reddit, lambda client: list(client.subreddit("secret").new()))
    reddit.world.reopen_subreddit("secret")
    assert await visit(reddit, titles) == ["Open", "Hidden"]


async def test_the_rate_window_is_told_and_kept(clock: SteppedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    # The limiter would sleep the window out.
    monkeypatch.setattr("prawcore.rate_limit.RateLimiter.delay", lambda _: None)
    async with StandInReddit(clock, rate_limit=1, rate_window=60) as reddit:
        reddit.world.add_subreddit("gadgets")

        def poll(client: praw.Reddit) -> tuple[object, object]:
            client.request(method="GET", path="r/gadgets/new")
            first = dict(client.auth.limits)
            with pytest.raises(prawcore.exceptions.TooManyRequests):
                client.request(method="GET", path="r/gadgets/new")
            return first["remaining"], first["used"]

        assert await visit(reddit, poll) == (0, 1)


async def test_ids_grow_with_time_and_are_the_same_each_run(clock: SteppedClock) -> None:
    def mint() -> list[str]:
        stepped = SteppedClock(START)
        stand_in = StandInReddit(stepped)
        names = [stand_in.world.add_submission("gadgets", "A").id for _ in range(3)]
        stepped.advance_to(START + timedelta(days=1))
        return [*names, stand_in.world.add_submission("gadgets", "B").id]

    assert mint() == mint()
    numbers = [int(name, 36) for name in mint()]
    assert numbers == sorted(set(numbers))


async def test_an_unknown_route_is_named(clock: SteppedClock) -> None:
    async with StandInReddit(clock) as reddit:
        with pytest.raises(prawcore.exceptions.ResponseException, match="501"):
            await visit(reddit, lambda client: list(client.subreddit("gadgets").rules))
        assert reddit.unknown_routes == ["GET /r/gadgets/about/rules"]


async def test_a_taken_port_is_one_clear_error(reddit: StandInReddit, clock: SteppedClock) -> None:
    with pytest.raises(AddressInUseError, match=f"port {reddit.port} is taken"):
        await StandInReddit(clock, port=reddit.port).start()
