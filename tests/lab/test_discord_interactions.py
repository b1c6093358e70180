"""Commands, buttons and forms: the real client answers over the stand-in's gateway and REST."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import discord
import pytest

from core.clock import SteppedClock
from core.errors import NotFoundError
from lab.discord import Channel, Guild, Member, Message, ResponseKind, StandInDiscord
from lab.discord.interactions import NoAnswerError
from tests.lab.discord_client import SmallBot, card, connected
from tests.lab.test_discord_people import bot, channel_of, guild, help_channel, minji, stand_in

__all__ = ["bot", "guild", "help_channel", "minji", "stand_in"]


@pytest.fixture
async def shown_card(stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel) -> Message:
    await channel_of(bot, help_channel).send(view=card("A complaint"))
    return stand_in.messages(help_channel)[-1]


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(0.001)


async def test_commands_are_registered_with_localisations(stand_in: StandInDiscord, bot: SmallBot) -> None:
    commands = {command.name: command for command in stand_in.commands()}
    assert commands["ask"].name_localizations["ko"] == "질문"
    assert commands["ask"].description_localizations["ko"] == "봇에게 질문"
    assert commands["case"].paths == ("case view",)
    assert (commands["Quote"].kind, commands["ask"].kind) == (3, 1)
    assert {one.name for one in await bot.tree.fetch_commands()} == {"ask", "case", "Quote"}
    kept = commands["ask"].id
    await bot.tree.sync()
    assert {one.name: one.id for one in stand_in.commands()}["ask"] == kept


async def test_a_slash_command_is_answered_and_its_answer_edited(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel, minji: Member
) -> None:
    response = await stand_in.slash(minji, help_channel, "ask", {"question": "언제 와요?"})
    assert (response.kind, response.text) == (ResponseKind.MESSAGE, "**언제 와요?**")
    await until(lambda: [one.text for one in stand_in.messages(help_channel)] == ["**언제 와요?**!"])


async def test_a_deferred_answer_is_waited_for(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel, minji: Member
) -> None:
    response = await stand_in.slash(minji, help_channel, "case view", {"case_id": 3, "who": minji})
    assert response.text == "case 3 minji ko ko"
    assert response.message is not None
    assert response.message.is_ephemeral
    await until(lambda: bool(stand_in.follow_ups(response)))
    assert [one.text for one in stand_in.follow_ups(response)] == ["and more"]
    assert stand_in.messages(help_channel) == []


async def test_autocomplete(stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel, minji: Member) -> None:
    offered = await stand_in.autocomplete(minji, help_channel, "case view", "case_id", {"case_id": "12"})
    assert offered == (("Case 12", "12"),)


async def test_a_context_menu(stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel, minji: Member) -> None:
    said = await stand_in.say(minji, help_channel, "well said")
    assert (await stand_in.use_menu(minji, help_channel, "Quote", said)).text == "> well said"


async def test_a_button_changes_its_message(
    stand_in: StandInDiscord, bot: SmallBot, minji: Member, shown_card: Message
) -> None:
    assert "A complaint" in shown_card.shown_text
    claim = shown_card.button("case:claim:")
    assert claim is not None
    assert claim.label == "Claim"
    response = await stand_in.press(minji, shown_card, "case:claim:7")
    assert response.kind is ResponseKind.UPDATE
    assert "by minji" in stand_in.current(shown_card).shown_text
    assert (await stand_in.press(minji, shown_card, "case:slow:7")).kind is ResponseKind.DEFERRED_UPDATE


async def test_a_deferred_answer_that_is_deleted_ends_the_waiting(
    stand_in: StandInDiscord, bot: SmallBot, minji: Member, shown_card: Message
) -> None:
    response = await stand_in.press(minji, shown_card, "case:vanish:7")
    assert (response.kind, response.message) == (ResponseKind.MESSAGE, None)


async def test_a_button_opens_a_form_and_the_form_is_sent(
    stand_in: StandInDiscord, bot: SmallBot, minji: Member, shown_card: Message
) -> None:
    opened = await stand_in.press(minji, shown_card, "case:reply:7")
    assert opened.modal is not None
    assert (opened.modal.title, [field.custom_id for field in opened.modal.fields]) == ("Reply", ["body"])
    by_id = await stand_in.submit_modal(opened, {"body": "죄송합니다"})
    assert by_id.text == "sent 죄송합니다"


async def test_a_form_is_filled_in_by_label_too(
    stand_in: StandInDiscord, bot: SmallBot, minji: Member, shown_card: Message
) -> None:
    opened = await stand_in.press(minji, shown_card, "case:reply:7")
    assert (await stand_in.submit_modal(opened, {"Text": "sorry"})).text == "sent sorry"


async def test_what_is_not_there_cannot_be_used(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel, minji: Member, shown_card: Message
) -> None:
    with pytest.raises(NotFoundError, match="case:claim:7"):
        await stand_in.press(minji, shown_card, "case:burn:7")
    with pytest.raises(NotFoundError, match="ask, case"):
        await stand_in.slash(minji, help_channel, "nothing")
    with pytest.raises(NotFoundError, match="it has: question"):
        await stand_in.slash(minji, help_channel, "ask", {"answer": "?"})
    with pytest.raises(NotFoundError, match="opened no form"):
        await stand_in.submit_modal(await stand_in.press(minji, shown_card, "case:slow:7"), {})


async def test_silence_is_an_error_that_names_the_button(
    stand_in: StandInDiscord, bot: SmallBot, minji: Member, shown_card: Message
) -> None:
    stand_in.interactions.first_response_seconds = 0.05
    with pytest.raises(NoAnswerError, match="case:silent:7"):
        await stand_in.press(minji, shown_card, "case:silent:7")


async def test_late_and_second_answers_are_refused(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel, minji: Member
) -> None:
    refused: list[int] = []

    @bot.event
    async def on_interaction(interaction: discord.Interaction[SmallBot]) -> None:
        first_answer_given = interaction.response.is_done()
        fresh = discord.InteractionResponse(interaction)
        if first_answer_given:
            return
        try:
            await fresh.send_message("one")
            await discord.InteractionResponse(interaction).send_message("two")
        except discord.HTTPException as error:
            refused.append(error.code)

    bot.tree.clear_commands(guild=None)
    stand_in.interactions.first_response_seconds = 0.0
    with pytest.raises(NoAnswerError):
        await stand_in.slash(minji, help_channel, "ask", {"question": "?"})
    await until(lambda: len(refused) == 1)
    stand_in.interactions.first_response_seconds = 3.0
    await stand_in.slash(minji, help_channel, "ask", {"question": "?"})
    await until(lambda: len(refused) == 2)
    assert refused == [10062, 40060]


async def test_commands_of_a_guild(
    stand_in: StandInDiscord, clock: SteppedClock, guild: Guild, help_channel: Channel, minji: Member
) -> None:
    async with connected(stand_in) as bot:
        where = discord.Object(guild.id)
        bot.tree.copy_global_to(guild=where)
        await bot.tree.sync(guild=where)
        bot.tree.clear_commands(guild=None)
        await bot.tree.sync()
        assert {command.guild_id for command in stand_in.commands()} == {guild.id}
        assert (await stand_in.slash(minji, help_channel, "ask", {"question": "?"})).text == "**?**"


async def test_a_command_in_a_direct_message(stand_in: StandInDiscord, bot: SmallBot, minji: Member) -> None:
    dm_channel = stand_in.world.direct_channel(minji.id)
    assert (await stand_in.slash(minji, dm_channel, "ask", {"question": "?"})).text == "**?**"
