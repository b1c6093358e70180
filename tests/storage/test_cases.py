"""Cases: the queue, optimistic versions, the trail."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import ConflictError, NotFoundError
from core.ports.storing import Store, Unit
from core.types.action import Target
from core.types.case import (
    AnsweredBy,
    Case,
    CaseEvent,
    CaseEventKind,
    CaseKind,
    CaseQuery,
    CaseState,
    JoinReason,
    Severity,
)
from core.types.post import Removal, RemovalReason, Source
from tests import make


async def opened(
    store: Store,
    *,
    due: float = 60,
    at: float = 0,
    brand: str = "Lumora",
    severity: Severity = Severity.NORMAL,
    mention_id: int | None = None,
    author_key: str | None = None,
) -> Case:
    return await store.write(
        lambda unit: unit.cases.open(
            kind=CaseKind.COMPLAINT,
            severity=severity,
            brand=brand,
            opened_at=make.START + timedelta(minutes=at),
            due_at=make.START + timedelta(minutes=due),
            mention_id=mention_id,
            author_key=author_key,
        )
    )


async def save(store: Store, case: Case, kind: CaseEventKind = CaseEventKind.CLAIMED) -> Case:
    return await store.write(lambda unit: unit.cases.save(case, CaseEvent(case.id, kind, make.START, "9")))


async def find(store: Store, query: CaseQuery, limit: int = 50, offset: int = 0) -> list[int]:
    async with store.read() as unit:
        found = await unit.cases.find(query, limit=limit, offset=offset)
        assert await unit.cases.count(query) >= len(found)
    return [case.id for case in found]


async def mention(store: Store, native_id: str = "t1_a", thread_id: str | None = None) -> int:
    about = replace(make.post(native_id=native_id), thread_id=thread_id)
    (mention_id,) = await store.write(lambda unit: unit.mentions.add_many([make.judged(about)]))
    assert mention_id is not None
    return mention_id


async def test_a_case_comes_back_as_it_was_saved(store: Store) -> None:
    case = await opened(store, mention_id=await mention(store), author_key="k")
    changed = replace(
        case,
        state=CaseState.RESOLVED,
        severity=Severity.HIGH,
        claimed_by="9",
        claimed_at=make.START + timedelta(minutes=1),
        answered_at=make.START + timedelta(minutes=2),
        answered_by=AnsweredBy.NATIVE,
        resolved_at=make.START + timedelta(minutes=3),
        resolution="refunded",
    )

    saved = await save(store, changed, CaseEventKind.RESOLVED)

    assert saved == replace(changed, version=1)
    async with store.read() as unit:
        assert await unit.cases.get(case.id) == saved
        assert await unit.cases.get(404) is None
        assert [event.kind for event in await unit.cases.events(case.id)] == [
            CaseEventKind.OPENED,
            CaseEventKind.RESOLVED,
        ]
        (found,) = await unit.mentions.by_ref(make.post().ref)
    assert found.case_id == case.id


async def test_a_request_without_a_mention_keeps_where_to_answer(store: Store) -> None:
    target = Target(Source.DISCORD, "55", reply_to="66", guild_id="77")
    case = await store.write(
        lambda unit: unit.cases.open(
            kind=CaseKind.REQUEST,
            severity=Severity.NORMAL,
            brand="Lumora",
            opened_at=make.START,
            due_at=make.START,
            mention_id=None,
            author_key="k",
            target=target,
            note="where is my parcel?",
        )
    )

    async with store.read() as unit:
        assert await unit.cases.get(case.id) == case
    assert (case.mention_ids, case.target, case.note) == ((), target, "where is my parcel?")


async def test_of_many_who_claim_one_wins_and_is_named(store: Store) -> None:
    case = await opened(store)

    async def claim(holder: str) -> Case:
        return await save(store, replace(case, state=CaseState.CLAIMED, claimed_by=holder))

    results = await asyncio.gather(*(claim(str(n)) for n in range(8)), return_exceptions=True)

    winners = [result for result in results if isinstance(result, Case)]
    losers = [result for result in results if isinstance(result, ConflictError)]
    assert (len(winners), len(losers)) == (1, 7)
    assert {error.holder for error in losers} == {winners[0].claimed_by}


async def test_a_case_that_is_not_there_cannot_be_saved(store: Store) -> None:
    case = await opened(store)

    with pytest.raises(NotFoundError):
        await save(store, replace(case, id=404))


async def test_the_queue_holds_open_cases_by_due_time_then_the_newest_closed(store: Store) -> None:
    late, soon = await opened(store, due=90), await opened(store, due=10)
    old, new = await opened(store, at=1), await opened(store, at=2)
    for case in (old, new):
        await save(store, replace(case, state=CaseState.DISMISSED), CaseEventKind.DISMISSED)

    assert await find(store, CaseQuery()) == [soon.id, late.id, new.id, old.id]
    assert await find(store, CaseQuery(), limit=2, offset=1) == [late.id, new.id]
    assert await find(store, CaseQuery(states=(CaseState.OPEN,))) == [soon.id, late.id]
    assert await find(store, CaseQuery(states=(CaseState.DISMISSED,))) == [new.id, old.id]
    assert await find(store, CaseQuery(states=(CaseState.OPEN, CaseState.DISMISSED))) == [
        soon.id,
        late.id,
        new.id,
        old.id,
    ]


async def test_cases_are_filtered_by_every_side(store: Store) -> None:
    mine = await opened(store, severity=Severity.URGENT)
    await save(store, replace(mine, state=CaseState.CLAIMED, claimed_by="9"))
    other = await opened(store, brand="Nimbus", at=30, due=200)

    assert await find(store, CaseQuery(brand="Nimbus")) == [other.id]
    assert await find(store, CaseQuery(severity=Severity.URGENT)) == [mine.id]
    assert await find(store, CaseQuery(claimed_by="9")) == [mine.id]
    assert await find(store, CaseQuery(since=make.START + timedelta(minutes=1))) == [other.id]
    assert await find(store, CaseQuery(until=make.START + timedelta(minutes=1))) == [mine.id]


async def test_overdue_are_running_cases_without_an_answer(store: Store) -> None:
    overdue = await opened(store, due=5)
    await opened(store, due=50)
    answered, dismissed = await opened(store, due=5), await opened(store, due=5)
    await save(store, replace(answered, answered_at=make.START), CaseEventKind.REPLIED)
    await save(store, replace(dismissed, state=CaseState.DISMISSED), CaseEventKind.DISMISSED)

    assert await find(store, CaseQuery(overdue_at=make.START + timedelta(minutes=10))) == [overdue.id]


async def test_a_mention_joins_once(store: Store) -> None:
    first, second = await mention(store), await mention(store, "t1_b")
    case = await opened(store, mention_id=first)
    for _ in range(2):
        await store.write(lambda unit: unit.cases.join(case.id, second, make.START + timedelta(minutes=5)))

    async with store.read() as unit:
        (found,) = await unit.cases.of_mentions([second, 404])
        events = await unit.cases.events(case.id)
    assert found.mention_ids == (first, second)
    assert [event.kind for event in events] == [CaseEventKind.OPENED, CaseEventKind.JOINED]


async def test_a_case_is_found_by_whoever_has_a_post_on_it(store: Store) -> None:
    post = make.post("My Lumora broke, too", native_id="t1_b", author="ben", minutes=7)
    (second,) = await store.write(lambda unit: unit.mentions.add_many([make.judged(post)]))
    case = await opened(store, mention_id=await mention(store), author_key="ann")
    await store.write(lambda unit: unit.cases.join(case.id, second or 0, make.START, reason=JoinReason.BURST))
    ben = store.author_key(Source.REDDIT, "id-ben")

    async with store.read() as unit:
        assert [one.id for one in await unit.cases.with_posts_of(ben, since=make.START)] == [case.id]
        assert await unit.cases.with_posts_of(ben, since=make.START + timedelta(minutes=8)) == []
        assert [event.reason for event in await unit.cases.events(case.id)] == ["", "burst"]


async def test_complaints_about_a_brand_are_those_on_complaint_cases(store: Store) -> None:
    first, second = await mention(store), await mention(store, "t1_b")
    await mention(store, "t1_none")
    case = await opened(store, mention_id=first)
    await store.write(lambda unit: unit.cases.join(case.id, second, make.START))
    span = {"since": make.START - timedelta(minutes=1), "until": make.START + timedelta(minutes=1), "limit": 10}

    async def held(source: Source = Source.REDDIT, brand: str = "Lumora") -> set[int]:
        async with store.read() as unit:
            return {
                post.mention_id
                for post in await unit.cases.complaints_about(source, brand, **span)  # type: ignore[arg-type]
            }

    assert await held() == {first, second}
    assert await held(Source.DISCORD) == await held(brand="Nimbus") == set()
    gone = Removal(make.post(native_id="t1_b").ref, RemovalReason.DELETED_BY_AUTHOR, make.START)
    await store.write(lambda unit: unit.mentions.purge([gone]))
    assert await held() == {first}, "no words of a deleted post are compared"


async def test_cases_of_an_author_come_newest_first(store: Store) -> None:
    cases = [await opened(store, at=at, author_key="k") for at in (0, 10, 20)]
    await opened(store, author_key="other")

    async with store.read() as unit:
        found = await unit.cases.of_author("k", since=make.START + timedelta(minutes=5))
    assert [case.id for case in found] == [cases[2].id, cases[1].id]


async def test_cases_are_found_by_their_thread(store: Store) -> None:
    inside = await opened(store, mention_id=await mention(store, "t1_in", "t3_thread"))
    starter = await opened(store, mention_id=await mention(store, "t3_thread"), at=1)
    await opened(store, mention_id=await mention(store, "t1_out", "t3_other"))

    async with store.read() as unit:
        found = await unit.cases.of_thread(Source.REDDIT, "t3_thread", brand=None, since=make.START)
        assert await unit.cases.of_thread(Source.REDDIT, "t3_thread", brand="Nimbus", since=make.START) == []
        assert await unit.cases.of_thread(Source.DISCORD, "t3_thread", brand=None, since=make.START) == []
        later = make.START + timedelta(minutes=1)
        assert await unit.cases.of_thread(Source.REDDIT, "t3_thread", brand="Lumora", since=later) == [found[0]]
    assert [case.id for case in found] == [starter.id, inside.id]


async def test_a_card_is_remembered_without_a_new_version(store: Store) -> None:
    case = await opened(store)

    await store.write(lambda unit: unit.cases.set_card(case.id, channel="1", message="2"))

    async with store.read() as unit:
        found = await unit.cases.get(case.id)
    assert found == replace(case, card_channel="1", card_message="2")


async def test_a_case_loses_its_author_with_the_last_of_its_mentions(store: Store) -> None:
    first, second = await mention(store), await mention(store, "t1_b")
    case = await opened(store, mention_id=first, author_key="k")
    await store.write(lambda unit: unit.cases.join(case.id, second, make.START))

    async def purge(unit: Unit, native_id: str) -> None:
        ref = make.post(native_id=native_id).ref
        await unit.mentions.purge([Removal(ref, RemovalReason.VANISHED, make.START)])

    keys = []
    for native_id in ("t1_a", "t1_b"):
        await store.write(lambda unit, native_id=native_id: purge(unit, native_id))  # type: ignore[misc]
        async with store.read() as unit:
            found = await unit.cases.get(case.id)
        assert found is not None
        assert found.mention_ids == (first, second)
        keys.append(found.author_key)
    assert keys == ["k", None]


async def test_many_cases_at_once_are_like_single_ones(store: Store) -> None:
    ids = await store.write(
        lambda unit: unit.mentions.add_many([make.judged(make.post(native_id=f"t1_{n}")) for n in range(3)])
    )
    single = await opened(store, mention_id=ids[0], author_key="k0")
    copies = [replace(single, id=0, mention_ids=(mention_id,)) for mention_id in ids[1:] if mention_id is not None]
    new = await store.write(lambda unit: unit.cases.open_many(copies))
    assert new == [single.id + 1, single.id + 2]
    assert await store.write(lambda unit: unit.cases.open_many([])) == []
    async with store.read() as unit:
        found = [await unit.cases.get(case_id) for case_id in new]
        trails = [[(event.kind, event.at) for event in await unit.cases.events(case_id)] for case_id in new]
    assert found == [replace(copy, id=case_id) for copy, case_id in zip(copies, new, strict=True)]
    assert trails == [[(CaseEventKind.OPENED, single.opened_at)]] * 2
