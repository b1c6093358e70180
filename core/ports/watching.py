"""Clocks and duty of the staff desk as the store holds them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.types.deskwork import Alarm, AlarmKind, Board, Duty, SlaTarget


class WatchRepository(Protocol):
    """Alarms, live targets, who is on duty, and the queue board."""

    async def set_alarms(self, alarms: Sequence[Alarm]) -> None:
        """Set when alarms ring; one that rang already stays as it is."""
        ...

    async def due_alarms(self, now: datetime, *, limit: int) -> list[Alarm]:
        """Return alarms whose moment has come and that have not rung, oldest first."""
        ...

    async def alarms(self, case_id: int) -> list[Alarm]:
        """Return the alarms of a case that have not rung."""
        ...

    async def settle_alarm(self, case_id: int, kind: AlarmKind, ref: int, *, at: datetime) -> bool:
        """Mark an alarm as rung or void; False when it was before."""
        ...

    async def targets(self) -> list[SlaTarget]:
        """Return the targets that staff set live."""
        ...

    async def put_target(self, target: SlaTarget) -> None:
        """Set the target of one severity."""
        ...

    async def on_duty(self) -> list[Duty]:
        """Return who is on duty, the next in turn first."""
        ...

    async def go_on_duty(self, member: str, *, at: datetime) -> bool:
        """Put somebody on duty; False when they were."""
        ...

    async def go_off_duty(self, member: str) -> bool:
        """Take somebody off duty; False when they were not on."""
        ...

    async def gave(self, member: str, *, at: datetime) -> None:
        """Note that the round robin gave them a case."""
        ...

    async def board(self) -> Board | None:
        """Return where the queue board stands."""
        ...

    async def put_board(self, board: Board) -> None:
        """Note where the queue board stands, and which action works on it."""
        ...
