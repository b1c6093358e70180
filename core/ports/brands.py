"""Brands as the store holds them."""

from __future__ import annotations

from typing import Protocol

from core.types.brand import Brand


class BrandRepository(Protocol):
    """Brands as moderators change them live."""

    async def all(self) -> list[Brand]:
        """Return all brands, in the order they were added."""
        ...

    async def put(self, brand: Brand) -> None:
        """Add or replace a brand."""
        ...

    async def remove(self, name: str) -> bool:
        """Stop following a brand; its mentions stay. False when there is none."""
        ...
