"""`maeari export-member`: what is stored about a person."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cli._person import PersonArgument, author_key_of
from bot.cli._shared import ConfigOption, DatabaseOption, opened_store, run_async

if TYPE_CHECKING:
    from engagement.members.privacy import MemberExport


def export_member(person: PersonArgument, database: DatabaseOption = None, config: ConfigOption = None) -> None:
    """Print all that is stored about a person, as one JSON object."""

    async def work() -> MemberExport:
        from core.clock import SystemClock
        from engagement.members.privacy import Privacy

        async with opened_store(config, database) as opened:
            privacy = Privacy(opened.store, SystemClock(), opened.settings.privacy.text_days)
            return await privacy.export_member(await author_key_of(opened.store, person))

    print(json.dumps(asdict(run_async(work())), ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
