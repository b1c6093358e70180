"""Verdicts and their counts, confirmed rules, causes and satisfaction."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import SteppedClock
from core.errors import NotFoundError
from core.ports.storing import Store, Unit
from core.types.action import ActionDraft, ActionKind, Purpose, Receipt, Target
from core.types.case import Case, CaseEvent, CaseEventKind, CaseKind, CaseState, Severity
from core.types.decision import DecisionKind, Reason
from core.types.learning import AppliedRule, Correction, CsatAnswer, MentionVerdict, RuleChange, RuleKind
from core.types.member import ContactRule, ContactWish
from core.types.post import Removal, RemovalReason, Source
from storage.store import SqlStore
from tests import make

HOUR = timedelta(hours=1)
END = make.START + timedelta(days=7)
WEEK = {"since": make.START, "until": END}


def verdict(mention_id: int, should_be: Correction | None = None, *, minutes: float = 0) -> MentionVerdict:
    """Return a verdict on a flagged complaint."""
    at = make.START + timedelta(minutes=minutes)
    return MentionVerdict(
        mention_id, should_be is None, should_be, "Lumora", DecisionKind.FLAG, Reason.COMPLAINT, "7", at
    )


async def mention(store: Store, native_id: str = "t1_a", *, minutes: float = 0, author: str = "ann") -> int:
    """Store a mention; return its id."""
    about = make.post("my lumora broke", native_id=native_id, minutes=minutes, author=author)
    judged = make.judged(about, kind=DecisionKind.FLAG, reason=Reason.COMPLAINT)
    (stored,) = await store.write(lambda unit: unit.mentions.add_many([judged]))
    assert stored is not None
    return stored


async def resolved(store: Store, mention_id: int, *, author_key: str | None = "k", minutes: float = 0) -> Case:
    """Open and resolve a case."""
    at = make.START + timedelta(minutes=minutes)

    async def work(unit: Unit) -> Case:
        case = await unit.cases.open(
            kind=CaseKind.COMPLAINT,
            severity=Severity.NORMAL,
            brand="Lumora",
            opened_at=make.START,
            due_at=make.START,
            mention_id=mention_id,
            author_key=author_key,
        )
        closed = replace(case, state=CaseState.RESOLVED, resolved_at=at)
        return await unit.cases.save(closed, CaseEvent(case.id, CaseEventKind.RESOLVED, at, "7"))

    return await store.write(work)


async def test_the_newest_verdict_counts_and_the_earlier_is_taken_off(store: Store) -> None:
    one = await mention(store)
    await store.write(lambda unit: unit.verdicts.put(verdict(one)))
    await store.write(lambda unit: unit.verdicts.put(verdict(one, Correction.QUESTION, minutes=5)))
    async with store.read() as unit:
        assert await unit.verdicts.get(one) == verdict(one, Correction.QUESTION, minutes=5)
        (row,) = await unit.verdicts.precision(since=make.START, until=END)
        assert (row.brand, row.reason, row.right, row.wrong) == ("Lumora", Reason.COMPLAINT, 0, 1)
        (judged,) = await unit.verdicts.judged(brand="Lumora", limit=5)
        assert judged.mention.text == "my lumora broke"
        assert await unit.verdicts.judged(brand="Nimbus", limit=5) == []
        assert await unit.verdicts.precision(since=make.START, until=END, brand="Nimbus") == []


async def test_a_verdict_goes_with_its_mention_and_its_count_stays(store: Store) -> None:
    one = await mention(store)
    await store.write(lambda unit: unit.verdicts.put(verdict(one, Correction.NOTHING)))
    gone = Removal(make.post(native_id="t1_a").ref, RemovalReason.DELETED_BY_AUTHOR, make.START)
    await store.write(lambda unit: unit.mentions.purge([gone]))
    async with store.read() as unit:
        assert await unit.verdicts.get(one) is None
        assert await unit.verdicts.judged(brand=None, limit=5) == []
        (row,) = await unit.verdicts.precision(since=make.START, until=END)
        assert row.wrong == 1
    with pytest.raises(NotFoundError, match="nothing left to judge"):
        await store.write(lambda unit: unit.verdicts.put(verdict(one)))


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, *Correction])), max_size=12))
@settings(max_examples=15, deadline=None)
def test_counts_are_those_of_the_last_verdicts(given_verdicts: list[tuple[int, Correction | None]]) -> None:
    async def run(folder: Path) -> None:
        store = await SqlStore.open(folder / "maeari.db", clock=SteppedClock(make.START), secret=b"s")
        ids = [await mention(store, f"t1_{number}", minutes=number * 45) for number in range(4)]
        last: dict[int, Correction | None] = {}
        for place, should_be in given_verdicts:
            last[ids[place]] = should_be
            await store.write(lambda unit, p=place, s=should_be: unit.verdicts.put(verdict(ids[p], s)))  # type: ignore[misc]
        async with store.read() as unit:
            rows = await unit.verdicts.precision(since=make.START, until=END)
        assert sum(row.right for row in rows) == sum(each is None for each in last.values())
        assert sum(row.wrong for row in rows) == sum(each is not None for each in last.values())
        assert all(row.right >= 0 and row.wrong >= 0 for row in rows)
        await store.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))


async def test_rules_are_kept_and_taken_back(store: Store) -> None:
    def rule(change: RuleChange) -> AppliedRule:
        return AppliedRule(change, "7", make.START)

    veto = RuleChange(RuleKind.EXCLUSION, "Lumora", "street")
    first, second = (RuleChange(RuleKind.MIN_COMPLAINT, value=value) for value in (0.6, 0.7))
    for change in (veto, first, second):
        await store.write(lambda unit, change=change: unit.rules.put(rule(change)))  # type: ignore[misc]
    async with store.read() as unit:
        assert await unit.rules.all() == [rule(veto), rule(second)]
    assert await store.write(lambda unit: unit.rules.clear()) == [rule(veto), rule(second)]
    async with store.read() as unit:
        assert await unit.rules.all() == []


async def test_causes_hold_cases_and_are_fixed_once(store: Store) -> None:
    case = await resolved(store, await mention(store))
    first = await store.write(lambda unit: unit.causes.add("hinge breaks", actor="7", at=make.START))
    second = await store.write(lambda unit: unit.causes.add("late parcels", actor="7", at=make.START))
    assert await store.write(lambda unit: unit.causes.link(first.id, case.id, actor="7", at=make.START))
    assert not await store.write(lambda unit: unit.causes.link(first.id, case.id, actor="8", at=make.START))
    assert await store.write(lambda unit: unit.causes.fix(first.id, actor="7", at=make.START))
    assert not await store.write(lambda unit: unit.causes.fix(first.id, actor="8", at=make.START))
    async with store.read() as unit:
        assert [cause.id for cause in await unit.causes.find(limit=5)] == [second.id, first.id]
        (fixed,) = await unit.causes.of_case(case.id)
        assert (fixed.cases, fixed.fixed_by) == (1, "7")
        assert await unit.causes.cases(first.id) == [case.id]
        assert await unit.causes.count() == 2
        assert await unit.causes.get(99) is None


async def test_only_known_authors_of_fresh_cases_are_asked_once(store: Store) -> None:
    case = await resolved(store, await mention(store))
    await resolved(store, await mention(store, "t1_b"), author_key=None)
    span = {"since": make.START - HOUR, "until": make.START + HOUR}
    async with store.read() as unit:
        assert [each.id for each in await unit.csat.to_ask(**span, limit=5)] == [case.id]
    draft = ActionDraft(
        ActionKind.SURVEY, Purpose.SURVEY, Target(Source.DISCORD, "1"), "csat:1", "?", "k", case_id=case.id
    )
    action = await store.write(lambda unit: unit.outbox.add(draft, created_at=make.START))
    assert action is not None
    await store.write(lambda unit: unit.outbox.sent(action.id, Receipt("9", make.START)))
    async with store.read() as unit:
        assert await unit.csat.to_ask(**span, limit=5) == []
        assert (await unit.csat.counts(since=span["since"], until=span["until"])).asked == 1


async def test_answers_add_up_and_words_go_with_the_posts(store: Store) -> None:
    case = await resolved(store, await mention(store))
    await store.write(lambda unit: unit.csat.put(CsatAnswer(case.id, 2, "", make.START)))
    await store.write(lambda unit: unit.csat.put(CsatAnswer(case.id, 4, "kind people", make.START)))
    await store.write(lambda unit: unit.csat.put(CsatAnswer(case.id, 5, "", make.START)))
    async with store.read() as unit:
        assert (await unit.csat.counts(since=WEEK["since"], until=WEEK["until"])).by_score == (0, 0, 0, 0, 1)
        (said,) = await unit.csat.reasons(**WEEK, limit=5)
        assert (said.score, said.why) == (5, "kind people")
    gone = Removal(make.post(native_id="t1_a").ref, RemovalReason.EXPIRED, make.START)
    await store.write(lambda unit: unit.mentions.purge([gone]))
    async with store.read() as unit:
        assert await unit.csat.reasons(**WEEK, limit=5) == []
        assert (await unit.csat.counts(since=WEEK["since"], until=WEEK["until"])).answers == 1


async def test_words_go_when_the_person_is_forgotten(store: Store) -> None:
    key = store.author_key(Source.REDDIT, "id-ann")
    case = await resolved(store, await mention(store), author_key=key)
    await store.write(lambda unit: unit.csat.put(CsatAnswer(case.id, 1, "call me at home", make.START)))
    await store.write(lambda unit: unit.mentions.erase_author(key, make.START))
    async with store.read() as unit:
        answer = await unit.csat.get(case.id)
    assert answer is not None
    assert (answer.score, answer.why) == (1, "")


@pytest.mark.parametrize(
    ("told", "agreed"),
    [
        ([ContactRule.CONSENT], True),
        ([ContactRule.CONSENT, ContactRule.WITHDRAWN], False),
        ([ContactRule.CONSENT, ContactRule.WITHDRAWN, ContactRule.CONSENT], True),
        ([ContactRule.CONSENT, ContactRule.OPT_OUT], False),
        ([ContactRule.WITHDRAWN], False),
    ],
)
async def test_consent_can_be_taken_back(store: Store, told: list[ContactRule], agreed: bool) -> None:
    for minute, rule in enumerate(told):
        purpose = None if rule is ContactRule.OPT_OUT else Purpose.SURVEY
        wish = ContactWish("k", Source.DISCORD, rule, purpose, make.START + timedelta(minutes=minute))
        await store.write(lambda unit, wish=wish: unit.members.wish(wish))  # type: ignore[misc]
    async with store.read() as unit:
        assert await unit.members.consented("k", Purpose.SURVEY) is agreed
        assert not await unit.members.consented("k", Purpose.FOLLOW_UP)
