"""What Reddit sends, read without trust."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import SourceError
from core.types.post import PostKind, RemovalReason
from listeners.reddit.names import is_bot_name
from listeners.reddit.things import Gone, People, Thing, fate, read_listing, to_post

NOBODY = People()


def comment(**sides: Any) -> dict[str, Any]:
    return {
        "name": "t1_a",
        "subreddit": "korea",
        "created_utc": 1_794_218_400.0,
        "author": "ann",
        "author_fullname": "t2_ann",
        "body": "words",
        "link_id": "t3_s",
        "parent_id": "t3_s",
        "permalink": "/r/korea/comments/s/_/a/",
        "edited": False,
        **sides,
    }


def submission(**sides: Any) -> dict[str, Any]:
    base = comment(name="t3_s", title="Title", selftext="text", num_comments=4)
    return {key: value for key, value in base.items() if key not in ("body", "link_id", "parent_id")} | sides


def thing(content: dict[str, Any]) -> Thing:
    listing = read_listing({"data": {"children": [{"kind": "t1", "data": content}], "after": None}})
    assert listing.malformed == 0
    return listing.things[0]


def test_broken_entries_are_counted_and_the_others_read() -> None:
    children: list[Any] = [
        {"kind": "t1", "data": comment()},
        {"kind": "t1", "data": comment()},
        {"kind": "t1", "data": comment(name="t1_b", created_utc="soon")},
        {"kind": "t1", "data": comment(name="t1_c", created_utc=1e300)},
        {"kind": "t1", "data": {"name": "t1_d"}},
        {"kind": "t4", "data": {"name": "t4_private"}},
        {"kind": "t1"},
        "nonsense",
        None,
    ]
    listing = read_listing({"data": {"children": children, "after": 5}})
    assert (listing.names, listing.after, listing.malformed) == (["t1_a"], None, 6)


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": {"children": None}}, {"data": []}])
def test_an_answer_that_is_no_listing_is_an_error(answer: dict[str, Any]) -> None:
    with pytest.raises(SourceError):
        read_listing(answer)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (comment(), Gone.LIVE),
        (comment(author="[deleted]", body="[deleted]", author_fullname=None), Gone.DELETED),
        (comment(author="[deleted]", body="[removed]"), Gone.REMOVED),
        (comment(body="[ Removed by Reddit ]"), Gone.REMOVED),
        (comment(author=None, author_fullname=None), Gone.ACCOUNT_DELETED),
        (submission(), Gone.LIVE),
        (submission(selftext=""), Gone.LIVE),
        (submission(selftext="[removed]"), Gone.REMOVED),
        (submission(selftext="[deleted]", author="[deleted]"), Gone.DELETED),
        (submission(selftext="", removed_by_category="moderator"), Gone.REMOVED),
        (submission(selftext="", removed_by_category="deleted"), Gone.DELETED),
        (submission(author="[deleted]"), Gone.ACCOUNT_DELETED),
    ],
)
def test_deleted_removed_and_account_deleted_are_told_apart(content: dict[str, Any], expected: Gone) -> None:
    assert fate(thing(content)) is expected
    assert (to_post(thing(content), NOBODY) is None) == (expected in (Gone.DELETED, Gone.REMOVED))


def test_each_fate_has_its_reason() -> None:
    assert Gone.LIVE.removal is None
    assert Gone.DELETED.removal is RemovalReason.DELETED_BY_AUTHOR
    assert Gone.REMOVED.removal is RemovalReason.REMOVED_BY_MODERATOR
    assert Gone.ACCOUNT_DELETED.removal is RemovalReason.ACCOUNT_DELETED


def test_a_deleted_account_leaves_a_text_without_a_name() -> None:
    post = to_post(thing(comment(author="[deleted]", author_fullname=None)), NOBODY)
    assert post is not None
    assert (post.author, post.text) == (None, "words")


def test_people_are_told_apart() -> None:
    people = People.of(own="Our_Bot", staff=["u/Staff_Ann"], followed=["Korea"])
    told = {name: people.author(thing(comment(author=name))) for name in ("our_bot", "STAFF_ann", "AutoModerator", "x")}
    shown = {name: (a.is_self, a.is_staff, a.is_bot) for name, a in told.items() if a is not None}
    assert shown == {
        "our_bot": (True, False, True),
        "STAFF_ann": (False, True, False),
        "AutoModerator": (False, False, True),
        "x": (False, False, False),
    }


@pytest.mark.parametrize(
    ("name", "distinguished", "is_bot"),
    [
        ("AutoModerator", False, True),
        ("korea-ModTeam", False, True),
        ("price_bot", False, True),
        ("korea-bot", False, True),
        ("Abbott", False, False),
        ("helperbot", False, False),
        ("helperbot", True, True),
        ("robot_lover", True, False),
    ],
)
def test_bots_by_name(name: str, distinguished: bool, is_bot: bool) -> None:
    assert is_bot_name(name, distinguished=distinguished) is is_bot


def test_crossposts_are_not_reported_twice() -> None:
    people = People.of(own=None, staff=[], followed=["korea"])
    original = {"name": "t3_o", "subreddit": "Korea", "selftext": "the text", "title": "Title"}
    elsewhere = {**original, "subreddit": "japan"}
    assert to_post(thing(submission(selftext="", crosspost_parent_list=[original])), people) is None
    own_title = to_post(thing(submission(selftext="", title="look!", crosspost_parent_list=[original])), people)
    assert own_title is not None
    foreign = to_post(thing(submission(selftext="", crosspost_parent_list=[elsewhere])), people)
    assert foreign is not None
    assert foreign.text == "the text"


def test_entities_that_a_user_wrote_stay() -> None:
    post = to_post(thing(comment(body="&amp;lt; > !cmd")), NOBODY)
    assert post is not None
    assert post.text == "&amp;lt; > !cmd"


def test_old_edits_without_a_time_and_profile_posts() -> None:
    post = to_post(thing(comment(edited=True, subreddit="u_ann")), NOBODY)
    assert post is not None
    assert (post.edited_at, post.ref.container) == (None, "u_ann")


def test_the_inbox_gives_a_context_in_place_of_links() -> None:
    content = comment(context="/r/korea/comments/s/title/a/?context=3", permalink=None, link_id=None)
    post = to_post(thing(content), NOBODY)
    assert post is not None
    assert (post.kind, post.thread_id) == (PostKind.COMMENT, "t3_s")
    assert post.url == "https://www.reddit.com/r/korea/comments/s/title/a/"
