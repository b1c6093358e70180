"""Long stretches of thinking, cut so that the loop is never held for long."""

from __future__ import annotations

import asyncio

__all__ = ["SLICE_SECONDS", "Slices"]

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
