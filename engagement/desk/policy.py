"""What the operator set about cases, and what asks for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.settings import FlagsPolicy, Settings, SlaSection
from core.types.assessment import Assessment
from core.types.case import CaseKind, CaseState
from core.types.mention import StoredMention
from core.types.post import Source
from engagement.desk.clock import SlaClock
from engagement.desk.hours import AROUND_THE_CLOCK, BusinessHours

__all__ = ["ACTIVE", "DeskPolicy", "Opening"]

ACTIVE = (CaseState.OPEN, CaseState.CLAIMED, CaseState.WAITING)
"""The states of a case that is not closed."""


@dataclass(frozen=True, slots=True)
class DeskPolicy:
    """What the operator set about cases."""

    sla: SlaSection
    flags: FlagsPolicy
    locale: str = "en"
    """Language of cards."""
    home_guild: str | None = None
    staff_channel: str | None = None
    """Where cards go; the home guild's own setting wins."""
    crisis: bool = False
    """Replies need a second person."""
    hours: BusinessHours = AROUND_THE_CLOCK
    auto_assign: bool = False
    """Each new case goes to the next of the staff on duty."""

    @property
    def clock(self) -> SlaClock:
        """The clocks of the configuration; targets that staff set live win, see `live_clock`."""
        return SlaClock.of(self.sla, self.hours)

    @classmethod
    def of(cls, settings: Settings) -> DeskPolicy:
        """Return the policy that the configuration asks for."""
        discord = settings.discord
        return cls(
            hours=BusinessHours.of(settings.sla, settings.zone),
            auto_assign=settings.desk.auto_assign,
            sla=settings.sla,
            flags=settings.policy.flags,
            locale=settings.maeari.locale,
            home_guild=None if discord.home_guild is None else str(discord.home_guild),
            staff_channel=None if discord.staff_channel is None else str(discord.staff_channel),
        )


@dataclass(frozen=True, slots=True)
class Opening:
    """A mention that asks for a case."""

    mention_id: int
    kind: CaseKind
    brand: str
    source: Source
    text: str
    assessment: Assessment
    author_key: str | None
    thread_id: str | None
    opened_at: datetime
    written_at: datetime | None = None
    """When the post was written; None: just now."""
    named: tuple[str, ...] = ()
    """The terms by which the text names the brand."""
    reach: int = 0
    """Replies that the post drew so far."""
    by_hand: bool = False
    """A person asked for this case: it joins no burst."""

    @classmethod
    def of(cls, mention: StoredMention, kind: CaseKind, at: datetime, *, by_hand: bool = False) -> Opening:
        """Return what a stored mention asks for."""
        return cls(
            mention_id=mention.id,
            kind=kind,
            brand=mention.brand,
            source=mention.source,
            text=mention.text or "",
            assessment=mention.assessment,
            author_key=mention.author_key,
            thread_id=mention.thread_id,
            opened_at=at,
            written_at=mention.created_at,
            reach=mention.reply_count,
            by_hand=by_hand,
        )
