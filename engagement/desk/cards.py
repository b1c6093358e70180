"""Cards of drafts and appeals in the staff channel: posted once, brought up to date, their edits coalesced."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.ports.storing import Unit
from core.types.action import Action, ActionDraft, ActionKind, ActionState, Purpose
from core.types.moderation import MeasureRecord
from engagement.desk.opening import DeskPolicy
from engagement.desk.staffroom import staff_room

__all__ = ["announce_appeal", "announce_draft", "refresh_appeal_card", "refresh_draft_cards"]


async def announce_draft(unit: Unit, draft: Action, policy: DeskPolicy, *, now: datetime) -> None:
    """Show a draft to staff, so that somebody presses Send; nothing happens without a staff channel."""
    if draft.state is ActionState.DRAFT:
        await _announce(unit, ActionKind.DRAFT_CARD, draft.id, policy, now, draft.draft.mention_id)


async def announce_appeal(unit: Unit, record: MeasureRecord, policy: DeskPolicy, *, now: datetime) -> None:
    """Show an appeal to staff, so that a second moderator decides it."""
    await _announce(unit, ActionKind.APPEAL_CARD, record.number, policy, now, None)


async def refresh_draft_cards(unit: Unit, drafts: Iterable[Action], *, now: datetime) -> None:
    """Take the buttons, and the words where they are gone, off the cards of drafts that were decided."""
    for draft in drafts:
        await _refresh(unit, ActionKind.DRAFT_CARD, draft.id, now)


async def refresh_appeal_card(unit: Unit, number: int, *, now: datetime) -> None:
    """Take the buttons off the card of an appeal that was decided."""
    await _refresh(unit, ActionKind.APPEAL_CARD, number, now)


async def _announce(
    unit: Unit, kind: ActionKind, about: int, policy: DeskPolicy, now: datetime, mention_id: int | None
) -> None:
    room = await staff_room(unit, policy.home_guild, policy.staff_channel, policy.locale)
    if room is None:
        return
    await unit.outbox.add(
        ActionDraft(
            kind=kind,
            purpose=Purpose.STAFF_POST,
            target=room.target,
            key=f"{kind}:{about}",
            about=about,
            mention_id=mention_id,
            locale=room.locale,
        ),
        created_at=now,
    )


async def _refresh(unit: Unit, kind: ActionKind, about: int, now: datetime) -> None:
    for card in await unit.outbox.about(kind, about):
        if card.state not in (ActionState.SENDING, ActionState.SENT):
            continue  # it is rendered from what it shows when the sender gets to it
        edits = await unit.outbox.about(ActionKind.CARD_UPDATE, card.id)
        if any(edit.state is ActionState.PENDING for edit in edits):
            continue
        await unit.outbox.add(
            ActionDraft(
                kind=ActionKind.CARD_UPDATE,
                purpose=Purpose.STAFF_POST,
                target=card.draft.target,
                key=f"{ActionKind.CARD_UPDATE}:{card.id}:{len(edits) + 1}",
                about=card.id,
                locale=card.draft.locale,
            ),
            created_at=now,
        )
