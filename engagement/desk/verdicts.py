"""Right or wrong: what people say about decisions, and how precise the rules are by that. Nothing is trained on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from core.clock import Clock
from core.errors import NotFoundError
from core.ports.storing import Store, Unit
from core.text import mark
from core.types.assessment import Evidence
from core.types.case import Case, Dismissal
from core.types.decision import DecisionKind, Reason
from core.types.learning import Correction, MentionVerdict, PrecisionRow
from core.types.mention import StoredMention
from engagement.desk.explain import Explainer
from engagement.outgoing.records import refresh_card

__all__ = ["CORRECTIONS", "MentionView", "Precision", "Verdicts", "dismissed", "weekly"]

CORRECTIONS = {
    Correction.COMPLAINT: mark("a complaint"),
    Correction.QUESTION: mark("a question"),
    Correction.PRAISE: mark("praise"),
    Correction.SUGGESTION: mark("a suggestion"),
    Correction.ABUSE: mark("abuse or spam"),
    Correction.NOTHING: mark("nothing to act on"),
    Correction.WRONG_BRAND: mark("not about this brand"),
}
"""What people read for each correction, as message ids."""
_GONE = mark("The post is gone: there is nothing left to judge.")
_BY_DISMISSAL = {
    Dismissal.NOT_A_COMPLAINT: Correction.NOTHING,
    Dismissal.SPAM: Correction.ABUSE,
    Dismissal.WRONG_BRAND: Correction.WRONG_BRAND,
}
"""What a dismissal says about the decision; a duplicate was decided rightly."""
_CALLED_A_COMPLAINT = frozenset({DecisionKind.FLAG, DecisionKind.REVIEW})

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MentionView:
    """Everything that is shown of one mention."""

    mention: StoredMention
    evidence: tuple[Evidence, ...]
    """What decided, the heaviest first; empty once the text is gone."""
    verdict: MentionVerdict | None
    case: Case | None


@dataclass(frozen=True, slots=True)
class Precision:
    """How often a rule was right in one week, by the verdicts that people gave."""

    week: str
    """ISO week in which the mentions were written, e.g. `2026-W46`."""
    brand: str
    reason: Reason
    right: int
    wrong: int

    @property
    def share(self) -> float:
        """Right ones of all verdicts, 0..1."""
        return self.right / (self.right + self.wrong)


class Verdicts:
    """The service behind “Right” and “Wrong”."""

    def __init__(self, store: Store, clock: Clock, zone: ZoneInfo, *, explainer: Explainer | None = None) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone
        self._explainer = explainer

    async def give(self, mention_id: int, actor: str, should_be: Correction | None = None) -> MentionVerdict:
        """Note that a decision was right, or what it should have been; a later verdict replaces the earlier one.

        Raises NotFoundError when the mention is not there or its text is gone.
        """
        now = self._clock.now()

        async def work(unit: Unit) -> MentionVerdict:
            mention = await unit.mentions.get(mention_id)
            if mention is None or mention.purged_at is not None:
                raise NotFoundError(_GONE)
            verdict = MentionVerdict(
                mention_id=mention_id,
                right=should_be is None,
                should_be=should_be,
                brand=mention.brand,
                decision=mention.decision.kind,
                reason=mention.decision.reason,
                actor=actor,
                at=now,
            )
            await unit.verdicts.put(verdict)
            for case in await unit.cases.of_mentions([mention_id]):
                await refresh_card(unit, case, now)
            return verdict

        verdict = await self._store.write(work)
        _log.info("desk.verdict", mention=mention_id, right=verdict.right, reason=verdict.reason)
        return verdict

    async def view(self, mention_id: int) -> MentionView:
        """Return one mention with the words that decided. Raises NotFoundError."""
        async with self._store.read() as unit:
            mention = await unit.mentions.get(mention_id)
            if mention is None:
                raise NotFoundError(mark("There is no such mention."))
            verdict = await unit.verdicts.get(mention_id)
            case = None if mention.case_id is None else await unit.cases.get(mention.case_id)
        evidence = () if self._explainer is None else self._explainer.evidence(mention)
        return MentionView(mention, evidence, verdict, case)

    async def precision(self, *, weeks: int, brand: str | None = None) -> list[Precision]:
        """Return how precise each rule was in the last weeks, this one included: newest week first."""
        today = self._clock.now().astimezone(self._zone).date()
        monday = today - timedelta(days=today.weekday() + 7 * (weeks - 1))
        since = datetime(monday.year, monday.month, monday.day, tzinfo=self._zone)
        async with self._store.read() as unit:
            rows = await unit.verdicts.precision(since=since, until=self._clock.now() + timedelta(hours=1), brand=brand)
        return weekly(rows, self._zone)


async def dismissed(unit: Unit, case: Case, why: Dismissal, *, actor: str, at: datetime) -> int:
    """Let a dismissal count as a verdict on the posts of its case; return on how many.

    What somebody judged already stays as it is, and only a rule that opened the case can have been wrong: a question
    that nobody answered, or a case that staff opened by hand, says nothing about any.
    """
    should_be = _BY_DISMISSAL.get(why)
    given = 0
    for mention_id in case.mention_ids if should_be is not None else ():
        mention = await unit.mentions.get(mention_id)
        if mention is None or mention.purged_at is not None or await unit.verdicts.get(mention_id) is not None:
            continue
        decision = mention.decision
        if decision.reason is Reason.BY_STAFF or decision.kind not in _contradicted(why):
            continue
        verdict = MentionVerdict(
            mention_id, False, should_be, mention.brand, decision.kind, decision.reason, actor=actor, at=at
        )
        await unit.verdicts.put(verdict)
        given += 1
    return given


def _contradicted(why: Dismissal) -> frozenset[DecisionKind]:
    """Return the decisions that a dismissal speaks against."""
    return _CALLED_A_COMPLAINT | {DecisionKind.MODERATE} if why is Dismissal.WRONG_BRAND else _CALLED_A_COMPLAINT


def weekly(rows: Sequence[PrecisionRow], zone: ZoneInfo) -> list[Precision]:
    """Add up hours to ISO weeks in a time zone, per brand and rule: newest week first, then brand and rule."""
    sums: defaultdict[tuple[str, str, Reason], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        cell = sums[_week(row.hour.astimezone(zone).date()), row.brand, row.reason]
        cell[0] += row.right
        cell[1] += row.wrong
    found = [Precision(*key, *cell) for key, cell in sums.items()]
    found.sort(key=lambda one: (one.brand, one.reason))
    return sorted(found, key=lambda one: one.week, reverse=True)


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"
