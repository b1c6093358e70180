"""A reply before it is sent: a canned one filled in, and looked at by the lint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.clock import Clock
from core.errors import InputError, NotFoundError
from core.ports.storing import Store, Unit
from core.text import mark
from core.types.action import Purpose
from core.types.case import Case, CaseQuery, CaseState
from core.types.mention import StoredMention
from core.types.post import Source
from engagement.desk.lint import Finding, ReplyFacts, lint
from engagement.desk.posts import case_posts, post_to_answer
from engagement.desk.templates import Templates, fill_in
from engagement.desk.view import CaseView, case_view
from engagement.outgoing.text import calm

__all__ = ["LONGEST_PREVIEW", "Prepared", "Replies"]

LONGEST_PREVIEW = 3_000
"""Characters of a reply that a preview can show beside its own words."""
SAME_TEXT_SPAN = timedelta(days=30)
OTHER_CASES = 25
"""Newest running cases whose authors' names are looked for in a reply."""
_RUNNING = (CaseState.OPEN, CaseState.CLAIMED, CaseState.WAITING)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A reply as it would go out."""

    case_id: int
    text: str
    findings: tuple[Finding, ...]
    post: int | None = None
    """The number of the mention it answers; None: the one that the card shows."""

    @property
    def can_be_sent(self) -> bool:
        """Whether nothing refuses it."""
        return not any(finding.refuses for finding in self.findings)


class Replies:
    """Prepares replies; sending is the desk's."""

    def __init__(self, store: Store, clock: Clock, templates: Templates) -> None:
        self._store = store
        self._clock = clock
        self._templates = templates

    async def prepare(
        self, case_id: int, text: str, *, template_id: int | None = None, post: int | None = None
    ) -> Prepared:
        """Return the reply that would be sent, with what the lint says about it; `text` follows a canned reply.

        `post` is the number of the mention it answers, where the case holds several. Raises NotFoundError for a case or
        canned reply that is not there, InputError for a text nobody could check.
        """
        template = None if template_id is None else await self._templates.get(template_id)
        async with self._store.read() as unit:
            case = await unit.cases.get(case_id)
            if case is None:
                raise NotFoundError(mark("There is no such case."))
            posts = await case_posts(unit, case)
            answered = post_to_answer(case, posts, post)
            shown = None if answered is None else answered.id
            view = await case_view(unit, case, now=self._clock.now(), explainer=None, post=shown)
            parts = ["" if template is None else fill_in(template.text, view), text.strip()]
            whole = "\n\n".join(part for part in parts if part)
            if len(whole) > LONGEST_PREVIEW:
                raise InputError(mark("The canned reply and what you added are too long together."))
            others = {one.mention.author.name for one in posts if one.mention.author is not None}
            facts = await self._facts(unit, case, view, whole, answered, others)
            return Prepared(case_id, whole, lint(whole, facts), post)

    async def _facts(
        self, unit: Unit, case: Case, view: CaseView, text: str, answered: StoredMention | None, others: set[str]
    ) -> ReplyFacts:
        """Return what the lint has to know; `others` are the names of all who wrote to the case."""
        source = view.source or Source.DISCORD
        same = await unit.outbox.same_text(
            purpose=Purpose.STAFF_REPLY,
            text=calm(text, source, people=False),
            container=None,
            since=self._clock.now() - SAME_TEXT_SPAN,
        )
        author_key = case.author_key if answered is None else answered.author_key
        author = None if author_key is None else await unit.mentions.author(author_key)
        return ReplyFacts(
            source=source,
            author_name=view.author_name,
            author_id=None if author is None else author.native_id,
            other_names=(*sorted(others - {view.author_name}), *await _other_names(unit, case)),
            same_text=same,
        )


async def _other_names(unit: Unit, case: Case) -> Sequence[str]:
    """Return the names of authors of other running cases."""
    others = await unit.cases.find(CaseQuery(states=_RUNNING), limit=OTHER_CASES)
    keys = {other.author_key for other in others if other.author_key not in (None, case.author_key)}
    authors = [await unit.mentions.author(key) for key in keys if key is not None]
    return [author.name for author in authors if author is not None]
