"""Which cases are listed or put into a file: the choices, and the query they make."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from discord import app_commands

from bot.cogs.case_choices import LIVE
from core.text import mark
from core.types.case import CaseQuery, CaseState, Severity

CLOSED = (CaseState.RESOLVED, CaseState.DISMISSED)
SEVERITY_CHOICES = [
    app_commands.Choice(name=mark("urgent"), value=Severity.URGENT.value),
    app_commands.Choice(name=mark("high"), value=Severity.HIGH.value),
    app_commands.Choice(name=mark("normal"), value=Severity.NORMAL.value),
    app_commands.Choice(name=mark("low"), value=Severity.LOW.value),
]
WHICH_CHOICES = [
    app_commands.Choice(name=mark("not closed"), value="open"),
    app_commands.Choice(name=mark("mine"), value="mine"),
    app_commands.Choice(name=mark("nobody's"), value="free"),
    app_commands.Choice(name=mark("overdue"), value="overdue"),
    app_commands.Choice(name=mark("waiting for the customer"), value="waiting"),
    app_commands.Choice(name=mark("snoozed"), value="snoozed"),
    app_commands.Choice(name=mark("closed"), value="closed"),
    app_commands.Choice(name=mark("all"), value="all"),
]


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What was typed to choose cases."""

    which: str
    """The value of one of `WHICH_CHOICES`."""
    brand: str | None = None
    tag: str | None = None
    severity: str | None = None
    person: str | None = None
    """Discord id of who has them."""

    def query(self, actor: str, now: datetime) -> CaseQuery:
        """Return what is asked of the store, for the person who acts."""
        of_all = CaseQuery(
            brand=self.brand,
            tag=None if self.tag is None else " ".join(self.tag.split()).casefold(),
            severity=None if self.severity is None else Severity(self.severity),
            claimed_by=self.person,
        )
        running = replace(of_all, states=LIVE)
        queries = {
            "all": of_all,
            "closed": replace(of_all, states=CLOSED),
            "mine": replace(running, claimed_by=actor),
            "free": replace(running, unclaimed=True),
            "overdue": replace(running, overdue_at=now),
            "waiting": replace(of_all, states=(CaseState.WAITING,)),
            "snoozed": replace(running, snoozed_at=now),
        }
        return queries.get(self.which, running)
