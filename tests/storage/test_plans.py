"""No question walks through a whole table that grows: SQLite's own plans are looked at."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from core.ports.storing import Unit
from core.types.action import ActionState, Purpose
from core.types.case import CaseQuery, CaseState, Severity
from core.types.decision import DecisionKind
from core.types.deskwork import AlarmKind
from core.types.mention import MentionOrder, MentionQuery
from core.types.post import Removal, RemovalReason, ReplyCount, Source
from storage.store import SqlStore
from tests import make

GROWING = (
    "mentions",
    "texts",
    "authors",
    "cases",
    "case_mentions",
    "case_events",
    "actions",
    "rollups",
    "purges",
    "case_alarms",
    "case_notes",
    "case_tags",
    "case_promises",
    "goodwill_offers",
)
UNTIL = make.START + timedelta(days=7)
REF = make.post().ref
GONE = [Removal(REF, reason, make.START) for reason in (RemovalReason.ACCOUNT_DELETED, RemovalReason.VANISHED)]
RUNNING = (CaseState.OPEN, CaseState.CLAIMED, CaseState.WAITING)

QUESTIONS: dict[str, Callable[[Unit], Awaitable[object]]] = {
    "brand": lambda u: u.mentions.find(MentionQuery(brand="Lumora", decision=DecisionKind.FLAG), limit=5),
    "span": lambda u: u.mentions.find(MentionQuery(since=make.START, until=UNTIL), limit=5),
    "worst of a week": lambda u: u.mentions.find(
        MentionQuery(since=make.START, until=UNTIL, order=MentionOrder.MOST_NEGATIVE), limit=5
    ),
    "search": lambda u: u.mentions.find(MentionQuery(text="lumora"), limit=5),
    "of author": lambda u: u.mentions.find(MentionQuery(author_key="k"), limit=5),
    "count": lambda u: u.mentions.count(MentionQuery(since=make.START, until=UNTIL)),
    "by ref": lambda u: u.mentions.by_ref(REF),
    "get": lambda u: u.mentions.get(1),
    "many": lambda u: u.mentions.many([1, 2]),
    "questions": lambda u: u.mentions.open_questions(since=make.START, until=UNTIL, limit=5),
    "expired": lambda u: u.mentions.expired(Source.REDDIT, make.START, limit=5),
    "author": lambda u: u.mentions.author("k"),
    "recheck": lambda u: u.ledger.due_for_recheck(Source.REDDIT, make.START, limit=5),
    "known": lambda u: u.ledger.known("feed", ["a"]),
    "rollups": lambda u: u.counts.rollups(since=make.START, until=UNTIL),
    "replies": lambda u: u.counts.replies(since=make.START, until=UNTIL),
    "newest": lambda u: u.counts.latest_post(),
    "running cases": lambda u: u.cases.find(CaseQuery(states=RUNNING), limit=5),
    "closed cases": lambda u: u.cases.find(CaseQuery(states=(CaseState.RESOLVED,)), limit=5),
    "cases of a brand": lambda u: u.cases.find(CaseQuery(brand="Lumora"), limit=5),
    "urgent cases": lambda u: u.cases.find(CaseQuery(severity=Severity.URGENT), limit=5),
    "my cases": lambda u: u.cases.find(CaseQuery(claimed_by="9"), limit=5),
    "cases of a week": lambda u: u.cases.find(CaseQuery(since=make.START, until=UNTIL), limit=5),
    "overdue cases": lambda u: u.cases.find(CaseQuery(overdue_at=make.START), limit=5),
    "cases of author": lambda u: u.cases.of_author("k", since=make.START),
    "cases with posts of author": lambda u: u.cases.with_posts_of("k", since=make.START),
    "complaints about": lambda u: u.cases.complaints_about(
        Source.REDDIT, "Lumora", since=make.START, until=UNTIL, limit=5
    ),
    "cases of mentions": lambda u: u.cases.of_mentions([1]),
    "cases of thread": lambda u: u.cases.of_thread(Source.REDDIT, "t", brand=None, since=make.START),
    "events": lambda u: u.cases.events(1),
    "tagged cases": lambda u: u.cases.find(CaseQuery(tag="refund"), limit=5),
    "snoozed cases": lambda u: u.cases.count(CaseQuery(states=RUNNING, snoozed_at=make.START)),
    "free cases": lambda u: u.cases.find(CaseQuery(states=RUNNING, unclaimed=True), limit=5),
    "next due case": lambda u: u.cases.find(CaseQuery(states=RUNNING, due_from=make.START), limit=1),
    "oldest case": lambda u: u.cases.oldest(CaseQuery(states=RUNNING)),
    "due alarms": lambda u: u.watch.due_alarms(make.START, limit=5),
    "alarms of case": lambda u: u.watch.alarms(1),
    "settle alarm": lambda u: u.watch.settle_alarm(1, AlarmKind.FIRST_BREACH, 0, at=make.START),
    "notes": lambda u: u.casework.notes(1),
    "tags": lambda u: u.casework.tags([1]),
    "known tags": lambda u: u.casework.known_tags("re", limit=5),
    "promises": lambda u: u.casework.promises(1),
    "promises of a week": lambda u: u.casework.promises_made(since=make.START, until=UNTIL),
    "offers": lambda u: u.casework.offers(1),
    "goodwill of a month": lambda u: u.casework.goodwill_spent(since=make.START, until=UNTIL),
    "next due": lambda u: u.outbox.next_due(),
    "claim": lambda u: u.outbox.claim(make.START, limit=5),
    "stranded": lambda u: u.outbox.stranded(),
    "drafts": lambda u: u.outbox.find(states=[ActionState.DRAFT], limit=5),
    "actions of mentions": lambda u: u.outbox.of_mentions([1]),
    "actions of case": lambda u: u.outbox.of_case(1),
    "actions of author": lambda u: u.outbox.of_author("k"),
    "action of message": lambda u: u.outbox.of_message(Source.REDDIT, "1"),
    "our messages": lambda u: u.outbox.sent_messages(limit=5),
    "recent texts": lambda u: u.outbox.recent_texts(purpose=Purpose.THANKS, container="c", limit=5),
    "author cap": lambda u: u.outbox.count_sent(purpose=Purpose.THANKS, since=make.START, author_key="k"),
    "container cap": lambda u: u.outbox.count_sent(purpose=Purpose.THANKS, since=make.START, container="c"),
    "same text": lambda u: u.outbox.same_text(purpose=Purpose.THANKS, text="t", container="c", since=make.START),
    "set counts": lambda u: u.mentions.set_reply_counts([ReplyCount(REF, 4)]),
    "add replies": lambda u: u.mentions.add_replies([(REF, "x")]),
    "add": lambda u: u.mentions.add_many([make.judged(), make.judged(make.post("new", edited_at=make.START))]),
    "checked": lambda u: u.ledger.mark_checked([REF], next_at=make.START),
    "purge": lambda u: u.mentions.purge(GONE),
    "erase": lambda u: u.mentions.erase_author("k", make.START),
    "forget": lambda u: u.outbox.forget("k"),
}
ALL_OF_A_TABLE = re.compile(rf"SCAN ({'|'.join(GROWING)})\b")


@pytest.fixture
def statements(sql_store: SqlStore) -> list[tuple[str, Any]]:
    """Return a list that grows by each statement with its parameters."""
    seen: list[tuple[str, Any]] = []

    def before(connection: object, cursor: object, statement: str, parameters: Any, *_: object) -> None:
        seen.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    event.listen(sql_store._writer._engine.sync_engine, "before_cursor_execute", before)
    return seen


async def test_every_question_finds_its_rows_by_an_index(
    sql_store: SqlStore, path: Path, statements: list[tuple[str, Any]]
) -> None:
    await sql_store.write(lambda unit: unit.mentions.add_many([make.judged()]))
    walks: list[str] = []
    for name, question in QUESTIONS.items():
        statements.clear()
        await sql_store.write(question)
        connection = sqlite3.connect(path)
        for statement, parameters in statements:
            if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
                plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
                walks += [f"{name}: {step[3]}" for step in plan if ALL_OF_A_TABLE.match(step[3])]
        connection.close()

    # Asking whether there is any purge at all stops at the first.
    assert [walk for walk in walks if "SCAN purges" not in walk] == []
