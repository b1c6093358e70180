"""Measures against abuse: by button and command, within Discord's rights and hierarchy, logged and appealed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import discord
import pytest
from simcord.actors import MemberActor
from simcord.builders import UserHandle

from core.errors import NotAllowedError
from core.ports.storing import Unit
from core.types.assessment import AbuseKind, Label
from core.types.case import Case, CaseKind
from core.types.decision import DecisionKind, Reason
from core.types.learning import Correction
from core.types.moderation import AppealState, Measure, MeasureKind, MeasureState
from core.types.post import Author, PostRef, Source
from engagement.desk.opening import Opening, open_case
from listeners.reddit.moderator import RedditModerator
from tests import make
from tests.bot.world import World, only_for_them, said, speaking, text_of


@dataclass
class Scene:
    """A troll wrote something, and there is an abuse case about it."""

    world: World
    user: UserHandle
    troll: MemberActor
    message: discord.Message
    case: Case
    mods: Any
    """A role with Discord's own moderation rights."""

    async def press(self, who: MemberActor, kind: MeasureKind, **fields: str) -> str:
        """Press a measure's button and submit its window; return what was said."""
        opened = await who.click(self.card, custom_id=f"mod:{kind}:{self.case.id}")
        if opened.modal is None:
            return said(opened)
        return said(await who.submit_modal(opened, {"text": "insults", **fields}))

    @property
    def card(self) -> discord.Message:
        return self.world.card()


async def scene(world: World, *, kind: CaseKind = CaseKind.ABUSE) -> Scene:
    mods = world.guild.create_role(
        "Mods",
        permissions=discord.Permissions(
            manage_messages=True, moderate_members=True, kick_members=True, ban_members=True
        ),
    )
    for one in (world.sora, world.minho):
        world.env.backend.add_member_role(world.guild.id, one.id, mods.id)
    user = world.env.create_user("troll")
    troll = world.guild.add_member(user)
    message = await troll.send(world.help_channel, "Lumora people are all [something hateful]")
    post = make.post(
        message.content, native_id=str(message.id), source=Source.DISCORD, container=str(world.help_channel.id),
        created_at=world.clock.now(),
    )  # fmt: skip
    post = replace(post, author=Author(str(troll.id), "troll"), guild_id=str(world.guild.id))
    judged = make.judged(post, label=Label.NEGATIVE, kind=DecisionKind.MODERATE, reason=Reason.ABUSE)
    assessment = replace(judged.assessment, abuse_kinds=(AbuseKind.HATE,))
    judged = replace(judged, assessment=assessment)

    async def work(unit: Unit) -> Case:
        (mention_id,) = await unit.mentions.add_many([judged])
        assert mention_id is not None
        key = world.store.author_key(Source.DISCORD, str(troll.id))
        opening = Opening(
            mention_id, kind, "Lumora", Source.DISCORD, post.text, assessment, key, None, world.clock.now()
        )
        case, _ = await open_case(unit, opening, world.desk.policy)
        return case

    case = await world.store.write(work)
    await world.drain()
    return Scene(world, user, troll, message, case, mods)


def _silent_until(at: Scene) -> datetime | None:
    until = at.world.env.backend.get_guild(at.world.guild.id).members[at.troll.id].timed_out_until
    return until if until is None or isinstance(until, datetime) else datetime.fromisoformat(until)


async def test_delete_from_the_card(world: World) -> None:
    at = await scene(world)
    assert await at.press(world.sora, MeasureKind.DELETE) == "Done: post removed. Moderation case 1."
    assert at.message.id not in [one.id for one in world.help_channel.history()]
    record = await world.services.moderation.get(1)
    assert (record.state, record.moderator, record.reason) == (MeasureState.DONE, str(world.sora.id), "insults")
    trail = await world.desk.trail(at.case.id)
    assert (trail[-1].kind.value, trail[-1].reason) == ("moderated", "delete:1")


async def test_a_timeout_is_told_and_stands_in_the_audit_log(world: World) -> None:
    at = await scene(world)
    assert await at.press(world.sora, MeasureKind.TIMEOUT, minutes="90") == "Done: timeout. Moderation case 1."
    assert _silent_until(at) == world.clock.now() + timedelta(minutes=90)
    reasons = [entry.reason for entry in world.guild.audit_log()]
    assert f"#1 <@{world.sora.id}>: insults" in reasons
    await world.drain()
    (told,) = at.user.dm_channel.history()
    assert "Reason: insults" in told.content
    assert "Moderation case 1." in told.content


async def test_kick_and_ban(world: World) -> None:
    at = await scene(world)
    assert (await at.press(world.sora, MeasureKind.KICK)).startswith("Done: kick")
    assert at.troll.id not in world.guild.member_ids()
    assert (await at.press(world.minho, MeasureKind.BAN)).startswith("Done: ban")
    ban = world.guild.get_ban(at.troll)
    assert ban is not None
    assert "insults" in ban["reason"]


async def test_no_role_no_measure(world: World) -> None:
    at = await scene(world)
    for kind in (MeasureKind.DELETE, MeasureKind.WARN, MeasureKind.TIMEOUT, MeasureKind.KICK, MeasureKind.BAN):
        result = await world.guest.click(at.card, custom_id=f"mod:{kind}:{at.case.id}")
        assert said(result) == "Only staff may do this."
        assert result.modal is None


async def test_staff_without_discords_right_cannot(world: World) -> None:
    at = await scene(world)
    world.env.backend.remove_member_role(world.guild.id, world.sora.id, at.mods.id)
    assert await at.press(world.sora, MeasureKind.BAN) == "Discord does not give you the right to do this there."
    assert world.guild.get_ban(at.troll) is None
    records, total = await world.services.moderation.history()
    assert (records, total) == ([], 0), "what was never allowed leaves no measure behind"


async def test_the_hierarchy_holds_for_moderator_and_bot(world: World) -> None:
    at = await scene(world)
    world.env.backend.add_member_role(world.guild.id, at.troll.id, world.staff_role.id)
    assert await at.press(world.sora, MeasureKind.KICK) == "That member's highest role is not below yours."
    top = world.guild.create_role("Top", position=50)
    world.env.backend.add_member_role(world.guild.id, at.troll.id, top.id)
    higher = world.guild.create_role("Higher", position=60)
    world.env.backend.add_member_role(world.guild.id, world.sora.id, higher.id)
    assert await at.press(world.sora, MeasureKind.KICK) == "That member's highest role is not below the bot's."
    assert at.troll.id in world.guild.member_ids()


async def test_a_complaint_is_never_punished(world: World) -> None:
    at = await scene(world, kind=CaseKind.COMPLAINT)
    assert "mod:" not in str([part.to_dict() for part in at.card.components])
    with pytest.raises(NotAllowedError, match="never punished"):
        await world.services.moderation.order_on_case(at.case.id, MeasureKind.BAN, str(world.sora.id), "rude")
    assert world.guild.get_ban(at.troll) is None


async def test_what_a_person_calls_abuse_can_be_moderated_and_the_other_way_round(world: World) -> None:
    at = await scene(world, kind=CaseKind.COMPLAINT)
    mention = at.case.mention_ids[0]

    async def call_it(correction: str) -> str:
        asked = await world.sora.click(at.card, custom_id=f"verdict:wrong:{mention}")
        assert asked.response is not None
        await world.sora.select(asked.response, [correction], custom_id=f"verdict:should:{mention}")
        await world.drain()
        return str([part.to_dict() for part in at.card.components])

    assert "mod:warn:" in await call_it("abuse")
    opened = await world.sora.click(at.card, custom_id=f"mod:warn:{at.case.id}")
    await world.restart()
    assert "mod:" not in await call_it("complaint"), "somebody says that it was a harsh complaint after all"
    late = await world.sora.submit_modal(opened, {"text": "insults"})
    assert said(late) == "Only cases of abuse are moderated: a complaint is never punished."
    assert await world.services.moderation.history() == ([], 0)


async def test_a_judged_abuse_that_is_a_complaint_is_not_punished(world: World) -> None:
    at = await scene(world)
    opened = await world.minho.click(at.card, custom_id=f"mod:ban:{at.case.id}")
    await world.services.verdicts.give(at.case.mention_ids[0], str(world.sora.id), Correction.COMPLAINT)
    late = await world.minho.submit_modal(opened, {"text": "insults"})
    assert said(late) == "Only cases of abuse are moderated: a complaint is never punished."
    assert world.guild.get_ban(at.troll) is None


async def test_an_old_card_of_a_closed_case_moderates_nobody(world: World) -> None:
    at = await scene(world)
    opened = await world.minho.click(at.card, custom_id=f"mod:ban:{at.case.id}")
    await world.desk.dismiss(at.case.id, str(world.sora.id))
    assert said(await world.minho.submit_modal(opened, {"text": "insults"})).startswith("This case is closed.")
    assert world.guild.get_ban(at.troll) is None


async def test_a_window_opened_before_a_restart_still_counts(world: World) -> None:
    at = await scene(world)
    opened = await world.sora.click(at.card, custom_id=f"mod:delete:{at.case.id}")
    await world.restart()
    assert said(await world.sora.submit_modal(opened, {"text": "insults"})).startswith("Done")


async def test_warn_history_and_appeal_by_the_member(world: World) -> None:
    at = await scene(world)
    warned = await world.sora.slash(world.staff_channel, "mod warn", member=at.troll, reason="Please be kind")
    assert said(warned) == "Done: warning. Moderation case 1."
    assert only_for_them(warned)
    await world.drain()
    (notice,) = at.user.dm_channel.history()
    assert "Please be kind" in notice.content

    user = at.user
    opened = await user.click(notice, custom_id="appeal:ask:1")
    await world.restart()
    sent = await user.submit_modal(opened, {"text": "It was a <@&1> joke"})
    assert said(sent) == "Your appeal is with the team. Somebody else will look at it."
    twice = await user.submit_modal(await user.click(notice, custom_id="appeal:ask:1"), {"text": "again"})
    assert said(twice).startswith("There is an appeal against this measure already.")

    await world.drain()
    card = world.card()
    assert "Appeal against case 1" in text_of(card)
    assert f"warning · <@{at.troll.id}> (troll) · by <@{world.sora.id}>" in text_of(card)
    own = await world.sora.click(card, custom_id="appeal:grant:1")
    assert said(own).startswith("Somebody else than who took the measure")
    no_role = await world.guest.click(card, custom_id="appeal:grant:1")
    assert said(no_role) == "Only staff may do this."
    second = await world.minho.click(card, custom_id="appeal:grant:1")
    assert said(second).startswith("The appeal is granted")
    late = await world.boss.click(card, custom_id="appeal:uphold:1")
    assert said(late).startswith("This appeal is decided already.")
    record = await world.services.moderation.get(1)
    assert (record.state, record.appeal, record.decided_by) == (
        MeasureState.LIFTED, AppealState.GRANTED, str(world.minho.id),
    )  # fmt: skip
    await world.drain()
    assert "appeal granted" in text_of(world.card())
    told = at.user.dm_channel.history()[-1]
    assert told.content == "Your appeal in moderation case 1 was granted: the measure is taken back."
    assert not told.components
    with speaking("ko"):
        log = await world.sora.slash(world.staff_channel, "mod history", member=at.troll)
    assert "조치 1건" in said(log)
    assert f"**1** · 경고 · <@{at.troll.id}> (troll) · 철회됨" in said(log)
    assert "이의 신청 인용" in said(log)


async def test_only_the_person_may_appeal_for_themselves(world: World) -> None:
    at = await scene(world)
    await world.sora.slash(world.staff_channel, "mod warn", member=at.troll, reason="Please be kind")
    with pytest.raises(NotAllowedError):
        await world.services.moderation.appeal(1, "let me", by=world.store.author_key(Source.DISCORD, "1"))


async def test_a_member_is_told_in_their_servers_language_that_a_measure_stays(world: World) -> None:
    at = await scene(world)
    await world.services.guilds.change(world.guild.id, locale="ko")
    await world.sora.slash(world.staff_channel, "mod timeout", member=at.troll, minutes=60, reason="noise")
    await world.services.moderation.appeal(1, "a joke")
    await world.drain()
    assert said(await world.minho.click(world.card(), custom_id="appeal:uphold:1")).startswith("The appeal is turned")
    await world.drain()
    words = [one.content for one in at.user.dm_channel.history()]
    assert words[-1] == "제재 번호 1에 대한 이의 신청을 다른 담당자가 살펴본 결과, 조치를 유지하기로 했습니다."
    assert _silent_until(at) is not None


async def test_a_granted_appeal_lifts_a_timeout_and_a_ban(world: World) -> None:
    at = await scene(world)
    await world.sora.slash(world.staff_channel, "mod timeout", member=at.troll, minutes=60, reason="noise")
    assert _silent_until(at) is not None
    await world.services.moderation.appeal(1, "It was a mistake")
    await world.services.moderation.decide(1, str(world.minho.id), grant=True)
    assert _silent_until(at) is None
    assert (await at.press(world.sora, MeasureKind.BAN)).startswith("Done: ban. Moderation case 2.")
    noted = await world.minho.slash(world.staff_channel, "mod appeal", number=2, text="They wrote a mail")
    assert said(noted) == "The appeal against case 2 waits in the staff channel."
    await world.drain()
    await world.minho.click(world.card(), custom_id="appeal:grant:2")
    assert world.guild.get_ban(at.troll) is None


async def test_forgetting_a_person_takes_them_off_the_log_and_off_the_appeals_card(world: World) -> None:
    at = await scene(world)
    await world.sora.slash(world.staff_channel, "mod warn", member=at.troll, reason="Please be kind")
    await world.services.moderation.appeal(1, "It was a quixotic joke")
    await world.drain()
    assert "quixotic" in text_of(world.card())
    key = world.store.author_key(Source.DISCORD, str(at.troll.id))
    await world.services.privacy.forget(key)
    await world.drain()
    for card in world.staff_channel.history():
        assert not [word for word in ("quixotic", "troll", "be kind") if word in text_of(card)]
    listed = said(await world.sora.slash(world.staff_channel, "mod history"))
    assert "**1** · warning · in force" in listed
    assert "troll" not in listed
    async with world.store.read() as unit:
        assert await unit.moderation.subject(1) is None
        assert await unit.mentions.author(key) is None
        record = await unit.moderation.get(1)
    assert record is not None
    assert (record.author_key, record.reason) == (None, "")


async def test_a_measure_that_discord_refuses_stands_as_failed(world: World) -> None:
    at = await scene(world)
    world.env.inject_error("DELETE", "/channels/*/messages/*", status=500)
    measure = Measure(
        MeasureKind.DELETE, Source.DISCORD, str(world.help_channel.id), str(world.sora.id), "x", str(world.guild.id),
        str(at.message.id),
    )  # fmt: skip
    with pytest.raises(Exception, match="Discord"):
        await world.services.moderation.order(measure)
    assert (await world.services.moderation.get(1)).state is MeasureState.BEGUN, "nobody knows whether it happened"


@dataclass
class RedditModeratorHere:
    """Reddit's side, as its adapter behaves where our account is a moderator, or is none."""

    moderates: bool = True
    taken: list[tuple[MeasureKind, str | None, str | None]] = field(default_factory=list)
    source: Source = Source.REDDIT
    kinds: frozenset[MeasureKind] = RedditModerator.kinds

    async def remove(self, ref: PostRef, *, reason: str) -> None:
        raise AssertionError("measures go through take")

    async def check(self, measure: Measure) -> None:
        """Only Reddit knows, so nothing is refused before it is asked."""

    async def take(self, measure: Measure, *, number: int) -> None:
        if not self.moderates and measure.kind is not MeasureKind.REPORT:
            raise NotAllowedError("Our Reddit account is not a moderator there.")
        self.taken.append((measure.kind, measure.post_id, measure.member_id))

    async def lift(self, measure: Measure, *, number: int) -> None:
        raise AssertionError("there is nothing to take back")

    async def channel_of(self, member_id: str) -> str | None:
        raise AssertionError("nobody on Reddit is written to alone")


async def _on_reddit(world: World, here: RedditModeratorHere) -> Case:
    world.services.moderation.moderators[Source.REDDIT] = here
    case = await world.complaint("buy followers at spam dot example, lumora")
    await world.services.verdicts.give(case.mention_ids[0], str(world.sora.id), Correction.ABUSE)
    await world.drain()
    return case


@pytest.mark.parametrize("kind", [MeasureKind.DELETE, MeasureKind.LOCK, MeasureKind.REPORT])
async def test_on_reddit_a_post_is_removed_locked_or_reported(world: World, kind: MeasureKind) -> None:
    here = RedditModeratorHere()
    case = await _on_reddit(world, here)
    opened = await world.sora.click(world.card(), custom_id=f"mod:{kind}:{case.id}")
    await world.restart()
    done = await world.sora.submit_modal(opened, {"text": "spam"})
    assert said(done).startswith("Done: ")
    assert here.taken == [(kind, "t1_a", None)], "the post, never the person"
    assert "mod:ban:" not in str([part.to_dict() for part in world.card().components])


async def test_where_our_reddit_account_is_no_moderator_it_says_so_and_may_report(world: World) -> None:
    case = await _on_reddit(world, RedditModeratorHere(moderates=False))
    opened = await world.sora.click(world.card(), custom_id=f"mod:lock:{case.id}")
    refused = await world.sora.submit_modal(opened, {"text": "spam"})
    assert said(refused) == "Our Reddit account is not a moderator there."
    history = said(await world.sora.slash(world.staff_channel, "mod history"))
    assert "did not happen" in history
    opened = await world.sora.click(world.card(), custom_id=f"mod:report:{case.id}")
    reported = await world.sora.submit_modal(opened, {"text": "spam"})
    assert said(reported) == "Done: reported to the moderators. Moderation case 2."
