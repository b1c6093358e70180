"""Cards of drafts and appeals, rendered from what they show as it stands when they are sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from discord import ui

from bot.services import Services
from bot.views.drafts import Draft, DraftCard
from bot.views.moderation import AppealCard
from core.errors import SendRefusedError
from core.types.action import Action, ActionKind, ActionState

DESK_CARDS = (ActionKind.DRAFT_CARD, ActionKind.APPEAL_CARD)


async def desk_card(services: Services, action: Action) -> ui.LayoutView:
    """Return the card that an action posts. Raises SendRefusedError where what it shows is gone."""
    t, number = services.catalogues.for_locale(action.draft.locale), action.draft.about or 0
    async with services.store.read() as unit:
        if action.draft.kind is ActionKind.APPEAL_CARD:
            record = await unit.moderation.get(number)
            if record is None:
                raise SendRefusedError("the measure is gone", reason="deleted")
            return AppealCard(record, t, await unit.moderation.subject(number))
        draft = await unit.outbox.get(number)
        if draft is None:
            raise SendRefusedError("the draft is gone", reason="deleted")
        mention_id = draft.draft.mention_id
        mention = None if mention_id is None else await unit.mentions.get(mention_id)
    return DraftCard(Draft(draft, mention), t)


async def card_of(services: Services, action: Action) -> Action:
    """Return the action that posted the card which `action` brings up to date, with the message it stands in now.

    Raises SendRefusedError where there is none to be edited.
    """
    async with services.store.read() as unit:
        card = await unit.outbox.get(action.draft.about or 0)
        updates = [] if card is None else await unit.outbox.about(ActionKind.CARD_UPDATE, card.id)
    if card is None or card.sent_id is None:
        raise SendRefusedError("there is no card to edit", reason="no_card")
    # A card that was too old to edit was posted anew by one of its updates: the newest message counts.
    newest = [one.sent_id for one in updates if one.state is ActionState.SENT and one.sent_id is not None]
    return replace(card, sent_id=newest[-1] if newest else card.sent_id)


async def cards_of_case(services: Services, case_id: int) -> set[tuple[str, str]]:
    """Return channel and message of every card that a case ever had."""
    async with services.store.read() as unit:
        actions = await unit.outbox.of_case(case_id)
    return _messages(one for one in actions if one.draft.kind in (ActionKind.CARD, ActionKind.CARD_EDIT))


async def cards_of_draft(services: Services, card: Action) -> set[tuple[str, str]]:
    """Return channel and message of every card that a draft or appeal ever had."""
    async with services.store.read() as unit:
        first = await unit.outbox.get(card.id)
        updates = await unit.outbox.about(ActionKind.CARD_UPDATE, card.id)
    return _messages([*updates, *([] if first is None else [first])])


async def words_are_gone(services: Services, card: Action) -> bool:
    """Say whether the words that a draft's or appeal's card showed were erased."""
    number = card.draft.about or 0
    async with services.store.read() as unit:
        if card.draft.kind is ActionKind.APPEAL_CARD:
            record = await unit.moderation.get(number)
            return record is None or record.author_key is None
        draft = await unit.outbox.get(number)
    return draft is None or not draft.draft.text


def _messages(actions: Iterable[Action]) -> set[tuple[str, str]]:
    return {(one.draft.target.container, one.sent_id) for one in actions if one.sent_id is not None}


def mark_of(action: Action) -> str:
    """Return the custom_id by which our card of this action is known, after a crash."""
    number = action.draft.about
    return f"dcard:send:{number}" if action.draft.kind is ActionKind.DRAFT_CARD else f"appeal:grant:{number}"
