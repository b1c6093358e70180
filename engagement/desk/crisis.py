"""Crisis mode: while it is on, no staff reply leaves before a second person pressed Send."""

from __future__ import annotations

from dataclasses import replace

import structlog

from core.clock import Clock
from core.ports.storing import Store
from core.types.reply import Switch, SwitchState
from engagement.desk.desk import Desk
from engagement.outgoing.gate import SendGate

__all__ = ["CrisisMode"]

_log = structlog.get_logger(__name__)


class CrisisMode:
    """The switch, as it stands in the store; the desk and the send gate follow it at once."""

    def __init__(self, store: Store, clock: Clock, desk: Desk, gate: SendGate) -> None:
        self._store = store
        self._clock = clock
        self._desk = desk
        self._gate = gate

    @property
    def on(self) -> bool:
        """Whether a second person is needed now."""
        return self._desk.policy.crisis

    async def load(self) -> None:
        """Follow what was switched before a restart; what nobody ever switched stays as it is configured."""
        state = await self.state()
        if state is not None:
            self._follow(state.on)

    async def state(self) -> SwitchState | None:
        """Return how it was switched last, and by whom."""
        async with self._store.read() as unit:
            return await unit.switches.state(Switch.CRISIS)

    async def turn(self, on: bool, actor: str) -> bool:
        """Switch it; return whether that changed anything."""
        changed = self.on is not on
        state = SwitchState(Switch.CRISIS, on, actor, self._clock.now())
        await self._store.write(lambda unit: unit.switches.turn(state))
        self._follow(on)
        _log.warning("desk.crisis", on=on)
        return changed

    def _follow(self, on: bool) -> None:
        self._desk.policy = replace(self._desk.policy, crisis=on)
        self._gate.policy = replace(self._gate.policy, crisis=on)
