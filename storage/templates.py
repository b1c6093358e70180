"""Canned replies, and the live switches of the installation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Row

from core.errors import ConflictError
from core.text import mark
from core.types.reply import Switch, SwitchState, Template
from storage.mention_rows import clean
from storage.session import Session
from storage.tables_reply import switches, templates
from storage.times import micros, moment


class Templates:
    """The repository of canned replies."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, template: Template) -> Template | None:
        """Store a new one; None when there is one of that name, brand and language."""
        if await self._taken(template):
            return None
        row = insert(templates).values(_sides(template)).returning(templates.c.id)
        return replace(template, id=int(await self._session.scalar(row)))

    async def change(self, template: Template) -> Template | None:
        """Store new words (and name, brand, language) of one that is there.

        None when it is gone. Raises ConflictError where another one has that name already.
        """
        if await self._taken(template):
            raise ConflictError(mark("There is a canned reply of that name already."))
        statement = update(templates).where(templates.c.id == template.id).values(_sides(template))
        return template if await self._session.run(statement) else None

    async def remove(self, template_id: int) -> bool:
        """Delete one; False when there is none."""
        return await self._session.run(delete(templates).where(templates.c.id == template_id)) > 0

    async def get(self, template_id: int) -> Template | None:
        """Return one."""
        row = await self._session.first(select(templates).where(templates.c.id == template_id))
        return None if row is None else _template(row)

    async def find(
        self, *, brand: str | None = None, locale: str | None = None, limit: int, offset: int = 0
    ) -> list[Template]:
        """Return canned replies by name; with a brand, those of that brand and those that serve every brand."""
        statement = select(templates).where(*_which(brand, locale))
        ordered = statement.order_by(templates.c.folded_name, templates.c.locale, templates.c.brand)
        return [_template(row) for row in await self._session.all(ordered.limit(limit).offset(offset))]

    async def count(self, *, brand: str | None = None, locale: str | None = None) -> int:
        """Count what `find` would list in all."""
        statement = select(func.count()).select_from(templates).where(*_which(brand, locale))
        return int(await self._session.scalar(statement))

    async def _taken(self, template: Template) -> bool:
        sides = _sides(template)
        same = [templates.c[name] == sides[name] for name in ("folded_name", "brand", "locale")]
        statement = select(templates.c.id).where(*same, templates.c.id != template.id)
        return await self._session.first(statement) is not None


class Switches:
    """The repository of live switches."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def turn(self, state: SwitchState) -> None:
        """Store how a switch stands."""
        sides = {"is_on": state.on, "actor": state.actor, "turned_at": micros(state.turned_at)}
        statement = upsert(switches).values(switch=state.switch, **sides)
        await self._session.run(statement.on_conflict_do_update(index_elements=["switch"], set_=sides))

    async def state(self, switch: Switch) -> SwitchState | None:
        """Return how a switch stands; None when nobody ever turned it."""
        row = await self._session.first(select(switches).where(switches.c.switch == switch))
        return None if row is None else SwitchState(switch, row.is_on, row.actor, moment(row.turned_at))


def _which(brand: str | None, locale: str | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if brand is not None:
        conditions.append(templates.c.brand.in_((brand, "")))
    if locale is not None:
        conditions.append(templates.c.locale == locale)
    return conditions


def _sides(template: Template) -> dict[str, Any]:
    return {
        "name": clean(template.name),
        "folded_name": clean(template.name).casefold(),
        "brand": clean(template.brand or ""),
        "locale": template.locale,
        "text": clean(template.text),
        "changed_by": template.changed_by,
        "changed_at": micros(template.changed_at),
    }


def _template(row: Row[Any]) -> Template:
    return Template(
        name=row.name,
        locale=row.locale,
        text=row.text,
        brand=row.brand or None,
        changed_by=row.changed_by,
        changed_at=moment(row.changed_at),
        id=row.id,
    )
