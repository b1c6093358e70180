"""Answers to stored posts and to our own messages: counted, and told to the cases they concern."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import Clock
from core.ports.judging import Judge
from core.ports.storing import Store, Unit
from core.types.assessment import Intent, Label
from core.types.case import Case, CaseEventKind
from core.types.member import ContactRule, ContactWish
from core.types.mention import StoredMention
from core.types.post import Author, Post, PostRef, Removal, RemovalReason, Source
from engagement.desk.following import actor_of, answered_natively, customer_wrote, mentions_gone
from engagement.desk.policy import DeskPolicy
from engagement.desk.reach import reach_grew
from engagement.intake.tracking import TrackedPosts

__all__ = ["AnswerReader", "Answered", "Touch", "touches"]

THREAD_SPAN = timedelta(days=14)
"""How long a case's thread is looked at for staff answers."""
STOP = re.compile(r"\W*(?:stop|opt[ -]?out|unsubscribe|그만|그만해(?:요|주세요)?|수신 ?거부)\W*", re.IGNORECASE)
"""The whole answer to a message of ours that asks us to write no more."""

_FOLLOW_UPS = (CaseEventKind.CUSTOMER_WROTE, CaseEventKind.REOPENED)


@dataclass(frozen=True, slots=True)
class Touch:
    """A post that may answer or change a stored one."""

    post: Post
    named: bool
    """It names a brand itself: then it is a mention too."""


@dataclass(slots=True)
class Answered:
    """What the answers of a batch came to."""

    replies: int = 0
    native_answers: int = 0
    purged: int = 0


def touches(post: Post, tracked: TrackedPosts, *, named: bool) -> bool:
    """Say, without asking the store, whether a post may answer or change a stored one."""
    if post.parent_id is None and post.thread_id is None and post.edited_at is None:
        return False
    ref = post.ref
    if tracked.find(ref, post.parent_id) is not None:
        return True
    if post.edited_at is not None and not named:
        return True
    if post.thread_id is None or ref.source is not Source.DISCORD:
        return False
    by_staff = post.author is not None and post.author.is_staff
    return by_staff or tracked.find(ref, post.thread_id) is not None


class AnswerReader:
    """Reads the posts of one batch that concern stored ones."""

    def __init__(self, store: Store, judge: Judge, tracked: TrackedPosts, clock: Clock, desk: DeskPolicy) -> None:
        self._store = store
        self._judge = judge
        self._tracked = tracked
        self._now = clock.now()
        self._desk = desk

    async def read(self, unit: Unit, touch: Touch, *, silent: bool, joined: bool, answered: Answered) -> None:
        """Count an answer and tell the cases. `joined`: the post went onto a case by itself already."""
        post = touch.post
        if post.edited_at is not None and not touch.named and await self._vanished(unit, post, answered):
            return
        about = self._tracked.find(post.ref, post.parent_id) or self._tracked.find(post.ref, post.thread_id)
        if post.author is not None and post.author.is_self:
            if about is not None:
                self._tracked.alias(post.ref, about)
            return
        if silent:
            if about is not None:
                answered.replies += sum(await unit.mentions.add_replies([(about, post.ref.native_id)]))
            return
        stored = await self._stored(unit, about) or await self._by_thread(unit, post)
        author = post.author
        if not stored:
            return
        if author is not None and stored[0].author is not None and author.native_id == stored[0].author.native_id:
            await self._own_words(unit, post, author, stored, joined=joined)
            return
        await self._count(unit, post, stored, answered)

    async def _count(self, unit: Unit, post: Post, stored: list[StoredMention], answered: Answered) -> None:
        about = PostRef(stored[0].source, stored[0].container, stored[0].native_id or "")
        if not any(await unit.mentions.add_replies([(about, post.ref.native_id)])):
            return
        answered.replies += 1
        await reach_grew(unit, [about], self._desk, at=self._now)
        if post.author is None or not post.author.is_staff:
            return
        answered.native_answers += 1
        self._tracked.alias(post.ref, about)
        ref, actor = post.ref, actor_of(post.ref.source, post.author.native_id)
        cases = await unit.cases.of_mentions([mention.id for mention in stored])
        # A post that names two brands is two mentions; one of a competitor's is on no case.
        on_cases = [(case, next(one for one in stored if one.id in case.mention_ids)) for case in cases]
        brand = on_cases[0][1].brand if on_cases else stored[0].brand
        await unit.counts.count_reply(
            "native", at=post.created_at, container=ref.container, source=ref.source, brand=brand
        )
        for case, one in on_cases:
            await answered_natively(unit, case, mention_id=one.id, actor=actor, at=post.created_at, now=self._now)

    async def _own_words(
        self, unit: Unit, post: Post, author: Author, stored: list[StoredMention], *, joined: bool
    ) -> None:
        """The author of a stored post wrote again below it: to us, if we have a case with them."""
        if STOP.fullmatch(post.text) and await self._to_us(unit, post):
            key = self._store.author_key(post.ref.source, author.native_id)
            await unit.members.wish(ContactWish(key, post.ref.source, ContactRule.OPT_OUT, None, post.created_at))
            return
        if joined:
            return
        for case in await unit.cases.of_mentions([mention.id for mention in stored]):
            if not await self._noted(unit, case, post.created_at):
                content = self._content(post.text)
                await customer_wrote(unit, case, at=post.created_at, now=self._now, content=content, policy=self._desk)

    async def _noted(self, unit: Unit, case: Case, at: datetime) -> bool:
        """Say whether the trail holds this follow-up already: a batch may be taken twice."""
        trail = await unit.cases.events(case.id)
        return any(event.kind in _FOLLOW_UPS and event.actor is None and event.at == at for event in trail)

    async def _to_us(self, unit: Unit, post: Post) -> bool:
        if post.parent_id is None:
            return False
        return await unit.outbox.of_message(post.ref.source, post.parent_id) is not None

    def _content(self, text: str) -> bool:
        """Say whether a follow-up asks nothing more of us: thanks, or a plain word."""
        found = self._judge.assess(text, None, ())
        return found.label is not Label.NEGATIVE and found.intent not in (Intent.COMPLAINT, Intent.QUESTION)

    async def _stored(self, unit: Unit, about: PostRef | None) -> list[StoredMention]:
        if about is None:
            return []
        stored = await unit.mentions.by_ref(about)
        if stored:
            return stored
        # After a restart our own messages are known by themselves only: ask what they answered.
        action = await unit.outbox.of_message(about.source, about.native_id)
        if action is None or action.draft.target.reply_to is None:
            return []
        target = action.draft.target
        return await unit.mentions.by_ref(PostRef(target.source, target.container, target.reply_to or ""))

    async def _by_thread(self, unit: Unit, post: Post) -> list[StoredMention]:
        """Return the mention of the case that a staff answer in a Discord thread is about."""
        if post.thread_id is None or post.author is None or not post.author.is_staff:
            return []
        since = self._now - THREAD_SPAN
        cases = await unit.cases.of_thread(post.ref.source, post.thread_id, brand=None, since=since)
        for case in cases:
            mentions = [await unit.mentions.get(mention_id) for mention_id in case.mention_ids]
            living = [mention for mention in mentions if mention is not None and mention.native_id is not None]
            if living:
                return living[:1]
        return []

    async def _vanished(self, unit: Unit, post: Post, answered: Answered) -> bool:
        """Purge a stored post whose edited text names no brand any more."""
        stored = await unit.mentions.by_ref(post.ref)
        edited = post.edited_at or post.created_at
        if not any(one.text is not None and (one.edited_at or one.created_at) < edited for one in stored):
            return False
        removal = Removal(post.ref, RemovalReason.VANISHED, self._now)
        purged = await unit.mentions.purge([removal])
        await mentions_gone(unit, purged, at=self._now)
        self._tracked.discard(post.ref)
        answered.purged += len(purged)
        return True
