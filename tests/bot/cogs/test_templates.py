"""Canned replies and the preview: chosen, filled in, looked at, and sent once, also over a restart."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import InputError
from core.types.action import Action, Purpose
from core.types.reply import Template
from tests.bot.world import World, only_for_them, said, speaking


async def _add(world: World, text: str, *, name: str = "sorry", locale: str = "en", brand: str | None = None) -> int:
    added = await world.services.templates.add(Template(name, locale, text, brand), "1")
    return added.id


async def _replies(world: World, case_id: int) -> list[Action]:
    async with world.store.read() as unit:
        return [one for one in await unit.outbox.of_case(case_id) if one.draft.purpose is Purpose.STAFF_REPLY]


def _shown(result: Any) -> Any:
    return result.response or result.followups[0]


async def test_staff_add_list_change_and_remove(world: World) -> None:
    channel = world.staff_channel
    added = await world.sora.slash(
        channel, "template add", name="sorry", language="en", text="Dear {author},\\nsorry!", brand="Lumora"
    )
    assert said(added) == "The canned reply sorry is there."
    (stored,) = world.services.templates.shelf
    assert stored.text == "Dear {author},\nsorry!"
    twice = await world.sora.slash(channel, "template add", name="SORRY", language="en", text="x", brand="Lumora")
    assert said(twice) == "There is a canned reply of that name already."
    foreign = await world.sora.slash(channel, "template add", name="y", language="en", text="x", brand="Nimbus")
    assert said(foreign) == "No brand of that name is followed."
    unknown = await world.sora.slash(channel, "template add", name="z", language="en", text="Hi {customer}")
    assert said(unknown).startswith("Only these variables")
    listed = await world.sora.slash(channel, "template list", brand="Lumora")
    assert "Canned replies: 1" in said(listed)
    assert only_for_them(listed)

    opened = await world.minho.slash(channel, "template edit", template=stored.id)
    await world.restart()
    changed = await world.minho.submit_modal(opened, {"name": "apology", "text": "Sorry, {author}!"})
    assert said(changed) == "The canned reply apology is changed."
    with speaking("ko"):
        removed = await world.sora.slash(channel, "template remove", template=stored.id)
    assert said(removed) == "준비된 답변 apology가 삭제되었습니다."
    gone = await world.sora.slash(channel, "template remove", template=stored.id)
    assert said(gone) == "There is no such canned reply."


async def test_a_chosen_reply_is_shown_filled_in_before_it_is_sent(world: World) -> None:
    case = await world.complaint(author="night_owl")
    template = await _add(world, "Dear {author}, sorry about your {brand}. Case {case}: {link}")
    opened = await world.sora.click(world.card(), custom_id=f"case:reply:{case.id}")
    assert opened.modal is not None
    assert "sorry · en" in str(opened.modal)
    preview = await world.sora.submit_modal(opened, {"template": [str(template)], "text": "A lamp is on its way."})
    words = (
        f"Dear night\\_owl, sorry about your Lumora. Case {case.id}: https://example.com/t1_a\n\nA lamp is on its way."
    )
    assert words in said(preview)
    assert only_for_them(preview)
    assert await _replies(world, case.id) == [], "nothing is sent before Send"

    await world.restart()
    await world.sora.click(_shown(preview), custom_id=f"reply:send:{case.id}")
    (reply,) = await _replies(world, case.id)
    assert (reply.draft.text, reply.draft.actor) == (words, str(world.sora.id))


async def test_a_preview_is_sent_once_and_only_by_staff(world: World) -> None:
    case = await world.complaint()
    await _add(world, "Sorry!")
    shown = await world.sora.slash(world.staff_channel, "case reply", case=case.id, template=1)
    world.env.backend.remove_member_role(world.guild.id, world.sora.id, world.staff_role.id)
    lost = await world.sora.click(_shown(shown), custom_id=f"reply:send:{case.id}")
    assert said(lost).endswith("Only staff may do this.")
    assert await _replies(world, case.id) == []


async def test_findings_are_shown_and_refusals_cannot_be_sent(world: World) -> None:
    case = await world.complaint()
    channel = world.staff_channel
    warned = await world.sora.slash(channel, "case reply", case=case.id, text="Call us: 010-1234-5678")
    assert "⚠️ There is a phone number in the reply" in said(warned)
    assert "reply:send" in str(_shown(warned).components)
    refused = await world.sora.slash(channel, "case reply", case=case.id, text="Card 4111 1111 1111 1111 is paid")
    assert "⛔ There is a card number in the reply" in said(refused)
    assert "reply:send" not in str(_shown(refused).components)
    opened = await world.sora.click(_shown(refused), custom_id=f"reply:edit:{case.id}")
    assert "Card 4111 1111 1111 1111 is paid" in str(opened.modal), "what was written is not lost"
    await world.sora.submit_modal(opened, {"text": "Your card was paid back."})
    (reply,) = await _replies(world, case.id)
    assert reply.draft.text == "Your card was paid back."


async def test_the_desk_itself_refuses_what_must_not_be_public(world: World) -> None:
    case = await world.complaint()
    shown = await world.sora.slash(world.staff_channel, "case reply", case=case.id, text="Hello {author}")
    assert "⛔ A variable in curly brackets is not filled in." in said(shown)
    with pytest.raises(InputError, match="resident"):
        await world.desk.reply(case.id, "1", "주민번호 900101-1234567")
    assert await _replies(world, case.id) == []


async def test_the_preview_is_korean_for_koreans(world: World) -> None:
    case = await world.complaint()
    await _add(world, "{brand:을/를} 써 주셔서 감사합니다.", locale="ko")
    with speaking("ko"):
        shown = await world.sora.slash(world.staff_channel, "case reply", case=case.id, template=1)
    assert "Lumora를 써 주셔서 감사합니다." in said(shown)
    assert f"처리 건 {case.id}번에 이렇게 게시됩니다" in said(shown)


async def test_members_are_offered_nothing(world: World) -> None:
    await _add(world, "Sorry!")
    assert "template list" not in world.guest.available_commands(world.help_channel)
    offered = await world.sora.autocomplete(world.staff_channel, "template edit", "template", "so")
    assert [one["name"] for one in offered] == ["sorry · en"]


async def test_a_long_reply_keeps_every_word_on_its_way_through_preview_and_window(world: World) -> None:
    """Reddit takes 10,000 characters, and what is edited once more must not lose its end."""
    case = await world.complaint()
    opened = await world.sora.click(world.card(), custom_id=f"case:reply:{case.id}")
    words = "We are sorry. " * 180 + "Call 02-1234-5678."
    assert 2_500 < len(words) < 3_000
    shown = await world.sora.submit_modal(opened, {"text": words})
    assert "There is a phone number in the reply" in said(shown)
    preview = _shown(shown)
    again = await world.sora.click(preview, custom_id=f"reply:edit:{case.id}")
    assert words in str(again.modal)
    await world.sora.click(preview, custom_id=f"reply:send:{case.id}")
    (reply,) = await _replies(world, case.id)
    assert reply.draft.text == words


async def test_a_reply_that_discord_does_not_take_is_refused_with_its_words_kept(world: World) -> None:
    message = await world.guest.send(world.help_channel, "I hate my Lumora lamp")
    await world.sora.context_menu(world.help_channel, "Open a case", message)
    await world.drain()
    opened = await world.sora.click(world.card(), custom_id="case:reply:1")
    shown = await world.sora.submit_modal(opened, {"text": "x" * 2_001})
    assert "The reply is longer than the platform allows." in said(shown)
    assert "x" * 2_001 in said(shown)
