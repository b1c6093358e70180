"""A stand-in Discord on loopback: REST v10 and gateway v10, for the real discord.py client."""

from lab.discord.server import StandInDiscord
from lab.discord.types import (
    Attachment,
    Channel,
    ChannelKind,
    Command,
    Component,
    Guild,
    Member,
    Message,
    Modal,
    Reaction,
    Response,
    ResponseKind,
    Role,
)

__all__ = [
    "Attachment",
    "Channel",
    "ChannelKind",
    "Command",
    "Component",
    "Guild",
    "Member",
    "Message",
    "Modal",
    "Reaction",
    "Response",
    "ResponseKind",
    "Role",
    "StandInDiscord",
]
