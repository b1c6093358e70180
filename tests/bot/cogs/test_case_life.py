"""A case from a member's message to its end and back, through Discord alone, with restarts in between."""

from __future__ import annotations

from collections.abc import Sequence

import discord
import pytest

from bot.i18n import Catalogues
from core.types.case import AnsweredBy, Case, CaseEventKind, CaseState, Severity
from core.types.post import Author, Batch, Post, PostKind, PostRef, Source
from engagement.intake.decide import IntakePolicy
from engagement.intake.pipeline import Intake
from matching.matcher import BrandMatcher
from tests.bot.world import World, said, text_of
from tests.engagement.world import ScriptedJudge


def post_of(message: discord.Message, *, is_staff: bool = False) -> Post:
    """Return a member's message as the listener hands it over."""
    reference = None if message.reference is None else message.reference.message_id
    assert message.guild is not None
    return Post(
        ref=PostRef(Source.DISCORD, str(message.channel.id), str(message.id)),
        kind=PostKind.MESSAGE,
        text=message.content,
        created_at=message.created_at,
        author=Author(str(message.author.id), message.author.name, is_staff=is_staff),
        url=message.jump_url,
        parent_id=None if reference is None else str(reference),
        guild_id=str(message.guild.id),
        container_name="#help",
    )


@pytest.fixture
async def intake(world: World) -> Intake:
    """What listens, over the world's store; it learns of our own messages as in the running bot."""
    settings = world.services.settings
    matcher = BrandMatcher(section.brand() for section in settings.brands)
    policy = IntakePolicy.of(settings, Catalogues())
    intake = Intake(world.store, matcher, ScriptedJudge(), world.clock, policy, world.desk.policy)
    await intake.start()
    world.outbox.on_sent = intake.track_sent
    return intake


async def hear(world: World, intake: Intake, *messages: discord.Message, is_staff: bool = False) -> Sequence[int]:
    """Let the bot read messages; return the cases that were opened."""
    posts = tuple(post_of(message, is_staff=is_staff) for message in messages)
    taken = await intake.take(Batch("discord:help", posts=posts))
    await world.drain()
    return taken.cases


async def kinds(world: World, case: Case) -> list[tuple[CaseEventKind, str | None]]:
    return [(event.kind, event.actor) for event in await world.desk.trail(case.id)]


async def test_from_the_message_to_the_end_and_back(world: World, intake: Intake) -> None:
    message = await world.guest.send(world.help_channel, "I hate it: my Lumora lamp broke, double charge too")
    (case_id,) = await hear(world, intake, message)
    case = await world.case(case_id)
    assert case.severity is Severity.URGENT, "a double charge is about payment"
    card = text_of(world.card())
    for shown in ("Lumora", "#help", "broke", "Judged negative", "complaint", "Severity: urgent", "First response due"):
        assert shown in card
    assert message.jump_url in str([part.to_dict() for part in world.card().components])

    await world.restart()
    await world.sora.click(world.card(), custom_id=f"case:claim:{case_id}")
    await world.sora.slash(world.staff_channel, "case reply", case=case_id, text="We are sorry: a new one is coming.")
    await world.drain()
    answer = world.help_channel.last_message
    assert answer is not None
    assert answer.reference is not None
    assert answer.reference.message_id == message.id, "in place, as an answer"
    waiting = await world.case(case_id)
    assert (waiting.state, waiting.answered_by) == (CaseState.WAITING, AnsweredBy.BOT_DESK)
    assert waiting.paused_at is not None

    thanks = await world.guest.send(world.help_channel, "ok, good", reply_to=answer)
    await hear(world, intake, thanks)
    assert (await world.case(case_id)).state is CaseState.WAITING, "nothing more is asked"
    await world.restart()
    await world.env.advance_time(60)
    again = await world.guest.send(world.help_channel, "it is broken again, I hate it", reply_to=answer)
    await hear(world, intake, again)
    assert (await world.case(case_id)).state is CaseState.CLAIMED
    await world.sora.slash(world.staff_channel, "case resolve", case=case_id, reason="replaced")
    await world.env.advance_time(60)
    late = await world.guest.send(world.help_channel, "the new one broke, too! I hate it", reply_to=answer)
    await hear(world, intake, late)
    case = await world.case(case_id)
    assert (case.state, case.claimed_by) == (CaseState.CLAIMED, str(world.sora.id)), "reopened, with its owner"
    sora = str(world.sora.id)
    assert await kinds(world, case) == [
        (CaseEventKind.OPENED, None),
        (CaseEventKind.CLAIMED, sora),
        (CaseEventKind.REPLIED, sora),
        (CaseEventKind.CUSTOMER_WROTE, None),
        (CaseEventKind.CUSTOMER_WROTE, None),
        (CaseEventKind.RESOLVED, sora),
        (CaseEventKind.REOPENED, None),
    ]


async def test_a_native_answer_is_the_first_response_and_the_card_shows_it(world: World, intake: Intake) -> None:
    message = await world.guest.send(world.help_channel, "I hate my Lumora lamp")
    (case_id,) = await hear(world, intake, message)
    native = await world.minho.send(world.help_channel, "Let me look into that.", reply_to=message)
    await hear(world, intake, native, is_staff=True)
    case = await world.case(case_id)
    assert (case.state, case.answered_by) == (CaseState.WAITING, AnsweredBy.NATIVE)
    assert "Answered" in text_of(world.card())
    trail = await world.sora.slash(world.staff_channel, "case trail", case=case_id)
    assert f"<@{world.minho.id}> · answered at the source: post 1" in said(trail)


async def test_a_question_that_nobody_answers_becomes_a_case(world: World, intake: Intake) -> None:
    asked = await world.guest.send(world.help_channel, "does my Lumora lamp dim?")
    answered = await world.guest.send(world.help_channel, "and does the Lumora lamp blink?")
    assert await hear(world, intake, asked, answered) == ()
    helper = world.guild.add_member(world.env.create_user("helper"))
    reply = await helper.send(world.help_channel, "it does", reply_to=answered)
    await hear(world, intake, reply)
    await world.env.advance_time(29 * 60)
    assert await world.desk.sweep() == []
    await world.env.advance_time(2 * 60)
    (case,) = await world.desk.sweep()
    await world.drain()
    assert "Unanswered question" in text_of(world.card())
    assert "does my Lumora lamp dim?" in text_of(world.card())
    await world.restart()
    assert await world.desk.sweep() == [], "once"
    done = await world.sora.click(world.card(), custom_id=f"case:claim:{case.id}")
    assert said(done) == f"Case {case.id} is yours now."


async def test_the_same_author_joins_and_the_next_on_duty_gets_new_ones(world: World, intake: Intake) -> None:
    first = await world.guest.send(world.help_channel, "I hate my Lumora lamp")
    (case_id,) = await hear(world, intake, first)
    more = await world.guest.send(world.help_channel, "and I hate the Lumora hinge")
    assert await hear(world, intake, more) == ()
    assert "More posts in this case: 1" in text_of(world.card())
    assert len(world.staff_channel.history()) == 1, "no further card"
    assert (await world.case(case_id)).mention_ids == (1, 2)
