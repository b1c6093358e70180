"""The desk over a real store: one winner per press, an audit line per change, one reply per case at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import ConflictError, InputError, NotFoundError, SendRefusedError
from core.settings import RedditMode
from core.types.action import ActionKind, ActionState, Purpose, Target
from core.types.case import CaseEventKind, CaseKind, CaseQuery, CaseState, Severity
from core.types.member import GuildSettings
from core.types.post import Batch, Removal, RemovalReason, Source
from tests.engagement.world import World, build, message, ref


async def a_case(world: World, text: str = "I hate my Lumora", native_id: str = "1", **sides: object) -> int:
    taken = await world.take(message(text, native_id, **sides))  # type: ignore[arg-type]
    await world.outbox.drain()
    return taken.cases[0]


async def test_claim_answer_resolve_reopen_leave_a_trail(world: World) -> None:
    case_id = await a_case(world)
    await world.desk.claim(case_id, "7")
    await world.desk.reply(case_id, "7", "Sorry, we are looking into it.")
    await world.outbox.drain()
    await world.desk.resolve(case_id, "7", "replaced")
    case = await world.desk.reopen(case_id, "8", "not fixed")
    assert (case.state, case.claimed_by, case.resolution) == (CaseState.CLAIMED, "7", "")
    trail = await world.desk.trail(case_id)
    assert [(event.kind, event.actor, event.reason) for event in trail] == [
        (CaseEventKind.OPENED, None, ""),
        (CaseEventKind.CLAIMED, "7", ""),
        (CaseEventKind.REPLIED, "7", ""),
        (CaseEventKind.RESOLVED, "7", "replaced"),
        (CaseEventKind.REOPENED, "8", "not fixed"),
    ]


async def test_of_two_who_press_at_once_one_wins_and_the_other_is_told_who(world: World) -> None:
    case_id = await a_case(world)
    results = await asyncio.gather(
        world.desk.claim(case_id, "7"), world.desk.claim(case_id, "8"), return_exceptions=True
    )
    lost = [result for result in results if isinstance(result, ConflictError)]
    assert [error.holder for error in lost] == ["7"]
    assert (await world.desk.view(case_id)).claimed_by == "7"
    assert (await world.desk.claim(case_id, "7")).claimed_by == "7", "one's own case again is no conflict"


async def test_a_case_can_be_given_back_by_its_holder_only(world: World) -> None:
    case_id = await a_case(world)
    await world.desk.claim(case_id, "7")
    with pytest.raises(ConflictError) as refused:
        await world.desk.unclaim(case_id, "8")
    assert refused.value.holder == "7"
    case = await world.desk.unclaim(case_id, "7")
    assert (case.state, case.claimed_by) == (CaseState.OPEN, None)


async def test_replies_pressed_at_once_become_one_reply(world: World) -> None:
    case_id = await a_case(world)
    presses = [world.desk.reply(case_id, actor, f"from {actor} {n}") for n in range(4) for actor in ("7", "8")]
    results = await asyncio.gather(*presses, return_exceptions=True)
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert all(isinstance(result, ConflictError) for result in results if isinstance(result, BaseException))
    await world.outbox.drain()
    assert world.discord.texts(Purpose.STAFF_REPLY) == ["from 7 0"]


async def test_the_very_same_reply_is_not_sent_twice_but_another_one_is(world: World) -> None:
    case_id = await a_case(world)
    await world.desk.reply(case_id, "7", "Sorry!")
    await world.outbox.drain()
    with pytest.raises(ConflictError, match="very same"):
        await world.desk.reply(case_id, "7", "Sorry! ")
    await world.desk.reply(case_id, "7", "It is fixed now.")
    await world.outbox.drain()
    assert world.discord.texts(Purpose.STAFF_REPLY) == ["Sorry!", "It is fixed now."]


async def test_a_reply_goes_to_the_newest_living_post_of_the_case(world: World) -> None:
    case_id = await a_case(world)
    await world.take(message("and I hate the Lumora app", "2", minutes=3))
    action = await world.desk.reply(case_id, "7", "Sorry!")
    assert action.draft.target.reply_to == "2"
    gone = Removal(ref("2"), RemovalReason.DELETED_BY_AUTHOR, world.clock.now())
    await world.intake.take(Batch("discord:1", removals=(gone,)))
    (cancelled,) = [a for a in await world.actions(ActionState.CANCELLED) if a.draft.purpose is Purpose.STAFF_REPLY]
    assert cancelled.id == action.id
    assert (await world.desk.reply(case_id, "7", "Sorry!")).draft.target.reply_to == "1"


@pytest.mark.parametrize(("text", "match"), [("  ", "empty"), ("x" * 2_001, "longer")])
async def test_texts_that_cannot_be_sent_are_refused_at_once(world: World, text: str, match: str) -> None:
    case_id = await a_case(world)
    with pytest.raises(InputError, match=match):
        await world.desk.reply(case_id, "7", text)
    assert (await world.desk.view(case_id)).claimed_by is None, "a refused reply claims nothing"


async def test_posts_of_files_and_gone_posts_cannot_be_answered(world: World) -> None:
    taken = await world.take(message("I hate my Lumora", "9", source=Source.FILE), history=True)
    with pytest.raises(InputError, match="files"):
        await world.desk.reply(taken.cases[0], "7", "Sorry!")
    case_id = await a_case(world)
    gone = Removal(ref("1"), RemovalReason.DELETED_BY_AUTHOR, world.clock.now())
    await world.intake.take(Batch("discord:1", removals=(gone,)))
    with pytest.raises(InputError, match="gone"):
        await world.desk.reply(case_id, "7", "Sorry!")


async def test_reddit_can_be_switched_off(tmp_path: Path) -> None:
    world = await build(tmp_path, reddit_mode=RedditMode.OFF)
    case_id = await a_case(world, source=Source.REDDIT)
    with pytest.raises(InputError, match=r"reddit\.mode"):
        await world.desk.reply(case_id, "7", "Sorry!")
    await world.store.close()


async def test_a_pressed_reply_on_reddit_needs_no_second_press(world: World) -> None:
    case_id = await a_case(world, source=Source.REDDIT)
    await world.desk.reply(case_id, "7", "Sorry!")
    await world.outbox.drain()
    assert world.reddit.texts(Purpose.STAFF_REPLY) == ["Sorry!"]


async def test_in_a_crisis_a_second_person_sends(tmp_path: Path) -> None:
    world = await build(tmp_path, crisis=True)
    case_id = await a_case(world)
    draft = await world.desk.reply(case_id, "7", "Sorry!")
    assert draft.state is ActionState.DRAFT
    with pytest.raises(ConflictError, match="second person"):
        await world.desk.approve(draft.id, "7")
    assert [waiting.id for waiting in await world.desk.drafts()] == [draft.id]
    await world.desk.approve(draft.id, "8", "We are sorry!")
    await world.outbox.drain()
    assert world.discord.texts(Purpose.STAFF_REPLY) == ["We are sorry!"]
    with pytest.raises(ConflictError):
        await world.desk.approve(draft.id, "8")
    await world.store.close()


async def test_a_discarded_draft_is_never_sent(tmp_path: Path) -> None:
    world = await build(tmp_path, crisis=True)
    draft = await world.desk.reply(await a_case(world), "7", "Sorry!")
    await world.desk.discard(draft.id, "8")
    await world.outbox.drain()
    assert world.discord.texts(Purpose.STAFF_REPLY) == []
    with pytest.raises(NotFoundError):
        await world.desk.approve(999, "8")
    await world.store.close()


async def test_closed_cases_stay_closed_until_reopened(world: World) -> None:
    case_id = await a_case(world)
    await world.desk.dismiss(case_id, "7", "spam")
    for press in (world.desk.claim(case_id, "8"), world.desk.resolve(case_id, "8"), world.desk.dismiss(case_id, "8")):
        with pytest.raises(ConflictError):
            await press
    await world.desk.reopen(case_id, "8")
    with pytest.raises(ConflictError):
        await world.desk.reopen(case_id, "8")
    with pytest.raises(NotFoundError):
        await world.desk.view(12_345)


async def test_a_question_nobody_answered_becomes_a_case(world: World) -> None:
    await world.take(
        message("Does Lumora work with hubs?", "1"),
        message("Is Lumora waterproof?", "2", author="bob"),
        message("Is Lumora loud?", "3", author="cid", channel="file", source=Source.FILE),
    )
    await world.take(message("yes it is", "4", author="dan", parent="2", minutes=3))
    assert await world.desk.sweep() == []
    world.pass_minutes(31)
    (case,) = await world.desk.sweep()
    assert (case.kind, case.severity) == (CaseKind.QUESTION, Severity.NORMAL)
    assert (await world.desk.view(case.id)).excerpt == "Does Lumora work with hubs?"
    assert await world.desk.sweep() == []
    (card,) = await world.actions()
    assert card.draft.kind is ActionKind.CARD


async def test_an_old_question_is_left_alone(world: World) -> None:
    await world.take(message("Does Lumora work with hubs?", "1"))
    world.pass_minutes(25 * 60)
    assert await world.desk.sweep() == []


async def test_the_view_shows_all_that_a_card_needs(world: World) -> None:
    await a_case(world, native_id="0", minutes=-300)
    world.pass_minutes(120)
    case_id = await a_case(world, "I hate my Lumora, " + "so much " * 200, minutes=120)
    view = await world.desk.view(case_id)
    assert (view.brand, view.source, view.url, view.author_name) == (
        "Lumora",
        Source.DISCORD,
        "https://example.com/1",
        "ann",
    )
    assert view.excerpt is not None
    assert len(view.excerpt) <= 600
    assert (view.earlier_cases, view.joined, view.overdue, view.gone) == (1, 0, False, False)
    assert (view.severity, view.due_at) == (Severity.HIGH, world.clock.now() + timedelta(minutes=30))
    world.pass_minutes(31)
    assert (await world.desk.view(case_id)).overdue


async def test_cases_are_listed_by_due_time(world: World) -> None:
    late = await a_case(world, "I hate my Lumora", "1", author="ann")
    soon = await a_case(world, "I hate it, my Lumora caught fire", "2", author="bob")
    listed = await world.desk.list_cases(CaseQuery(states=(CaseState.OPEN,)))
    assert [case.id for case in listed] == [soon, late]


async def test_a_request_for_a_person_is_one_case_however_often_it_is_asked(world: World) -> None:
    target = Target(Source.DISCORD, "100", "77", "800")
    case, new = await world.desk.open_request(brand="Lumora", author_key="k1", target=target, note="help me")
    again, second = await world.desk.open_request(brand="Lumora", author_key="k1", target=target, note="hello?")
    assert (case.id, new, second) == (again.id, True, False)
    view = await world.desk.view(case.id)
    assert (view.case.kind, view.excerpt, view.source) == (CaseKind.REQUEST, "help me", Source.DISCORD)
    action = await world.desk.reply(case.id, "7", "Hi, how can I help?")
    assert (action.draft.kind, action.draft.target) == (ActionKind.REPLY, target)


async def test_cards_are_edited_once_for_many_changes(world: World) -> None:
    case_id = await a_case(world)
    await world.desk.claim(case_id, "7")
    await world.desk.unclaim(case_id, "7")
    await world.desk.claim(case_id, "8")
    assert [a.draft.kind for a in await world.actions(ActionState.PENDING)] == [ActionKind.CARD_EDIT]
    await world.outbox.drain()
    await world.desk.resolve(case_id, "8")
    await world.outbox.drain()
    assert [a.draft.kind for a in world.discord.effects] == [
        ActionKind.CARD,
        ActionKind.CARD_EDIT,
        ActionKind.CARD_EDIT,
    ]


async def test_a_reply_that_did_not_go_out_is_shown_and_can_be_given_again(world: World) -> None:
    case_id = await a_case(world)
    await world.desk.reply(case_id, "7", "Sorry!")
    await world.outbox.drain()
    assert (await world.desk.view(case_id)).problem is None
    world.discord.failures.append(SendRefusedError("no", reason="forbidden"))
    await world.desk.reply(case_id, "7", "Try this.")
    await world.outbox.drain()
    assert (await world.desk.view(case_id)).problem == "The last reply was not sent: the bot may not write there."
    failed = (await world.desk.trail(case_id))[-1]
    assert (failed.kind, failed.actor, failed.reason) == (CaseEventKind.REPLY_FAILED, "7", "forbidden")
    await world.desk.reply(case_id, "7", "Try this.")
    await world.outbox.drain()
    assert (await world.desk.view(case_id)).problem is None
    assert world.discord.texts(Purpose.STAFF_REPLY) == ["Sorry!", "Try this."]


async def test_the_home_guilds_own_staff_channel_wins(world: World) -> None:
    await world.store.write(lambda unit: unit.members.put_guild(GuildSettings("800", staff_channel="901", locale="ko")))
    await a_case(world)
    (card,) = await world.actions()
    assert (card.draft.target.container, card.draft.locale) == ("901", "ko")
    case = (await world.desk.view(1)).case
    assert (case.card_channel, case.card_message) == ("901", "sent-discord-0")
