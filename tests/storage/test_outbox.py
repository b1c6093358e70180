"""The outbox: one row an action, and who holds it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import ConflictError, NotFoundError
from core.ports.storing import Store
from core.types.action import Action, ActionDraft, ActionKind, ActionState, Purpose, Receipt, Target
from core.types.case import CaseKind, Severity
from core.types.mention import JudgedMention
from core.types.post import PostRef, Removal, RemovalReason, Source
from tests import make

LATER = make.START + timedelta(minutes=10)


def draft(key: str = "k", **sides: object) -> ActionDraft:
    plain = ActionDraft(
        kind=ActionKind.REPLY,
        purpose=Purpose.THANKS,
        target=Target(Source.DISCORD, "55", reply_to="66", guild_id="77", thread_id="88"),
        key=key,
        text="Thank you!",
        author_key="person",
    )
    return replace(plain, **sides)  # type: ignore[arg-type]


async def add(store: Store, key: str = "k", **sides: object) -> Action:
    action = await store.write(lambda unit: unit.outbox.add(draft(key, **sides), created_at=make.START))
    assert action is not None
    return action


async def claim(store: Store, minutes: float = 0, limit: int = 10) -> list[Action]:
    now = make.START + timedelta(minutes=minutes)
    return await store.write(lambda unit: unit.outbox.claim(now, limit=limit))


async def send(store: Store, action: Action, native_id: str = "900", minutes: float = 1) -> None:
    receipt = Receipt(native_id, make.START + timedelta(minutes=minutes))
    await store.write(lambda unit: unit.outbox.sent(action.id, receipt))


async def state(store: Store, action: Action) -> ActionState:
    async with store.read() as unit:
        found = await unit.outbox.get(action.id)
    assert found is not None
    return found.state


async def test_an_action_comes_back_as_it_was_drafted(store: Store) -> None:
    whole = draft(locale="ko", attachment="reports/a.png", actor="9", not_before=LATER, needs_approval=True)
    action = await store.write(lambda unit: unit.outbox.add(whole, created_at=make.START))

    assert action is not None
    assert action.draft == whole
    assert (action.state, action.created_at, action.due_at) == (ActionState.DRAFT, make.START, LATER)
    async with store.read() as unit:
        assert await unit.outbox.get(action.id) == action
        assert await unit.outbox.get(404) is None


async def test_a_key_is_stored_once(store: Store) -> None:
    adds = [store.write(lambda unit: unit.outbox.add(draft(), created_at=make.START)) for _ in range(10)]

    assert sum(action is not None for action in await asyncio.gather(*adds)) == 1


async def test_due_actions_are_claimed_once_oldest_first(store: Store) -> None:
    first, second = await add(store, "1"), await add(store, "2")
    await add(store, "3", not_before=LATER)
    await add(store, "4", needs_approval=True)

    claims = await asyncio.gather(*(claim(store, limit=1) for _ in range(4)))

    taken = [action for each in claims for action in each]
    assert [action.id for action in taken] == [first.id, second.id]
    assert {(action.state, action.attempts) for action in taken} == {(ActionState.SENDING, 1)}
    async with store.read() as unit:
        assert await unit.outbox.stranded() == taken
        assert await unit.outbox.next_due() == LATER
    assert [action.draft.key for action in await claim(store, 10)] == ["3"]


async def test_what_is_delayed_comes_back_later(store: Store) -> None:
    action = await add(store)
    await claim(store)
    await store.write(lambda unit: unit.outbox.delay(action.id, due_at=LATER, detail="unknown"))

    assert await claim(store, 9) == []
    (again,) = await claim(store, 10)
    assert (again.attempts, again.detail) == (2, "unknown")


async def test_a_refusal_is_final(store: Store) -> None:
    action = await add(store)
    await claim(store)
    await store.write(lambda unit: unit.outbox.refuse(action.id, detail="locked"))
    await store.write(lambda unit: unit.outbox.delay(action.id, due_at=make.START, detail="delayed"))
    await store.write(lambda unit: unit.outbox.cancel(action.id, detail="late"))

    assert await state(store, action) is ActionState.REFUSED
    assert await claim(store) == []


async def test_a_draft_is_approved_once(store: Store) -> None:
    action = await add(store, needs_approval=True)

    approved = await store.write(lambda unit: unit.outbox.approve(action.id, actor="9", text="Thanks a lot!"))

    assert (approved.state, approved.approved_by, approved.draft.text) == (ActionState.PENDING, "9", "Thanks a lot!")
    with pytest.raises(ConflictError) as conflict:
        await store.write(lambda unit: unit.outbox.approve(action.id, actor="10"))
    assert conflict.value.holder == "9"
    with pytest.raises(NotFoundError):
        await store.write(lambda unit: unit.outbox.approve(404, actor="10"))


async def test_only_what_waits_is_cancelled(store: Store) -> None:
    waiting, held = await add(store, "2", not_before=LATER), await add(store, "1")
    await claim(store)
    for action in (waiting, held):
        await store.write(lambda unit, action=action: unit.outbox.cancel(action.id, detail="gone"))  # type: ignore[misc]

    assert [await state(store, action) for action in (waiting, held)] == [ActionState.CANCELLED, ActionState.SENDING]
    async with store.read() as unit:
        assert [action.id for action in await unit.outbox.find(states=[ActionState.CANCELLED], limit=5)] == [waiting.id]


async def test_caps_count_what_was_sent(store: Store) -> None:
    for number in range(3):
        await send(store, await add(store, f"sent{number}", author_key=f"p{number % 2}"), minutes=number)
    await add(store, "waiting")

    async def count(**sides: str) -> int:
        async with store.read() as unit:
            return await unit.outbox.count_sent(
                purpose=Purpose.THANKS, since=make.START + timedelta(minutes=1), **sides
            )

    assert await count() == 2
    assert await count(author_key="p0") == 1
    assert await count(container="55", thread_id="88") == 2
    assert await count(container="56") == 0


async def test_equal_texts_are_counted_even_after_a_purge(store: Store) -> None:
    about = make.post(source=Source.DISCORD, container="55", native_id="66")
    (mention_id,) = await store.write(lambda unit: unit.mentions.add_many([make.judged(about)]))
    await send(store, await add(store, mention_id=mention_id))
    removal = Removal(about.ref, RemovalReason.VANISHED, make.START)
    await store.write(lambda unit: unit.mentions.purge([removal]))

    async def count(text: str) -> int:
        async with store.read() as unit:
            return await unit.outbox.same_text(purpose=Purpose.THANKS, text=text, container="55", since=make.START)

    assert (await count("Thank you!"), await count("Thanks!")) == (1, 0)


async def test_a_purge_cancels_what_is_on_its_way(store: Store) -> None:
    about = make.post(source=Source.DISCORD, container="55", native_id="66")
    (mention_id,) = await store.write(lambda unit: unit.mentions.add_many([make.judged(about)]))
    held = await add(store, "thanks:66", mention_id=mention_id)
    await claim(store)
    waiting = await add(store, "offer:66", mention_id=mention_id, needs_approval=True)
    removal = Removal(about.ref, RemovalReason.VANISHED, make.START)

    await store.write(lambda unit: unit.mentions.purge([removal]))

    for action in (held, waiting):
        assert await state(store, action) is ActionState.CANCELLED
    async with store.read() as unit:
        actions = await unit.outbox.of_mentions([mention_id or 0])
    assert all("66" not in action.draft.key and action.draft.text == "" for action in actions)
    # The worker that held it comes back: what happened is noted, what did not is not tried again.
    await store.write(lambda unit: unit.outbox.delay(held.id, due_at=make.START, detail="delayed"))
    assert await state(store, held) is ActionState.CANCELLED
    await send(store, held)
    assert await state(store, held) is ActionState.SENT


async def test_actions_are_found_by_what_they_hang_on(store: Store) -> None:
    (mention_id,) = await store.write(lambda unit: unit.mentions.add_many(judged()))
    case = await store.write(
        lambda unit: unit.cases.open(
            kind=CaseKind.COMPLAINT,
            severity=Severity.LOW,
            brand="Lumora",
            opened_at=make.START,
            due_at=make.START,
            mention_id=mention_id,
            author_key="person",
        )
    )
    action = await add(store, mention_id=mention_id, case_id=case.id)
    await add(store, "2", author_key=None)
    await send(store, action, "900")

    async with store.read() as unit:
        found = [
            *(await unit.outbox.of_mentions([mention_id or 0])),
            *(await unit.outbox.of_case(case.id)),
            *(await unit.outbox.of_author("person")),
        ]
        message = await unit.outbox.of_message(Source.DISCORD, "900")
        assert await unit.outbox.of_message(Source.REDDIT, "900") is None
    assert message is not None
    assert [each.id for each in (*found, message)] == [action.id] * 4


def judged() -> list[JudgedMention]:
    return [make.judged()]


async def test_our_messages_to_people_are_listed_newest_first(store: Store) -> None:
    for number in range(3):
        await send(store, await add(store, str(number)), f"90{number}", minutes=number)
    await send(store, await add(store, "card", purpose=Purpose.STAFF_POST), "999")

    async with store.read() as unit:
        assert await unit.outbox.sent_messages(limit=2) == [
            PostRef(Source.DISCORD, "55", "902"),
            PostRef(Source.DISCORD, "55", "901"),
        ]


async def test_recent_texts_are_those_that_count(store: Store) -> None:
    several: list[dict[str, object]] = [{}, {"needs_approval": True}, {"purpose": Purpose.SURVEY}, {}]
    for number, sides in enumerate(several):
        await add(store, str(number), text=f"text {number}", **sides)
    refused = await add(store, "refused", text="refused")
    await store.write(lambda unit: unit.outbox.refuse(refused.id, detail="no"))

    async with store.read() as unit:
        assert await unit.outbox.recent_texts(purpose=Purpose.THANKS, container="55", limit=9) == [
            "text 3",
            "text 1",
            "text 0",
        ]


async def test_forgetting_a_person_leaves_the_count_only(store: Store) -> None:
    done, waiting = await add(store, "thanks:66"), await add(store, "2")
    await send(store, done)

    await store.write(lambda unit: unit.outbox.forget("person"))

    async with store.read() as unit:
        assert await unit.outbox.of_author("person") == []
        kept = await unit.outbox.find(states=list(ActionState), limit=9)
        assert await unit.outbox.count_sent(purpose=Purpose.THANKS, since=make.START) == 1
    assert [action.state for action in kept] == [ActionState.SENT, ActionState.CANCELLED]
    assert {(action.draft.text, action.sent_id, action.draft.target.reply_to) for action in kept} == {("", None, None)}
    assert waiting.id == kept[1].id
