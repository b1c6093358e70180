"""What people may ask about their own data: leave me alone, show me, forget me; and the end of each text's time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog

from core.clock import Clock
from core.ports.storing import Store, Unit
from core.types.action import Action, Purpose
from core.types.case import Case, CaseEvent, CaseEventKind
from core.types.deskwork import Goodwill, Note, Promise
from core.types.learning import CsatAnswer, MentionVerdict
from core.types.member import ContactRule, ContactWish
from core.types.mention import MentionQuery, StoredMention
from core.types.moderation import MeasureRecord
from core.types.post import Removal, RemovalReason, Source
from engagement.desk.cards import refresh_appeal_card, refresh_draft_cards
from engagement.desk.following import mentions_gone
from engagement.outgoing.records import refresh_card

__all__ = ["CaseFile", "Forgotten", "MemberExport", "Privacy"]

PURGE_BATCH = 500
"""Texts purged in one unit of work: the writer stays free for others in between."""
MOST_MEASURES = 1_000
"""Lines of the moderation log in an export; nobody has that many."""
_EVER = datetime(1970, 1, 1, tzinfo=UTC)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What staff keep beside one case: their words are about the person, so they are the person's to see."""

    case_id: int
    trail: tuple[CaseEvent, ...]
    notes: tuple[Note, ...]
    tags: tuple[str, ...]
    promises: tuple[Promise, ...]
    goodwill: tuple[Goodwill, ...]
    satisfaction: CsatAnswer | None
    """What they answered when they were asked."""


@dataclass(frozen=True, slots=True)
class MemberExport:
    """All that is kept about one person on one platform."""

    author_key: str
    exported_at: datetime
    mentions: tuple[StoredMention, ...]
    cases: tuple[Case, ...]
    messages: tuple[Action, ...]
    """What was written to them, or waits to be."""
    wishes: tuple[ContactWish, ...]
    measures: tuple[MeasureRecord, ...] = ()
    """What moderators did about them, and their appeals."""
    files: tuple[CaseFile, ...] = ()
    """What staff keep beside their cases."""
    verdicts: tuple[MentionVerdict, ...] = ()
    """What staff said about the decisions on their posts."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What forgetting somebody took away."""

    mentions: int
    cases: int
    messages: int


class Privacy:
    """Opt-out, consent, export, erasure and expiry."""

    def __init__(self, store: Store, clock: Clock, text_days: Mapping[Source, int]) -> None:
        self._store = store
        self._clock = clock
        self._text_days = dict(text_days)

    def key(self, source: Source, native_id: str) -> str:
        """Return the key under which a person is kept."""
        return self._store.author_key(source, native_id)

    async def opt_out(self, source: Source, native_id: str) -> None:
        """Write to this person no more unasked; what waits for them is cancelled."""
        await self._wish(source, native_id, ContactRule.OPT_OUT, None)

    async def opt_in(self, source: Source, native_id: str) -> None:
        """Take an opt-out back."""
        await self._wish(source, native_id, ContactRule.OPT_IN, None)

    async def consent(self, source: Source, native_id: str, purpose: Purpose) -> None:
        """Note that this person agreed to one purpose."""
        await self._wish(source, native_id, ContactRule.CONSENT, purpose)

    async def withdraw(self, source: Source, native_id: str, purpose: Purpose) -> None:
        """Note that this person takes their consent to one purpose back."""
        await self._wish(source, native_id, ContactRule.WITHDRAWN, purpose)

    async def is_opted_out(self, source: Source, native_id: str) -> bool:
        """Say whether this person wants nothing but answers."""
        async with self._store.read() as unit:
            return await unit.members.opted_out(self.key(source, native_id))

    async def export_member(self, author_key: str) -> MemberExport:
        """Collect all that is kept about a person."""
        query = MentionQuery(author_key=author_key)
        async with self._store.read() as unit:
            mentions = tuple([mention async for mention in unit.mentions.export(query)])
            cases = tuple(await unit.cases.of_author(author_key, since=_EVER))
            judged = [await unit.verdicts.get(mention.id) for mention in mentions]
            return MemberExport(
                author_key=author_key,
                exported_at=self._clock.now(),
                mentions=mentions,
                cases=cases,
                messages=tuple(await unit.outbox.of_author(author_key)),
                wishes=tuple(await unit.members.wishes(author_key)),
                measures=tuple(await unit.moderation.find(author_key=author_key, limit=MOST_MEASURES)),
                files=tuple([await _file(unit, case.id) for case in cases]),
                verdicts=tuple(verdict for verdict in judged if verdict is not None),
            )

    async def forget(self, author_key: str) -> Forgotten:
        """Erase a person: texts, names, what they asked, what was written to them. Counts and an opt-out stay.

        Returns once the bytes are off the disk.
        """
        now = self._clock.now()

        async def work(unit: Unit) -> Forgotten:
            messages = await unit.outbox.of_author(author_key)
            cases = await unit.cases.of_author(author_key, since=_EVER)
            measures = await unit.moderation.find(author_key=author_key, limit=MOST_MEASURES)
            purged = await unit.mentions.erase_author(author_key, now)
            await mentions_gone(unit, purged, at=now)
            for case in cases:
                await _anonymise(unit, case.id, now)
            await unit.outbox.forget(author_key)
            await refresh_draft_cards(unit, [one for one in messages if one.draft.needs_approval], now=now)
            for measure in measures:
                await refresh_appeal_card(unit, measure.number, now=now)
            await unit.members.forget(author_key)
            return Forgotten(len(purged), len(cases), len(messages))

        forgotten = await self._store.write(work)
        await self._store.scrub()
        _log.info("privacy.forgotten", mentions=forgotten.mentions, cases=forgotten.cases)
        return forgotten

    async def expire(self) -> int:
        """Purge every text whose days are over; return how many posts and requests.

        Returns once the bytes are off the disk.
        """
        now = self._clock.now()
        gone = 0
        for source, days in self._text_days.items():
            while done := await self._expire_some(source, now - timedelta(days=days), now):
                gone += done
        # People ask the bot for a person on Discord alone.
        asked_before = now - timedelta(days=self._text_days[Source.DISCORD])
        while done := await self._expire_requests(asked_before, now):
            gone += done
        if gone:
            await self._store.scrub()
            _log.info("privacy.expired", posts=gone)
        return gone

    async def _expire_some(self, source: Source, before: datetime, now: datetime) -> int:
        async def work(unit: Unit) -> int:
            refs = await unit.mentions.expired(source, before, limit=PURGE_BATCH)
            purged = await unit.mentions.purge([Removal(ref, RemovalReason.EXPIRED, now) for ref in refs])
            await mentions_gone(unit, purged, at=now)
            return len(refs)

        return await self._store.write(work)

    async def _expire_requests(self, before: datetime, now: datetime) -> int:
        async def work(unit: Unit) -> int:
            requests = await unit.cases.expire_requests(before, limit=PURGE_BATCH)
            for case in requests:
                await refresh_card(unit, case, now)
            return len(requests)

        return await self._store.write(work)

    async def _wish(self, source: Source, native_id: str, rule: ContactRule, purpose: Purpose | None) -> None:
        wish = ContactWish(self.key(source, native_id), source, rule, purpose, self._clock.now())
        await self._store.write(lambda unit: unit.members.wish(wish))
        _log.info("privacy.wish", rule=rule, purpose=purpose)


async def _file(unit: Unit, case_id: int) -> CaseFile:
    """Return what stands beside a case."""
    return CaseFile(
        case_id=case_id,
        trail=tuple(await unit.cases.events(case_id)),
        notes=tuple(await unit.casework.notes(case_id)),
        tags=(await unit.casework.tags([case_id])).get(case_id, ()),
        promises=tuple(await unit.casework.promises(case_id)),
        goodwill=tuple(await unit.casework.offers(case_id)),
        satisfaction=await unit.csat.get(case_id),
    )


async def _anonymise(unit: Unit, case_id: int, at: datetime) -> None:
    """Take the person off a case and its card; what was done about it stays."""
    case = await unit.cases.get(case_id)
    if case is None:
        return
    event = CaseEvent(case_id, CaseEventKind.MENTION_PURGED, at, None)
    saved = await unit.cases.save(replace(case, author_key=None, target=None, note=""), event)
    await refresh_card(unit, saved, at)
