"""What Discord says about our application before we connect."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp
import discord

from core.errors import CredentialsRejectedError, SourceError
from core.text import mark


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
    # We never speak: its warnings about missing voice libraries are noise.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    # Nothing is connected, so that intents say nothing here; discord.py warns of a client without guilds.
    client = discord.Client(intents=discord.Intents(guilds=True))
    try:
        await client.login(token)
        flags = (await client.application_info()).flags
        assert client.user is not None
        granted = flags.gateway_message_content or flags.gateway_message_content_limited
        return DiscordAccount(str(client.user.id), str(client.user), granted)
    except discord.LoginFailure:
        raise token_rejected() from None
    except (discord.HTTPException, aiohttp.ClientError, OSError, ValueError, TypeError, KeyError) as error:
        # The last three: a proxy answered something that is none of Discord's.
        raise SourceError(
            mark("Discord does not answer ({problem}); check the network and try again"), problem=type(error).__name__
        ) from None
    finally:
        await client.close()


def token_rejected() -> CredentialsRejectedError:
    """Return the error about a token that Discord does not accept."""
    return CredentialsRejectedError(
        mark("discord.token is not accepted; copy it anew from the developer portal under Bot")
    )
