"""The outbox: actions on their way out, and the record of what went."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Row

from core.errors import ConflictError, NotFoundError
from core.text import mark
from core.types.action import Action, ActionDraft, ActionKind, ActionState, Purpose, Receipt, Target
from core.types.post import PostRef, Source
from storage import scrubbing
from storage.session import Session, any_of, encode_list
from storage.tables import actions
from storage.times import micros, moment

_WAITING = (ActionState.DRAFT, ActionState.PENDING)
_ON_THEIR_WAY = (ActionState.DRAFT, ActionState.PENDING, ActionState.SENDING)
FORGOTTEN = "forgotten"
"""Detail of an action whose person asked to be forgotten."""

_DUE = (
    select(actions.c.id)
    .where(actions.c.state == ActionState.PENDING, actions.c.due_at <= bindparam("now"))
    .order_by(actions.c.id)
    .limit(bindparam("limit"))
)
_NEXT_DUE = select(func.min(actions.c.due_at)).where(actions.c.state == ActionState.PENDING)


class Outbox:
    """The outbox repository."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, draft: ActionDraft, *, created_at: datetime) -> Action | None:
        """Store an action; None when its key is there already."""
        sides = _sides(draft, created_at, self._session.keys.text(draft.text))
        statement = upsert(actions).values(sides).on_conflict_do_nothing(index_elements=["key"])
        row = await self._session.first(statement.returning(*actions.c))
        return None if row is None else _action(row)

    async def get(self, action_id: int) -> Action | None:
        """Return one action."""
        row = await self._session.first(select(actions).where(actions.c.id == action_id))
        return None if row is None else _action(row)

    async def claim(self, now: datetime, *, limit: int) -> list[Action]:
        """Take due pending actions, oldest first, mark them `sending` and count the attempt; `detail` stays."""
        due = await self._session.all(_DUE, {"now": micros(now), "limit": limit})
        if not due:
            return []
        ids = encode_list([row.id for row in due])
        chosen = actions.c.id.in_(any_of("ids"))
        taken = {"state": ActionState.SENDING, "attempts": actions.c.attempts + 1}
        await self._session.run(update(actions).where(chosen).values(taken), {"ids": ids})
        return await self._actions(chosen, ids=ids)

    async def stranded(self) -> list[Action]:
        """Return actions left in `sending` by a worker that died."""
        return await self._actions(actions.c.state == ActionState.SENDING)

    async def approve(self, action_id: int, *, actor: str, text: str | None = None) -> Action:
        """Turn a draft into a pending action with `approved_by`, with changed text where given.

        Raises ConflictError when it is no draft any more, NotFoundError when there is none.
        """
        sides: dict[str, Any] = {"state": ActionState.PENDING, "approved_by": actor}
        if text is not None:
            sides |= {"text": text, "text_digest": self._session.keys.text(text)}
        draft = (actions.c.id == action_id, actions.c.state == ActionState.DRAFT)
        row = await self._session.first(update(actions).where(*draft).values(sides).returning(*actions.c))
        if row is not None:
            return _action(row)
        now = await self.get(action_id)
        if now is None:
            raise NotFoundError(mark("There is no message {number}."), number=action_id)
        raise ConflictError(mark("Message {number} is no draft any more."), holder=now.approved_by, number=action_id)

    async def cancel(self, action_id: int, *, detail: str) -> None:
        """Cancel a draft or pending action; others stay as they are."""
        await self._set(action_id, _WAITING, state=ActionState.CANCELLED, detail=detail)

    async def sent(self, action_id: int, receipt: Receipt) -> None:
        """Note that it happened, whatever was thought of it before."""
        await self._set(
            action_id,
            tuple(ActionState),
            state=ActionState.SENT,
            sent_id=receipt.native_id,
            sent_at=micros(receipt.sent_at),
            detail="",
        )

    async def delay(self, action_id: int, *, due_at: datetime, detail: str) -> None:
        """Put it back to pending for later; one that was cancelled or sent meanwhile stays so."""
        held = (ActionState.PENDING, ActionState.SENDING)
        await self._set(action_id, held, state=ActionState.PENDING, due_at=micros(due_at), detail=detail)

    async def refuse(self, action_id: int, *, detail: str) -> None:
        """Note that it will never happen; one that was cancelled or sent meanwhile stays so."""
        await self._set(action_id, _ON_THEIR_WAY, state=ActionState.REFUSED, detail=detail)

    async def find(self, *, states: Sequence[ActionState], limit: int) -> list[Action]:
        """Return actions in these states, oldest first."""
        return await self._actions(actions.c.state.in_(states), limit=limit)

    async def next_due(self) -> datetime | None:
        """Return when the next pending action is due; None without any."""
        due: int | None = await self._session.scalar(_NEXT_DUE)
        return moment(due)

    async def of_mentions(self, mention_ids: Collection[int]) -> list[Action]:
        """Return all actions about these mentions, oldest first."""
        return await self._actions(actions.c.mention_id.in_(any_of("ids")), ids=encode_list(mention_ids))

    async def of_case(self, case_id: int) -> list[Action]:
        """Return all actions of a case, oldest first."""
        return await self._actions(actions.c.case_id == case_id)

    async def of_author(self, author_key: str) -> list[Action]:
        """Return all actions that write to a person, oldest first."""
        return await self._actions(actions.c.author_key == author_key)

    async def about(self, kind: ActionKind, number: int) -> list[Action]:
        """Return the cards or notices of one kind that show this, oldest first."""
        return await self._actions((actions.c.about == number) & (actions.c.kind == kind))

    async def of_message(self, source: Source, native_id: str) -> Action | None:
        """Return the action that sent this message of ours."""
        found = await self._actions((actions.c.sent_id == native_id) & (actions.c.source == source), limit=1)
        return found[0] if found else None

    async def sent_messages(self, *, limit: int) -> list[PostRef]:
        """Return our newest messages to people (not those in our own rooms)."""
        a = actions.c
        rows = await self._session.all(
            select(a.source, a.container, a.sent_id)
            .where(a.sent_at.is_not(None), a.sent_id.is_not(None), a.purpose != Purpose.STAFF_POST)
            .order_by(a.sent_at.desc())
            .limit(limit)
        )
        return [PostRef(Source(row.source), row.container, row.sent_id) for row in rows]

    async def recent_texts(self, *, purpose: Purpose, container: str, limit: int) -> list[str]:
        """Return the newest texts of a purpose in one place, sent or on their way or waiting as drafts."""
        a = actions.c
        rows = await self._session.all(
            select(a.text)
            .where(a.container == container, a.purpose == purpose, a.text != "")
            .where(a.state.in_((*_ON_THEIR_WAY, ActionState.SENT)))
            .order_by(a.id.desc())
            .limit(limit)
        )
        return [row.text for row in rows]

    async def forget(self, author_key: str) -> None:
        """Cancel what waits for a person, and take text, person and receipt off what was sent to them."""
        await scrubbing.mark(self._session)
        waiting = actions.c.state.in_(_ON_THEIR_WAY)
        await self._session.run(
            update(actions)
            .where(actions.c.author_key == author_key)
            .values(
                text="",
                author_key=None,
                reply_to=None,
                sent_id=None,
                # A key may name the post that was answered.
                key=func.printf("forgotten:%d", actions.c.id),
                state=case((waiting, ActionState.CANCELLED), else_=actions.c.state),
                detail=case((waiting, FORGOTTEN), else_=actions.c.detail),
            )
        )

    async def count_sent(
        self,
        *,
        purpose: Purpose,
        since: datetime,
        author_key: str | None = None,
        container: str | None = None,
        thread_id: str | None = None,
    ) -> int:
        """Count actions of a purpose that were sent since `since`, for the caps; those on their way do not count."""
        sides = {actions.c.author_key: author_key, actions.c.container: container, actions.c.thread_id: thread_id}
        wanted = [column == value for column, value in sides.items() if value is not None]
        return await self._count(actions.c.purpose == purpose, actions.c.sent_at >= micros(since), *wanted)

    async def same_text(self, *, purpose: Purpose, text: str, container: str | None, since: datetime) -> int:
        """Count equal texts that were sent to one place (None: anywhere), also such whose text was purged."""
        a = actions.c
        equal = [a.text_digest == self._session.keys.text(text), a.purpose == purpose, a.sent_at >= micros(since)]
        if container is not None:
            equal.append(a.container == container)
        return await self._count(*equal)

    async def _count(self, *conditions: ColumnElement[bool]) -> int:
        sent = (actions.c.state == ActionState.SENT, *conditions)
        return int(await self._session.scalar(select(func.count()).select_from(actions).where(*sent)))

    async def _set(self, action_id: int, states: Sequence[ActionState], **sides: object) -> None:
        which = (actions.c.id == action_id, actions.c.state.in_(states))
        await self._session.run(update(actions).where(*which).values(sides))

    async def _actions(self, which: ColumnElement[bool], *, limit: int | None = None, **fields: str) -> list[Action]:
        statement = select(actions).where(which).order_by(actions.c.id).limit(limit)
        return [_action(row) for row in await self._session.all(statement, fields)]


def _action(row: Row[Any]) -> Action:
    draft = ActionDraft(
        kind=ActionKind(row.kind),
        purpose=Purpose(row.purpose),
        target=Target(
            source=Source(row.source),
            container=row.container,
            reply_to=row.reply_to,
            guild_id=row.guild_id,
            thread_id=row.thread_id,
        ),
        key=row.key,
        text=row.text,
        author_key=row.author_key,
        case_id=row.case_id,
        mention_id=row.mention_id,
        actor=row.actor,
        needs_approval=row.needs_approval,
        not_before=moment(row.not_before),
        locale=row.locale,
        attachment=row.attachment,
        about=row.about,
    )
    return Action(
        id=row.id,
        draft=draft,
        state=ActionState(row.state),
        created_at=moment(row.created_at),
        attempts=row.attempts,
        due_at=moment(row.due_at),
        sent_id=row.sent_id,
        sent_at=moment(row.sent_at),
        detail=row.detail,
        approved_by=row.approved_by,
    )


def _sides(draft: ActionDraft, created_at: datetime, digest: str) -> dict[str, Any]:
    return {
        "key": draft.key,
        "kind": draft.kind,
        "purpose": draft.purpose,
        "source": draft.target.source,
        "container": draft.target.container,
        "reply_to": draft.target.reply_to,
        "guild_id": draft.target.guild_id,
        "thread_id": draft.target.thread_id,
        "text": draft.text,
        "text_digest": digest,
        "author_key": draft.author_key,
        "case_id": draft.case_id,
        "mention_id": draft.mention_id,
        "actor": draft.actor,
        "needs_approval": draft.needs_approval,
        "not_before": micros(draft.not_before),
        "locale": draft.locale,
        "attachment": draft.attachment,
        "about": draft.about,
        "state": ActionState.DRAFT if draft.needs_approval else ActionState.PENDING,
        "created_at": micros(created_at),
        "due_at": micros(draft.not_before or created_at),
    }
