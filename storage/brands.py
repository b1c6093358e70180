"""Brands as moderators change them live."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from core.types.brand import Brand, Term
from storage.session import Session, decode_strings, encode_list
from storage.tables import brands


class Brands:
    """The brand repository."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def all(self) -> list[Brand]:
        """Return all brands, in the order they were added."""
        return [
            Brand(
                name=row.name,
                terms=tuple(map(Term, decode_strings(row.terms))),
                exclusions=tuple(map(Term, decode_strings(row.exclusions))),
                competitor=row.competitor,
            )
            for row in await self._session.all(select(brands).order_by(brands.c.id))
        ]

    async def put(self, brand: Brand) -> None:
        """Add or replace a brand; a replaced one keeps its place."""
        sides = {
            "terms": encode_list([term.text for term in brand.terms]),
            "exclusions": encode_list([term.text for term in brand.exclusions]),
            "competitor": brand.competitor,
        }
        statement = upsert(brands).values(name=brand.name, **sides)
        await self._session.run(statement.on_conflict_do_update(index_elements=["name"], set_=sides))

    async def remove(self, name: str) -> bool:
        """Stop following a brand; its mentions stay. False when there is none."""
        return await self._session.run(delete(brands).where(brands.c.name == name)) > 0
