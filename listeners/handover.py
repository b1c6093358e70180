"""Batches from many tasks to the one who pulls, each acknowledged once the next one is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from core.types.post import Batch


class Handover:
    """A meeting point without a store: who puts a batch waits until it was committed, so nothing piles up."""

    def __init__(self) -> None:
        self._offers: asyncio.Queue[tuple[Batch, asyncio.Future[None]] | BaseException | None] = asyncio.Queue()
        self._has_ended = False

    async def put(self, batch: Batch) -> None:
        """Offer a batch and return once it is durable."""
        taken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._offers.put_nowait((batch, taken))
        await taken

    def fail(self, error: BaseException) -> None:
        """Let the puller raise this: a task of ours has ended that should not have."""
        self._offers.put_nowait(error)

    def end(self) -> None:
        """Let the puller come to an end, now and for good."""
        self._has_ended = True
        self._offers.put_nowait(None)

    async def batches(self) -> AsyncIterator[Batch]:
        """Yield what is offered until the end; what an earlier puller left behind is dropped, uncommitted.

        Raises what `fail` was given.
        """
        while not self._offers.empty():
            self._offers.get_nowait()
        if self._has_ended:
            return
        while (offer := await self._offers.get()) is not None:
            if isinstance(offer, BaseException):
                raise offer
            batch, taken = offer
            if taken.cancelled():
                continue
            yield batch
            # We are asked for the next one: this one is committed.
            if not taken.done():
                taken.set_result(None)
