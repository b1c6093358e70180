"""All that follows from a batch, in one unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.ports.storing import Store, Unit
from core.types.action import ActionState, Purpose
from core.types.decision import DecisionKind
from core.types.mention import JudgedMention
from core.types.post import Batch
from engagement.desk.cards import announce_draft, refresh_draft_cards
from engagement.desk.following import mentions_gone
from engagement.desk.opening import DeskPolicy, Opening, kind_of, open_case, open_silently
from engagement.desk.reach import reach_grew
from engagement.intake.answers import Answered, AnswerReader, Touch
from engagement.intake.tracking import TrackedPosts
from engagement.outgoing.records import refresh_card

__all__ = ["Commit", "Taken", "TakenMention"]


@dataclass(frozen=True, slots=True)
class TakenMention:
    """A mention that was stored, or stored anew after an edit."""

    id: int
    judged: JudgedMention
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch."""

    feed: str
    posts: int
    stored: tuple[TakenMention, ...] = ()
    """New mentions, and those whose post was edited."""
    known: int = 0
    """Mentions that were stored before."""
    cases: tuple[int, ...] = ()
    """Cases opened."""
    replies: int = 0
    """New answers to stored posts."""
    native_answers: int = 0
    """Those of them that staff gave straight at the source."""
    purged: int = 0
    """Mentions that became tombstones."""


class Commit:
    """Writes one batch. The unit of work may be run again after a failure: nothing is kept between runs."""

    def __init__(
        self, store: Store, desk: DeskPolicy, tracked: TrackedPosts, reader: AnswerReader, now: datetime
    ) -> None:
        self._store = store
        self._desk = desk
        self._tracked = tracked
        self._reader = reader
        self._now = now

    async def run(
        self,
        unit: Unit,
        batch: Batch,
        judged: Sequence[JudgedMention],
        touching: Sequence[Touch],
        *,
        recheck_after: datetime | None,
    ) -> Taken:
        """Store mentions, cases, actions, answers, removals, counts, ledger and cursor; say what was new."""
        ids = await unit.mentions.add_many(judged, recheck_after=recheck_after) if judged else []
        fresh = [(mention_id, one) for mention_id, one in zip(ids, judged, strict=True) if mention_id is not None]
        if batch.history:
            stored = [TakenMention(mention_id, one) for mention_id, one in fresh]
            asking = [self._opening(*each, silent=True) for each in fresh if each[1].decision.opens_case]
            edited = [mention_id for mention_id, one in fresh if one.mention.post.edited_at is not None]
            opened = await open_silently(unit, asking, self._desk, edited=edited)
        else:
            opened = []
            stored = [TakenMention(*each, await self._act(unit, *each, opened)) for each in fresh]
        answered = Answered()
        on_case = {one.judged.mention.post.ref for one in stored if one.case_id is not None}
        for touch in touching:
            joined = touch.post.ref in on_case
            await self._reader.read(unit, touch, silent=batch.history, joined=joined, answered=answered)
        purged = answered.purged + await self._remove(unit, batch)
        if batch.reply_counts:
            await self._count_replies(unit, batch)
        await unit.ledger.advance(batch)
        return Taken(
            feed=batch.feed,
            posts=len(batch.posts),
            stored=tuple(stored),
            known=len(judged) - len(stored),
            cases=tuple(opened),
            replies=answered.replies,
            native_answers=answered.native_answers,
            purged=purged,
        )

    async def _count_replies(self, unit: Unit, batch: Batch) -> None:
        await unit.mentions.set_reply_counts(batch.reply_counts)
        loud = [each.ref for each in batch.reply_counts if each.replies >= self._desk.flags.reach_replies]
        await reach_grew(unit, loud, self._desk, at=self._now)

    async def _act(self, unit: Unit, mention_id: int, judged: JudgedMention, opened: list[int]) -> int | None:
        """Queue a mention's actions and open its case; return the case's id."""
        post, decision = judged.mention.post, judged.decision
        if post.edited_at is not None and decision.kind is not DecisionKind.THANK:
            await self._take_thanks_back(unit, mention_id)
        for draft in decision.actions:
            action = await unit.outbox.add(replace(draft, mention_id=mention_id), created_at=self._now)
            if action is not None:
                await announce_draft(unit, action, self._desk, now=self._now)
        if not decision.opens_case:
            if post.edited_at is not None:
                await self._show_edit(unit, mention_id)
            return None
        case, new = await open_case(unit, self._opening(mention_id, judged, silent=False), self._desk)
        if new:
            opened.append(case.id)
        return case.id

    def _opening(self, mention_id: int, judged: JudgedMention, *, silent: bool) -> Opening:
        post = judged.mention.post
        author = post.author
        return Opening(
            mention_id=mention_id,
            kind=kind_of(judged.decision),
            brand=judged.mention.brand,
            source=post.ref.source,
            text=post.full_text,
            assessment=judged.assessment,
            author_key=None if author is None else self._store.author_key(post.ref.source, author.native_id),
            thread_id=post.thread_id,
            opened_at=post.created_at if silent else self._now,
            written_at=post.created_at,
            named=tuple(hit.term for hit in judged.mention.hits),
            reach=post.reply_count or 0,
        )

    async def _show_edit(self, unit: Unit, mention_id: int) -> None:
        """Let cards show the words as they stand: what was written before is not for us to keep."""
        for case in await unit.cases.of_mentions([mention_id]):
            await refresh_card(unit, case, self._now)

    async def _take_thanks_back(self, unit: Unit, mention_id: int) -> None:
        """Nobody is thanked for words they changed in the meantime."""
        for action in await unit.outbox.of_mentions([mention_id]):
            waits = action.state in (ActionState.DRAFT, ActionState.PENDING)
            if waits and action.draft.purpose is Purpose.THANKS:
                await unit.outbox.cancel(action.id, detail="edited")
                await refresh_draft_cards(unit, [action], now=self._now)

    async def _remove(self, unit: Unit, batch: Batch) -> int:
        if not batch.removals:
            return 0
        purged = await unit.mentions.purge(batch.removals)
        await mentions_gone(unit, purged, at=self._now)
        return len(purged)
