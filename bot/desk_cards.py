"""Cards of drafts and appeals, rendered from what they show as it stands when they are sent."""

from __future__ import annotations

from discord import ui

from bot.services import Services
from bot.views.drafts import Draft, DraftCard
from bot.views.moderation import AppealCard
from core.errors import SendRefusedError
from core.types.action import Action, ActionKind

DESK_CARDS = (ActionKind.DRAFT_CARD, ActionKind.APPEAL_CARD)


async def desk_card(services: Services, action: Action) -> ui.LayoutView:
    """Return the card that an action posts. Raises SendRefusedError where what it shows is gone."""
    t, number = services.catalogues.for_locale(action.draft.locale), action.draft.about or 0
    async with services.store.read() as unit:
        if action.draft.kind is ActionKind.APPEAL_CARD:
            record = await unit.moderation.get(number)
            if record is None:
                raise SendRefusedError("the measure is gone", reason="deleted")
            return AppealCard(record, t)
        draft = await unit.outbox.get(number)
        if draft is None:
            raise SendRefusedError("the draft is gone", reason="deleted")
        mention_id = draft.draft.mention_id
        mention = None if mention_id is None else await unit.mentions.get(mention_id)
    return DraftCard(Draft(draft, mention), t)


async def card_of(services: Services, action: Action) -> Action:
    """Return the action that posted the card which `action` brings up to date.

    Raises SendRefusedError where there is none to be edited.
    """
    async with services.store.read() as unit:
        card = await unit.outbox.get(action.draft.about or 0)
    if card is None or card.sent_id is None:
        raise SendRefusedError("there is no card to edit", reason="no_card")
    return card


def mark_of(action: Action) -> str:
    """Return the custom_id by which our card of this action is known, after a crash."""
    number = action.draft.about
    return f"dcard:send:{number}" if action.draft.kind is ActionKind.DRAFT_CARD else f"appeal:grant:{number}"
