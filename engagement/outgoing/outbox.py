"""The outbox worker: claims what is due, asks the gate, sends, and notes what happened.

Exactly one outside effect each: the row is marked `sending` before anything leaves, and whatever may have happened
already (a crash in mid-send, an answer that never came) is looked for at the platform before it is sent again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from core.clock import Clock
from core.errors import SendDelayedError, SendRefusedError, SendUnknownError
from core.ports.sending import Sender
from core.ports.storing import Store
from core.types.action import Action, Receipt
from core.types.post import Source
from engagement.outgoing.gate import SendGate, VerdictKind, prepared
from engagement.outgoing.records import record_refused, record_sent

__all__ = ["Held", "Outbox"]

CLAIM_LIMIT = 20
"""Rows held at once: few, so that a crash leaves few to be looked for."""
IDLE = timedelta(seconds=5)
"""Longest time between two looks at the table: other processes may add to it."""
FIRST_BACKOFF = timedelta(seconds=5)
LONGEST_BACKOFF = timedelta(minutes=15)
NO_SENDER_WAIT = timedelta(minutes=15)
MAX_ATTEMPTS = 100
"""About a day of trying; then a person has to look."""
LOOK_FIRST = frozenset({"unknown", "stranded"})
"""Details of rows that may have happened: looked for before they are sent."""

_log = structlog.get_logger(__name__)


class Held(StrEnum):
    """How an action was kept from going out."""

    DELAYED = "delayed"
    """For now."""
    REFUSED = "refused"
    """For good."""


class Outbox:
    """One per process. `drain` works off what is due; `run` does so until cancelled."""

    def __init__(
        self,
        store: Store,
        senders: Mapping[Source, Sender],
        gate: SendGate,
        clock: Clock,
        *,
        on_sent: Callable[[Action, Receipt], None] | None = None,
        on_held: Callable[[Action, Held], None] | None = None,
    ) -> None:
        self.senders = dict(senders)
        """May be changed while running: a platform that comes later starts to be served."""
        self.on_sent = on_sent
        """Called after each send, e.g. so that intake looks for answers to it."""
        self.on_held = on_held
        """Called after each delay and refusal."""
        self._store = store
        self._gate = gate
        self._clock = clock
        self._turn = asyncio.Lock()
        self._woken = asyncio.Event()
        self._under_way: dict[int, Action] = {}
        self._settled = False
        """False while rows may be left in `sending` by somebody who died: at the start and after an error."""

    def wake(self) -> None:
        """Say that there is something to do."""
        self._woken.set()

    @property
    def is_busy(self) -> bool:
        """Whether it sends right now, or was told that there is something to send."""
        return self._turn.locked() or self._woken.is_set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self.drain()
            await self._rest()

    async def drain(self) -> int:
        """Send everything that is due and allowed now; return how many were sent."""
        async with self._turn:
            self._woken.clear()
            # After a crash rows are taken one by one: should one of them be the killer, it strands alone.
            limit = 1 if not self._settled and await self._recover() else CLAIM_LIMIT
            self._settled = False
            sent = 0
            while claimed := await self._claim(limit):
                sent += await self._deliver_all(claimed)
            self._settled = True
        return sent

    async def _claim(self, limit: int) -> list[Action]:
        now = self._clock.now()
        return await self._store.write(lambda unit: unit.outbox.claim(now, limit=limit))

    async def _recover(self) -> bool:
        """Put back what a dead worker held, to be looked for before it is sent again; say whether there was any."""
        now = self._clock.now()
        async with self._store.read() as unit:
            stranded = await unit.outbox.stranded()
        for action in stranded:
            _log.warning("outbox.stranded", action=action.id, attempts=action.attempts)
            # A row that was stranded before may be what kills the worker: let the others go first.
            again = action.detail == "stranded"
            await self._delay(action, self._later(action, 0) if again else now, "stranded")
        return bool(stranded)

    async def _deliver_all(self, claimed: Sequence[Action]) -> int:
        """Send in order per platform, the platforms side by side: Reddit's pace never holds up Discord."""
        lanes: defaultdict[Source, list[Action]] = defaultdict(list)
        for action in claimed:
            lanes[action.draft.target.source].append(action)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._lane(lane)) for lane in lanes.values()]
        return sum(task.result() for task in tasks)

    async def _lane(self, actions: Sequence[Action]) -> int:
        sent = 0
        for action in actions:
            self._under_way[action.id] = action
            try:
                sent += await self._deliver(prepared(action))
            finally:
                del self._under_way[action.id]
        return sent

    async def _deliver(self, action: Action) -> bool:
        """Bring one action to an end or put it back; return whether it was sent."""
        sender = self.senders.get(action.draft.target.source)
        if action.attempts > MAX_ATTEMPTS:
            await self._refuse(action, "too_many_attempts")
            return False
        if sender is None:
            await self._delay(action, self._clock.now() + NO_SENDER_WAIT, _keeping(action, "no_sender"))
            return False
        try:
            receipt = await sender.find(action) if action.detail in LOOK_FIRST else None
            if receipt is None:
                receipt = await self._send(sender, action)
        except SendDelayedError as error:
            await self._delay(action, self._later(action, error.retry_after), _keeping(action, "delayed"))
        except SendRefusedError as error:
            await self._refuse(action, error.reason)
        except SendUnknownError:
            await self._delay(action, self._later(action, 0), "unknown")
        else:
            return receipt is not None and await self._record(action, receipt)
        return False

    async def _send(self, sender: Sender, action: Action) -> Receipt | None:
        """Ask the gate, then send; None when the gate held it back (and that is noted)."""
        others = [other for other in self._under_way.values() if other.id != action.id]
        verdict = await self._gate.check(action, under_way=others)
        if verdict.kind is VerdictKind.REFUSE:
            await self._refuse(action, verdict.code)
            return None
        if verdict.kind is VerdictKind.DELAY:
            await self._delay(action, verdict.until or self._later(action, 0), verdict.code)
            return None
        return await sender.send(action)

    async def _record(self, action: Action, receipt: Receipt) -> bool:
        await self._store.write(lambda unit: record_sent(unit, action, receipt))
        _log.info("outbox.sent", action=action.id, purpose=action.draft.purpose, kind=action.draft.kind)
        if self.on_sent is not None:
            self.on_sent(action, receipt)
        return True

    async def _refuse(self, action: Action, code: str) -> None:
        now = self._clock.now()
        await self._store.write(lambda unit: record_refused(unit, action, code=code, now=now))
        _log.warning("outbox.refused", action=action.id, purpose=action.draft.purpose, code=str(code))
        if self.on_held is not None:
            self.on_held(action, Held.REFUSED)

    async def _delay(self, action: Action, due_at: datetime, code: str) -> None:
        await self._store.write(lambda unit: unit.outbox.delay(action.id, due_at=due_at, detail=code))
        _log.info("outbox.delayed", action=action.id, purpose=action.draft.purpose, code=str(code))
        if self.on_held is not None:
            self.on_held(action, Held.DELAYED)

    def _later(self, action: Action, retry_after: float) -> datetime:
        """Return when to try again: doubling from 5 s to 15 min, never before the platform's own word."""
        doubled = FIRST_BACKOFF * (1 << min(max(action.attempts - 1, 0), 10))
        return self._clock.now() + max(min(doubled, LONGEST_BACKOFF), timedelta(seconds=retry_after))

    async def _rest(self) -> None:
        """Sleep until woken or until the next action is due; other processes' are seen within the idle time."""
        while not self._woken.is_set():
            now = self._clock.now()
            async with self._store.read() as unit:
                due = await unit.outbox.next_due()
            if due is not None and due <= now:
                return
            await self._sleep(now + IDLE if due is None else min(due, now + IDLE))

    async def _sleep(self, until: datetime) -> None:
        waits = [asyncio.create_task(self._woken.wait()), asyncio.create_task(self._clock.sleep_until(until))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            for wait in waits:
                with suppress(asyncio.CancelledError):
                    await wait


def _keeping(action: Action, detail: str) -> str:
    """Return the detail of a delay; what may have happened stays marked so, to be looked for again."""
    return action.detail if action.detail in LOOK_FIRST else detail
