"""What staff do with a message by hand: open a case, say it is no complaint, thank its author."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from core.clock import Clock
from core.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from core.ports.judging import Judge, Matcher
from core.ports.storing import Store, Unit
from core.text import Catalogue, mark
from core.types.action import Action, ActionDraft, ActionKind, Purpose, Target
from core.types.case import Case, CaseEvent, CaseEventKind, CaseKind, Dismissal
from core.types.decision import Decision, DecisionKind, Reason
from core.types.mention import JudgedMention, Mention, StoredMention
from core.types.post import Post, PostRef, Source
from engagement.desk.cards import announce_draft
from engagement.desk.desk import Desk
from engagement.desk.opening import ACTIVE, Opening, open_case
from engagement.members.thanks import compose, locale_of

__all__ = ["ByHand"]

RECENT_TEXTS = 30
"""Thank-yous in one place that a new one shall not repeat."""
_log = structlog.get_logger(__name__)


class ByHand:
    """The service behind the context menus of a message. A person chose: no threshold is asked, the gate is."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        desk: Desk,
        judge: Judge,
        matcher: Callable[[], Matcher],
        catalogue: Catalogue,
    ) -> None:
        self._store = store
        self._clock = clock
        self._desk = desk
        self._judge = judge
        self._matcher = matcher
        self._catalogue = catalogue

    async def open_case(self, post: Post, actor: str) -> tuple[Case, bool]:
        """Open the case of a message, whatever was decided about it; return it and whether it is new.

        Raises NotAllowedError for a bot's message, InputError where no brand can be told, NotFoundError where the
        message was deleted before.
        """
        _of_a_person(post)
        judged = self._judged(post)

        async def work(unit: Unit) -> tuple[Case, bool]:
            mention = await self._mention(unit, judged)
            opening = Opening.of(mention, CaseKind.COMPLAINT, self._clock.now(), by_hand=True)
            case, new = await open_case(unit, opening, self._desk.policy)
            if new:
                event = CaseEvent(case.id, CaseEventKind.OPENED, self._clock.now(), actor, Reason.BY_STAFF)
                await unit.cases.add_event(event)
            return case, new

        case, new = await self._store.write(work)
        _log.info("by_hand.case", case=case.id, new=new)
        self._desk.wake()
        return case, new

    async def not_a_complaint(self, ref: PostRef, actor: str) -> list[Case]:
        """Dismiss the running cases that hold a message; return them. Raises NotFoundError without any."""
        async with self._store.read() as unit:
            mentions = await unit.mentions.by_ref(ref)
            cases = await unit.cases.of_mentions([mention.id for mention in mentions])
        running = [case for case in cases if case.state in ACTIVE]
        if not running:
            raise NotFoundError(mark("No running case holds this message."))
        why = Dismissal.NOT_A_COMPLAINT
        return [await self._desk.dismiss(case.id, actor, why=why) for case in running]

    async def thank(self, post: Post, actor: str) -> Action:
        """Thank the author of a message; the send gate's rules hold as for every thank-you.

        Raises NotAllowedError for a bot's message, InputError where no brand can be told, ConflictError where the
        author was thanked for it already.
        """
        _of_a_person(post)
        judged = self._judged(post)

        async def work(unit: Unit) -> Action:
            draft = await self._thanks(unit, judged, actor)
            action = await unit.outbox.add(draft, created_at=self._clock.now())
            if action is None:
                raise ConflictError(mark("The author was thanked for this already."))
            await announce_draft(unit, action, self._desk.policy, now=self._clock.now())
            return action

        action = await self._store.write(work)
        _log.info("by_hand.thanks", action=action.id)
        self._desk.wake()
        return action

    async def _thanks(self, unit: Unit, judged: JudgedMention, actor: str) -> ActionDraft:
        post, locale = judged.mention.post, locale_of(judged.assessment.language)
        ref, author = post.ref, post.author
        recent = await unit.outbox.recent_texts(purpose=Purpose.THANKS, container=ref.container, limit=RECENT_TEXTS)
        stored = await unit.mentions.by_ref(ref)
        return ActionDraft(
            kind=ActionKind.REPLY,
            purpose=Purpose.THANKS,
            target=Target(ref.source, ref.container, ref.native_id, post.guild_id, post.thread_id),
            key=f"thanks:{ref.source}:{ref.native_id}",
            text=compose(judged.mention, judged.assessment, recent=recent, t=self._catalogue.for_locale(locale)),
            author_key=None if author is None else self._store.author_key(ref.source, author.native_id),
            mention_id=stored[0].id if stored else None,
            actor=actor,
            needs_approval=ref.source is Source.REDDIT,
            locale=locale,
        )

    def _judged(self, post: Post) -> JudgedMention:
        """Return the message as a mention of the brand it names, or of our first brand where it names none."""
        matcher = self._matcher()
        hits = matcher.match(post.full_text)
        ours = [brand for brand in matcher.brands if not brand.competitor]
        if not ours:
            raise InputError(mark("No brand is followed yet; add one first."))
        named = {hit.brand for hit in hits}
        brand = next((one for one in ours if one.name in named), None)
        if brand is None and named:
            raise InputError(mark("This message names a competitor only: those are never answered."))
        brand = brand or ours[0]
        of_brand = tuple(hit for hit in hits if hit.brand == brand.name)
        assessment = self._judge.assess(post.full_text, brand if of_brand else None, hits, evidence=True)
        decision = Decision(DecisionKind.FLAG, Reason.BY_STAFF, opens_case=True)
        return JudgedMention(Mention(post, brand.name, of_brand), assessment, decision)

    async def _mention(self, unit: Unit, judged: JudgedMention) -> StoredMention:
        """Return the stored mention of a message, storing it first where nobody had."""
        ref = judged.mention.post.ref
        stored = [one for one in await unit.mentions.by_ref(ref) if one.purged_at is None]
        if not stored:
            await unit.mentions.add_many([judged])
            stored = [one for one in await unit.mentions.by_ref(ref) if one.purged_at is None]
        if not stored:
            raise NotFoundError(mark("This message was deleted before: nothing of it is kept."))
        return next((one for one in stored if one.brand == judged.mention.brand), stored[0])


def _of_a_person(post: Post) -> None:
    author = post.author
    if author is None or author.is_bot or author.is_self:
        raise NotAllowedError(mark("That works with messages of people only."))
