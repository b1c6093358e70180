"""Our connection to Reddit: one transport, which the listener, the sender and the moderator share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from core.clock import Clock
from core.ports.listening import FeedMemory
from core.settings import RedditSection
from listeners.reddit.listener import MOST_SINGLE, RedditListener
from listeners.reddit.moderator import RedditModerator
from listeners.reddit.sender import RedditSender
from listeners.reddit.transport import Account, RedditTransport


class RedditConnection:
    """The credential's way to Reddit and what uses it."""

    def __init__(
        self,
        section: RedditSection,
        memory: FeedMemory,
        clock: Clock,
        *,
        most_single: int | None,
        on_account: Callable[[Account], None],
    ) -> None:
        """Prepare; nothing is sent yet.

        Up to `most_single` subreddits get feeds of their own (None: as the listener sees fit); `on_account` hears who
        we are. Raises ConfigError without client id or user agent.
        """
        self.transport = RedditTransport(section)
        self._on_account = on_account
        self.listener = RedditListener(
            section,
            memory,
            clock,
            transport=self.transport,
            most_single=MOST_SINGLE if most_single is None else most_single,
        )
        self.sender = RedditSender(section, clock, transport=self.transport)
        self.moderator = RedditModerator(self.transport)
        self.is_in = False
        """Whether Reddit has let us in at the start."""
        self.account: Account | None = None
        """Who we are; None until Reddit has let us in, and without an account."""

    async def sign_in(self) -> None:
        """Learn who we are.

        Raises CredentialsRejectedError where Reddit does not accept us, SourceError where it does not answer.
        """
        self.account = await self.transport.account()
        self.is_in = True
        if self.account is not None:
            self._on_account(self.account)

    async def close(self) -> None:
        """Stop, also in the middle of a request."""
        await asyncio.gather(self.listener.close(), self.transport.close())
