"""Batches through intake over a real store: what is stored, decided, queued and told to cases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import InputError
from core.text import mark
from core.types.action import ActionKind, ActionState, Purpose
from core.types.brand import Brand, Term
from core.types.case import AnsweredBy, CaseEventKind, CaseKind, CaseState
from core.types.decision import DecisionKind, Reason
from core.types.mention import MentionQuery
from core.types.post import Batch, Removal, RemovalReason, ReplyCount, Source
from engagement.intake.tracking import TrackedPosts
from matching.matcher import BrandMatcher
from storage import ledger
from tests import make
from tests.engagement.world import STAFF_CHANNEL, World, message, ref


async def test_a_post_without_a_brand_leaves_only_the_cursor(world: World) -> None:
    taken = await world.take(message("nothing to see", "1"), cursor="c1")
    assert (taken.posts, taken.stored, world.judge.judged) == (1, (), 0)
    async with world.store.read() as unit:
        assert await unit.ledger.cursor("discord:1") == "c1"
        assert await unit.mentions.count(MentionQuery()) == 0


async def test_praise_is_thanked_once_however_often_it_is_seen(world: World) -> None:
    for _ in range(2):
        await world.take(message("I love my Lumora", "1"))
    (action,) = await world.actions()
    assert (action.draft.purpose, action.draft.target.reply_to) == (Purpose.THANKS, "1")
    assert action.draft.mention_id is not None
    assert await world.outbox.drain() == 1
    async with world.store.read() as unit:
        (mention,) = await unit.mentions.find(MentionQuery(), limit=10)
        assert mention.thanked


async def test_a_complaint_opens_one_case_with_one_card(world: World) -> None:
    first = await world.take(message("I hate my Lumora", "1"))
    again = await world.take(message("I hate my Lumora", "1"))
    assert (len(first.cases), again.cases, again.known) == (1, (), 1)
    (card,) = await world.actions()
    assert (card.draft.kind, card.draft.target.container) == (ActionKind.CARD, STAFF_CHANNEL)
    async with world.store.read() as unit:
        case = await unit.cases.get(first.cases[0])
    assert case is not None
    assert (case.kind, case.state, case.brand) == (CaseKind.COMPLAINT, CaseState.OPEN, "Lumora")


async def test_a_damaged_history_is_stored_up_to_the_damage(world: World) -> None:
    async def batches() -> AsyncIterator[Batch]:
        for number in "123":
            yield Batch(feed="file:old", posts=(message("I hate my Lumora", number, author=number),), history=True)
        raise InputError(mark("cut off"))

    async def take_all() -> None:
        async for _ in world.intake.take_all(batches()):
            pass

    with pytest.raises(InputError, match="cut off"):
        await take_all()
    async with world.store.read() as unit:
        assert await unit.mentions.count(MentionQuery()) == 3


async def test_an_answer_in_the_next_batch_of_a_history_is_counted(world: World) -> None:
    async def batches() -> AsyncIterator[Batch]:
        yield Batch(feed="file:old", posts=(message("I hate my Lumora", "1"),), history=True)
        answer = replace(message("same here", "2", author="bob"), parent_id="1")
        yield Batch(feed="file:old", posts=(answer,), history=True)

    taken = [each async for each in world.intake.take_all(batches())]
    assert [(len(each.stored), each.replies) for each in taken] == [(1, 0), (0, 1)]


async def test_history_is_decided_and_nobody_is_written_to(world: World) -> None:
    old = [
        message("I love my Lumora", "1", minutes=-60 * 24 * 30),
        message("I hate my Lumora", "2", author="bob", minutes=-60 * 24 * 30),
    ]
    taken = await world.take(*old, history=True)
    assert [one.judged.decision.kind for one in taken.stored] == [DecisionKind.THANK, DecisionKind.FLAG]
    assert await world.actions() == []
    async with world.store.read() as unit:
        case = await unit.cases.get(taken.cases[0])
    assert case is not None
    assert case.opened_at == old[1].created_at


async def test_a_competitors_mention_is_counted_and_left_alone(world: World) -> None:
    taken = await world.take(message("I hate my Glimmer", "1"), message("I love my Glimmer", "2"))
    assert [one.judged.decision.reason for one in taken.stored] == [Reason.COMPETITOR] * 2
    assert await world.actions() == []


async def test_our_own_posts_are_no_mentions(world: World) -> None:
    taken = await world.take(message("Thanks for the kind words about Lumora!", "1", is_self=True))
    assert taken.stored == ()


async def test_more_complaints_of_one_author_or_thread_join_the_case(world: World) -> None:
    first = await world.take(message("I hate my Lumora", "1", thread="55"))
    await world.outbox.drain()
    same_author = await world.take(message("still hate this Lumora", "2", minutes=5))
    same_thread = await world.take(message("I hate my Lumora too", "3", author="bob", thread="55", minutes=6))
    elsewhere = await world.take(message("I hate my Lumora", "4", author="cid", minutes=7))
    assert (same_author.cases, same_thread.cases, len(elsewhere.cases)) == ((), (), 1)
    async with world.store.read() as unit:
        case = await unit.cases.get(first.cases[0])
        trail = await unit.cases.events(first.cases[0])
    assert case is not None
    assert len(case.mention_ids) == 3
    assert [event.kind for event in trail].count(CaseEventKind.JOINED) == 2
    waiting = [a for a in await world.actions(ActionState.PENDING) if a.draft.case_id == case.id]
    assert [a.draft.kind for a in waiting] == [ActionKind.CARD_EDIT], "two joins, one edit of the card"


async def test_a_later_complaint_of_the_same_author_is_a_case_of_its_own(world: World) -> None:
    await world.take(message("I hate my Lumora", "1"))
    world.pass_minutes(61)
    assert len((await world.take(message("I hate my Lumora again", "2", minutes=61))).cases) == 1


async def test_an_urgent_word_makes_the_joined_case_urgent(world: World) -> None:
    first = await world.take(message("I hate my Lumora", "1"))
    async with world.store.read() as unit:
        before = await unit.cases.get(first.cases[0])
    world.pass_minutes(2)
    await world.take(message("I hate it, Lumora caught fire", "2", minutes=2))
    async with world.store.read() as unit:
        after = await unit.cases.get(first.cases[0])
    assert before is not None
    assert after is not None
    assert (before.severity.value, after.severity.value) == ("high", "urgent")
    assert after.due_at == world.clock.now() + timedelta(minutes=5)


async def test_answers_are_counted_once_and_not_those_of_the_author(world: World) -> None:
    await world.take(message("I hate my Lumora", "1"))
    answers = [
        message("same here", "2", author="bob", parent="1"),
        message("me again", "3", author="ann", parent="1"),
        message("in the thread", "4", author="cid", thread="1", channel="1"),
        message("unrelated", "5", author="cid", parent="999"),
    ]
    assert (await world.take(*answers)).replies == 2
    assert (await world.take(*answers)).replies == 0
    async with world.store.read() as unit:
        (mention,) = await unit.mentions.by_ref(ref("1"))
    assert mention.reply_count == 2


async def test_a_native_staff_answer_stops_the_clock_and_is_counted_once(world: World) -> None:
    taken = await world.take(message("I hate my Lumora", "1"))
    await world.outbox.drain()
    world.pass_minutes(4)
    answer = message("Sorry! We will send a new one.", "2", author="sue", is_staff=True, parent="1", minutes=3)
    assert (await world.take(answer)).native_answers == 1
    assert (await world.take(answer)).native_answers == 0
    case = (await world.desk.view(taken.cases[0])).case
    assert (case.state, case.answered_by, case.answered_at) == (CaseState.WAITING, AnsweredBy.NATIVE, answer.created_at)
    async with world.store.read() as unit:
        counts = await unit.counts.replies(since=make.START, until=make.START + timedelta(days=1))
    assert counts.native == 1
    trail = await world.desk.trail(case.id)
    assert [(event.actor, event.kind) for event in trail][-1] == ("id-sue", CaseEventKind.ANSWERED_NATIVELY)


async def test_a_native_answer_to_a_post_that_names_a_competitor_first_is_ours(world: World) -> None:
    taken = await world.take(message("Unlike Glimmer, I hate my Lumora", "1"))
    assert [one.judged.mention.brand for one in taken.stored] == ["Glimmer", "Lumora"]
    world.pass_minutes(4)
    await world.take(message("Sorry!", "2", author="sue", is_staff=True, parent="1", minutes=3))
    _, posts = await world.desk.posts(taken.cases[0])
    assert [post.answered for post in posts] == [True]
    async with world.store.read() as unit:
        rows = await unit.counts.reply_rows(since=make.START, until=make.START + timedelta(days=1))
    assert [row.brand for row in rows] == ["Lumora"]


async def test_staff_answering_inside_the_thread_of_a_case_counts_too(world: World) -> None:
    taken = await world.take(message("I hate my Lumora", "1", thread="55", channel="55"))
    world.pass_minutes(5)
    answer = message("On it.", "2", author="sue", is_staff=True, thread="55", channel="55", minutes=5)
    assert (await world.take(answer)).native_answers == 1
    assert (await world.desk.view(taken.cases[0])).case.answered_by is AnsweredBy.NATIVE


@pytest.mark.parametrize(
    ("words", "state", "kind"),
    [
        ("still broken, I hate it", CaseState.CLAIMED, CaseEventKind.CUSTOMER_WROTE),
        ("great, I love it, thanks", CaseState.WAITING, CaseEventKind.CUSTOMER_WROTE),
    ],
)
async def test_the_customer_writes_again(world: World, words: str, state: CaseState, kind: CaseEventKind) -> None:
    taken = await world.take(message("I hate my Lumora", "1"))
    await world.outbox.drain()
    await world.desk.reply(taken.cases[0], "7", "Sorry, try this.")
    await world.outbox.drain()
    ours = await world.actions(ActionState.SENT)
    sent_id = next(a.sent_id for a in ours if a.draft.purpose is Purpose.STAFF_REPLY)
    again = message(words, "3", parent=sent_id, minutes=9)
    for _ in range(2):
        await world.take(again)
    assert (await world.desk.view(taken.cases[0])).state is state
    trail = await world.desk.trail(taken.cases[0])
    assert [event.kind for event in trail if event.at == again.created_at] == [kind]


async def test_an_unhappy_customer_reopens_a_resolved_case_also_after_a_restart(world: World) -> None:
    taken = await world.take(message("I hate my Lumora", "1"))
    await world.outbox.drain()
    await world.desk.reply(taken.cases[0], "7", "Sorry, try this.")
    await world.outbox.drain()
    await world.desk.resolve(taken.cases[0], "7", "done")
    sent_id = next(a.sent_id for a in await world.actions() if a.draft.purpose is Purpose.STAFF_REPLY)
    world.intake.tracked = TrackedPosts()
    await world.intake.start()
    world.pass_minutes(60)
    await world.take(message("no, is it broken?", "3", parent=sent_id, minutes=60))
    view = await world.desk.view(taken.cases[0])
    assert (view.state, view.case.resolved_at) == (CaseState.CLAIMED, None)


async def test_stop_in_answer_to_a_thank_you_is_an_opt_out(world: World) -> None:
    await world.take(message("I love my Lumora", "1"))
    await world.outbox.drain()
    (thanks,) = await world.actions()
    await world.take(message("Stop!", "2", parent=thanks.sent_id, minutes=1))
    taken = await world.take(message("I love my Lumora lamp", "3", minutes=2))
    assert taken.stored[0].judged.decision.reason is Reason.OPTED_OUT
    assert len(await world.actions()) == 1


async def test_a_removal_purges_cancels_and_cleans_the_card(world: World) -> None:
    taken = await world.take(message("I hate my Lumora", "1"), message("I love my Lumora", "2", author="bob"))
    gone = [Removal(ref(i), RemovalReason.DELETED_BY_AUTHOR, world.clock.now()) for i in ("1", "2")]
    after = await world.intake.take(Batch("discord:1", removals=tuple(gone)))
    assert after.purged == 2
    thanks = next(a for a in await world.actions() if a.draft.purpose is Purpose.THANKS)
    assert (thanks.state, thanks.draft.text) == (ActionState.CANCELLED, "")
    view = await world.desk.view(taken.cases[0])
    assert (view.gone, view.excerpt, view.author_name) == (True, None, None)
    trail = await world.desk.trail(taken.cases[0])
    assert trail[-1].kind is CaseEventKind.MENTION_PURGED


async def test_a_removal_brings_a_posted_card_up_to_date(world: World) -> None:
    await world.take(message("I hate my Lumora", "1"))
    await world.outbox.drain()
    gone = Removal(ref("1"), RemovalReason.DELETED_BY_AUTHOR, world.clock.now())
    await world.intake.take(Batch("discord:1", removals=(gone,)))
    (edit,) = await world.actions(ActionState.PENDING)
    assert edit.draft.kind is ActionKind.CARD_EDIT


async def test_an_edit_is_judged_anew(world: World) -> None:
    await world.take(message("I love my Lumora", "1"))
    taken = await world.take(message("I hate my Lumora now", "1", edited_minutes=5))
    assert len(taken.cases) == 1
    thanks = next(a for a in await world.actions() if a.draft.purpose is Purpose.THANKS)
    assert (thanks.state, thanks.detail) == (ActionState.CANCELLED, "edited")


async def test_an_edit_that_takes_the_brand_out_purges_the_text(world: World) -> None:
    await world.take(message("I hate my Lumora", "1"))
    taken = await world.take(message("never mind", "1", edited_minutes=5))
    assert taken.purged == 1
    async with world.store.read() as unit:
        assert await unit.mentions.by_ref(ref("1")) == []
        assert await unit.mentions.count(MentionQuery(with_tombstones=True)) == 1


async def test_reply_counts_of_the_source_are_taken_over(world: World) -> None:
    await world.take(message("I hate my Lumora", "1"))
    await world.intake.take(Batch("discord:1", reply_counts=(ReplyCount(ref("1"), 12),)))
    async with world.store.read() as unit:
        (mention,) = await unit.mentions.by_ref(ref("1"))
    assert mention.reply_count == 12


async def test_reddit_thanks_wait_as_drafts(world: World) -> None:
    post = replace(make.post("I love my Lumora", native_id="t1_q"), thread_id="t3_x")
    await world.take(post, feed="reddit:comments")
    (draft,) = await world.actions(ActionState.DRAFT)
    assert draft.draft.target.thread_id == "t3_x"
    assert await world.outbox.drain() == 1
    assert [(one.draft.kind, one.draft.about) for one in world.discord.effects] == [(ActionKind.DRAFT_CARD, draft.id)]
    assert world.reddit.effects == []
    await world.desk.approve(draft.id, "7")
    await world.outbox.drain()
    assert [one.approved_by for one in world.reddit.effects] == ["7"]


async def test_a_thank_you_that_is_edited_away_takes_its_card_along(world: World) -> None:
    post = replace(make.post("I love my Lumora", native_id="t1_q"), thread_id="t3_x")
    await world.take(post, feed="reddit:comments")
    await world.outbox.drain()
    await world.take(replace(post, text="I hate my Lumora", edited_at=world.clock.now()), feed="reddit:comments")
    await world.outbox.drain()
    assert ActionKind.CARD_UPDATE in [one.draft.kind for one in world.discord.effects]
    assert await world.actions(ActionState.DRAFT) == []


async def test_no_two_thanks_of_one_place_say_the_same(world: World) -> None:
    await world.take(*(message("I love my Lumora", str(n), author=f"a{n}") for n in range(30)))
    await world.take(*(message("I love my Lumora", str(n), author=f"a{n}") for n in range(30, 60)))
    texts = [action.draft.text for action in await world.actions()]
    assert len(texts) == len(set(texts)) == 60


async def test_brands_can_be_swapped_while_running(world: World) -> None:
    await world.store.write(lambda unit: unit.brands.put(Brand("Nimbus", (Term("nimbus"),))))
    assert (await world.take(message("I hate my Nimbus", "1"))).stored == ()
    await world.intake.reload(BrandMatcher)
    assert len((await world.take(message("I hate my Nimbus", "2"))).stored) == 1
    taken = await world.take(message("I love my Glimmer", "3"))
    assert taken.stored[0].judged.decision.reason is Reason.COMPETITOR


async def test_a_failed_commit_stores_nothing_and_can_be_repeated(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:

    async def broken(self: object, batch: Batch) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(ledger.Ledger, "advance", broken)
        with pytest.raises(OSError, match="disk full"):
            await world.take(message("I hate my Lumora", "1"))
    async with world.store.read() as unit:
        assert await unit.mentions.count(MentionQuery()) == 0
    assert await world.actions() == []
    assert len((await world.take(message("I hate my Lumora", "1"))).cases) == 1


async def test_the_loop_is_not_held_while_a_batch_is_scanned_and_judged(world: World) -> None:
    longest = 0.0
    running = True

    async def watch() -> None:
        nonlocal longest
        loop = asyncio.get_running_loop()
        last = loop.time()
        while running:
            await asyncio.sleep(0)
            longest, last = max(longest, loop.time() - last), loop.time()

    watcher = asyncio.create_task(watch())
    posts = [message("some words about nothing at all " * 20, str(n)) for n in range(3_000)]
    await world.take(*posts)
    running = False
    await watcher
    # The target is 10 ms; the bound leaves room for a machine that is busy with other tests.
    assert longest < 0.1


async def test_file_posts_are_never_answered(world: World) -> None:
    taken = await world.take(message("I love my Lumora", "1", source=Source.FILE, channel="posts"))
    assert taken.stored[0].judged.decision.kind is DecisionKind.THANK
    assert await world.actions() == []


async def test_the_same_batch_twice_changes_nothing(world: World) -> None:
    batch = [
        message("I love my Lumora", "1"),
        message("I hate my Lumora", "2", author="bob"),
        message("me too", "3", author="cid", parent="2"),
        message("Is Lumora any good?", "4", author="dan"),
    ]

    async def state() -> tuple[object, ...]:
        async with world.store.read() as unit:
            mentions = await unit.mentions.find(MentionQuery(), limit=50)
            rollups = await unit.counts.rollups(since=make.START, until=make.START + timedelta(days=1))
            case = await unit.cases.of_mentions([m.id for m in mentions])
            trails = [await unit.cases.events(c.id) for c in case]
        return mentions, rollups, case, trails, await world.actions()

    await world.take(*batch)
    before = await state()
    again = await world.take(*batch)
    assert (again.stored, again.cases, again.replies) == ((), (), 0)
    assert await state() == before
