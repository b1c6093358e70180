"""Causes behind cases: what was mended is told to those who wrote and agreed to hear of it, each once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from core.clock import Clock
from core.errors import ConflictError, InputError, NotFoundError
from core.ports.storing import Store, Unit
from core.text import Catalogue, mark
from core.types.action import ActionDraft, ActionKind, Purpose, Target
from core.types.assessment import Language
from core.types.case import Case
from core.types.learning import Cause
from core.types.mention import StoredMention
from core.types.post import Source
from engagement.desk.posts import case_posts
from engagement.outgoing.text import escape

__all__ = ["Causes", "Told"]

TITLE_LIMIT = 200
_ANSWERABLE = (Source.DISCORD, Source.REDDIT)
_MENDED = mark("You wrote to us about this (case {case}): “{cause}” is fixed now. Thank you for telling us.")
_HINT = mark("I am {brand}'s bot, and you agreed to such messages. Answer “stop” and I will not write to you again.")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """Who hears that a cause is fixed."""

    cause: Cause
    told: int
    """Messages put on their way; each passes the send gate."""
    silent: int
    """People who did not agree to be told, or cannot be reached."""


class Causes:
    """The service behind `/cause`."""

    def __init__(
        self, store: Store, clock: Clock, catalogue: Catalogue, *, wake: Callable[[], None] = lambda: None
    ) -> None:
        self._store = store
        self._clock = clock
        self._catalogue = catalogue
        self._wake = wake

    async def add(self, title: str, actor: str) -> Cause:
        """Store a new cause. Raises InputError for an empty or too long title."""
        title = " ".join(title.split())
        if not title or len(title) > TITLE_LIMIT:
            raise InputError(mark("A cause needs a title of at most {limit} characters."), limit=TITLE_LIMIT)
        now = self._clock.now()
        return await self._store.write(lambda unit: unit.causes.add(title, actor=actor, at=now))

    async def link(self, cause_id: int, case_id: int, actor: str) -> Cause:
        """Link a case to a cause; doing so twice changes nothing.

        Raises NotFoundError, and ConflictError when the cause is fixed already: nobody would be told any more.
        """
        now = self._clock.now()

        async def work(unit: Unit) -> Cause:
            cause = await _get(unit, cause_id)
            if cause.fixed_at is not None:
                raise ConflictError(mark("This cause is fixed already; add a new one if it is back."))
            if await unit.cases.get(case_id) is None:
                raise NotFoundError(mark("There is no such case."))
            await unit.causes.link(cause_id, case_id, actor=actor, at=now)
            return await _get(unit, cause_id)

        return await self._store.write(work)

    async def find(self, *, limit: int, offset: int = 0) -> tuple[list[Cause], int]:
        """Return a page of causes, open ones first, and how many there are."""
        async with self._store.read() as unit:
            return await unit.causes.find(limit=limit, offset=offset), await unit.causes.count()

    async def fix(self, cause_id: int, actor: str) -> Told:
        """Mark a cause fixed and tell who wrote and agreed to hear of it, once per person.

        Raises NotFoundError, and ConflictError when it is fixed already.
        """
        now = self._clock.now()

        async def work(unit: Unit) -> Told:
            cause = await _get(unit, cause_id)
            if not await unit.causes.fix(cause_id, actor=actor, at=now):
                raise ConflictError(mark("This cause is fixed already; add a new one if it is back."))
            told: set[str] = set()
            silent: set[str] = set()
            unknown = 0
            for case_id in await unit.causes.cases(cause_id):
                case = await unit.cases.get(case_id)
                people = {} if case is None else await _who_wrote(unit, case)
                unknown += not people
                for author_key, mention in people.items():
                    if case is not None and author_key not in told:
                        draft = await self._draft(unit, cause, case, author_key, mention, actor)
                        added = None if draft is None else await unit.outbox.add(draft, created_at=now)
                        (silent if added is None else told).add(author_key)
            return Told(await _get(unit, cause_id), len(told), len(silent - told) + unknown)

        result = await self._store.write(work)
        _log.info("desk.cause_fixed", cause=cause_id, told=result.told, silent=result.silent)
        self._wake()
        return result

    async def _draft(
        self, unit: Unit, cause: Cause, case: Case, author_key: str, mention: StoredMention | None, actor: str
    ) -> ActionDraft | None:
        """Return the message to one of those who wrote; None where they did not agree or cannot be reached."""
        if not await unit.members.consented(author_key, Purpose.FOLLOW_UP):
            return None
        target = case.target if mention is None else _target(mention)
        if target is None:
            return None
        korean = mention is not None and mention.assessment.language in (Language.KOREAN, Language.MIXED)
        locale = "ko" if korean else "en"
        t = self._catalogue.for_locale(locale)
        words = t(_MENDED, case=_number(case, author_key, mention), cause=escape(cause.title, target.source))
        return ActionDraft(
            kind=ActionKind.POST if target.reply_to is None else ActionKind.REPLY,
            purpose=Purpose.FOLLOW_UP,
            target=target,
            key=f"fixed:{cause.id}:{case.id}" + ("" if mention is None else f":{mention.id}"),
            text=f"{words}\n{t(_HINT, brand=escape(case.brand, target.source))}",
            author_key=author_key,
            case_id=case.id,
            mention_id=None if mention is None else mention.id,
            actor=actor,
            needs_approval=target.source is Source.REDDIT,
            locale=locale,
        )


async def _get(unit: Unit, cause_id: int) -> Cause:
    cause = await unit.causes.get(cause_id)
    if cause is None:
        raise NotFoundError(mark("There is no such cause."))
    return cause


async def _who_wrote(unit: Unit, case: Case) -> dict[str, StoredMention | None]:
    """Return everybody who wrote to a case, each with their newest post that can be answered."""
    found: dict[str, StoredMention | None] = {}
    for post in await case_posts(unit, case):
        mention = post.mention
        if mention.author_key is not None and mention.native_id is not None and mention.source in _ANSWERABLE:
            found[mention.author_key] = mention
    if case.author_key is not None:
        found.setdefault(case.author_key, None)  # they asked the bot for a person, or their posts are gone
    return found


def _number(case: Case, author_key: str, mention: StoredMention | None) -> str:
    """Return what a person may call their case: several people on one have numbers of their own, `12-3`.

    So their messages differ, too: the same words are never sent twice to one place.
    """
    if mention is None or author_key == case.author_key:
        return str(case.id)
    return f"{case.id}-{case.mention_ids.index(mention.id) + 1}"


def _target(mention: StoredMention) -> Target:
    return Target(mention.source, mention.container, mention.native_id, mention.guild_id, mention.thread_id)
