"""What the Discord face is built from: the seam to the composition root."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.clock import Clock
from core.ports.storing import Store
from core.settings import Settings
from core.text import Catalogue
from core.types.brand import Brand
from core.types.case import Case
from core.types.post import FeedHealth, PostRef
from engagement.desk.desk import Desk


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
class Asker:
    """Who asks the bot, and where an answer would go."""

    member_id: str
    channel_id: str
    guild_id: str | None
    message: PostRef | None
    """The message that asked; None for a command."""
    locale: str


class ChatService(Protocol):
    """Answers from the knowledge base."""

    async def answer(self, question: str, locale: str) -> str:
        """Return the answer in Markdown, at most a message long; it says so when nothing was found."""
        ...

    async def take(self, question: str, asker: Asker) -> None:
        """Answer a message: the answer is put into the outbox."""
        ...

    async def request_person(self, asker: Asker, note: str) -> Case:
        """Open a case for somebody who wants a person; the same one when it is open already."""
        ...


class PrivacyService(Protocol):
    """What a member may ask about their own data. Ids are those of Discord."""

    async def opt_out(self, member_id: str) -> None:
        """Write to them no more, but answers to their own questions."""
        ...

    async def opt_in(self, member_id: str) -> None:
        """Take an opt-out back."""
        ...

    async def opted_out(self, member_id: str) -> bool:
        """Say how it stands."""
        ...

    async def forget(self, member_id: str) -> int:
        """Erase everything of this person; return how many posts were erased."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the client, its cogs and views may call."""

    settings: Settings
    clock: Clock
    store: Store
    catalogues: Catalogue
    desk: Desk
    chat: ChatService
    privacy: PrivacyService
    brands: BrandService
    status: Callable[[], Awaitable[Status]]
    report: Callable[[str | None, str], Awaitable[ReportPosted]]
    """Week (None: the latest with posts) and locale -> report. Raises NotFoundError without any post."""
    wake: Callable[[], None]
    """Tells the outbox that there is something to send."""
