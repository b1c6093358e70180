"""`/status`, `/mention search`, `/report`, `/brand` and `/privacy` as people use them."""

from __future__ import annotations

from dataclasses import replace

import discord
import pytest
from simcord.backend.errors import SetupError

from core.types.post import Author, Source
from tests import make
from tests.bot.world import World, only_for_them, said, speaking, text_of


async def test_status_shows_what_is_wrong(world: World) -> None:
    result = await world.sora.slash(world.staff_channel, "status")
    text = said(result)
    assert "Gaps in the last 24 hours: 1" in text
    assert "waiting for approval: 2" in text
    assert "reddit\\:comments\\:gadgets: late" in text
    assert only_for_them(result)
    with speaking("ko"):
        assert "지연" in said(await world.sora.slash(world.staff_channel, "status"))


@pytest.mark.parametrize("command", ["status", "report", "case list", "mention search", "brand list"])
async def test_commands_of_staff_are_hidden_from_members(world: World, command: str) -> None:
    assert command not in world.guest.available_commands(world.help_channel)
    with pytest.raises(SetupError, match="not visible"):
        await world.guest.slash(world.help_channel, command)


async def test_rights_elsewhere_do_not_open_the_queue(world: World) -> None:
    """A moderator of another server where the bot is a guest, too, sees nothing of this installation."""
    other = world.env.create_guild("Somewhere else")
    channel = other.create_text_channel("general")
    role = other.create_role("Admins", permissions=discord.Permissions(administrator=True))
    admin = other.add_member(world.env.create_user("admin"), roles=[role])
    await world.complaint()
    assert said(await admin.slash(channel, "case list")) == "Only staff may do this."
    assert said(await admin.slash(channel, "mention search", words="lumora")) == "Only staff may do this."
    assert await admin.autocomplete(channel, "case view", "case", "") == []
    assert said(await admin.slash(channel, "brand remove", name="Lumora")) == "Only staff may do this."


async def test_mention_search_finds_words_and_links_the_post(world: World) -> None:
    await world.complaint("My Lumora lamp broke after two days, [click](https://evil.example)")
    result = await world.sora.slash(world.staff_channel, "mention search", words="broke")
    text = said(result)
    assert "1" in text.splitlines()[0]
    assert "(https://example.com/t1_a)" in text
    assert "(https://evil.example)" not in text.replace("\\", "\\\\").replace("https\\\\:", "")
    assert only_for_them(result)
    nothing = await world.sora.slash(world.staff_channel, "mention search", words="zebra")
    assert "Nothing here." in said(nothing)


async def test_mention_search_filters(world: World) -> None:
    await world.complaint("My Lumora lamp broke")
    for sentiment, found in (("negative", True), ("positive", False)):
        result = await world.sora.slash(world.staff_channel, "mention search", words="lamp", sentiment=sentiment)
        assert ("lamp broke" in said(result)) is found
    assert await world.sora.autocomplete(world.staff_channel, "mention search", "brand", "lu", words="x") == [
        {"name": "Lumora", "value": "Lumora"}
    ]


async def test_report_comes_with_its_picture(world: World) -> None:
    result = await world.sora.slash(world.staff_channel, "report", week="2026-w46")
    assert said(result) == "7 mentions"
    shown = result.response or result.followups[0]
    assert [file.filename for file in shown.attachments] == ["2026-W46.png"]
    assert world.reports == [("2026-W46", "en")]


async def test_report_refuses_nonsense(world: World) -> None:
    assert (
        said(await world.sora.slash(world.staff_channel, "report", week="last_wk!")) == "Write the week like 2026-W46."
    )
    assert "post" in said(await world.sora.slash(world.staff_channel, "report", week="2020-W01"))


async def test_brands_are_added_and_removed_live(world: World) -> None:
    added = await world.boss.slash(
        world.staff_channel, "brand add", name="Nimbus", terms="nimbus, 님버스, #nimbus", exclusions="nimbus cloud"
    )
    assert said(added) == "Nimbus is followed from now on."
    brand = (await world.services.brands.all())[-1]
    assert [term.text for term in brand.terms] == ["nimbus", "님버스", "#nimbus"]
    twice = await world.boss.slash(world.staff_channel, "brand add", name="NIMBUS", terms="x")
    assert "followed already" in said(twice)
    listed = said(await world.boss.slash(world.staff_channel, "brand list"))
    assert "**Nimbus**: nimbus, 님버스, \\#nimbus · not: nimbus cloud" in listed
    with speaking("ko"):
        removed = await world.boss.slash(world.staff_channel, "brand remove", name="Nimbus")
    assert said(removed) == "Nimbus를 더는 지켜보지 않습니다."
    assert said(await world.boss.slash(world.staff_channel, "brand remove", name="Nimbus")).startswith("No brand")


async def test_a_brand_needs_terms(world: World) -> None:
    result = await world.boss.slash(world.staff_channel, "brand add", name="Nimbus", terms=" , ,")
    assert said(result) == "A brand needs a name and at least one term."
    assert [brand.name for brand in await world.services.brands.all()] == ["Lumora"]


async def test_opt_out_and_in(world: World) -> None:
    privacy, me = world.services.privacy, str(world.guest.id)
    out = await world.guest.slash(world.help_channel, "privacy opt-out")
    assert only_for_them(out)
    assert await privacy.is_opted_out(Source.DISCORD, me)
    await world.env.advance_time(1)
    await world.guest.slash(world.help_channel, "privacy opt-in")
    assert not await privacy.is_opted_out(Source.DISCORD, me)


async def test_forget_me_asks_first_and_erases(world: World) -> None:
    about = make.post("My Lumora is great", source=Source.DISCORD, container=str(world.help_channel.id))
    about = replace(about, author=Author(str(world.guest.id), "guest"))
    await world.store.write(lambda unit: unit.mentions.add_many([make.judged(about)]))
    shown = await world.guest.slash(world.help_channel, "privacy forget-me")
    question = shown.response
    assert question is not None
    assert question.ephemeral
    done = await world.guest.click(question, label="Erase everything about me")
    assert said(done) == "Done. Posts erased: 1."
    async with world.store.read() as unit:
        left = await unit.mentions.by_ref(about.ref)
    assert not [mention for mention in left if mention.text is not None]


async def test_the_card_of_a_request_is_in_the_language_of_the_installation(world: World) -> None:
    with speaking("ko"):
        result = await world.guest.slash(world.help_channel, "ask", question="사람과 얘기하고 싶어요")
    await world.drain()
    assert said(result)
    assert "Case 1" in text_of(world.card())
