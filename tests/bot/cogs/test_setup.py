"""`/setup` and `/help`: what is set is heeded at once and after a restart; help shows what a person may use."""

from __future__ import annotations

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n import Catalogues
from bot.views.setup import SetupView
from bot.zone import with_chosen_zone
from core.types.member import GuildSettings
from engagement.desk.policy import DeskPolicy
from tests.bot.world import World, only_for_them, said, speaking, text_of


async def test_the_guide_sets_channel_roles_and_language_live(world: World) -> None:
    shown = await world.boss.slash(world.staff_channel, "setup guide")
    assert "Set up this server" in said(shown)
    assert "Time zone now: UTC" in said(shown)
    assert only_for_them(shown)
    message = shown.response or shown.followups[0]
    desk = world.guild.create_text_channel("desk")
    helpers = world.guild.create_role("Helpers")
    await world.boss.select(message, [desk], custom_id="setup:channel:staff")
    await world.restart()
    await world.boss.select(message, [helpers], custom_id="setup:roles")
    await world.boss.select(message, ["ko"], custom_id="setup:language")

    await world.complaint()
    card = desk.last_message
    assert card is not None, "cards go where the set-up says"
    assert "처리 건 1번" in text_of(card)
    stranger = world.guild.add_member(world.env.create_user("helper"), roles=[helpers])
    claimed = await stranger.click(card, custom_id="case:claim:1")
    assert said(claimed) == "Case 1 is yours now."


async def test_roles_that_were_set_take_the_place_of_the_configuration(world: World) -> None:
    case = await world.complaint()
    plain = world.guild.create_role("Plain staff")
    world.env.backend.remove_member_role(world.guild.id, world.sora.id, world.staff_role.id)
    world.env.backend.add_member_role(world.guild.id, world.sora.id, plain.id)
    assert said(await world.sora.click(world.card(), custom_id=f"case:claim:{case.id}")) == "Only staff may do this."
    await world.services.guilds.change(world.guild.id, staff_roles=(str(plain.id),))
    await world.restart()
    assert said(await world.sora.click(world.card(), custom_id=f"case:claim:{case.id}")).startswith("Case")


async def test_only_managers_set_up(world: World) -> None:
    assert "setup guide" not in world.guest.available_commands(world.help_channel)
    assert "setup guide" not in world.sora.available_commands(world.staff_channel)
    shown = await world.boss.slash(world.staff_channel, "setup guide")
    world.env.backend.remove_member_role(
        world.guild.id, world.boss.id, next(r.id for r in _roles(world) if r.name == "Managers")
    )
    message = shown.response or shown.followups[0]
    late = await world.boss.select(message, ["ko"], custom_id="setup:language")
    assert said(late).endswith("Only members who may manage the server can do this.")
    assert world.services.guilds.get(world.guild.id).locale is None


async def test_a_foreign_manager_sets_channels_and_language_of_their_server_only(world: World) -> None:
    other = world.env.create_guild("Somewhere else")
    channel = other.create_text_channel("general")
    role = other.create_role("Admins", permissions=discord.Permissions(administrator=True))
    admin = other.add_member(world.env.create_user("admin"), roles=[role])
    shown = await admin.slash(channel, "setup guide")
    components = str((shown.response or shown.followups[0]).components)
    assert "setup:language" in components
    heard: list[GuildSettings] = []
    world.services.guilds.heard_by = heard.append
    await admin.select(shown.response or shown.followups[0], [channel], custom_id="setup:listen")
    assert [(one.guild_id, one.listen) for one in heard] == [(str(other.id), (str(channel.id),))]
    assert "setup:roles" not in components
    assert "setup:channel" not in components
    assert said(await admin.slash(channel, "setup crisis", state="on")) == "Only staff may do this."


async def test_help_lists_what_a_person_may_use(world: World) -> None:
    guest = said(await world.guest.slash(world.help_channel, "help"))
    assert "**/ask**" in guest
    assert "/case" not in guest
    assert "/setup" not in guest
    staff = await world.sora.slash(world.staff_channel, "help")
    assert "Page 1 of" in said(staff)
    assert only_for_them(staff)
    with speaking("ko"):
        assert "**/질문**" in said(await world.guest.slash(world.help_channel, "help"))


@pytest.mark.parametrize("locale", ["en", "ko"])
@settings(max_examples=30, deadline=None)
@given(zone=st.text(max_size=300), roles=st.lists(st.integers(1, 2**63), max_size=30))
async def test_the_guide_never_breaks_discords_limits(locale: str, zone: str, roles: list[int]) -> None:
    t = Catalogues().for_locale(locale)
    given_settings = GuildSettings("1", staff_channel="5", staff_roles=tuple(map(str, roles)), locale=locale)
    view = SetupView(given_settings, t, at_home=True, timezone=zone, crisis=True)
    assert view.content_length() <= 4000
    assert view.total_children_count <= 40


def _roles(world: World) -> list[discord.Role]:
    guild = world.bot.get_guild(world.guild.id)
    assert guild is not None
    return list(guild.roles)


async def test_discords_own_filter_is_switched_on_where_it_is_missing(world: World) -> None:
    done = await world.boss.slash(world.staff_channel, "setup automod")
    assert said(done).splitlines()[:3] == [
        "AutoMod rule switched on: Spam",
        "AutoMod rule switched on: Floods of mentions",
        "AutoMod rule switched on: Slurs and sexual words",
    ]
    assert only_for_them(done)
    rules = list(world.env.backend.get_guild(world.guild.id).auto_mod_rules.values())
    assert [rule.name for rule in rules] == [
        "Maeari: Spam",
        "Maeari: Floods of mentions",
        "Maeari: Slurs and sexual words",
    ]
    assert all(rule.enabled and world.staff_role.id in rule.exempt_roles for rule in rules)
    posted = [one.json for one in world.env.http_requests if one.path.endswith("/auto-moderation/rules") and one.json]
    for body in posted:
        assert isinstance(body, dict)
        block, alert = body["actions"]
        assert 1 <= len(block["metadata"]["custom_message"]) <= 150
        assert str(alert["metadata"]["channel_id"]) == str(world.staff_channel.id)
    await world.restart()
    with speaking("ko"):
        again = await world.boss.slash(world.staff_channel, "setup automod")
    assert said(again).splitlines()[0] == "이미 있는 AutoMod 규칙은 그대로 두었습니다: 스팸"
    assert len(world.env.backend.get_guild(world.guild.id).auto_mod_rules) == 3, "nothing is made twice"


async def test_only_managers_switch_the_filter_on_and_only_with_the_bots_right(world: World) -> None:
    assert "setup automod" not in world.sora.available_commands(world.staff_channel)
    world.env.inject_error("GET", f"/guilds/{world.guild.id}/auto-moderation/rules", status=403, code=50013)
    without = await world.boss.slash(world.staff_channel, "setup automod")
    assert said(without) == "Discord does not give the bot the right to do this there."
    assert world.env.backend.get_guild(world.guild.id).auto_mod_rules == {}


async def test_the_time_zone_holds_from_the_next_start_on(world: World) -> None:
    shown = await world.boss.slash(world.staff_channel, "setup guide")
    message = shown.response or shown.followups[0]
    await world.boss.select(message, ["Asia/Seoul"], custom_id="setup:zone")
    settings = await with_chosen_zone(world.services.settings, world.store)
    assert settings.zone.key == "Asia/Seoul"
    assert DeskPolicy.of(settings).hours.zone.key == "Asia/Seoul"

    offered = await world.boss.autocomplete(world.staff_channel, "setup timezone", "zone", "kath")
    assert [choice["value"] for choice in offered] == ["Asia/Kathmandu"]
    result = await world.boss.slash(world.staff_channel, "setup timezone", zone="Asia/Kathmandu")
    assert said(result) == "Time zone from the next start on: Asia/Kathmandu."
    again = await world.boss.slash(world.staff_channel, "setup guide")
    assert "Asia/Kathmandu" in str((again.response or again.followups[0]).components)
    wrong = await world.boss.slash(world.staff_channel, "setup timezone", zone="Moon/Crater")
    assert said(wrong) == "There is no such time zone; write one like Asia/Seoul."
    with speaking("ko"):
        back = await world.boss.slash(world.staff_channel, "setup timezone")
    assert said(back) == "다음 시작부터 적용할 시간대: 설정 파일의 시간대."
    assert (await with_chosen_zone(world.services.settings, world.store)).zone.key == "UTC"


async def test_staff_who_manage_nothing_set_no_time_zone(world: World) -> None:
    shown = await world.boss.slash(world.staff_channel, "setup guide")
    message = shown.response or shown.followups[0]
    world.env.backend.remove_member_role(
        world.guild.id, world.boss.id, next(r.id for r in _roles(world) if r.name == "Managers")
    )
    late = await world.boss.select(message, ["Asia/Seoul"], custom_id="setup:zone")
    assert said(late).endswith("Only members who may manage the server can do this.")
    assert world.services.guilds.get(world.guild.id).timezone is None
