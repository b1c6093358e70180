"""The listener behind the real client: what is followed, what counts as words, edits and deletions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.clock import SteppedClock
from core.types.member import GuildSettings
from core.types.post import PostRef, RemovalReason, Source
from lab.discord import ChannelKind
from tests.listeners.discord.conftest import KeptPosts, Town, listening, told
from tests.make import START


async def test_a_message_comes_in_with_all_its_sides(town: Town) -> None:
    kept = KeptPosts()
    async with listening(town, kept) as listener:
        question = await town.discord.say(town.ann, town.help, "루모라 언제 고쳐요?")
        answer = await town.discord.say(town.mod, town.help, "soon!", reply_to=question)
        await told(town, listener)
        assert [health.state for health in listener.health()] == ["ok"]
    post = kept.posts[PostRef(Source.DISCORD, str(town.help.id), str(question.id))]
    assert (post.text, post.container_name, post.guild_id) == ("루모라 언제 고쳐요?", "#help", str(town.guild.id))
    assert post.url == f"https://discord.com/channels/{town.guild.id}/{town.help.id}/{question.id}"
    assert post.author is not None
    assert (post.author.native_id, post.author.name) == (str(town.ann.id), "ann")
    assert (post.author.is_staff, post.author.is_bot, post.author.is_self) == (False, False, False)
    reply = kept.posts[PostRef(Source.DISCORD, str(town.help.id), str(answer.id))]
    assert reply.author is not None
    assert (reply.parent_id, reply.author.is_staff) == (str(question.id), True)
    assert kept.cursors[f"discord:{town.help.id}"] == str(answer.id)


async def test_threads_and_forum_posts_are_followed(town: Town) -> None:
    kept = KeptPosts()
    forum = town.discord.add_channel(town.guild, "ideas", kind=ChannelKind.FORUM)
    async with listening(town, kept) as listener:
        complaint = await town.discord.say(town.ann, town.help, "it broke")
        thread = await town.discord.start_thread(town.mod, town.help, "broken", on=complaint, text="we look into it")
        idea = await town.discord.start_thread(town.ann, forum, "dark mode", text="please add one")
        await told(town, listener)
    by_text = {post.text: post for post in kept.posts.values()}
    assert set(by_text) == {"it broke", "we look into it", "please add one"}
    answer = by_text["we look into it"]
    assert (answer.thread_id, answer.container_name) == (str(complaint.id), "#help › broken")
    assert answer.ref.container == str(thread.id)
    assert by_text["please add one"].ref.container == str(idea.id)


async def test_announcements_and_their_threads_are_followed(town: Town) -> None:
    kept = KeptPosts()
    news = town.discord.add_channel(town.guild, "news", kind=ChannelKind.ANNOUNCEMENT)
    async with listening(town, kept) as listener:
        await town.discord.say(town.ann, news, "news")
        await town.discord.start_thread(town.ann, news, "about it", text="in a thread of the news")
        await told(town, listener)
    assert kept.texts() == ["news", "in a thread of the news"]


async def test_each_guild_has_its_own_settings(town: Town) -> None:
    kept = KeptPosts()
    other = town.discord.add_guild("Second")
    helpers = town.discord.add_role(other, "helpers")
    category = town.discord.add_channel(other, "off topic", kind=ChannelKind.CATEGORY)
    rooms = {name: town.discord.add_channel(other, name) for name in ("general", "named")}
    rooms["memes"] = town.discord.add_channel(other, "memes", parent=category)
    bob = town.discord.add_member(other, "bob")
    kim = town.discord.add_member(other, "kim", roles=[helpers])
    async with listening(town, kept) as listener:
        settings = GuildSettings(str(other.id), ignore=(str(category.id),), staff_roles=(str(helpers.id),))
        listener.apply(settings)
        for room in rooms.values():
            await town.discord.say(bob, room, f"1 {room.name}")
        await town.discord.say(kim, rooms["general"], "1 by staff of the second")
        await town.discord.say(town.ann, town.help, "1 at home")
        await told(town, listener)
        listener.apply(replace(settings, listen=(str(rooms["named"].id),)))
        for room in rooms.values():
            await town.discord.say(bob, room, f"2 {room.name}")
        await town.discord.say(town.ann, town.help, "2 at home")
        await told(town, listener)
    assert set(kept.texts()) == {
        *("1 general", "1 named", "1 by staff of the second", "1 at home"),
        *("2 named", "2 at home"),
    }
    staff = {post.text for post in kept.posts.values() if post.author is not None and post.author.is_staff}
    assert staff == {"1 by staff of the second"}


async def test_private_channels_are_followed_only_when_named(town: Town) -> None:
    kept = KeptPosts()
    async with listening(town, kept) as listener:
        await town.discord.say(town.mod, town.private, "secret")
        await told(town, listener)
    assert kept.posts == {}
    async with listening(town, kept, listen=(town.private.id,)) as listener:
        await town.discord.say(town.mod, town.private, "named")
        await town.discord.say(town.ann, town.help, "not named")
        await told(town, listener)
    assert kept.texts() == ["named"]


async def test_a_named_category_brings_its_public_channels(town: Town) -> None:
    kept = KeptPosts()
    category = town.discord.add_channel(town.guild, "support", kind=ChannelKind.CATEGORY)
    inside = town.discord.add_channel(town.guild, "billing", parent=category)
    hidden = town.discord.add_channel(town.guild, "leads", parent=category, visible_to=[town.staff])
    async with listening(town, kept, listen=(category.id,)) as listener:
        for channel in (inside, hidden, town.help):
            await town.discord.say(town.mod, channel, channel.name)
        await told(town, listener)
    assert kept.texts() == ["billing"]


async def test_ignored_channels_roles_and_own_rooms_are_left_out(town: Town) -> None:
    kept = KeptPosts()
    muted = town.discord.add_role(town.guild, "bots and testers")
    tester = town.discord.add_member(town.guild, "tester", roles=[muted])
    noisy = town.discord.add_channel(town.guild, "memes")
    cards = town.discord.add_channel(town.guild, "cards")
    async with listening(town, kept, ignore=(muted.id, noisy.id), staff_channel=cards.id) as listener:
        await town.discord.say(tester, town.help, "from a tester")
        await town.discord.say(town.ann, noisy, "meme")
        await town.discord.say(town.mod, cards, "about a case")
        await town.discord.say(town.ann, town.help, "heard")
        await told(town, listener)
        listener.apply(GuildSettings(str(town.guild.id), ignore=(str(town.help.id),)))
        await town.discord.say(town.ann, town.help, "not heard any more")
        await told(town, listener)
    assert kept.texts() == ["heard"]


async def test_edits_and_deletions_reach_messages_that_no_cache_holds(town: Town, clock: SteppedClock) -> None:
    kept = KeptPosts()
    async with listening(town, kept) as listener:
        edited = await town.discord.say(town.ann, town.help, "before")
        deleted = await town.discord.say(town.ann, town.help, "gone soon")
        await told(town, listener)
        clock.advance_to(START + timedelta(minutes=1))
        await town.discord.edit(edited, "after")
        await town.discord.delete(deleted)
        await told(town, listener)
    container = str(town.help.id)
    post = kept.posts[PostRef(Source.DISCORD, container, str(edited.id))]
    assert (post.text, post.edited_at) == ("after", START + timedelta(minutes=1))
    assert [(removal.ref.native_id, removal.reason) for removal in kept.removals] == [
        (str(deleted.id), RemovalReason.VANISHED)
    ]


async def test_a_message_whose_words_are_taken_out_is_removed(town: Town, clock: SteppedClock) -> None:
    kept = KeptPosts()
    async with listening(town, kept) as listener:
        emptied = await town.discord.say(town.ann, town.help, "words")
        await told(town, listener)
        clock.advance_to(START + timedelta(minutes=1))
        await town.discord.edit(emptied, "")
        await told(town, listener)
    assert [removal.reason for removal in kept.removals] == [RemovalReason.DELETED_BY_AUTHOR]


async def test_opening_a_thread_is_no_edit(town: Town) -> None:
    kept = KeptPosts()
    async with listening(town, kept) as listener:
        message = await town.discord.say(town.ann, town.help, "hello")
        await town.discord.start_thread(town.mod, town.help, "talk", on=message)
        await told(town, listener)
    assert (kept.texts(), kept.doubled) == (["hello"], [])


async def test_stickers_and_pictures_say_nothing_in_words(town: Town) -> None:
    kept = KeptPosts()
    async with listening(town, kept) as listener:
        await town.discord.say(town.ann, town.help, "", attachments=[("cat.png", b"x")])
        await told(town, listener)
    assert kept.posts == {}


async def test_direct_messages_are_not_followed(town: Town) -> None:
    kept = KeptPosts()
    async with listening(town, kept) as listener:
        await town.discord.whisper(town.ann, "only for you")
        await told(town, listener)
    assert kept.posts == {}


async def test_missing_message_content_is_told_and_purges_nothing(town: Town, clock: SteppedClock) -> None:
    kept = KeptPosts()
    async with listening(town, kept, message_content=False) as listener:
        message = await town.discord.say(town.ann, town.help, "cannot be read")
        clock.advance_to(START + timedelta(minutes=1))
        await town.discord.edit(message, "still not")
        await told(town, listener)
        assert [health.state for health in listener.health()] == ["no_message_content"]
    assert (kept.posts, kept.removals) == ({}, [])


@pytest.mark.parametrize("is_nsfw", [False, True])
async def test_nsfw_channels_are_marked(town: Town, is_nsfw: bool) -> None:
    kept = KeptPosts()
    channel = town.discord.add_channel(town.guild, "late", is_nsfw=is_nsfw)
    async with listening(town, kept) as listener:
        await town.discord.say(town.ann, channel, "hello")
        await told(town, listener)
    assert [post.is_nsfw for post in kept.posts.values()] == [is_nsfw]
