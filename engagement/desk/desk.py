"""The staff desk: what a moderator can do with a case. Each change is one unit of work with its audit line.

Errors carry a whole English sentence that is a message id, so that every face of the bot can translate it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from core.clock import Clock
from core.errors import ConflictError, InputError, NotFoundError
from core.ports.storing import Store, Unit
from core.settings import RedditMode
from core.text import mark
from core.types.action import Action, ActionDraft, ActionKind, ActionState, Purpose, Target
from core.types.case import Case, CaseEvent, CaseEventKind, CaseKind, CaseQuery, CaseState, Dismissal
from core.types.mention import StoredMention
from core.types.post import Source
from engagement.desk.cards import announce_draft, refresh_draft_cards
from engagement.desk.clock import live_clock, paused, resumed
from engagement.desk.explain import Explainer
from engagement.desk.lint import ReplyFacts, lint, refusal
from engagement.desk.opening import ACTIVE, DeskPolicy, Opening, open_case, open_request
from engagement.desk.posts import CasePost, case_posts, post_to_answer
from engagement.desk.verdicts import dismissed
from engagement.desk.view import CaseView, case_view
from engagement.outgoing.records import refresh_card

__all__ = ["Desk"]

QUESTION_SPAN = timedelta(hours=24)
"""Questions older than this are left: nobody waits for an answer any more."""
SWEEP_LIMIT = 100
_ON_ITS_WAY = (ActionState.DRAFT, ActionState.PENDING, ActionState.SENDING)
_ANSWERABLE = (Source.DISCORD, Source.REDDIT)

_log = structlog.get_logger(__name__)


def _nothing() -> None:
    """Wake nobody."""


class Desk:
    """The service behind buttons, slash commands and scripts."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        policy: DeskPolicy,
        *,
        explainer: Explainer | None = None,
        wake: Callable[[], None] = _nothing,
        reddit_mode: RedditMode = RedditMode.DRAFT,
    ) -> None:
        self.policy = policy
        self.wake = wake
        """Called after something was put into the outbox: usually `Outbox.wake`."""
        self._store = store
        self._clock = clock
        self._explainer = explainer
        self._reddit_mode = reddit_mode

    async def list_cases(self, query: CaseQuery, *, limit: int = 25, offset: int = 0) -> list[Case]:
        """Return a page of cases: open ones by due time, then the newest."""
        async with self._store.read() as unit:
            return await unit.cases.find(query, limit=limit, offset=offset)

    async def view(self, case_id: int) -> CaseView:
        """Return what a card shows of a case. Raises NotFoundError."""
        async with self._store.read() as unit:
            case = await _get(unit, case_id)
            return await case_view(unit, case, now=self._clock.now(), explainer=self._explainer)

    async def trail(self, case_id: int) -> list[CaseEvent]:
        """Return the audit trail, oldest first. Raises NotFoundError."""
        async with self._store.read() as unit:
            await _get(unit, case_id)
            return await unit.cases.events(case_id)

    async def claim(self, case_id: int, actor: str) -> Case:
        """Make `actor` the owner. Claiming one's own case again changes nothing.

        Raises ConflictError with the holder when somebody was faster, and when the case is closed.
        """
        return await self._change(case_id, lambda unit, case: self._claim(unit, case, actor))

    async def unclaim(self, case_id: int, actor: str, *, of_others: bool = False) -> Case:
        """Give a case back to the queue.

        Raises ConflictError when `actor` does not hold it (`of_others`: when nobody does).
        """

        async def work(unit: Unit, case: Case) -> Case:
            if case.claimed_by is None or (case.claimed_by != actor and not of_others):
                raise ConflictError(mark("You do not hold this case."), holder=case.claimed_by)
            state = CaseState.OPEN if case.state is CaseState.CLAIMED else case.state
            changed = replace(case, state=state, claimed_by=None, claimed_at=None)
            return await self._save(unit, changed, CaseEventKind.UNCLAIMED, actor)

        return await self._change(case_id, work)

    async def resolve(self, case_id: int, actor: str, reason: str = "") -> Case:
        """Close a case as done. Raises ConflictError when it is closed already."""
        return await self._close(case_id, actor, reason, CaseState.RESOLVED, CaseEventKind.RESOLVED)

    async def dismiss(self, case_id: int, actor: str, reason: str = "", *, why: Dismissal | None = None) -> Case:
        """Close a case as none, with the reason as a code; what it says about the decision counts as a verdict.

        Raises ConflictError when it is closed already.
        """
        return await self._close(case_id, actor, reason, CaseState.DISMISSED, CaseEventKind.DISMISSED, why)

    async def reopen(self, case_id: int, actor: str, reason: str = "") -> Case:
        """Open a closed case again. Raises ConflictError when it is open."""

        async def work(unit: Unit, case: Case) -> Case:
            if case.state in ACTIVE:
                raise ConflictError(mark("This case is open already."), holder=case.claimed_by)
            state = CaseState.OPEN if case.claimed_by is None else CaseState.CLAIMED
            clock = await live_clock(unit, self.policy.clock)
            going_on = resumed(case, self._clock.now(), clock.hours)
            changed = replace(going_on, state=state, resolved_at=None, resolution="", dismissal=None)
            await unit.watch.set_alarms(clock.alarms(changed))
            return await self._save(unit, changed, CaseEventKind.REOPENED, actor, reason)

        return await self._change(case_id, work)

    async def posts(self, case_id: int) -> tuple[Case, tuple[CasePost, ...]]:
        """Return a case and its living posts, in the order in which they joined it. Raises NotFoundError."""
        async with self._store.read() as unit:
            case = await _get(unit, case_id)
            return case, await case_posts(unit, case)

    async def reply(self, case_id: int, actor: str, text: str, *, post: int | None = None) -> Action:
        """Send a reply to where the case came from; the clock stops once it is out.

        `post` is the number of the mention to answer, where the case holds those of several people. An open case is
        claimed by the way. Raises InputError for a text that cannot be sent, ConflictError with the holder when
        somebody else has the case, when a reply is on its way, or when the very same was said already.
        """
        text = text.strip()
        if not text:
            raise InputError(mark("The reply is empty."))

        async def work(unit: Unit) -> Action:
            case = await _get(unit, case_id)
            draft = await self._reply_draft(unit, case, actor, text, post)
            if case.claimed_by is None:
                await self._claim(unit, case, actor)
            action = await unit.outbox.add(draft, created_at=self._clock.now())
            if action is None:
                raise ConflictError(mark("A reply to this case is on its way already."), holder=actor)
            await announce_draft(unit, action, self.policy, now=self._clock.now())
            return action

        action = await self._store.write(work)
        _log.info("desk.reply", case=case_id, action=action.id)
        self.wake()
        return action

    async def drafts(self, *, limit: int = 25) -> list[Action]:
        """Return replies that wait for a person to press Send, oldest first."""
        async with self._store.read() as unit:
            return await unit.outbox.find(states=(ActionState.DRAFT,), limit=limit)

    async def approve(self, action_id: int, actor: str, text: str | None = None) -> Action:
        """Send a draft, with another text where given.

        Raises ConflictError when it is no draft any more, or when the one who wrote it approves it in crisis mode.
        """
        if text is not None and not text.strip():
            raise InputError(mark("The reply is empty."))

        async def work(unit: Unit) -> Action:
            action = await unit.outbox.get(action_id)
            if action is None:
                raise NotFoundError(mark("There is no such draft."))
            if text is not None:
                _refuse_unfit(text, action.draft.target.source)
            if self.policy.crisis and action.draft.actor == actor:
                raise ConflictError(mark("In crisis mode a second person presses Send."), holder=actor)
            approved = await unit.outbox.approve(action_id, actor=actor, text=text)
            await refresh_draft_cards(unit, [approved], now=self._clock.now())
            return approved

        action = await self._store.write(work)
        self.wake()
        return action

    async def discard(self, action_id: int, actor: str) -> None:
        """Throw a draft away. Raises NotFoundError when it is none any more."""

        async def work(unit: Unit) -> None:
            action = await unit.outbox.get(action_id)
            if action is None or action.state is not ActionState.DRAFT:
                raise NotFoundError(mark("There is no such draft."))
            await unit.outbox.cancel(action_id, detail=f"discarded:{actor}")
            await refresh_draft_cards(unit, [action], now=self._clock.now())

        await self._store.write(work)
        self.wake()

    async def sweep(self, now: datetime | None = None) -> list[Case]:
        """Turn questions that nobody answered within `question_minutes` into cases; return those."""
        moment = now or self._clock.now()
        until = moment - timedelta(minutes=self.policy.flags.question_minutes)

        async def work(unit: Unit) -> list[Case]:
            asked = await unit.mentions.open_questions(since=moment - QUESTION_SPAN, until=until, limit=SWEEP_LIMIT)
            opened = [
                await open_case(unit, Opening.of(mention, CaseKind.QUESTION, moment), self.policy) for mention in asked
            ]
            return [case for case, new in opened if new]

        cases = await self._store.write(work)
        if cases:
            _log.info("desk.questions", cases=len(cases))
            self.wake()
        return cases

    async def open_request(self, *, brand: str, author_key: str, target: Target, note: str) -> tuple[Case, bool]:
        """Open the case of somebody who asks for a person; return it and whether it is new."""
        case, new = await self._store.write(
            lambda unit: open_request(
                unit,
                brand=brand,
                author_key=author_key,
                target=target,
                note=note,
                now=self._clock.now(),
                policy=self.policy,
            )
        )
        self.wake()
        return case, new

    async def _reply_draft(self, unit: Unit, case: Case, actor: str, text: str, post: int | None) -> ActionDraft:
        if case.claimed_by not in (None, actor):
            raise ConflictError(mark("Somebody else has this case."), holder=case.claimed_by)
        earlier = [a for a in await unit.outbox.of_case(case.id) if a.draft.purpose is Purpose.STAFF_REPLY]
        target, mention = await self._target(unit, case, post)
        # One reply at a time to a case; with the post named, one at a time to each of those who wrote.
        alike = [one for one in earlier if post is None or one.draft.mention_id == post]
        if any(action.state in _ON_ITS_WAY for action in alike):
            raise ConflictError(mark("A reply to this case is on its way already."), holder=alike[-1].draft.actor)
        if any(action.state is ActionState.SENT and action.draft.text == text for action in alike):
            raise ConflictError(mark("The very same reply was sent already."), holder=actor)
        _refuse_unfit(text, target.source)
        return ActionDraft(
            kind=ActionKind.REPLY if target.reply_to is not None else ActionKind.POST,
            purpose=Purpose.STAFF_REPLY,
            target=target,
            key=f"reply:{case.id}:{len(earlier)}",
            text=text,
            author_key=case.author_key if mention is None else mention.author_key,
            case_id=case.id,
            mention_id=None if mention is None else mention.id,
            actor=actor,
            needs_approval=self.policy.crisis,
        )

    async def _target(self, unit: Unit, case: Case, post: int | None) -> tuple[Target, StoredMention | None]:
        """Return where a reply goes, and the post it answers, where there is one."""
        mention = post_to_answer(case, await case_posts(unit, case), post)
        if mention is None:
            if case.target is None:
                raise InputError(mark("The post is gone: there is nothing left to answer."))
            return case.target, None
        if mention.source not in _ANSWERABLE:
            raise InputError(mark("Posts from files and feeds cannot be answered from here."))
        if mention.source is Source.REDDIT and self._reddit_mode is RedditMode.OFF:
            raise InputError(mark("Replies on Reddit are switched off: set reddit.mode to draft."))
        target = Target(mention.source, mention.container, mention.native_id, mention.guild_id, mention.thread_id)
        return target, mention

    async def _claim(self, unit: Unit, case: Case, actor: str) -> Case:
        if case.state not in ACTIVE:
            raise ConflictError(mark("This case is closed."), holder=case.claimed_by)
        if case.claimed_by == actor:
            return case
        if case.claimed_by is not None:
            raise ConflictError(mark("Somebody else has this case."), holder=case.claimed_by)
        state = CaseState.CLAIMED if case.state is CaseState.OPEN else case.state
        changed = replace(case, state=state, claimed_by=actor, claimed_at=self._clock.now())
        return await self._save(unit, changed, CaseEventKind.CLAIMED, actor)

    async def _close(
        self,
        case_id: int,
        actor: str,
        reason: str,
        state: CaseState,
        kind: CaseEventKind,
        dismissal: Dismissal | None = None,
    ) -> Case:
        async def work(unit: Unit, case: Case) -> Case:
            if case.state not in ACTIVE:
                raise ConflictError(mark("This case is closed already."), holder=case.claimed_by)
            now = self._clock.now()
            stopped = replace(paused(case, now), snoozed_until=None, dismissal=dismissal)
            changed = replace(stopped, state=state, resolved_at=now, resolution=reason)
            said = ": ".join(part for part in (dismissal, reason) if part)
            if dismissal is not None:
                await dismissed(unit, changed, dismissal, actor=actor, at=now)
            return await self._save(unit, changed, kind, actor, said)

        return await self._change(case_id, work)

    async def _save(self, unit: Unit, case: Case, kind: CaseEventKind, actor: str, reason: str = "") -> Case:
        now = self._clock.now()
        saved = await unit.cases.save(case, CaseEvent(case.id, kind, now, actor, reason))
        await refresh_card(unit, saved, now)
        return saved

    async def _change(self, case_id: int, work: Callable[[Unit, Case], Awaitable[Case]]) -> Case:
        async def within(unit: Unit) -> Case:
            return await work(unit, await _get(unit, case_id))

        case = await self._store.write(within)
        _log.info("desk.case", case=case.id, state=case.state, version=case.version)
        self.wake()
        return case


def _refuse_unfit(text: str, source: Source) -> None:
    """Raise InputError for a text that must not be posted: too long, not filled in, somebody's card number."""
    problem = refusal(lint(text, ReplyFacts(source)))
    if problem is not None:
        raise problem


async def _get(unit: Unit, case_id: int) -> Case:
    case = await unit.cases.get(case_id)
    if case is None:
        raise NotFoundError(mark("There is no such case."))
    return case
