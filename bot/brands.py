"""The brands as moderators change them live: stored, and followed from the next batch on."""

from __future__ import annotations

from core.ports.storing import Store
from core.types.brand import Brand
from engagement.intake.pipeline import Intake
from matching.matcher import BrandMatcher


class LiveBrands:
    """Changes reach the matcher at once."""

    def __init__(self, store: Store, intake: Intake) -> None:
        self._store = store
        self._intake = intake

    async def all(self) -> list[Brand]:
        """Return all brands."""
        async with self._store.read() as unit:
            return await unit.brands.all()

    async def put(self, brand: Brand) -> None:
        """Follow a brand, or change it. Raises InputError for a term that holds nothing to look for."""
        BrandMatcher((brand,))
        await self._store.write(lambda unit: unit.brands.put(brand))
        await self._intake.reload(BrandMatcher)

    async def remove(self, name: str) -> bool:
        """Stop following a brand; False when there is none of that name."""
        removed = await self._store.write(lambda unit: unit.brands.remove(name))
        if removed:
            await self._intake.reload(BrandMatcher)
        return removed
