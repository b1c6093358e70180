"""What follows from an action that was sent: the thanks mark, the first response, the place of a card."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from core.ports.storing import Unit
from core.types.action import Action, ActionDraft, ActionKind, ActionState, Purpose, Receipt
from core.types.case import AnsweredBy, Case, CaseEvent, CaseEventKind, CaseState
from core.types.moderation import MeasureState
from engagement.outgoing.board import record_board, refresh_board

__all__ = ["record_refused", "record_sent", "refresh_card"]


async def record_sent(unit: Unit, action: Action, receipt: Receipt) -> None:
    """Note that an action happened, with all that hangs on it; part of the caller's unit of work."""
    draft = action.draft
    await unit.outbox.sent(action.id, receipt)
    if draft.purpose is Purpose.THANKS and draft.mention_id is not None:
        await unit.mentions.mark_thanked(draft.mention_id)
    if draft.kind in (ActionKind.BOARD, ActionKind.BOARD_EDIT):
        await record_board(unit, receipt)
    if draft.case_id is None:
        return
    if draft.kind is ActionKind.CARD:
        await unit.cases.set_card(draft.case_id, channel=draft.target.container, message=receipt.native_id)
    elif draft.purpose is Purpose.STAFF_REPLY:
        await _first_response(unit, draft, receipt.sent_at)


async def record_refused(unit: Unit, action: Action, *, code: str, now: datetime) -> None:
    """Note that an action will never happen; staff see on the card that their reply did not go out."""
    draft = action.draft
    await unit.outbox.refuse(action.id, detail=code)
    if draft.kind is ActionKind.NOTICE and draft.about is not None:
        await unit.moderation.settle(draft.about, MeasureState.DONE, detail="notice_undelivered")
    if draft.purpose is not Purpose.STAFF_REPLY or draft.case_id is None:
        return
    case = await unit.cases.get(draft.case_id)
    if case is not None:
        await unit.cases.add_event(CaseEvent(case.id, CaseEventKind.REPLY_FAILED, now, draft.actor, code))
        await refresh_card(unit, case, now)


async def _first_response(unit: Unit, draft: ActionDraft, at: datetime) -> None:
    """Stop the clock when the answer is out, not when it was pressed."""
    assert draft.case_id is not None
    case = await unit.cases.get(draft.case_id)
    if case is None:
        return
    waits = case.state in (CaseState.OPEN, CaseState.CLAIMED)
    changed = replace(
        case,
        state=CaseState.WAITING if waits else case.state,
        answered_at=case.answered_at or at,
        answered_by=case.answered_by or AnsweredBy.BOT_DESK,
        # The ball is with the customer: the resolution clock stands still, whoever writes next starts it again.
        paused_at=case.paused_at or at,
    )
    saved = await unit.cases.save(changed, CaseEvent(case.id, CaseEventKind.REPLIED, at, draft.actor))
    await refresh_card(unit, saved, at)


async def refresh_card(unit: Unit, case: Case, now: datetime, *, within: timedelta = timedelta(0)) -> None:
    """Bring a case's card up to date; edits are coalesced.

    A card is rendered from the case as it stands when the sender gets to it, so one waiting card or edit is enough.
    Does nothing for a case that has no card. The queue board follows, too. `within` lets an edit wait for further
    ones: in a burst there may be dozens a second.
    """
    await refresh_board(unit, now)
    actions = await unit.outbox.of_case(case.id)
    cards = [action for action in actions if action.draft.kind is ActionKind.CARD]
    if not cards or cards[-1].state in (ActionState.PENDING, ActionState.REFUSED, ActionState.CANCELLED):
        return
    edits = [action for action in actions if action.draft.kind is ActionKind.CARD_EDIT]
    if any(edit.state is ActionState.PENDING for edit in edits):
        return
    await unit.outbox.add(
        ActionDraft(
            kind=ActionKind.CARD_EDIT,
            purpose=Purpose.STAFF_POST,
            target=cards[-1].draft.target,
            key=f"card_edit:{case.id}:{len(edits) + 1}",
            case_id=case.id,
            not_before=now + within if within else None,
            locale=cards[-1].draft.locale,
        ),
        created_at=now,
    )
