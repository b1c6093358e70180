"""The report over the real store, from posts to numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from core.clock import SteppedClock
from core.ports.storing import Unit
from core.types.action import ActionDraft, ActionKind, Purpose, Receipt, Target
from core.types.assessment import Label
from core.types.case import AnsweredBy, CaseEvent, CaseEventKind, CaseKind, CaseState, Severity
from core.types.decision import DecisionKind
from core.types.mention import JudgedMention
from core.types.post import Removal, RemovalReason, Source
from core.types.rollup import ReplyCounts
from reports.build import build_report
from storage.store import SqlStore
from tests import make
from tests.reports.sample import LUMORA, MONDAY, NIMBUS, NOW, SEOUL


def judged(
    name: str, label: Label, *, hours: float, brand: str = "Lumora", container: str = "gadgets"
) -> JudgedMention:
    post = make.post(f"{brand} says {name}", native_id=name, container=container, created_at=MONDAY, minutes=hours * 60)
    return make.judged(replace(post, reply_count=2), brand=brand, label=label, kind=DecisionKind.IGNORE)


async def fill(unit: Unit) -> None:
    for brand in (LUMORA, NIMBUS):
        await unit.brands.put(brand)
    ids = await unit.mentions.add_many(
        [
            judged("a", Label.POSITIVE, hours=1),
            judged("b", Label.NEGATIVE, hours=26),
            judged("c", Label.NEGATIVE, hours=27, container="korea"),
            judged("d", Label.POSITIVE, hours=28, brand="Nimbus"),
            judged("e", Label.NEUTRAL, hours=-3),
        ]
    )
    thanks = await unit.outbox.add(
        ActionDraft(
            ActionKind.REPLY, Purpose.THANKS, Target(Source.REDDIT, "gadgets", "a"), key="thanks:a", mention_id=ids[0]
        ),
        created_at=MONDAY + timedelta(hours=1),
    )
    assert thanks is not None
    sent_at = MONDAY + timedelta(hours=2)
    await unit.outbox.sent(thanks.id, Receipt("t1_z", sent_at))
    opened = MONDAY + timedelta(hours=26)
    case = await unit.cases.open(
        kind=CaseKind.COMPLAINT,
        severity=Severity.HIGH,
        brand="Lumora",
        opened_at=opened,
        due_at=opened + timedelta(minutes=30),
        mention_id=ids[1],
        author_key=None,
    )
    answered = opened + timedelta(minutes=20)
    await unit.cases.save(
        replace(case, state=CaseState.WAITING, answered_at=answered, answered_by=AnsweredBy.NATIVE),
        CaseEvent(case.id, CaseEventKind.ANSWERED_NATIVELY, answered, None),
    )
    await unit.counts.count_reply("native", at=answered, container="gadgets", source=Source.REDDIT, brand="Lumora")


async def test_from_stored_posts_to_the_report(tmp_path: Path) -> None:
    store = await SqlStore.open(tmp_path / "maeari.db", clock=SteppedClock(NOW), secret=b"s" * 32)
    try:
        await store.write(fill)
        before = await build_report(store, zone=SEOUL, now=NOW)
        gone = Removal(make.post(native_id="c", container="korea").ref, RemovalReason.DELETED_BY_AUTHOR, NOW)
        await store.write(lambda unit: unit.mentions.purge([gone]))
        report = await build_report(store, zone=SEOUL, now=NOW)
    finally:
        await store.close()

    assert (report.week, report.chosen) == ("2026-W46", False)
    assert report.totals == before.totals, "a deleted post stays counted"
    assert report.totals.mentions.of(Label.NEGATIVE) == 2
    assert report.totals.mentions.total == 3
    assert report.before.mentions.neutral == 1
    assert report.totals.replies_received == 6
    assert report.totals.replies_given == ReplyCounts(thanks=1, bot=0, staff=0, native=1)
    assert (report.totals.cases.median_seconds, report.totals.cases.in_time, report.totals.cases.open) == (1_200, 1, 1)
    assert [(line.key, line.mentions.total) for line in report.by_brand] == [("Lumora", 3), ("Nimbus", 1)]
    assert [(line.name, line.mentions.total) for line in report.by_container] == [("r/gadgets", 2), ("r/korea", 1)]
    assert len(before.complaints) == 2
    assert [quote.text for quote in report.complaints] == ["Lumora says b"]
    assert report.complaints[0].case is not None
    assert [line.purged for line in report.trail] == [False, False, True, False]
