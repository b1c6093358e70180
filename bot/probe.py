"""What Discord says about our application before we connect."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp
import discord

from core.errors import CredentialsRejectedError, SourceError


@dataclass(frozen=True, slots=True)
class DiscordAccount:
    """Who the token belongs to."""

    id: str
    name: str
    message_content: bool
    """Whether the message content intent is switched on in the portal."""


async def discord_account(token: str) -> DiscordAccount:
    """Sign in over REST only and look who we are.

    Raises CredentialsRejectedError for a token that is not accepted, SourceError where Discord does not answer.
    """
    client = discord.Client(intents=discord.Intents.none())
    try:
        await client.login(token)
        flags = (await client.application_info()).flags
        assert client.user is not None
        granted = flags.gateway_message_content or flags.gateway_message_content_limited
        return DiscordAccount(str(client.user.id), str(client.user), granted)
    except discord.LoginFailure:
        raise CredentialsRejectedError(
            "discord.token is not accepted; copy it anew from the developer portal under Bot"
        ) from None
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        raise SourceError(
            f"Discord does not answer ({type(error).__name__}); check the network and try again"
        ) from None
    finally:
        await client.close()
