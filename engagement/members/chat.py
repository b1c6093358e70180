"""Chat: a question gets a quotation from the knowledge base, or an honest "I don't know" and a way to a person."""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.clock import Clock
from core.ports.storing import Store
from core.settings import ChatSection
from core.text import Translate, cut
from core.types.action import Action, ActionDraft, ActionKind, Purpose, Target
from core.types.case import Case
from core.types.member import Passage
from core.types.post import Author, Source
from engagement.desk.desk import Desk
from engagement.members.knowledge import KnowledgeBase
from engagement.outgoing.text import limit_of

__all__ = ["Chat", "ChatAnswer", "ChatAnswerKind", "ChatQuestion", "answer_text"]

MINUTE = timedelta(minutes=1)
MEMBERS_REMEMBERED = 10_000
"""People whose last minute is kept in memory; the longest quiet are forgotten first."""
QUESTION_LENGTH = 2_000
"""Longer questions are cut before they are searched or noted."""
_PERSON = re.compile(
    r"\b(?:talk|speak|chat|connect)\b.{0,20}\b(?:person|human|someone|agent|staff|somebody)\b"
    r"|\b(?:real|actual) (?:person|human)\b|\bhuman (?:please|help|agent)\b"
    r"|^\W*(?:a )?(?:human|person|agent|staff)\W*$"
    r"|(?:사람|상담원|상담사|직원|담당자).{0,8}(?:연결|통화|불러|바꿔|얘기|이야기|대화|문의)|^\W*(?:상담원|사람|직원)\W*$",
    re.IGNORECASE,
)


class ChatAnswerKind(StrEnum):
    """What came of a question."""

    ANSWER = "answer"
    UNKNOWN = "unknown"
    PERSON = "person"
    """They asked for a person: there is a case now."""
    TOO_MANY = "too_many"
    """More questions in a minute than are answered."""
    EMPTY = "empty"
    SWITCHED_OFF = "switched_off"


@dataclass(frozen=True, slots=True)
class ChatQuestion:
    """What somebody asked the bot."""

    text: str
    asker: Author
    source: Source
    container: str
    """Channel (a direct message has one too)."""
    locale: str = "en"
    guild_id: str | None = None
    message_id: str | None = None
    """The message that asks; None for a slash command."""


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """The answer, before it is put into words."""

    kind: ChatAnswerKind
    passages: tuple[Passage, ...] = ()
    """For an answer: the best first."""
    case_id: int | None = None
    """For a person: the case."""

    @property
    def offers_person(self) -> bool:
        """Whether a button to a person belongs under it."""
        return self.kind in (ChatAnswerKind.ANSWER, ChatAnswerKind.UNKNOWN, ChatAnswerKind.EMPTY)


class Chat:
    """Answers members, wherever they ask."""

    def __init__(
        self,
        store: Store,
        desk: Desk,
        knowledge: KnowledgeBase,
        clock: Clock,
        settings: ChatSection,
        *,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self.knowledge = knowledge
        """May be replaced while running, after the folder was read again."""
        self.wake = wake
        self._store = store
        self._desk = desk
        self._clock = clock
        self._settings = settings
        self._asked: OrderedDict[str, deque[datetime]] = OrderedDict()

    async def ask(self, question: ChatQuestion) -> ChatAnswer:
        """Answer a question; whoever asks for a person in words gets the case opened at once."""
        if not self._settings.enabled:
            return ChatAnswer(ChatAnswerKind.SWITCHED_OFF)
        text = cut(question.text.strip(), QUESTION_LENGTH)
        if not text:
            return ChatAnswer(ChatAnswerKind.EMPTY)
        if not self._within_rate(self._key(question)):
            return ChatAnswer(ChatAnswerKind.TOO_MANY)
        if _PERSON.search(text):
            case, _ = await self.person(question)
            return ChatAnswer(ChatAnswerKind.PERSON, case_id=case.id)
        passages = self.knowledge.search(text, locale=question.locale[:2])
        if not passages:
            return ChatAnswer(ChatAnswerKind.UNKNOWN)
        return ChatAnswer(ChatAnswerKind.ANSWER, passages=tuple(passages))

    async def person(self, question: ChatQuestion) -> tuple[Case, bool]:
        """Open a case for somebody who wants a person; return it and whether it is new."""
        async with self._store.read() as unit:
            brands = [brand.name for brand in await unit.brands.all() if not brand.competitor]
        named = next((name for name in brands if name.casefold() in question.text.casefold()), None)
        return await self._desk.open_request(
            brand=named or (brands[0] if brands else ""),
            author_key=self._key(question),
            target=_target(question),
            note=cut(question.text.strip(), QUESTION_LENGTH),
        )

    async def queue(self, question: ChatQuestion, answer: ChatAnswer, t: Translate) -> Action | None:
        """Answer a message through the outbox; None when it was answered before or has no message to answer."""
        if question.message_id is None:
            return None
        draft = ActionDraft(
            kind=ActionKind.REPLY,
            purpose=Purpose.ANSWER,
            target=_target(question),
            key=f"answer:{question.source}:{question.message_id}",
            text=answer_text(answer, t, limit=limit_of(question.source)),
            author_key=self._key(question),
            case_id=answer.case_id,
            locale=t.locale,
        )
        action = await self._store.write(lambda unit: unit.outbox.add(draft, created_at=self._clock.now()))
        self.wake()
        return action

    async def count(self, question: ChatQuestion) -> None:
        """Count an answer that was given to an interaction: it has no outbox row."""
        now = self._clock.now()
        await self._store.write(
            lambda unit: unit.counts.count_reply("bot", at=now, container=question.container, source=question.source)
        )

    def _key(self, question: ChatQuestion) -> str:
        return self._store.author_key(question.source, question.asker.native_id)

    def _within_rate(self, author_key: str) -> bool:
        now = self._clock.now()
        times = self._asked.setdefault(author_key, deque())
        self._asked.move_to_end(author_key)
        if len(self._asked) > MEMBERS_REMEMBERED:
            self._asked.popitem(last=False)
        while times and now - times[0] >= MINUTE:
            times.popleft()
        if len(times) >= self._settings.per_member_minute:
            return False
        times.append(now)
        return True


def _target(question: ChatQuestion) -> Target:
    return Target(question.source, question.container, question.message_id, question.guild_id)


def answer_text(answer: ChatAnswer, t: Translate, *, limit: int = 2_000) -> str:
    """Return an answer in words, at most `limit` characters. It says that a bot speaks."""
    if answer.kind is ChatAnswerKind.ANSWER:
        return _quotation(answer.passages[0], t, limit)
    texts = {
        ChatAnswerKind.UNKNOWN: lambda: t(
            "I am a bot, and my articles say nothing about this. Shall I fetch a person? Press the button, or write "
            "“talk to a person”."
        ),
        ChatAnswerKind.PERSON: lambda: t(
            "I have told the team (case {case}). A person will get back to you here.", case=answer.case_id
        ),
        ChatAnswerKind.TOO_MANY: lambda: t("That was a lot at once. Please ask again in a minute."),
        ChatAnswerKind.EMPTY: lambda: t(
            "I am a bot: ask me a question, and I look it up. Write “talk to a person” to reach the team."
        ),
        ChatAnswerKind.SWITCHED_OFF: lambda: t("I do not answer questions here at the moment."),
    }
    return cut(texts[answer.kind](), limit)


def _quotation(passage: Passage, t: Translate, limit: int) -> str:
    where = f"{passage.title} › {passage.heading}" if passage.heading else passage.title
    source = t("From “{article}”.", article=cut(where, 150))
    link = f" <{passage.url}>" if passage.url else ""
    opening = t("I am a bot; this is what I found:")
    closing = t("Not it? Write “talk to a person”.")
    frame = f"{opening}\n\n\n\n{source}{link} {closing}"
    room = max(limit - len(frame), 0)
    quoted = cut("\n".join(f"> {line}".rstrip() for line in passage.text.strip().splitlines()), room)
    return f"{opening}\n\n{quoted}\n\n{source}{link} {closing}"
