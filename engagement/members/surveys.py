"""How satisfied people are after a resolved case (CSAT): one question, asked of those who agreed, on Discord only.

An answer is kept with the case and names nobody; the words behind it go when the texts of the case go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from core.clock import Clock
from core.errors import InputError, NotAllowedError, NotFoundError
from core.ports.storing import Store, Unit
from core.text import Catalogue, cut, mark
from core.types.action import ActionDraft, ActionKind, Purpose, Target
from core.types.assessment import Language
from core.types.case import Case
from core.types.learning import CsatAnswer, CsatCounts
from core.types.post import Source
from engagement.outgoing.text import escape

__all__ = ["SCORES", "Satisfaction", "Surveys"]

ASK_AFTER = timedelta(minutes=10)
"""A case that was closed by mistake is opened again before anybody is asked."""
ASK_WITHIN = timedelta(hours=24)
"""Nobody is asked about what ended longer ago."""
ASKED_AT_ONCE = 50
WHY_LIMIT = 1000
WHYS_SHOWN = 10
SCORES = range(1, 6)
_QUESTION = mark("Your case {case} about {brand} was closed. How satisfied are you with how it was handled?")
_HINT = mark("1: not at all, 5: very. I am {brand}'s bot, and you agreed to be asked (see `/privacy consent`).")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """What `/csat` shows."""

    since: datetime
    counts: CsatCounts
    whys: tuple[CsatAnswer, ...]
    """The newest answers with words, foreign ones: whoever renders them escapes them."""


class Surveys:
    """Asks, takes answers, adds them up."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        catalogue: Catalogue,
        *,
        enabled: bool,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._catalogue = catalogue
        self._enabled = enabled
        self._wake = wake

    async def ask(self) -> int:
        """Ask the authors of cases that were resolved a while ago; return how many questions are on their way.

        Each case is asked about once, whatever happens to it later; the send gate looks at wishes and hours again.
        """
        if not self._enabled:
            return 0
        now = self._clock.now()

        async def work(unit: Unit) -> int:
            closed = await unit.csat.to_ask(since=now - ASK_WITHIN, until=now - ASK_AFTER, limit=ASKED_AT_ONCE)
            drafts = [await self._draft(unit, case) for case in closed]
            added = [await unit.outbox.add(draft, created_at=now) for draft in drafts if draft is not None]
            return sum(action is not None for action in added)

        asked = await self._store.write(work)
        if asked:
            _log.info("surveys.asked", cases=asked)
            self._wake()
        return asked

    async def answer(self, case_id: int, native_id: str, score: int) -> None:
        """Take a score of the author of a case on Discord; pressing again changes it.

        Raises NotAllowedError for anybody else, NotFoundError once the case knows nobody any more.
        """
        if score not in SCORES:
            raise InputError(mark("The score is a number from 1 to 5."))
        await self._take(case_id, native_id, lambda _, now: CsatAnswer(case_id, score, "", now))

    async def explain(self, case_id: int, native_id: str, why: str) -> None:
        """Take the words behind a score. Raises as `answer`, and NotFoundError before there is a score."""
        words = cut(why.strip(), WHY_LIMIT)

        def explained(given: CsatAnswer | None, _: datetime) -> CsatAnswer:
            if given is None:
                raise NotFoundError(mark("Please choose a number first."))
            return replace(given, why=words)

        await self._take(case_id, native_id, explained)

    async def satisfaction(self, *, days: int) -> Satisfaction:
        """Add up the answers of the last days."""
        now = self._clock.now()
        since, until = now - timedelta(days=days), now + timedelta(seconds=1)
        async with self._store.read() as unit:
            counts = await unit.csat.counts(since=since, until=until)
            whys = await unit.csat.reasons(since=since, until=until, limit=WHYS_SHOWN)
        return Satisfaction(since, counts, tuple(whys))

    async def counts(self, *, days: int, brand: str | None = None) -> CsatCounts:
        """Count questions and answers of the last days, of one brand where it is named."""
        now = self._clock.now()
        async with self._store.read() as unit:
            return await unit.csat.counts(
                since=now - timedelta(days=days), until=now + timedelta(seconds=1), brand=brand
            )

    async def _take(
        self, case_id: int, native_id: str, answer: Callable[[CsatAnswer | None, datetime], CsatAnswer]
    ) -> None:
        key = self._store.author_key(Source.DISCORD, native_id)

        async def work(unit: Unit) -> None:
            case = await unit.cases.get(case_id)
            if case is None or case.author_key is None:
                raise NotFoundError(mark("This question is no longer open."))
            if case.author_key != key:
                raise NotAllowedError(mark("Only the person it belongs to can press this."))
            await unit.csat.put(answer(await unit.csat.get(case_id), self._clock.now()))

        await self._store.write(work)
        _log.info("surveys.answered", case=case_id)

    async def _draft(self, unit: Unit, case: Case) -> ActionDraft | None:
        """Return the question about a case; None where the author did not agree, or is not on Discord."""
        assert case.author_key is not None
        if not await unit.members.consented(case.author_key, Purpose.SURVEY):
            return None
        mentions = [await unit.mentions.get(mention_id) for mention_id in case.mention_ids]
        living = [mention for mention in mentions if mention is not None and mention.purged_at is None]
        if living:
            first = living[0]
            target = Target(first.source, first.container, guild_id=first.guild_id)
            korean = first.assessment.language in (Language.KOREAN, Language.MIXED)
        elif case.target is not None:
            target, korean = case.target, False
        else:
            return None
        if target.source is not Source.DISCORD:
            return None
        locale = "ko" if korean else "en"
        t = self._catalogue.for_locale(locale)
        brand = escape(case.brand, Source.DISCORD)
        return ActionDraft(
            kind=ActionKind.SURVEY,
            purpose=Purpose.SURVEY,
            target=target,
            key=f"csat:{case.id}",
            text=f"{t(_QUESTION, case=case.id, brand=brand)}\n-# {t(_HINT, brand=brand)}",
            author_key=case.author_key,
            case_id=case.id,
            mention_id=living[0].id if living else None,
            locale=locale,
        )
