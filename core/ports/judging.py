"""Who finds brands in a text and judges what is said about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from core.types.assessment import Assessment
from core.types.brand import Brand
from core.types.mention import Hit


class Matcher(Protocol):
    """Scans a text for all terms of all brands at once. Immutable: a change of brands builds a new one."""

    brands: tuple[Brand, ...]

    def match(self, text: str) -> tuple[Hit, ...]:
        """Return the hits in the order of the text, vetoed brands left out; empty for the 95 % case."""
        ...


class Judge(Protocol):
    """Judges texts for a brand. Never raises on any text."""

    def assess(self, text: str, brand: Brand | None, hits: Sequence[Hit], *, evidence: bool = False) -> Assessment:
        """Return the assessment of `text` for `brand`, at the places `hits`.

        Without a brand the whole text is judged. `hits` may hold those of other brands too, as one match returns
        them: they tell what is said about whom. Offsets of the evidence are those of `text`.
        """
        ...


class Docket(Protocol):
    """Texts that are judged together, while whoever adds them goes on. Made for one round, then thrown away."""

    def add(self, text: str, brand: Brand, hits: Sequence[Hit]) -> None:
        """Take a text on; it may be judged at once, elsewhere."""
        ...

    async def assessed(self) -> Sequence[Assessment]:
        """Return the assessments in the order the texts were added; other tasks get their turns meanwhile."""
        ...


Dockets = Callable[[Judge], Docket]
"""Makes the docket of a round; the judge is the one at hand in this process."""
