"""Keeping the live queue board up to date: edits are coalesced."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from core.ports.storing import Unit
from core.types.action import ActionDraft, ActionKind, ActionState, Purpose, Receipt, Target
from core.types.deskwork import Board
from core.types.post import Source

__all__ = ["BOARD_PAUSE", "post_board", "record_board", "refresh_board"]

BOARD_PAUSE = timedelta(seconds=15)
"""Shortest time between two edits of the board: a burst of cases is one edit."""
_WAITING = (ActionState.PENDING, ActionState.SENDING)


async def refresh_board(unit: Unit, now: datetime) -> None:
    """Queue an edit of the board unless one waits: it is rendered from the queue as it stands when it goes out.

    Does nothing where no board was posted.
    """
    board = await unit.watch.board()
    if board is None or board.message is None:
        return
    waiting = None if board.action_id is None else await unit.outbox.get(board.action_id)
    if waiting is not None and waiting.state is ActionState.PENDING:
        return
    earliest = now if board.changed_at is None else max(now, board.changed_at + BOARD_PAUSE)
    await _queue(unit, board, ActionKind.BOARD_EDIT, now, earliest)


async def post_board(unit: Unit, board: Board, now: datetime) -> bool:
    """Queue the posting of the board; False when one is on its way."""
    known = await unit.watch.board()
    if known is not None and known.action_id is not None:
        waiting = await unit.outbox.get(known.action_id)
        if waiting is not None and waiting.state in _WAITING and waiting.draft.kind is ActionKind.BOARD:
            return False
    await _queue(unit, board, ActionKind.BOARD, now, now)
    return True


async def record_board(unit: Unit, receipt: Receipt) -> None:
    """Note where the board stands now: an edit may have posted it anew."""
    board = await unit.watch.board()
    if board is not None:
        await unit.watch.put_board(replace(board, message=receipt.native_id))


async def _queue(unit: Unit, board: Board, kind: ActionKind, now: datetime, earliest: datetime) -> None:
    action = await unit.outbox.add(
        ActionDraft(
            kind=kind,
            purpose=Purpose.STAFF_POST,
            target=Target(Source.DISCORD, board.channel, guild_id=board.guild_id),
            # A key of its own each: the moment it was asked for, and which action came before.
            key=f"board:{board.action_id or 0}:{int(now.timestamp() * 1_000_000)}",
            not_before=earliest,
            locale=board.locale,
        ),
        created_at=now,
    )
    if action is not None:
        await unit.watch.put_board(replace(board, action_id=action.id, changed_at=earliest))
