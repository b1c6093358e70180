"""The real discord.py client hears what people do on the stand-in, and does things itself."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import discord
import pytest

from core.clock import SteppedClock
from core.errors import NotFoundError
from lab.discord import Channel, ChannelKind, Guild, Member, StandInDiscord
from tests.lab.discord_client import SmallBot, connected, point_at
from tests.make import START


@pytest.fixture
async def stand_in(clock: SteppedClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StandInDiscord]:
    async with StandInDiscord(clock) as server:
        point_at(server, monkeypatch)
        yield server
        assert server.unknown_routes == []


@pytest.fixture
def guild(stand_in: StandInDiscord) -> Guild:
    return stand_in.add_guild("Lumora", locale="ko")


@pytest.fixture
def help_channel(stand_in: StandInDiscord, guild: Guild) -> Channel:
    return stand_in.add_channel(guild, "#help", topic="Questions")


@pytest.fixture
def minji(stand_in: StandInDiscord, guild: Guild) -> Member:
    return stand_in.add_member(guild, "minji", display="민지", locale="ko")


@pytest.fixture
async def bot(stand_in: StandInDiscord, help_channel: Channel, minji: Member) -> AsyncIterator[SmallBot]:
    async with connected(stand_in) as client:
        yield client


def channel_of(bot: SmallBot, channel: Channel) -> discord.TextChannel:
    found = bot.get_channel(channel.id)
    assert isinstance(found, discord.TextChannel)
    return found


async def test_the_guild_is_there(stand_in: StandInDiscord, guild: Guild, bot: SmallBot) -> None:
    (found,) = bot.guilds
    assert (found.name, found.preferred_locale, found.chunked) == ("Lumora", discord.Locale.korean, True)
    assert found.me.guild_permissions.administrator
    member = found.get_member_named("minji")
    assert member is not None
    assert member.display_name == "민지"
    assert bot.user is not None
    assert bot.user.id == stand_in.bot.id
    assert (await bot.application_info()).flags.gateway_message_content_limited


async def test_hidden_channels_are_hidden(stand_in: StandInDiscord, guild: Guild, help_channel: Channel) -> None:
    staff = stand_in.add_role(guild, "Staff", ["manage_messages"])
    cases = stand_in.add_channel(guild, "#cases", visible_to=[staff])
    mina = stand_in.add_member(guild, "mina", roles=[staff])
    async with connected(stand_in) as bot:
        found = bot.guilds[0]
        everyone, member = found.default_role, found.get_member(mina.id)
        assert member is not None
        assert not channel_of(bot, cases).permissions_for(everyone).view_channel
        assert channel_of(bot, help_channel).permissions_for(everyone).view_channel
        assert channel_of(bot, cases).permissions_for(member).view_channel
        assert member.guild_permissions.manage_messages


async def test_a_message_is_heard_at_the_clocks_time(
    stand_in: StandInDiscord, clock: SteppedClock, bot: SmallBot, help_channel: Channel, minji: Member
) -> None:
    clock.advance_to(START + timedelta(hours=3))
    said = await stand_in.say(minji, help_channel, "루모라가 안 켜져요")
    heard = await bot.next()
    assert (heard.id, heard.content, heard.author.name) == (said.id, "루모라가 안 켜져요", "minji")
    assert heard.created_at == START + timedelta(hours=3)
    assert isinstance(heard.author, discord.Member)


async def test_replies_name_what_they_answer(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel, minji: Member
) -> None:
    question = await stand_in.say(minji, help_channel, "어떻게 켜요?")
    heard = await bot.next()
    answer = await heard.reply("길게 누르세요", mention_author=False)
    assert answer.reference is not None
    assert answer.reference.message_id == question.id
    thanks = await stand_in.say(minji, help_channel, "고마워요", reply_to=stand_in.messages(help_channel)[-1])
    heard = await bot.next()
    assert heard.type is discord.MessageType.reply
    assert heard.reference is not None
    assert isinstance(heard.reference.resolved, discord.Message)
    assert heard.reference.resolved.content == "길게 누르세요"
    assert bot.user in heard.mentions
    assert [one.reply_to for one in stand_in.messages(help_channel)] == [None, question.id, answer.id]
    assert thanks.reply_to == answer.id


async def test_edits_deletions_reactions_threads_and_joins_are_told(
    stand_in: StandInDiscord, guild: Guild, bot: SmallBot, help_channel: Channel, minji: Member
) -> None:
    said = await stand_in.say(minji, help_channel, "luomra")
    await stand_in.edit(said, "lumora")
    await stand_in.react(minji, said, "👍")
    await stand_in.start_thread(minji, help_channel, "About lamps", on=said)
    stand_in.add_member(guild, "newcomer")
    await stand_in.delete(said)
    await stand_in.gateway.barrier()
    assert bot.happened == [
        "edit lumora",
        "react 👍",
        "thread About lamps",
        "edit lumora",
        "join newcomer",
        f"delete {said.id}",
    ]
    with pytest.raises(NotFoundError):
        stand_in.current(said)


async def test_what_the_bot_does_shows(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel, minji: Member
) -> None:
    said = await stand_in.say(minji, help_channel, "hello")
    heard = await bot.next()
    async with heard.channel.typing():
        await heard.add_reaction("💡")
    sent = await heard.channel.send("one", allowed_mentions=discord.AllowedMentions.none())
    await sent.edit(content="two")
    gone = await heard.channel.send("three")
    await gone.delete()
    assert [one.emoji for one in stand_in.current(said).reactions] == ["💡"]
    await heard.remove_reaction("💡", discord.Object(stand_in.bot.id))
    assert stand_in.current(said).reactions == ()
    (_, shown) = stand_in.messages(help_channel)
    assert (shown.text, shown.author_id, shown.edited_at) == ("two", stand_in.bot.id, START)
    assert shown.allowed_mentions == {"parse": []}
    await heard.delete()
    assert said.id not in [one.id for one in stand_in.messages(help_channel)]


async def test_history_by_every_anchor(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel, minji: Member
) -> None:
    said = [await stand_in.say(minji, help_channel, str(number)) for number in range(250)]
    channel = channel_of(bot, help_channel)

    async def texts(**anchors: object) -> list[str]:
        return [one.content async for one in channel.history(**anchors)]  # type: ignore[arg-type]

    assert await texts(limit=None) == [str(number) for number in reversed(range(250))]
    assert await texts(limit=None, after=discord.Object(said[99].id)) == [str(n) for n in range(100, 250)]
    assert await texts(limit=2, before=discord.Object(said[5].id)) == ["4", "3"]
    assert await texts(limit=5, around=discord.Object(said[50].id)) == ["52", "51", "50", "49", "48"]
    assert (await channel.fetch_message(said[7].id)).content == "7"
    with pytest.raises(discord.NotFound):
        await channel.fetch_message(1)
    await channel.delete_messages([discord.Object(said[0].id), discord.Object(said[1].id)])
    assert len(stand_in.messages(help_channel)) == 248


async def test_files_come_with_their_bytes(stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel) -> None:
    picture = discord.File(io.BytesIO(b"\x89PNG"), filename="report.png")
    sent = await channel_of(bot, help_channel).send("The week", file=picture)
    (shown,) = stand_in.messages(help_channel)
    assert [(one.filename, one.content) for one in shown.attachments] == [("report.png", b"\x89PNG")]
    assert await sent.attachments[0].read() == b"\x89PNG"


async def test_threads_and_forums(stand_in: StandInDiscord, guild: Guild, help_channel: Channel, minji: Member) -> None:
    forum = stand_in.add_channel(guild, "ideas", kind=ChannelKind.FORUM)
    async with connected(stand_in) as bot:
        post = await stand_in.start_thread(minji, forum, "A darker mode", text="Please")
        heard = await bot.next()
        assert isinstance(heard.channel, discord.Thread)
        assert (heard.channel.id, heard.id, heard.channel.name) == (post.id, post.id, "A darker mode")
        parent = channel_of(bot, help_channel)
        question = await stand_in.say(minji, help_channel, "how?")
        heard = await bot.next()
        thread = await heard.create_thread(name="How")
        await thread.send("like this")
        assert stand_in.current(question).thread_id == thread.id
        assert {one.id for one in await bot.guilds[0].active_threads()} == {thread.id, post.id}
        await thread.edit(archived=True)
        assert [one.id async for one in parent.archived_threads()] == [thread.id]
        ideas = bot.get_channel(forum.id)
        assert isinstance(ideas, discord.ForumChannel)
        created = await ideas.create_thread(name="New", content="First")
        assert [one.text for one in stand_in.messages(stand_in.world.channel(created.thread.id))] == ["First"]


async def test_direct_messages(stand_in: StandInDiscord, bot: SmallBot, minji: Member) -> None:
    said = await stand_in.whisper(minji, "psst")
    heard = await bot.next()
    assert isinstance(heard.channel, discord.DMChannel)
    await heard.reply("yes?")
    user = await bot.fetch_user(minji.id)
    await user.send("hello")
    channel = stand_in.world.channel(said.channel_id)
    assert [one.text for one in stand_in.messages(channel)] == ["psst", "yes?", "hello"]


async def test_a_nonce_makes_one_message(stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel) -> None:
    channel = channel_of(bot, help_channel)
    first = await channel.send("once", nonce=42)
    second = await channel.send("once", nonce=42)
    assert first.id == second.id
    assert [one.text for one in stand_in.messages(help_channel)] == ["once"]


async def test_without_the_content_intent_texts_are_empty_but_for_us(
    stand_in: StandInDiscord, help_channel: Channel, minji: Member
) -> None:
    async with connected(stand_in, message_content=False) as bot:
        for text in ("secret", f"hey {stand_in.bot.mention}"):
            await stand_in.say(minji, help_channel, text)
        await stand_in.whisper(minji, "psst")
        heard = [(await bot.next()).content for _ in range(3)]
    assert heard == ["", f"hey {stand_in.bot.mention}", "psst"]


async def test_an_unknown_route_is_named(clock: SteppedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    async with StandInDiscord(clock) as server:
        point_at(server, monkeypatch)
        guild = server.add_guild("Lumora")
        async with connected(server) as bot:
            with pytest.raises(discord.HTTPException, match="does not serve GET /guilds/"):
                await bot.guilds[0].invites()
        assert server.unknown_routes == [f"GET /guilds/{guild.id}/invites"]


async def test_two_runs_mint_the_same_ids(clock: SteppedClock) -> None:
    async def run() -> list[int]:
        server = StandInDiscord(SteppedClock(START))
        guild = server.add_guild("Lumora")
        channel, member = server.add_channel(guild, "a"), server.add_member(guild, "b")
        said = await asyncio.gather(*(server.say(member, channel, "x") for _ in range(3)))
        return [guild.id, channel.id, member.id, *(one.id for one in said)]

    assert await run() == await run()
