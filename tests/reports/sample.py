"""Stored rows for reports: makers with sensible defaults, and one week with everything in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.types.assessment import Intent, Label
from core.types.brand import Brand, Term
from core.types.case import AnsweredBy, Case, CaseKind, CaseState, Severity
from core.types.decision import Decision, DecisionKind, Reason
from core.types.mention import StoredMention
from core.types.post import Gap, Source
from core.types.rollup import ReplyKind, ReplyRow
from reports.build import build_report
from reports.types import WeeklyReport
from reports.week import Week
from tests import make
from tests.reports.fake import FakeStore

SEOUL = ZoneInfo("Asia/Seoul")
WEEK = Week(2026, 46)
MONDAY = WEEK.span(SEOUL)[0]
NOW = MONDAY + timedelta(days=7, hours=9)
LUMORA = Brand("Lumora", (Term("lumora"),))
NIMBUS = Brand("Nimbus", (Term("nimbus"),), competitor=True)
HOSTILE = '<script>alert(1)</script> & "quoted" \u202e=HYPERLINK("x")'


def stored(
    number: int,
    label: Label = Label.POSITIVE,
    *,
    at: datetime | None = None,
    hours: float = 0,
    brand: str = "Lumora",
    source: Source = Source.REDDIT,
    container: str = "gadgets",
    container_name: str | None = None,
    text: str | None = None,
    url: str | None = "https://example.com/post",
    intent: Intent | None = None,
    score: float | None = None,
    kind: DecisionKind = DecisionKind.IGNORE,
    reason: Reason = Reason.NOTHING_TO_DO,
    replies: int = 0,
    case_id: int | None = None,
    purged: bool = False,
) -> StoredMention:
    """Return a stored mention, `hours` after Monday's midnight in Seoul."""
    moment = (at or MONDAY) + timedelta(hours=hours)
    return StoredMention(
        id=number,
        source=source,
        container=container,
        native_id=None if purged else f"t1_{number}",
        brand=brand,
        created_at=moment.replace(minute=0, second=0, microsecond=0) if purged else moment,
        text=None if purged else text or f"post number {number}",
        author=None,
        author_key=None,
        url=None if purged else url,
        container_name=container_name,
        guild_id=None,
        parent_id=None,
        thread_id=None,
        reply_count=replies,
        assessment=make.assessment(label, intent=intent, score=score),
        decision=Decision(kind, reason),
        case_id=case_id,
        thanked=kind is DecisionKind.THANK,
        purged_at=moment if purged else None,
    )


def case(
    number: int, *, hours: float = 0, answered_after: float | None = None, due_after: float = 60, **changes: object
) -> Case:
    """Return a case opened `hours` after Monday's midnight; minutes to its answer and to its due time."""
    opened = MONDAY + timedelta(hours=hours)
    values: dict[str, object] = {
        "id": number,
        "kind": CaseKind.COMPLAINT,
        "state": CaseState.OPEN if answered_after is None else CaseState.RESOLVED,
        "severity": Severity.NORMAL,
        "brand": "Lumora",
        "opened_at": opened,
        "due_at": opened + timedelta(minutes=due_after),
        "mention_ids": (number,),
        "answered_at": None if answered_after is None else opened + timedelta(minutes=answered_after),
        "answered_by": None if answered_after is None else AnsweredBy.BOT_DESK,
    }
    return Case(**{**values, **changes})  # type: ignore[arg-type]


def reply(
    kind: ReplyKind, replies: int = 1, *, hours: int = 0, brand: str | None = "Lumora", container: str = "gadgets"
) -> ReplyRow:
    """Return replies of ours in one hour at Reddit."""
    return ReplyRow(MONDAY + timedelta(hours=hours), Source.REDDIT, container, brand, kind, replies)


def full_store() -> FakeStore:
    """Return a store with two weeks of every kind of row."""
    positive, neutral, negative = Label.POSITIVE, Label.NEUTRAL, Label.NEGATIVE
    week_before = [stored(n, label, hours=-30 - n) for n, label in enumerate([positive, negative, neutral], 1)]
    this_week = [
        stored(10, positive, hours=9.5, text="Lumora is a dream", score=0.99, kind=DecisionKind.THANK, replies=2),
        stored(11, positive, hours=10.2, text=HOSTILE, score=0.8, url="javascript:alert(1)"),
        stored(12, negative, hours=33, text="루모라 충전이 안 돼요", score=-0.9, kind=DecisionKind.FLAG, case_id=1),
        stored(13, negative, hours=34, text="dead after a week", score=-0.95, kind=DecisionKind.FLAG, case_id=2),
        stored(14, negative, hours=35, purged=True, kind=DecisionKind.FLAG, case_id=3, replies=4),
        stored(15, neutral, hours=60, intent=Intent.QUESTION, text="which model has usb-c?"),
        stored(16, positive, hours=80, brand="Nimbus", text="nimbus is fine"),
        stored(17, negative, hours=167.9, source=Source.FILE, container="archive"),
    ]
    this_week[1:3] = [
        replace(one, source=Source.DISCORD, container="901", container_name="#도움말") for one in this_week[1:3]
    ]
    return FakeStore(
        brands_=[LUMORA, NIMBUS],
        mentions_=week_before + this_week,
        cases_=[
            case(1, hours=33, answered_after=12),
            case(2, hours=34, answered_after=90, answered_by=AnsweredBy.NATIVE),
            case(3, hours=35),
            case(4, hours=-50, answered_after=30),
        ],
        replies_=[
            reply(ReplyKind.THANKS, hours=9),
            reply(ReplyKind.STAFF, hours=33, container="901"),
            reply(ReplyKind.NATIVE, hours=34),
            reply(ReplyKind.BOT, 5, hours=40, brand=None, container="chat"),
            reply(ReplyKind.STAFF, hours=-50),
        ],
        gaps_=[
            Gap(
                "reddit:comments:gadgets",
                MONDAY + timedelta(hours=20),
                MONDAY + timedelta(hours=21),
                40,
                "listing_window",
            )
        ],
    )


async def report_of(store: FakeStore, week: Week | None = WEEK, *, now: datetime = NOW, **options: int) -> WeeklyReport:
    """Return the report of a store, in Seoul's time."""
    return await build_report(store.as_store(), week, zone=SEOUL, now=now, **options)
