"""Posts from Discord, behind the port `core.ports.listening.Listener`.

The client belongs to the bot. The bot builds it with the intents `guilds`, `guild_messages` and, where granted,
`message_content`, hands it to `DiscordListener`, and calls `attach()` once before the client starts. Everything else
happens through events; no task runs before somebody pulls `batches()`.
"""

from listeners.discord.listener import DiscordListener

__all__ = ["DiscordListener"]
