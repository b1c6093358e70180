"""Long stretches of thinking, cut so that the loop is never held for long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from core.ports.judging import Judge
from core.types.assessment import Assessment
from core.types.brand import Brand
from core.types.mention import Hit

__all__ = ["SLICE_SECONDS", "LocalDocket", "Slices"]

SLICE_SECONDS = 0.005
"""Longest stretch of scanning or judging before other tasks get their turn."""


class Slices:
    """Lets other tasks run whenever a stretch of work was long enough."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._until = self._loop.time() + SLICE_SECONDS

    async def breathe(self) -> None:
        """Give way if it is time; to be called between small pieces of work."""
        if self._loop.time() >= self._until:
            await asyncio.sleep(0)
            self._until = self._loop.time() + SLICE_SECONDS


class LocalDocket:
    """Judges in this process, in slices: port `core.ports.judging.Docket`."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._texts: list[tuple[str, Brand, Sequence[Hit]]] = []

    def add(self, text: str, brand: Brand, hits: Sequence[Hit]) -> None:
        """Keep a text for later."""
        self._texts.append((text, brand, hits))

    async def assessed(self) -> Sequence[Assessment]:
        """Judge all texts, giving way in between."""
        slices = Slices()
        assessments: list[Assessment] = []
        for text, brand, hits in self._texts:
            assessments.append(self._judge.assess(text, brand, hits))
            await slices.breathe()
        return assessments
