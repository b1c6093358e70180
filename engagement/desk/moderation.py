"""Moderation: measures against abuse, their log, and appeals that a second moderator decides.

Abuse is judged apart from complaints. A measure is ordered by a person, never by a rule, and from a card only where
the post was judged abuse, or a person called it so: a harsh complaint is never punished.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from core.clock import Clock
from core.errors import (
    ConflictError,
    InputError,
    MaeariError,
    NotAllowedError,
    NotFoundError,
    SendError,
    SendRefusedError,
    SendUnknownError,
)
from core.ports.sending import Moderator
from core.ports.storing import MOST_COUNTED, Store, Unit
from core.text import Catalogue, Translate, mark
from core.types.case import CaseEvent, CaseEventKind
from core.types.moderation import AppealState, Measure, MeasureKind, MeasureRecord, MeasureState
from core.types.post import Author, Source
from engagement.desk.cards import announce_appeal, refresh_appeal_card
from engagement.desk.desk import Desk
from engagement.desk.notices import NOTICED, decision_notice, measure_notice
from engagement.desk.opening import ACTIVE
from engagement.desk.view import is_abuse
from engagement.outgoing.records import refresh_card

__all__ = ["LONGEST_TIMEOUT", "MEASURES", "Moderation"]

LONGEST_TIMEOUT = timedelta(days=28)
"""Longest time Discord takes somebody's voice."""
LONGEST_REASON = 400
"""Characters: with the number before it, it fits the 512 of Discord's audit log."""
LONGEST_APPEAL = 1_500
_LIFTABLE = (MeasureKind.TIMEOUT, MeasureKind.BAN)

MEASURES = {
    MeasureKind.DELETE: mark("post removed"),
    MeasureKind.WARN: mark("warning"),
    MeasureKind.TIMEOUT: mark("timeout"),
    MeasureKind.KICK: mark("kick"),
    MeasureKind.BAN: mark("ban"),
    MeasureKind.LOCK: mark("post locked"),
    MeasureKind.REPORT: mark("reported to the moderators"),
}
"""What people read for each kind, as message ids."""
_log = structlog.get_logger(__name__)


class Moderation:
    """The service behind the buttons of abuse cases, `/mod` and the appeals."""

    def __init__(self, store: Store, clock: Clock, desk: Desk, catalogue: Catalogue) -> None:
        self.moderators: dict[Source, Moderator] = {}
        """By platform; filled in as platforms let us in."""
        self._store = store
        self._clock = clock
        self._desk = desk
        self._catalogue = catalogue

    async def order_on_case(
        self, case_id: int, kind: MeasureKind, moderator: str, reason: str, *, minutes: int | None = None
    ) -> MeasureRecord:
        """Take a measure about the post that the card of an abuse case shows.

        Raises NotAllowedError for what is no abuse, ConflictError for a closed case, and all that `order` raises.
        """
        async with self._store.read() as unit:
            case = await unit.cases.get(case_id)
            if case is None:
                raise NotFoundError(mark("There is no such case."))
            if case.state not in ACTIVE:
                raise ConflictError(mark("This case is closed."), holder=case.claimed_by)
            mentions = [await unit.mentions.get(one) for one in case.mention_ids]
            post = next((one for one in mentions if one is not None and one.native_id is not None), None)
            verdict = None if post is None else await unit.verdicts.get(post.id)
        if not is_abuse(case.kind, verdict):
            raise NotAllowedError(mark("Only cases of abuse are moderated: a complaint is never punished."))
        if post is None or post.native_id is None:
            raise NotFoundError(mark("The post is gone: there is nothing left to moderate."))
        on_discord = post.source is Source.DISCORD and post.author is not None
        measure = Measure(
            kind=kind,
            source=post.source,
            container=post.container,
            moderator=moderator,
            reason=reason,
            guild_id=post.guild_id,
            post_id=post.native_id,
            member_id=post.author.native_id if on_discord and post.author is not None else None,
            member_name=post.author.name if on_discord and post.author is not None else "",
            until=self._until(kind, minutes),
            case_id=case_id,
        )
        return await self.order(measure, author_key=post.author_key)

    async def order(self, measure: Measure, *, author_key: str | None = None) -> MeasureRecord:
        """Take a measure: noted first, then done, then told to the person where they can be told.

        Raises InputError for one that makes no sense, NotAllowedError for rights that are missing, NotFoundError, and
        SendError where the platform does not do it. What failed stays in the log as failed.
        """
        moderator = self._moderator(measure)
        measure = replace(measure, reason=_reason(measure.reason))
        await moderator.check(measure)
        key = author_key
        if measure.member_id is not None:
            key = self._store.author_key(measure.source, measure.member_id)
        now = self._clock.now()
        record = await self._store.write(lambda unit: unit.moderation.begin(measure, author_key=key, at=now))
        try:
            await moderator.take(measure, number=record.number)
        except SendUnknownError:
            _log.warning("moderation.unknown", number=record.number)
            raise
        except MaeariError as error:
            code = error.reason if isinstance(error, SendRefusedError) else "failed"
            await self._store.write(
                lambda unit: unit.moderation.settle(record.number, MeasureState.FAILED, detail=code)
            )
            raise
        channel = await self._channel(measure.source, measure.member_id) if measure.kind in NOTICED else None
        done = await self._store.write(lambda unit: self._note(unit, record, channel))
        _log.info("moderation.taken", number=done.number, kind=done.kind, source=done.source)
        self._desk.wake()
        return done

    async def get(self, number: int) -> MeasureRecord:
        """Return one line of the log. Raises NotFoundError."""
        async with self._store.read() as unit:
            return await _get(unit, number)

    async def history(
        self, author_key: str | None = None, *, limit: int = 25, offset: int = 0
    ) -> tuple[list[MeasureRecord], int]:
        """Return a page of the log, newest first, of one person or of all, and how many there are."""
        async with self._store.read() as unit:
            total = await unit.moderation.count(author_key=author_key, most=MOST_COUNTED)
            return await unit.moderation.find(author_key=author_key, limit=limit, offset=offset), total

    async def people(self, records: Iterable[MeasureRecord]) -> dict[int, Author]:
        """Return whom measures are about, by their numbers, as far as they are known still."""
        async with self._store.read() as unit:
            found = {record.number: await unit.moderation.subject(record.number) for record in records}
        return {number: author for number, author in found.items() if author is not None}

    def key(self, source: Source, native_id: str) -> str:
        """Return the key under which a person stands in the log."""
        return self._store.author_key(source, native_id)

    async def appeal(self, number: int, text: str, *, by: str | None = None) -> MeasureRecord:
        """Open an appeal, once per measure; staff get a card.

        `by` is the key of the person who appeals for themselves: only who the measure is about may. None is staff who
        appeal in somebody's name. Raises InputError, NotFoundError, NotAllowedError and ConflictError.
        """
        words = text.strip()
        if not words or len(words) > LONGEST_APPEAL:
            raise InputError(mark("An appeal needs a reason."))
        now = self._clock.now()

        async def work(unit: Unit) -> MeasureRecord:
            record = await _get(unit, number)
            if by is not None and record.author_key != by:
                raise NotAllowedError(mark("Only the person it belongs to can press this."))
            if record.state is not MeasureState.DONE:
                raise InputError(mark("Only measures that were taken can be appealed against."))
            opened = await unit.moderation.appeal(number, text=words, at=now)
            await announce_appeal(unit, opened, self._desk.policy, now=now)
            return opened

        opened = await self._store.write(work)
        _log.info("moderation.appeal", number=number)
        self._desk.wake()
        return opened

    async def decide(self, number: int, moderator: str, *, grant: bool, reason: str = "") -> MeasureRecord:
        """Decide an appeal; a granted one takes the measure back, and who appealed is told what became of it.

        Raises NotAllowedError for the moderator who took the measure, ConflictError where it is decided already, and
        SendError where the platform does not take the measure back: then the log says so.
        """
        now = self._clock.now()
        state = AppealState.GRANTED if grant else AppealState.UPHELD

        async def work(unit: Unit) -> MeasureRecord:
            record = await _get(unit, number)
            if record.moderator == moderator:
                raise NotAllowedError(mark("Somebody else than who took the measure decides about the appeal."))
            decided = await unit.moderation.decide(
                number, state, actor=moderator, reason=reason[:LONGEST_REASON], at=now
            )
            await refresh_appeal_card(unit, number, now=now)
            return decided

        decided = await self._store.write(work)
        self._desk.wake()
        outcome = await self._take_back(decided, moderator) if grant else decided
        await self._tell_decision(outcome)
        return outcome

    async def _tell_decision(self, record: MeasureRecord) -> None:
        """Tell who appealed; on Reddit, and where Discord gives no direct channel, nobody can be told."""
        async with self._store.read() as unit:
            person = await unit.moderation.subject(record.number)
        channel = await self._channel(record.source, None if person is None else person.native_id)
        if channel is None:
            return

        async def work(unit: Unit) -> None:
            draft = decision_notice(record, channel, await self._words(unit, record))
            await unit.outbox.add(draft, created_at=self._clock.now())

        await self._store.write(work)
        self._desk.wake()

    async def _take_back(self, record: MeasureRecord, moderator: str) -> MeasureRecord:
        async with self._store.read() as unit:
            person = await unit.moderation.subject(record.number)
        try:
            if record.kind in _LIFTABLE:
                await self._lift(record, person, moderator)
        except (SendError, NotFoundError, NotAllowedError, InputError):
            await self._store.write(
                lambda unit: unit.moderation.settle(record.number, MeasureState.DONE, detail="not_lifted")
            )
            raise
        return await self._store.write(lambda unit: unit.moderation.settle(record.number, MeasureState.LIFTED))

    async def _lift(self, record: MeasureRecord, person: Author | None, moderator: str) -> None:
        if person is None:
            raise NotFoundError(mark("Nobody knows any more whom this measure was about."))
        measure = Measure(
            kind=record.kind,
            source=record.source,
            container=record.container,
            moderator=moderator,
            reason=record.reason,
            guild_id=record.guild_id,
            member_id=person.native_id,
            member_name=person.name,
            until=record.until,
        )
        await self._moderator(measure).lift(measure, number=record.number)

    def _moderator(self, measure: Measure) -> Moderator:
        moderator = self.moderators.get(measure.source)
        if moderator is None:
            raise InputError(mark("The bot does not serve that platform right now."))
        if measure.kind not in moderator.kinds:
            raise InputError(mark("That cannot be done on that platform."))
        return moderator

    def _until(self, kind: MeasureKind, minutes: int | None) -> datetime | None:
        return None if kind is not MeasureKind.TIMEOUT else self.end_of(minutes)

    def end_of(self, minutes: int | None) -> datetime:
        """Return when a timeout that begins now is over. Raises InputError for one that Discord does not take."""
        if minutes is None or minutes < 1 or timedelta(minutes=minutes) > LONGEST_TIMEOUT:
            raise InputError(mark("A timeout lasts between one minute and 28 days."))
        return self._clock.now() + timedelta(minutes=minutes)

    async def _channel(self, source: Source, native_id: str | None) -> str | None:
        """Return where somebody can be told alone; None where the platform gives no such place."""
        moderator = self.moderators.get(source)
        if moderator is None or native_id is None:
            return None
        try:
            return await moderator.channel_of(native_id)
        except SendError:
            return None

    async def _note(self, unit: Unit, record: MeasureRecord, channel: str | None) -> MeasureRecord:
        now = self._clock.now()
        noticed = record.kind in NOTICED
        detail = "notice_undelivered" if noticed and channel is None else ""
        done = await unit.moderation.settle(record.number, MeasureState.DONE, detail=detail)
        if noticed and channel is not None:
            await unit.outbox.add(measure_notice(done, channel, await self._words(unit, done)), created_at=now)
        if record.case_id is not None and (case := await unit.cases.get(record.case_id)) is not None:
            reason = f"{record.kind}:{record.number}"
            await unit.cases.add_event(CaseEvent(case.id, CaseEventKind.MODERATED, now, record.moderator, reason))
            await refresh_card(unit, case, now)
        return done

    async def _words(self, unit: Unit, record: MeasureRecord) -> Translate:
        """Return the language that the member's server chose."""
        home = None if record.guild_id is None else await unit.members.guild(record.guild_id)
        return self._catalogue.for_locale((home.locale if home is not None else None) or self._desk.policy.locale)


def _reason(reason: str) -> str:
    words = " ".join(reason.split())
    if not words:
        raise InputError(mark("A measure needs a reason: it stands in the log and in the notice."))
    return words[:LONGEST_REASON]


async def _get(unit: Unit, number: int) -> MeasureRecord:
    record = await unit.moderation.get(number)
    if record is None:
        raise NotFoundError(mark("There is no such moderation case."))
    return record
