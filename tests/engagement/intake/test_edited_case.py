"""An edit is judged anew, and the case that holds the post follows."""

from __future__ import annotations

from core.types.action import ActionKind
from tests.engagement.world import World, message


async def test_an_edit_that_is_no_complaint_any_more_reaches_the_card(world: World) -> None:
    taken = await world.take(message("I hate my Lumora", "1"))
    await world.outbox.drain()
    world.pass_minutes(5)
    await world.take(message("My Lumora works again", "1", edited_minutes=5))
    await world.outbox.drain()
    edits = [one for one in world.discord.effects if one.draft.kind is ActionKind.CARD_EDIT]
    assert [one.draft.case_id for one in edits] == [taken.cases[0]]
    view = await world.desk.view(taken.cases[0])
    assert view.excerpt == "My Lumora works again"
