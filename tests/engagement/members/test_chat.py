"""Chat over a real store: quotations, honest ignorance, one way to a person, a rate per member."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.settings import ChatSection
from core.types.action import ActionKind, Purpose
from core.types.case import CaseKind, CaseQuery
from core.types.member import Passage
from core.types.post import Author, Source
from engagement.members.chat import Chat, ChatAnswer, ChatAnswerKind, ChatQuestion, answer_text
from engagement.members.knowledge import KnowledgeBase
from tests import make
from tests.engagement.world import CATALOGUES, World

EN, KO = CATALOGUES.for_locale("en"), CATALOGUES.for_locale("ko")
RETURNS = Passage("returns.md", "Returns", "How long", "You can return a lamp within 30 days.", 0.0, "en")
QUESTION = ChatQuestion("how do I return my lamp?", Author("5", "ann"), Source.DISCORD, "100", message_id="77")


def chat_of(world: World, **changes: object) -> Chat:
    settings = ChatSection(**changes)
    return Chat(world.store, world.desk, KnowledgeBase([RETURNS]), world.clock, settings, wake=world.outbox.wake)


async def test_an_answer_is_a_quotation_with_its_source(world: World) -> None:
    answer = await chat_of(world).ask(QUESTION)
    text = answer_text(answer, EN)
    assert answer.kind is ChatAnswerKind.ANSWER
    assert answer.offers_person
    assert "> You can return a lamp within 30 days." in text
    assert "“Returns › How long”" in text
    assert "I am a bot" in text


async def test_what_the_articles_do_not_say_is_not_invented(world: World) -> None:
    answer = await chat_of(world).ask(replace(QUESTION, text="who won the football match?"))
    assert (answer.kind, answer.passages, answer.offers_person) == (ChatAnswerKind.UNKNOWN, (), True)
    assert "봇" in answer_text(answer, KO)


@pytest.mark.parametrize(
    "text",
    [
        "can I talk to a real person please",
        "human please",
        "agent",
        "상담원 연결해 주세요",
        "사람이랑 얘기하고 싶어요",
        "담당자 불러 주세요",
    ],
)
async def test_who_asks_for_a_person_gets_a_case(world: World, text: str) -> None:
    answer = await chat_of(world).ask(replace(QUESTION, text=text))
    assert answer.kind is ChatAnswerKind.PERSON
    (case,) = await world.desk.list_cases(CaseQuery())
    assert (case.id, case.kind, case.note, case.brand) == (answer.case_id, CaseKind.REQUEST, text, "Lumora")
    assert case.target is not None
    assert case.target.reply_to == "77"
    assert str(case.id) in answer_text(answer, EN)


@pytest.mark.parametrize(
    "text", ["which person designed it", "이 사람 누구예요", "is there an agent version of the app"]
)
async def test_people_may_be_spoken_of(world: World, text: str) -> None:
    assert (await chat_of(world).ask(replace(QUESTION, text=text))).kind is not ChatAnswerKind.PERSON


async def test_one_member_is_answered_six_times_a_minute(world: World) -> None:
    chat = chat_of(world)
    kinds = [(await chat.ask(QUESTION)).kind for _ in range(8)]
    assert kinds == [ChatAnswerKind.ANSWER] * 6 + [ChatAnswerKind.TOO_MANY] * 2
    assert (await chat.ask(replace(QUESTION, asker=Author("6", "bob")))).kind is ChatAnswerKind.ANSWER
    world.pass_minutes(1)
    assert (await chat.ask(QUESTION)).kind is ChatAnswerKind.ANSWER


async def test_empty_questions_and_a_switched_off_chat(world: World) -> None:
    assert (await chat_of(world).ask(replace(QUESTION, text="  "))).kind is ChatAnswerKind.EMPTY
    assert (await chat_of(world, enabled=False).ask(QUESTION)).kind is ChatAnswerKind.SWITCHED_OFF


async def test_a_message_is_answered_through_the_outbox_once(world: World) -> None:
    chat = chat_of(world)
    answer = await chat.ask(QUESTION)
    assert await chat.queue(QUESTION, answer, EN) is not None
    assert await chat.queue(QUESTION, answer, EN) is None
    assert await world.outbox.drain() == 1
    sent = world.discord.effects[0].draft
    assert (sent.kind, sent.purpose, sent.target.reply_to) == (ActionKind.REPLY, Purpose.ANSWER, "77")
    assert await chat.queue(replace(QUESTION, message_id=None), answer, EN) is None


async def test_an_answer_to_an_interaction_is_counted(world: World) -> None:
    await chat_of(world).count(QUESTION)
    async with world.store.read() as unit:
        counts = await unit.counts.replies(since=make.START, until=make.START.replace(hour=23))
    assert counts.bot == 1


@pytest.mark.parametrize("kind", list(ChatAnswerKind))
@pytest.mark.parametrize("t", [EN, KO], ids=["en", "ko"])
def test_every_kind_of_answer_has_words_that_fit(kind: ChatAnswerKind, t: object) -> None:
    passage = replace(RETURNS, text="long words " * 500, title="t" * 400, url="https://lumora.example/help")
    text = answer_text(ChatAnswer(kind, passages=(passage,), case_id=3), t)  # type: ignore[arg-type]
    assert 0 < len(text) <= 2_000


def test_knowledge_comes_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Pairing\nHold the button.", encoding="utf-8")
    assert KnowledgeBase.load(tmp_path).search("pairing button")[0].title == "Pairing"
