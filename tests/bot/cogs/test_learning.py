"""Teaching the desk: verdicts by button, rules by confirmation, causes, consent and satisfaction, over restarts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import pytest
from simcord.backend.errors import SetupError

from core.ports.storing import Unit
from core.types.action import Purpose
from core.types.assessment import Label
from core.types.brand import Term
from core.types.case import Case
from core.types.decision import DecisionKind, Reason
from core.types.learning import Correction
from core.types.post import Author, Batch, Removal, RemovalReason, Source
from engagement.desk.opening import Opening, kind_of, open_case
from tests import make
from tests.bot.world import World, only_for_them, said, speaking, text_of


async def _stored(world: World, text: str, native_id: str, *, source: Source = Source.REDDIT) -> int:
    """Store a flagged mention without a case; return its id."""
    about = make.post(text, native_id=native_id, source=source, created_at=world.clock.now())
    judged = make.judged(about, label=Label.NEGATIVE, kind=DecisionKind.FLAG, reason=Reason.COMPLAINT)
    (mention_id,) = await world.store.write(lambda unit: unit.mentions.add_many([judged]))
    assert mention_id is not None
    return mention_id


async def _of_guest(world: World, text: str = "I hate my Lumora lamp") -> Case:
    """Let the guest write a complaint in the help channel; return its case."""
    message = await world.guest.send(world.help_channel, text)
    place = str(world.help_channel.id)
    about = make.post(text, native_id=str(message.id), source=Source.DISCORD, container=place)
    about = replace(about, author=Author(str(world.guest.id), "guest"), created_at=world.clock.now())
    judged = make.judged(about, label=Label.NEGATIVE, kind=DecisionKind.FLAG, reason=Reason.COMPLAINT)

    async def work(unit: Unit) -> Case:
        (mention_id,) = await unit.mentions.add_many([judged])
        assert mention_id is not None
        key = world.store.author_key(Source.DISCORD, str(world.guest.id))
        opening = Opening(
            mention_id=mention_id,
            kind=kind_of(judged.decision),
            brand="Lumora",
            source=Source.DISCORD,
            text=text,
            assessment=judged.assessment,
            author_key=key,
            thread_id=None,
            opened_at=world.clock.now(),
        )
        case, _ = await open_case(unit, opening, world.desk.policy)
        return case

    case = await world.store.write(work)
    await world.drain()
    return case


async def _midday(world: World) -> None:
    """Let time pass until noon of the next day: no quiet hours then."""
    now = world.clock.now()
    noon = (now + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    await world.env.advance_time((noon - now).total_seconds())


def _shown(result: Any) -> Any:
    return result.response or result.followups[0]


async def test_right_by_button_shows_on_the_card(world: World) -> None:
    case = await world.complaint()
    mention = case.mention_ids[0]
    card = world.card()
    await world.restart()
    result = await world.sora.click(card, custom_id=f"verdict:right:{mention}")
    assert said(result) == "Noted: the decision was right."
    assert only_for_them(result)
    await world.drain()
    assert f"Called right by <@{world.sora.id}>" in text_of(world.card())
    (precision,) = await world.services.verdicts.precision(weeks=1)
    assert (precision.brand, precision.right, precision.wrong) == ("Lumora", 1, 0)


async def test_wrong_asks_what_it_should_have_been(world: World) -> None:
    case = await world.complaint()
    mention = case.mention_ids[0]
    asked = await world.sora.click(world.card(), custom_id=f"verdict:wrong:{mention}")
    assert "What should it have been?" in said(asked)
    assert only_for_them(asked)
    assert (await world.services.verdicts.view(mention)).verdict is None, "nothing is noted before the choice"
    await world.restart()
    done = await world.sora.select(_shown(asked), ["question"], custom_id=f"verdict:should:{mention}")
    assert said(done) == "Noted: it should have been a question."
    verdict = (await world.services.verdicts.view(mention)).verdict
    assert verdict is not None
    assert verdict.should_be is Correction.QUESTION
    await world.drain()
    assert f"Called wrong by <@{world.sora.id}>: a question" in text_of(world.card())


@pytest.mark.parametrize("act", ["right", "wrong"])
async def test_only_staff_give_verdicts(world: World, act: str) -> None:
    case = await world.complaint()
    result = await world.guest.click(world.card(), custom_id=f"verdict:{act}:{case.mention_ids[0]}")
    assert said(result) == "Only staff may do this."
    assert await world.services.verdicts.precision(weeks=1) == []


async def test_who_lost_the_role_cannot_choose_any_more(world: World) -> None:
    case = await world.complaint()
    mention = case.mention_ids[0]
    asked = await world.sora.click(world.card(), custom_id=f"verdict:wrong:{mention}")
    world.env.backend.remove_member_role(world.guild.id, world.sora.id, world.staff_role.id)
    done = await world.sora.select(_shown(asked), ["question"], custom_id=f"verdict:should:{mention}")
    assert said(done) == "Only staff may do this."


async def test_a_card_pressed_after_the_post_is_gone(world: World) -> None:
    case = await world.complaint()
    card = world.card()
    gone = Removal(make.post(native_id="t1_a").ref, RemovalReason.DELETED_BY_AUTHOR, world.clock.now())
    await world.store.write(lambda unit: unit.mentions.purge([gone]))
    result = await world.sora.click(card, custom_id=f"verdict:right:{case.mention_ids[0]}")
    assert said(result) == "The post is gone: there is nothing left to judge."


async def test_a_mention_in_full(world: World) -> None:
    case = await world.complaint("My Lumora lamp broke, [click](https://evil.example)")
    number = case.mention_ids[0]
    result = await world.sora.slash(world.staff_channel, "mention view", mention=number)
    text = said(result)
    assert f"Mention {number} · Lumora" in text
    assert "Decided: flag, because: a complaint" in text
    assert "Complaint 0.90, negative 0.95, positive 0.02" in text
    assert f"Case {case.id}" in text
    assert "\\[click\\]" in text
    assert only_for_them(result)
    right = await world.sora.click(_shown(result), custom_id=f"verdict:right:{number}")
    assert said(right) == "Noted: the decision was right."
    missing = await world.sora.slash(world.staff_channel, "mention view", mention=99)
    assert said(missing) == "There is no such mention."
    found = await world.sora.slash(world.staff_channel, "mention search", words="broke")
    assert f"**{number}**" in said(found), "a search names the numbers that can be viewed"


async def test_a_mention_whose_text_is_gone(world: World) -> None:
    case = await world.complaint()
    gone = Removal(make.post(native_id="t1_a").ref, RemovalReason.DELETED_BY_AUTHOR, world.clock.now())
    await world.store.write(lambda unit: unit.mentions.purge([gone]))
    result = await world.sora.slash(world.staff_channel, "mention view", mention=case.mention_ids[0])
    assert "its text is gone here, too" in said(result)
    with pytest.raises((SetupError, LookupError, ValueError)):
        await world.sora.click(_shown(result), custom_id=f"verdict:right:{case.mention_ids[0]}")


async def _confusion(world: World) -> None:
    """Three mentions about a street, called wrong, and one right one."""
    for number in range(3):
        mention = await _stored(world, f"i hate the noise on lumora street {number}", f"t1_{number}")
        await world.services.verdicts.give(mention, "7", Correction.WRONG_BRAND)
    right = await _stored(world, "i hate my lumora lamp", "t1_9")
    await world.services.verdicts.give(right, "7")


async def test_a_rule_from_suggestion_to_confirmation(world: World) -> None:
    await _confusion(world)
    suggested = await world.sora.slash(world.staff_channel, "rules suggest")
    assert "1. Lumora: not with “" in said(suggested)
    assert "3 mended, 0 lost" in said(suggested)
    assert only_for_them(suggested)
    await world.restart()
    tested = await world.sora.click(_shown(suggested), label="1")
    assert "**Mended**" in said(tested)
    assert "(https://example.com/t1_0)" in said(tested)
    refused = await world.sora.click(_shown(tested), label="Put into force")
    assert said(refused) == "Only members who may manage the server can do this."
    assert (await world.services.brands.all())[0].exclusions == ()

    again = await world.boss.slash(world.staff_channel, "rules suggest", brand="Lumora")
    tested = await world.boss.click(_shown(again), label="1")
    await world.restart()
    applied = await world.boss.click(_shown(tested), label="Put into force")
    assert said(applied).startswith("In force from now on: Lumora: not with “")
    (veto,) = (await world.services.brands.all())[0].exclusions
    twice = await world.boss.click(_shown(tested), label="Put into force")
    assert said(twice) == "This rule is in force already."

    listed = said(await world.sora.slash(world.staff_channel, "rules list"))
    assert f"Lumora: not with {veto.text}" in listed
    assert f"<@{world.boss.id}>" in listed


async def test_rules_by_command_and_back(world: World) -> None:
    await _confusion(world)
    tested = await world.boss.slash(world.staff_channel, "rules apply", brand="Lumora", exclusion="street")
    assert "3 mended, 0 lost" in said(tested)
    await world.boss.click(_shown(tested), label="Put into force")
    assert (await world.services.brands.all())[0].exclusions == (Term("street"),)
    raised = await world.boss.slash(world.staff_channel, "rules apply", **{"complaint-score": 0.7})
    await world.boss.click(_shown(raised), label="Put into force")
    listed = said(await world.sora.slash(world.staff_channel, "rules list"))
    assert "Flag from a complaint score of 0.70 (configured: 0.50)" in listed
    back = await world.boss.slash(world.staff_channel, "rules reset")
    assert said(back) == "Taken back: 2. The thresholds of the configuration hold again."
    assert (await world.services.brands.all())[0].exclusions == ()


async def _decided(world: World, text: str, native_id: str) -> DecisionKind | None:
    """Let a post come in as a listener brings it; return what was decided, or None where it is no mention."""
    post = make.post(text, native_id=native_id, source=Source.DISCORD, container="1", author=f"author {native_id}")
    intake = world.services.rules._intake
    taken = await intake.take(Batch(feed="discord:1", posts=(replace(post, created_at=world.clock.now()),)))
    return taken.stored[0].judged.decision.kind if taken.stored else None


async def test_what_was_put_into_force_decides_about_the_next_post_and_after_a_restart(world: World) -> None:
    assert await _decided(world, "i hate the noise on lumora street", "d1") is DecisionKind.FLAG
    changes: list[dict[str, Any]] = [{"brand": "Lumora", "exclusion": "street"}, {"complaint-score": 0.95}]
    for number, options in enumerate(changes):
        tested = await world.boss.slash(world.staff_channel, "rules apply", **options)
        assert await _decided(world, "i hate my lumora lamp", f"d2{number}") is DecisionKind.FLAG, "not yet"
        await world.boss.click(_shown(tested), label="Put into force")
    assert await _decided(world, "i hate the noise on lumora street", "d3") is None
    assert await _decided(world, "i hate my lumora lamp", "d4") is DecisionKind.REVIEW
    await world.restart()
    await world.services.rules.start()
    assert await _decided(world, "i hate my lumora lamp", "d5") is DecisionKind.REVIEW
    await world.boss.slash(world.staff_channel, "rules reset")
    assert await _decided(world, "i hate the noise on lumora street", "d6") is DecisionKind.FLAG


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        ({}, "Give one change: an exclusion with its brand, or one threshold."),
        ({"exclusion": "street"}, "Give one change: an exclusion with its brand, or one threshold."),
        ({"complaint-score": 0.6, "praise-score": 0.9}, "Give one change: an exclusion with its brand, or one"),
        ({"brand": "Lumora", "exclusion": "lumora"}, "This term stands in the brand's own terms"),
        ({"brand": "Nobody", "exclusion": "street"}, "No brand of that name is followed."),
        ({"complaint-score": 0.5}, "This rule is in force already."),
    ],
)
async def test_what_cannot_be_a_rule_is_said(world: World, options: dict[str, Any], answer: str) -> None:
    result = await world.boss.slash(world.staff_channel, "rules apply", **options)
    assert said(result).startswith(answer)


@pytest.mark.parametrize("command", ["rules apply", "rules reset"])
async def test_staff_without_the_right_change_no_rules(world: World, command: str) -> None:
    result = await world.sora.slash(world.staff_channel, command)
    assert said(result) == "Only members who may manage the server can do this."


@pytest.mark.parametrize("command", ["rules list", "rules suggest", "cause list", "csat", "mention view"])
async def test_members_do_not_see_it(world: World, command: str) -> None:
    assert command not in world.guest.available_commands(world.help_channel)


async def test_precision_lists_weeks(world: World) -> None:
    await _confusion(world)
    result = await world.sora.slash(world.staff_channel, "rules precision")
    assert "Lumora · a complaint · 25% right (1 of 4)" in said(result)
    nothing = await world.sora.slash(world.staff_channel, "rules suggest", brand="Nobody")
    assert said(nothing) == "No brand of that name is followed."


async def test_suggesting_without_verdicts(world: World) -> None:
    await world.complaint()
    result = await world.sora.slash(world.staff_channel, "rules suggest")
    assert "Nothing to suggest" in said(result)


async def _cause(world: World, cases: Sequence[Case]) -> Any:
    added = await world.sora.slash(world.staff_channel, "cause add", title="The hinge *broke*")
    assert said(added) == "Cause 1 is noted."
    for number, case in enumerate(cases, 1):
        linked = await world.sora.slash(world.staff_channel, "cause link", cause=1, case=case.id)
        assert said(linked) == f"Cases linked to cause 1: {number}"
    return await world.sora.slash(world.staff_channel, "cause fixed", cause=1)


async def test_a_fixed_cause_is_told_to_who_agreed(world: World) -> None:
    await _midday(world)
    case = await _of_guest(world)
    agreed = await world.guest.slash(world.help_channel, "privacy consent", what="follow_up")
    assert said(agreed).startswith("Noted, thank you.")
    assert only_for_them(agreed)
    other = await world.complaint()
    fixed = await _cause(world, [case, other])
    assert "People told: 1; not told, without consent or out of reach: 1." in said(fixed)
    await world.restart()
    await world.drain()
    told = world.help_channel.last_message
    assert told is not None
    assert f"(case {case.id})" in told.content
    assert told.reference is not None
    assert "The hinge \\*broke\\*" in told.content
    again = await world.sora.slash(world.staff_channel, "cause fixed", cause=1)
    assert said(again).startswith("This cause is fixed already")
    listed = said(await world.sora.slash(world.staff_channel, "cause list"))
    assert "cases: 2" in listed
    assert "fixed <t:" in listed


async def test_consent_taken_back_keeps_the_bot_silent(world: World) -> None:
    await _midday(world)
    case = await _of_guest(world)
    before = len(world.help_channel.history())
    await world.guest.slash(world.help_channel, "privacy consent", what="follow_up")
    await world.env.advance_time(1)
    back = await world.guest.slash(world.help_channel, "privacy consent", what="follow_up", agree=False)
    assert said(back) == "Noted. Your consent is taken back."
    assert "People told: 0" in said(await _cause(world, [case]))
    await world.drain()
    assert len(world.help_channel.history()) == before


async def test_causes_are_offered_while_typing(world: World) -> None:
    case = await world.complaint()
    await world.sora.slash(world.staff_channel, "cause add", title="Late parcels")
    offered = await world.sora.autocomplete(world.staff_channel, "cause fixed", "cause", "parc")
    assert offered == [{"name": "1 · Late parcels", "value": 1}]
    cases = await world.sora.autocomplete(world.staff_channel, "cause link", "case", "", cause=1)
    assert [choice["value"] for choice in cases] == [case.id]


async def _asked(world: World) -> tuple[Case, discord.Message]:
    """Let the guest agree, complain, and be asked in a direct message; return case and question."""
    await _midday(world)
    agreed = await world.guest.slash(world.help_channel, "privacy consent", what="survey")
    assert said(agreed).startswith("Noted, thank you.")
    case = await _of_guest(world)
    await world.desk.resolve(case.id, str(world.sora.id))
    await world.env.advance_time(11 * 60)
    assert await world.services.surveys.ask() == 1
    await world.drain()
    question = world.guest.user.dm_channel.last_message
    assert question is not None
    return case, question


async def test_satisfaction_from_question_to_figures(world: World) -> None:
    case, question = await _asked(world)
    assert f"Your case {case.id} about Lumora was closed." in question.content
    await world.restart()
    answered = await world.guest.user.click(question, custom_id=f"csat:4:{case.id}")
    assert said(answered) == "Thank you! Your answer: 4."
    assert only_for_them(answered)
    window = await world.guest.user.click(_shown(answered), label="Say why")
    assert window.modal is not None
    thanked = await world.guest.user.submit_modal(window, {"text": "quick & [kind](https://evil.example)"})
    assert said(thanked) == "Thank you, the team will read it."
    shown = said(await world.sora.slash(world.staff_channel, "csat"))
    assert "Satisfied (4 or 5): 100% of 1 answers" in shown
    assert "Response rate: 100% of 1 questions" in shown
    assert "1: 0 · 2: 0 · 3: 0 · 4: 1 · 5: 0" in shown
    assert "\\[kind\\]" in shown
    stats = said(await world.sora.slash(world.staff_channel, "stats", brand="Lumora"))
    assert "Satisfied (4 or 5): 100% of 1 answers" in stats
    assert "Response rate: 100% of 1 questions" in stats
    other = said(await world.sora.slash(world.staff_channel, "stats", brand="Nimbus"))
    assert "Satisfied" not in other
    with speaking("ko"):
        assert "만족(4·5점): 답변 1건 중 100%" in said(await world.sora.slash(world.staff_channel, "stats"))
    async with world.store.read() as unit:
        sent = [action for action in await unit.outbox.of_case(case.id) if action.draft.purpose is Purpose.SURVEY]
    assert str(world.guest.id) not in repr(sent[0].draft)


async def test_only_the_person_asked_can_answer(world: World) -> None:
    case, _ = await _asked(world)
    async with world.store.read() as unit:
        (survey,) = [one for one in await unit.outbox.of_case(case.id) if one.draft.purpose is Purpose.SURVEY]
    assert survey.sent_id is not None
    from bot.views.csat import csat_view

    with world.env._bot_scope():
        await world.bot.get_partial_messageable(world.help_channel.id).send("?", view=csat_view(case.id))
    message = world.help_channel.last_message
    assert message is not None
    result = await world.sora.click(message, custom_id=f"csat:1:{case.id}")
    assert said(result) == "Only the person it belongs to can press this."
    assert (await world.services.surveys.satisfaction(days=1)).counts.answers == 0


async def test_a_question_lost_in_mid_send_is_found_again(world: World) -> None:
    case, question = await _asked(world)
    async with world.store.read() as unit:
        (survey,) = [one for one in await unit.outbox.of_case(case.id) if one.draft.purpose is Purpose.SURVEY]
    with world.env._bot_scope():
        found = await world.outbox.senders[Source.DISCORD].find(survey)
    assert found is not None
    assert found.native_id == str(question.id)


async def test_figures_without_any_answer(world: World) -> None:
    result = await world.sora.slash(world.staff_channel, "csat", days=7)
    assert "Nobody has answered yet. Questions sent: 0" in said(result)


async def test_in_korean(world: World) -> None:
    case = await world.complaint()
    card, mention = world.card(), case.mention_ids[0]
    with speaking("ko"):
        asked = await world.sora.click(card, custom_id=f"verdict:wrong:{mention}")
        done = await world.sora.select(_shown(asked), ["wrong_brand"], custom_id=f"verdict:should:{mention}")
        viewed = await world.sora.slash(world.staff_channel, "mention view", mention=mention)
        precision = await world.sora.slash(world.staff_channel, "rules precision")
        csat = await world.sora.slash(world.staff_channel, "csat")
        agreed = await world.guest.slash(world.help_channel, "privacy consent", what="survey")
    assert "올바른 판단은 무엇인가요?" in said(asked)
    assert said(done) == "기록했습니다. 올바른 판단: 이 브랜드 이야기가 아님"
    assert f"언급 {mention}번 · Lumora" in said(viewed)
    assert "맞음 0% (1건 중 0건)" in said(precision)
    assert "아직 답변이 없습니다." in said(csat)
    assert said(agreed).startswith("기록했습니다.")
