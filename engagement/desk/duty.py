"""Who takes the next case: staff on duty, in turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from core.ports.storing import Unit
from core.types.case import Case, CaseEvent, CaseEventKind, CaseState

__all__ = ["give_to", "give_to_next"]


async def give_to(unit: Unit, case: Case, member: str, *, actor: str | None, at: datetime) -> Case:
    """Make somebody the owner of a running case; who they are stands in the trail."""
    state = CaseState.CLAIMED if case.state is CaseState.OPEN else case.state
    changed = replace(case, state=state, claimed_by=member, claimed_at=at)
    return await unit.cases.save(changed, CaseEvent(case.id, CaseEventKind.ASSIGNED, at, actor, member))


async def give_to_next(unit: Unit, case: Case, *, actor: str | None, at: datetime) -> Case | None:
    """Give a running case to whoever on duty waits longest since their last one; None when nobody is on duty.

    Who holds the case already is passed over.
    """
    turn = [duty.member for duty in await unit.watch.on_duty() if duty.member != case.claimed_by]
    if not turn:
        return None
    await unit.watch.gave(turn[0], at=at)
    return await give_to(unit, case, turn[0], actor=actor, at=at)
