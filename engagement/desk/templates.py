"""Canned replies: kept per brand and language, filled in for a case."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import structlog

from core.clock import Clock
from core.errors import ConflictError, InputError, NotFoundError
from core.ports.storing import Store
from core.text import PARTICLE_PAIRS, mark, particle
from core.types.post import Source
from core.types.reply import Template
from engagement.desk.view import CaseView
from engagement.outgoing.text import escape

__all__ = ["VARIABLE", "VARIABLES", "TemplateChange", "Templates", "fill_in"]

VARIABLES = ("author", "brand", "case", "link")
"""What a canned reply may hold in curly brackets."""
VARIABLE = re.compile(r"\{+[ \t]*\w+(?:[ \t]*:[^{}\n]{0,20})?[ \t]*\}+")
"""Anything that looks like a variable, known or not."""
LONGEST_NAME = 60
LONGEST_TEXT = 1800
"""Characters: filled in, it has to fit a Discord message."""
SHELF = 500
"""Most canned replies held in memory."""
_KNOWN = re.compile(rf"\{{({'|'.join(VARIABLES)})(?::([^{{}}\n]{{1,20}}))?\}}")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TemplateChange:
    """What is to be different about a canned reply; None leaves a side as it is."""

    name: str | None = None
    text: str | None = None


class Templates:
    """The service behind `/template`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.shelf: tuple[Template, ...] = ()
        """Canned replies in memory: a window that offers them has to open before anything can be read."""
        self._store = store
        self._clock = clock

    async def load(self) -> None:
        """Read the shelf anew."""
        self.shelf = tuple(await self.find(limit=SHELF))

    async def add(self, template: Template, actor: str) -> Template:
        """Store a new canned reply.

        Raises InputError for one that cannot be used, ConflictError where that name is taken.
        """
        fresh = replace(_checked(template), changed_by=actor, changed_at=self._clock.now(), id=0)
        stored = await self._store.write(lambda unit: unit.templates.add(fresh))
        if stored is None:
            raise ConflictError(mark("There is a canned reply of that name already."))
        await self.load()
        _log.info("template.added", template=stored.id)
        return stored

    async def edit(self, template_id: int, change: TemplateChange, actor: str) -> Template:
        """Change a canned reply. Raises InputError, NotFoundError and ConflictError."""
        known = await self.get(template_id)
        wanted = _checked(
            replace(
                known,
                name=known.name if change.name is None else change.name,
                text=known.text if change.text is None else change.text,
                changed_by=actor,
                changed_at=self._clock.now(),
            )
        )
        changed = await self._store.write(lambda unit: unit.templates.change(wanted))
        if changed is None:
            raise NotFoundError(mark("There is no such canned reply."))
        await self.load()
        return changed

    async def remove(self, template_id: int) -> Template:
        """Delete a canned reply; return what it was. Raises NotFoundError."""
        known = await self.get(template_id)
        if not await self._store.write(lambda unit: unit.templates.remove(template_id)):
            raise NotFoundError(mark("There is no such canned reply."))
        await self.load()
        _log.info("template.removed", template=template_id)
        return known

    async def get(self, template_id: int) -> Template:
        """Return one canned reply. Raises NotFoundError."""
        async with self._store.read() as unit:
            found = await unit.templates.get(template_id)
        if found is None:
            raise NotFoundError(mark("There is no such canned reply."))
        return found

    async def find(
        self, *, brand: str | None = None, locale: str | None = None, limit: int = 25, offset: int = 0
    ) -> list[Template]:
        """Return canned replies by name; with a brand, those of that brand and those that serve every brand."""
        async with self._store.read() as unit:
            return await unit.templates.find(brand=brand, locale=locale, limit=limit, offset=offset)

    async def count(self, *, brand: str | None = None, locale: str | None = None) -> int:
        """Count what `find` would list in all."""
        async with self._store.read() as unit:
            return await unit.templates.count(brand=brand, locale=locale)


def fill_in(text: str, view: CaseView) -> str:
    """Fill the variables in for a case; one that has no value here stays, so that the lint finds it.

    A Korean variable may carry a particle pair: `{brand:을/를}`.
    """
    source = view.source or Source.DISCORD
    author = "" if view.author_name is None else escape(view.author_name, source)
    values = {"author": author, "brand": view.brand, "case": str(view.case.id), "link": view.url or ""}

    def value(found: re.Match[str]) -> str:
        word, pair = values[found[1]], found[2]
        if not word or (pair is not None and pair not in PARTICLE_PAIRS):
            return found[0]
        return word if pair is None else word + particle(word, pair)

    return _KNOWN.sub(value, text)


def _checked(template: Template) -> Template:
    name, text = " ".join(template.name.split()), template.text.strip()
    if not name or len(name) > LONGEST_NAME:
        raise InputError(mark("A canned reply needs a name of at most {most} characters."), most=LONGEST_NAME)
    if not text or len(text) > LONGEST_TEXT:
        raise InputError(mark("A canned reply needs a text of at most {most} characters."), most=LONGEST_TEXT)
    for found in VARIABLE.finditer(text):
        known = _KNOWN.fullmatch(found[0])
        if known is None or (known[2] is not None and known[2] not in PARTICLE_PAIRS):
            raise InputError(mark("Only these variables can be filled in: author, brand, case and link."))
    return replace(template, name=name, text=text)
