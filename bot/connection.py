"""Our connection to Discord: signs in, and builds the client anew where one has come to its end.

discord.py resumes sessions and reconnects by itself; what it gives up on (a token taken back, an intent switched off,
a sign-in that Discord did not answer) ends the client for good, and a client that ended cannot be started again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import discord
import structlog

from bot.client import MaeariBot
from bot.probe import DiscordAccount, discord_account, token_rejected
from bot.sender import DiscordSender
from core.errors import CredentialsRejectedError, SendDelayedError, SourceError
from core.types.action import Action, Receipt
from core.types.post import Batch, FeedHealth, Source
from listeners.discord import DiscordListener

if TYPE_CHECKING:
    from bot.services import Services
    from storage.memory import StoreMemory

AUTHENTICATION_FAILED = 4004
"""The gateway's close code for a token it does not accept."""
RETRY_SECONDS = 5.0
"""Wait of an action that finds no client."""

log = structlog.get_logger(__name__)


class DiscordConnection:
    """The client of the moment with its listener and sender; a Sender itself, for as long as we live."""

    source = Source.DISCORD

    def __init__(
        self, services: Services, memory: StoreMemory, *, on_account: Callable[[DiscordAccount], None]
    ) -> None:
        """Prepare; `on_account` hears who we are, at each sign-in. Addresses must be set (bot/endpoints) before."""
        section = services.settings.discord
        assert section.token is not None
        self._token = section.token.get_secret_value()
        self._services = services
        self._memory = memory
        self._on_account = on_account
        self.account: DiscordAccount | None = None
        """Who we are; None until Discord has let us in."""
        self.bot: MaeariBot | None = None
        self.listener: DiscordListener | None = None
        self._sender: DiscordSender | None = None
        self._is_rejected = False
        self._is_closing = False
        self._built = asyncio.Event()

    async def sign_in(self) -> None:
        """Learn who we are, and build a client that is ready to be served.

        Raises CredentialsRejectedError for a token that is not accepted, SourceError where Discord does not answer.
        """
        account = await discord_account(self._token)
        self._on_account(account)
        if not account.message_content:
            log.warning("message_content_intent_missing")
        bot = MaeariBot(self._services, message_content=account.message_content)
        section = self._services.settings.discord
        listener = DiscordListener(bot, section, self._memory, self._services.clock, stored=self._memory)
        listener.attach()
        self._services.guilds.heard_by = listener.apply
        self.account, self.bot, self.listener = account, bot, listener
        self._sender = DiscordSender(bot, self._services)
        self._is_rejected = False
        self._built.set()

    async def serve(self) -> None:
        """Sign in where that is still to be done, and serve until closed.

        Raises CredentialsRejectedError for a token that was never accepted. Raises SourceError for what may pass:
        the supervisor calls again.
        """
        try:
            if self.bot is None:
                await self.sign_in()
            await self._serve_client()
        except CredentialsRejectedError as error:
            if self.account is None:
                raise
            # It was good before: Discord may err, or a person will mend it. The other platform goes on meanwhile.
            self._is_rejected = True
            log.error("discord_token_rejected")  # noqa: TRY400 - the supervisor logs the error itself
            raise SourceError("Discord does not accept the token any more") from error

    async def batches(self) -> AsyncIterator[Batch]:
        """Yield what the listener of the moment yields, client after client."""
        while not self._is_closing:
            await self._built.wait()
            listener = self.listener
            if listener is not None:
                async for batch in listener.batches():
                    yield batch

    async def send(self, action: Action) -> Receipt:
        """Carry out an action, as the port says; while there is no client it waits."""
        return await self._ready_sender().send(action)

    async def find(self, action: Action) -> Receipt | None:
        """Look for our own message of an action, as the port says; while there is no client it waits."""
        return await self._ready_sender().find(action)

    def health(self) -> tuple[FeedHealth, ...]:
        """Say how listening is doing."""
        if self.listener is not None:
            return self.listener.health()
        state = "no_credentials" if self._is_rejected else "late"
        return (FeedHealth("discord", state, None, 0, "not connected"),)

    async def close(self) -> None:
        """Close the client for good."""
        self._is_closing = True
        await self._drop()
        self._built.set()

    async def _serve_client(self) -> None:
        assert self.bot is not None
        try:
            await self.bot.start(self._token)
        except discord.LoginFailure:
            raise token_rejected() from None
        except discord.ConnectionClosed as error:
            if error.code == AUTHENTICATION_FAILED:
                raise token_rejected() from None
            raise SourceError(f"Discord closed the connection ({error.code})") from error
        finally:
            await self._drop()
        if not self._is_closing:
            raise SourceError("Discord closed the connection")

    async def _drop(self) -> None:
        """Let the client go; what its listener has not handed over is read by history at the next start."""
        bot, listener = self.bot, self.listener
        self.bot = self.listener = self._sender = None
        self._built.clear()
        if listener is not None:
            await listener.close()
        if bot is not None:
            await bot.close()

    def _ready_sender(self) -> DiscordSender:
        if self._sender is None:
            raise SendDelayedError("there is no connection to Discord yet", retry_after=RETRY_SECONDS)
        return self._sender
