"""Tombstones: what is left, what does not come back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.ports.storing import Store, Unit
from core.types.case import CaseKind, Severity
from core.types.mention import MentionQuery, StoredMention
from core.types.post import Post, PostRef, Removal, RemovalReason, ReplyCount, Source
from tests import make

EVERYTHING = MentionQuery(with_tombstones=True)


async def add(store: Store, *posts: Post) -> list[int | None]:
    judged = [make.judged(post) for post in posts]
    return await store.write(lambda unit: unit.mentions.add_many(judged))


async def purge(
    store: Store, *refs: PostRef, reason: RemovalReason = RemovalReason.DELETED_BY_AUTHOR
) -> list[StoredMention]:
    removals = [Removal(ref, reason, make.START + timedelta(days=1)) for ref in refs]
    return await store.write(lambda unit: unit.mentions.purge(removals))


async def everything(store: Store) -> list[StoredMention]:
    async with store.read() as unit:
        return await unit.mentions.find(EVERYTHING, limit=50)


async def test_a_tombstone_keeps_the_counts_and_nothing_else(store: Store) -> None:
    about = make.post(minutes=25)
    await add(store, about)
    await store.write(lambda unit: unit.mentions.set_reply_counts([ReplyCount(about.ref, 4)]))

    (was,) = await purge(store, about.ref, PostRef(Source.REDDIT, "gadgets", "t1_unknown"))
    (left,) = await everything(store)

    assert (was.text, was.native_id, was.author) == (about.text, "t1_a", about.author)
    assert left.created_at == make.START
    assert (left.native_id, left.author, left.author_key, left.text, left.url, left.parent_id) == (None,) * 6
    assert (left.source, left.container, left.brand, left.reply_count) == (Source.REDDIT, "gadgets", "Lumora", 4)
    assert (left.assessment.label, left.assessment.intent) == (was.assessment.label, was.assessment.intent)
    assert left.purged_at == make.START + timedelta(days=1)
    async with store.read() as unit:
        (row,) = await unit.counts.rollups(since=make.START, until=make.START + timedelta(hours=1))
        assert await unit.mentions.author(was.author_key or "") is None
        assert await unit.mentions.count(MentionQuery()) == 0
    assert (row.mentions, row.replies_received) == (1, 4)


@pytest.mark.parametrize("reason", [each for each in RemovalReason if each is not RemovalReason.ACCOUNT_DELETED])
async def test_what_was_purged_does_not_come_back(store: Store, reason: RemovalReason) -> None:
    await add(store, make.post())
    await purge(store, make.post().ref, reason=reason)

    again = await add(store, make.post(), make.post("edited", edited_at=make.START), make.post(native_id="t1_b"))

    assert [mention_id is None for mention_id in again] == [True, True, False]
    assert len(await everything(store)) == 2


async def test_an_author_stays_while_one_of_their_posts_lives(store: Store) -> None:
    posts = [make.post(native_id="t1_1"), make.post(native_id="t1_2")]
    await add(store, *posts)
    key = store.author_key(Source.REDDIT, "id-someone")

    known = []
    for post in posts:
        await purge(store, post.ref)
        async with store.read() as unit:
            known.append(await unit.mentions.author(key) is not None)
    assert known == [True, False]


async def test_a_deleted_account_may_still_lose_its_text(store: Store) -> None:
    await add(store, make.post())
    (was,) = await purge(store, make.post().ref, reason=RemovalReason.ACCOUNT_DELETED)
    assert was.author is not None

    (again,) = await purge(store, make.post().ref, reason=RemovalReason.VANISHED)
    assert (again.author, again.text) == (None, "I love my Lumora")
    assert await add(store, make.post()) == [None]
    assert len(await everything(store)) == 1


async def test_expired_posts_are_found_oldest_first(store: Store) -> None:
    posts = [make.post(native_id=f"t1_{number}", minutes=number) for number in range(4)]
    await add(store, *posts)
    await purge(store, posts[0].ref)

    async with store.read() as unit:
        before = make.START + timedelta(minutes=3)
        assert await unit.mentions.expired(Source.REDDIT, before, limit=9) == [posts[1].ref, posts[2].ref]
        assert await unit.mentions.expired(Source.REDDIT, before, limit=1) == [posts[1].ref]
        assert await unit.mentions.expired(Source.DISCORD, before, limit=9) == []


async def test_erasing_an_author_reaches_all_their_posts_and_requests(store: Store) -> None:
    await add(store, make.post(native_id="t1_1"), make.post(native_id="t1_2"), make.post(native_id="x", author="other"))
    key = store.author_key(Source.REDDIT, "id-someone")

    async def request(unit: Unit) -> int:
        case = await unit.cases.open(
            kind=CaseKind.REQUEST,
            severity=Severity.LOW,
            brand="Lumora",
            opened_at=make.START,
            due_at=make.START,
            mention_id=None,
            author_key=key,
            note="my own words",
        )
        return case.id

    case_id = await store.write(request)
    purged = await store.write(lambda unit: unit.mentions.erase_author(key, make.START))

    assert sorted(mention.native_id or "" for mention in purged) == ["t1_1", "t1_2"]
    async with store.read() as unit:
        assert await unit.mentions.author(key) is None
        case = await unit.cases.get(case_id)
        assert [mention.native_id for mention in await unit.mentions.find(MentionQuery(), limit=9)] == ["x"]
    assert case is not None
    assert (case.author_key, case.note) == (None, "")


async def test_a_big_purge_is_one_unit(store: Store) -> None:
    posts = [make.post(native_id=f"t1_{number}", author=f"a{number}") for number in range(700)]
    await add(store, *posts)

    assert len(await purge(store, *(post.ref for post in posts), reason=RemovalReason.EXPIRED)) == 700
    assert len(await everything(store)) == 50
