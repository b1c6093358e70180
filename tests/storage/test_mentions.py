"""Mentions: stored once, replaced by edits, found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.ports.storing import Store
from core.types.assessment import AbuseKind, Caution, Intent, Label
from core.types.decision import DecisionKind, Reason
from core.types.mention import JudgedMention, MentionOrder, MentionQuery, StoredMention
from core.types.post import Post, PostRef, ReplyCount, Source
from core.types.rollup import RollupRow
from tests import make

ALL = MentionQuery()


async def add(store: Store, *judged: JudgedMention) -> list[int | None]:
    return await store.write(lambda unit: unit.mentions.add_many(judged))


async def find(store: Store, query: MentionQuery, *, limit: int = 50, offset: int = 0) -> list[StoredMention]:
    async with store.read() as unit:
        return await unit.mentions.find(query, limit=limit, offset=offset)


async def rollups(store: Store) -> list[RollupRow]:
    async with store.read() as unit:
        return await unit.counts.rollups(since=make.START - timedelta(days=900), until=make.START + timedelta(days=900))


def numbered(count: int) -> list[JudgedMention]:
    return [make.judged(make.post(f"Lumora number {n}", native_id=f"t1_{n}", minutes=n)) for n in range(count)]


async def test_a_mention_comes_back_as_it_was_stored(store: Store) -> None:
    about = replace(
        make.post("Lumora broke", title="Again", parent_id="t3_p"),
        thread_id="t3_thread",
        guild_id="77",
        container_name="#gadgets",
        reply_count=3,
    )
    judged = make.judged(about, label=Label.NEGATIVE, kind=DecisionKind.FLAG, reason=Reason.COMPLAINT)
    assessment = replace(
        judged.assessment, abuse_kinds=(AbuseKind.SPAM,), cautions=(Caution.SARCASM,), library_score=-0.5
    )
    judged = replace(judged, assessment=assessment)

    (mention_id,) = await add(store, judged)

    (found,) = await find(store, ALL)
    assert about.author is not None
    assert found == StoredMention(
        id=mention_id or 0,
        source=Source.REDDIT,
        container="gadgets",
        native_id="t1_a",
        brand="Lumora",
        created_at=about.created_at,
        text="Again\n\nLumora broke",
        author=about.author,
        author_key=store.author_key(Source.REDDIT, about.author.native_id),
        url="https://example.com/t1_a",
        container_name="#gadgets",
        guild_id="77",
        parent_id="t3_p",
        thread_id="t3_thread",
        reply_count=3,
        assessment=assessment,
        decision=replace(judged.decision, opens_case=True),
    )


async def test_the_same_mentions_again_add_nothing(store: Store) -> None:
    first = await add(store, *numbered(5))
    again = await add(store, *numbered(6))

    assert None not in first
    assert again[:5] == [None] * 5
    assert again[5] is not None
    assert sum(row.mentions for row in await rollups(store)) == 6


async def test_the_same_mention_twice_in_one_call_is_stored_once(store: Store) -> None:
    ids = await add(store, make.judged(), make.judged())

    assert [mention_id is None for mention_id in ids] == [False, True]


async def test_one_post_is_a_mention_of_each_brand(store: Store) -> None:
    about = make.post()
    ids = await add(store, make.judged(about), make.judged(about, brand="Nimbus"))

    async with store.read() as unit:
        found = await unit.mentions.by_ref(about.ref)
    assert [mention.id for mention in found] == ids
    assert {mention.brand for mention in found} == {"Lumora", "Nimbus"}


async def test_ids_are_namespaced_by_container(store: Store) -> None:
    ids = await add(store, make.judged(make.post(container="a")), make.judged(make.post(container="b")))

    assert None not in ids


async def test_a_newer_edit_replaces_text_assessment_and_decision(store: Store) -> None:
    (first,) = await add(store, make.judged(make.post("Lumora is great")))
    edited = make.post("EDIT: Lumora broke", edited_at=make.START + timedelta(minutes=9))

    ids = await add(store, make.judged(edited, label=Label.NEGATIVE, kind=DecisionKind.FLAG, reason=Reason.COMPLAINT))

    assert ids == [first]
    (found,) = await find(store, ALL)
    assert (found.text, found.assessment.label, found.decision.kind) == (
        "EDIT: Lumora broke",
        Label.NEGATIVE,
        DecisionKind.FLAG,
    )
    assert found.edited_at == edited.edited_at
    assert [(row.label, row.mentions) for row in await rollups(store)] == [(Label.NEGATIVE, 1)]
    assert await find(store, MentionQuery(text="great")) == []
    assert await find(store, MentionQuery(text="broke")) == [found]


async def test_an_older_or_equal_edit_changes_nothing(store: Store) -> None:
    newest = make.post("new", edited_at=make.START + timedelta(minutes=9))
    older = make.post("old", edited_at=make.START + timedelta(minutes=5))
    await add(store, make.judged(newest))

    assert await add(store, make.judged(older), make.judged(newest), make.judged(make.post("first"))) == [None] * 3
    (found,) = await find(store, ALL)
    assert found.text == "new"


async def test_half_characters_do_not_stop_a_batch(store: Store) -> None:
    broken = replace(make.post("Lumora \ud83d half", native_id="t1_\udc00"), container_name="\ud83d")

    ids = await add(store, make.judged(broken), make.judged())

    assert None not in ids
    assert await add(store, make.judged(broken)) == [None]
    async with store.read() as unit:
        (found,) = await unit.mentions.by_ref(broken.ref)
    assert found.text == "Lumora ? half"


async def test_lists_are_filtered_ordered_and_paged(store: Store) -> None:
    late = make.judged(make.post("late", native_id="t1_z", minutes=60, container="other"), label=Label.NEGATIVE)
    await add(store, *numbered(3), late)

    async def texts(query: MentionQuery, **page: int) -> list[str | None]:
        return [mention.text for mention in await find(store, query, **page)]

    assert await texts(ALL, limit=2) == ["late", "Lumora number 2"]
    assert await texts(ALL, limit=2, offset=2) == ["Lumora number 1", "Lumora number 0"]
    assert await texts(MentionQuery(order=MentionOrder.OLDEST), limit=1) == ["Lumora number 0"]
    assert await texts(MentionQuery(order=MentionOrder.MOST_NEGATIVE), limit=1) == ["late"]
    assert await texts(MentionQuery(order=MentionOrder.MOST_POSITIVE), limit=1) == ["Lumora number 2"]
    assert await texts(MentionQuery(label=Label.NEGATIVE)) == ["late"]
    assert await texts(MentionQuery(intent=Intent.COMPLAINT)) == ["late"]
    assert await texts(MentionQuery(container="other")) == ["late"]
    assert await texts(MentionQuery(source=Source.DISCORD)) == []
    assert await texts(MentionQuery(brand="Nimbus")) == []
    assert await texts(MentionQuery(decision=DecisionKind.FLAG)) == []
    inside = MentionQuery(since=make.START + timedelta(minutes=1), until=make.START + timedelta(minutes=2))
    assert await texts(inside) == ["Lumora number 1"]
    someone = MentionQuery(author_key=store.author_key(Source.REDDIT, "id-someone"), text="number")
    assert len(await texts(someone)) == 3
    async with store.read() as unit:
        assert await unit.mentions.count(ALL) == 4
        assert await unit.mentions.count(MentionQuery(label=Label.NEGATIVE)) == 1


async def test_an_export_yields_everything_in_order(store: Store) -> None:
    await add(store, *numbered(1_200))

    async with store.read() as unit:
        texts = [mention.text async for mention in unit.mentions.export(MentionQuery(order=MentionOrder.OLDEST))]

    assert texts == [f"Lumora number {n}" for n in range(1_200)]


async def test_reply_counts_are_set_and_move_the_rollup(store: Store) -> None:
    about = make.post()
    await add(store, make.judged(about), make.judged(about, brand="Nimbus"))
    unknown = PostRef(Source.REDDIT, "gadgets", "t1_nobody")

    for replies in (4, 2):
        counts = [ReplyCount(about.ref, replies), ReplyCount(unknown, 9)]
        await store.write(lambda unit, counts=counts: unit.mentions.set_reply_counts(counts))  # type: ignore[misc]

    assert [mention.reply_count for mention in await find(store, ALL)] == [2, 2]
    assert [row.replies_received for row in await rollups(store)] == [2, 2]


async def test_a_reply_counts_once_however_often_it_is_seen(store: Store) -> None:
    about = make.post()
    await add(store, make.judged(about))
    unknown = PostRef(Source.REDDIT, "gadgets", "t1_nobody")
    replies = [(about.ref, "t1_x"), (about.ref, "t1_x"), (about.ref, "t1_y"), (unknown, "t1_z")]

    first = await store.write(lambda unit: unit.mentions.add_replies(replies))
    again = await store.write(lambda unit: unit.mentions.add_replies(replies))

    assert first == [True, False, True, False]
    assert again == [False] * 4
    (found,) = await find(store, ALL)
    assert found.reply_count == 2
    assert sum(row.replies_received for row in await rollups(store)) == 2


async def test_thanked_is_remembered(store: Store) -> None:
    (mention_id,) = await add(store, make.judged())
    assert mention_id is not None

    await store.write(lambda unit: unit.mentions.mark_thanked(mention_id))

    async with store.read() as unit:
        found = await unit.mentions.get(mention_id)
        assert await unit.mentions.get(mention_id + 1) is None
    assert found is not None
    assert found.thanked


async def test_tracked_posts_are_the_newest_each_once(store: Store) -> None:
    about = make.post(native_id="t1_both", minutes=50)
    await add(store, *numbered(4), make.judged(about), make.judged(about, brand="Nimbus"))

    async with store.read() as unit:
        tracked = await unit.mentions.tracked(limit=3)

    assert [ref.native_id for ref in tracked] == ["t1_both", "t1_3", "t1_2"]


async def test_open_questions_are_those_nobody_answered(store: Store) -> None:
    def question(native_id: str, minutes: float = 0, source: Source = Source.REDDIT) -> JudgedMention:
        about = make.post("Does Lumora …?", native_id=native_id, minutes=minutes, source=source)
        return make.judged(about, label=Label.NEUTRAL, reason=Reason.QUESTION)

    await add(
        store,
        question("t1_late", 20),
        question("t1_open", 5),
        question("t1_answered"),
        question("t1_file", source=Source.FILE),
        make.judged(make.post("praise", native_id="t1_praise")),
    )
    answered = [(PostRef(Source.REDDIT, "gadgets", "t1_answered"), "t1_answer")]
    await store.write(lambda unit: unit.mentions.add_replies(answered))

    async with store.read() as unit:
        found = await unit.mentions.open_questions(since=make.START, until=make.START + timedelta(minutes=20), limit=10)
    assert [mention.native_id for mention in found] == ["t1_open"]


async def test_an_author_is_found_by_key_and_by_name(store: Store) -> None:
    def of(native_id: str, source: Source = Source.REDDIT) -> Post:
        return make.post(native_id=native_id, author="Åsa", source=source)

    await add(store, make.judged(of("t1_1")), make.judged(of("1", Source.DISCORD)), make.judged(make.post()))
    key = store.author_key(Source.REDDIT, "id-Åsa")

    async with store.read() as unit:
        author = await unit.mentions.author(key)
        assert await unit.mentions.keys_of_name(Source.REDDIT, "ÅSA") == [key]
        assert await unit.mentions.keys_of_name(Source.REDDIT, "nobody") == []
    assert author is not None
    assert (author.native_id, author.name) == ("id-Åsa", "Åsa")
    assert key != store.author_key(Source.DISCORD, "id-Åsa")
