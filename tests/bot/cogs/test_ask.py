"""Chat: by command, by mention, in a direct message; a person one tap away."""

from __future__ import annotations

import pytest

from core.types.case import CaseKind, CaseQuery
from core.types.post import Source
from tests.bot.world import World, only_for_them, said, speaking, text_of


async def test_ask_quotes_an_article_to_the_one_who_asked(world: World) -> None:
    result = await world.guest.slash(world.help_channel, "ask", question="How do I send a lamp back?")
    assert "30 days" in said(result)
    assert only_for_them(result)
    async with world.store.read() as unit:
        counts = await unit.counts.replies(
            since=world.clock.now().replace(hour=0), until=world.clock.now().replace(hour=23)
        )
    assert counts.bot == 1


async def test_ask_in_korean(world: World) -> None:
    with speaking("ko"):
        result = await world.guest.slash(world.help_channel, "ask", question="조명 반품은 어떻게 하나요?")
    assert "30일 안에" in said(result)


async def test_who_knows_nothing_says_so_and_offers_a_person(world: World) -> None:
    result = await world.guest.slash(world.help_channel, "ask", question="Who won the cup in 1954?")
    assert "person" in said(result)
    answer = result.response or result.followups[0]
    called = await world.guest.click(answer, label="Talk to a person")
    assert said(called) == "I have called a person from the team. They will answer you here."
    async with world.store.read() as unit:
        (case,) = await unit.cases.find(CaseQuery(), limit=5)
    assert case.kind is CaseKind.REQUEST
    assert case.note == "Who won the cup in 1954?"
    await world.drain()
    assert "Who won the cup in 1954?" in text_of(world.card())
    again = await world.guest.click(answer, label="Talk to a person")
    assert said(again).startswith("The team knows already")


async def test_a_mention_is_answered_through_the_outbox(world: World) -> None:
    message = await world.guest.send(world.help_channel, f"{world.me} how do I send a lamp back?")
    assert world.help_channel.last_message == message, "nothing leaves but through the outbox"
    assert await world.drain() == 1
    answer = world.help_channel.last_message
    assert answer is not None
    assert "30 days" in answer.content
    assert answer.reference is not None
    assert answer.reference.message_id == message.id
    await world.guest.click(answer, label="Talk to a person")
    await world.drain()
    card = world.card()
    assert "how do I send a lamp back?" in text_of(card)
    assert f"/{world.help_channel.id}/{message.id}" in str([part.to_dict() for part in card.components])


async def test_a_direct_message_is_answered_in_its_language(world: World) -> None:
    await world.guest.send_dm("조명 반품은 어떻게 하나요?")
    assert await world.drain() == 1
    answer = world.guest.user.dm_channel.last_message
    assert answer is not None
    assert "30일 안에" in answer.content
    called = await world.guest.user.click(answer, label="사람과 이야기하기")
    assert only_for_them(called)


async def test_commands_work_in_direct_messages(world: World) -> None:
    result = await world.guest.user.slash("ask", question="How do I send a lamp back?")
    assert "30 days" in said(result)
    noted = await world.guest.user.slash("privacy opt-out")
    assert said(noted).startswith("Noted.")


async def test_the_question_of_a_command_may_be_forgotten_over_a_restart(world: World) -> None:
    result = await world.guest.slash(world.help_channel, "ask", question="Who won the cup in 1954?")
    await world.restart()
    await world.guest.click(result.response or result.followups[0], label="Talk to a person")
    await world.drain()
    assert "No text: someone pressed" in text_of(world.card())


async def test_a_reply_by_staff_reaches_who_asked_for_a_person(world: World) -> None:
    message = await world.guest.send(world.help_channel, f"{world.me} talk to a person please")
    await world.drain()
    async with world.store.read() as unit:
        (case,) = await unit.cases.find(CaseQuery(), limit=5)
    shown = await world.sora.click(world.card(), custom_id=f"case:reply:{case.id}")
    await world.sora.submit_modal(shown, {"text": "Hello, what can I do for you?"})
    await world.drain()
    answer = world.help_channel.last_message
    assert answer is not None
    assert answer.content == "Hello, what can I do for you?"
    assert answer.reference is not None
    assert answer.reference.message_id == message.id
    assert (await world.case(case.id)).answered_at is not None


@pytest.mark.parametrize("text", ["how do I send a lamp back?", "@everyone look", "<@1> hi"])
async def test_what_is_not_for_the_bot_is_left_alone(world: World, text: str) -> None:
    await world.guest.send(world.help_channel, text)
    assert await world.drain() == 0


async def test_bots_are_not_answered(world: World) -> None:
    machine = world.guild.add_member(world.env.create_user("machine", bot=True))
    await machine.send(world.help_channel, f"{world.me} how do I send a lamp back?")
    assert await world.drain() == 0


async def test_a_flood_is_answered_only_so_often(world: World) -> None:
    for _ in range(9):
        await world.guest.send(world.help_channel, f"{world.me} how do I send a lamp back?")
    async with world.store.read() as unit:
        key = world.store.author_key(Source.DISCORD, str(world.guest.id))
        assert len(await unit.outbox.of_author(key)) == world.services.settings.chat.per_member_minute
