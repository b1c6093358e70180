"""Reply counts, term counts, the newest post."""

from __future__ import annotations

from datetime import timedelta

from core.ports.storing import Store
from core.types.action import ActionDraft, ActionKind, Purpose, Receipt, Target
from core.types.post import Removal, RemovalReason, Source
from core.types.rollup import ReplyCounts, ReplyKind, ReplyRow, TermCount
from tests import make

UNTIL = make.START + timedelta(days=7)


async def send(store: Store, purpose: Purpose, minutes: float, mention_id: int | None = None) -> None:
    at = make.START + timedelta(minutes=minutes)
    target = Target(Source.REDDIT, "gadgets")
    key = f"{purpose}:{minutes}"
    draft = ActionDraft(ActionKind.REPLY, purpose, target, key, mention_id=mention_id)
    action = await store.write(lambda unit: unit.outbox.add(draft, created_at=at))
    assert action is not None
    await store.write(lambda unit: unit.outbox.sent(action.id, Receipt("t1_ours", at)))


async def test_replies_are_counted_by_who_gave_them(store: Store) -> None:
    (mention_id,) = await store.write(lambda unit: unit.mentions.add_many([make.judged()]))
    await send(store, Purpose.THANKS, 1, mention_id)
    await send(store, Purpose.THANKS, 61, mention_id)
    await send(store, Purpose.ANSWER, 2)
    await send(store, Purpose.STAFF_REPLY, 3)
    await send(store, Purpose.STAFF_POST, 4)
    await send(store, Purpose.THANKS, 60 * 24 * 8)
    for kind, brand in (("native", "Lumora"), ("native", "Lumora"), ("bot", None)):
        await store.write(
            lambda unit, kind=kind, brand=brand: unit.counts.count_reply(  # type: ignore[misc]
                kind, at=make.START, container="55", source=Source.DISCORD, brand=brand
            )
        )

    async with store.read() as unit:
        assert await unit.counts.replies(since=make.START, until=UNTIL) == ReplyCounts(2, 2, 1, 2)
        rows = await unit.counts.reply_rows(since=make.START, until=UNTIL)
    assert ReplyRow(make.START, Source.REDDIT, "gadgets", "Lumora", ReplyKind.THANKS, 1) in rows
    assert ReplyRow(make.START, Source.DISCORD, "55", "Lumora", ReplyKind.NATIVE, 2) in rows
    assert ReplyRow(make.START, Source.DISCORD, "55", None, ReplyKind.BOT, 1) in rows
    assert sum(row.replies for row in rows) == 7


async def test_term_counts_and_the_newest_post_outlive_the_posts(store: Store) -> None:
    async with store.read() as unit:
        assert await unit.counts.latest_post() is None
    about = make.post(minutes=125)
    await store.write(lambda unit: unit.mentions.add_many([make.judged(), make.judged(about, brand="Lumora")]))
    await store.write(lambda unit: unit.mentions.add_many([make.judged(make.post(native_id="t1_b", minutes=125))]))
    removal = Removal(make.post(native_id="t1_b").ref, RemovalReason.EXPIRED, make.START)
    await store.write(lambda unit: unit.mentions.purge([removal]))

    async with store.read() as unit:
        day = make.START.replace(hour=0)
        assert await unit.counts.term_counts(since=day, until=UNTIL) == [TermCount(day, "Lumora", "lumora", 2)]
        assert await unit.counts.latest_post() == make.START + timedelta(hours=2)
