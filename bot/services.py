"""What the Discord face is built from: the seam to the composition root."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.guilds import GuildBook
from core.clock import Clock
from core.ports.storing import Store
from core.settings import Settings
from core.text import Catalogue
from core.types.brand import Brand
from core.types.post import FeedHealth, Gap
from engagement.desk.care import CaseCare
from engagement.desk.causes import Causes
from engagement.desk.crisis import CrisisMode
from engagement.desk.desk import Desk
from engagement.desk.moderation import Moderation
from engagement.desk.pledges import Pledges
from engagement.desk.replies import Replies
from engagement.desk.templates import Templates
from engagement.desk.verdicts import Verdicts
from engagement.desk.watch import DeskWatch
from engagement.intake.by_hand import ByHand
from engagement.intake.rules import RuleDesk
from engagement.members.chat import Chat
from engagement.members.privacy import Privacy
from engagement.members.surveys import Surveys

NOT_SERVED = "not_served"
"""State of a platform that has no credentials in the configuration."""


@dataclass(frozen=True, slots=True)
class Status:
    """How the installation is doing, for `/status`."""

    started_at: datetime
    feeds: tuple[FeedHealth, ...]
    mentions_today: int
    """Mentions created in the last 24 hours."""
    open_cases: int
    overdue_cases: int
    outbox_waiting: int
    """Actions on their way out."""
    drafts_waiting: int
    """Actions that wait for a person."""
    outbox_refused: int
    """Actions that will never go out."""
    gaps: int
    """Gaps of the last 24 hours."""
    recent_gaps: tuple[Gap, ...] = ()
    """The newest of them."""


@dataclass(frozen=True, slots=True)
class ReportPosted:
    """A weekly report, ready to be shown in a channel."""

    week: str
    """ISO week, e.g. `2026-W46`."""
    text: str
    """The text rendering."""
    picture: bytes | None
    """PNG."""


class BrandService(Protocol):
    """The brands that are followed; a change reaches the matcher at once."""

    async def all(self) -> list[Brand]:
        """Return all brands."""
        ...

    async def put(self, brand: Brand) -> None:
        """Follow a brand, or change it."""
        ...

    async def remove(self, name: str) -> bool:
        """Stop following a brand; False when there is none of that name."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the client, its cogs and views may call."""

    settings: Settings
    clock: Clock
    store: Store
    catalogues: Catalogue
    desk: Desk
    chat: Chat
    privacy: Privacy
    brands: BrandService
    care: CaseCare
    pledges: Pledges
    watch: DeskWatch
    verdicts: Verdicts
    rules: RuleDesk
    causes: Causes
    surveys: Surveys
    status: Callable[[], Awaitable[Status]]
    templates: Templates
    replies: Replies
    crisis: CrisisMode
    moderation: Moderation
    by_hand: ByHand
    guilds: GuildBook
    report: Callable[[str | None, str], Awaitable[ReportPosted]]
    """Week (None: the latest with posts) and locale -> report. Raises NotFoundError without any post."""
