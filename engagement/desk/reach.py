"""What many people see is graver: a complaint that drew many replies is of high severity at least."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.ports.storing import Unit
from core.types.post import PostRef
from engagement.desk.joining import raise_severity, set_by_hand
from engagement.desk.policy import ACTIVE, DeskPolicy
from engagement.desk.severity import widely_seen
from engagement.outgoing.records import refresh_card

__all__ = ["reach_grew"]


async def reach_grew(unit: Unit, posts: Sequence[PostRef], policy: DeskPolicy, *, at: datetime) -> None:
    """Raise the running cases of posts whose replies were counted anew, where they drew enough of them by now.

    What a person set by hand stays as it is.
    """
    for post in posts:
        mentions = await unit.mentions.by_ref(post)
        loud = [one.id for one in mentions if one.reply_count >= policy.flags.reach_replies]
        for case in await unit.cases.of_mentions(loud) if loud else ():
            wanted = widely_seen(case.kind, case.severity)
            if case.state in ACTIVE and wanted is not case.severity and not await set_by_hand(unit, case):
                await refresh_card(unit, await raise_severity(unit, case, wanted, at, policy), at)
