"""Commands, buttons, forms: what people ask and how the bot answers, by gateway and REST."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum

from core.errors import MaeariError, NotFoundError
from lab.discord.stage import Stage
from lab.discord.types import (
    Attachment,
    Channel,
    Command,
    Member,
    Message,
    Modal,
    Response,
    ResponseKind,
    component_of,
)
from lab.server import Json

FIRST_RESPONSE_SECONDS = 3.0
"""Real seconds until an interaction nobody answered is unknown (error 10062), as documented."""
ANSWER_SECONDS = 10.0
"""Real seconds that a person in the lab waits for an answer that was deferred."""
EPHEMERAL = 1 << 6
COMMAND_REPLY = 20
"""Message type."""
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
"""Interaction types."""


class Callback(IntEnum):
    """Ways to answer an interaction."""

    SEND = 4
    DEFER = 5
    DEFER_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    OPEN_MODAL = 9


class NoAnswerError(MaeariError):
    """The bot did not answer an interaction in time."""


class CallbackError(Exception):
    """The callback is refused; `code` is Discord's JSON error code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(slots=True)
class Pending:
    """An interaction on its way; the token outlives the first answer, for follow-ups."""

    id: int
    by: Member
    channel: Channel
    asked_at: float
    """By the monotonic clock."""
    source: Message | None = None
    """The message that carries the component."""
    command_name: str | None = None
    callback: Callback | None = None
    deferred_flags: int = 0
    original: int | None = None
    """Message id of @original."""
    modal: Modal | None = None
    choices: tuple[tuple[str, str], ...] = ()
    follow_ups: list[int] = field(default_factory=list)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """The answer can be read: at once, or once a deferred one was filled."""

    @property
    def token(self) -> str:
        """The token of its webhook routes."""
        return f"interaction-{self.id}"


class Interactions:
    """Keeps the registered commands and the interactions under way."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._world = stage.world
        self.wire_commands: dict[int | None, list[Json]] = {None: []}
        """As registered, by guild; None is global."""
        self.first_response_seconds = FIRST_RESPONSE_SECONDS
        self._pending: dict[str, Pending] = {}

    # -- commands

    def register(self, scope: int | None, commands: Sequence[Json]) -> list[Json]:
        """Replace all commands of a scope, as the bulk PUT does, and return them with their ids."""
        known = {(one["name"], one["type"]): one["id"] for one in self.wire_commands.get(scope, ())}
        registered = []
        for command in commands:
            kind = command.get("type", 1)
            command_id = known.get((command["name"], kind)) or str(self._world.ids.mint())
            registered.append(
                {"description": "", "default_member_permissions": None, "nsfw": False}
                | command
                | {
                    "id": command_id,
                    "type": kind,
                    "application_id": str(self._world.application_id),
                    "version": command_id,
                }
                | ({} if scope is None else {"guild_id": str(scope)})
            )
        self.wire_commands[scope] = registered
        return registered

    def commands(self) -> tuple[Command, ...]:
        """Return everything that is registered."""
        return tuple(_command(one) for commands in self.wire_commands.values() for one in commands)

    def find_command(self, name: str, kind: int, guild_id: int | None) -> Json:
        """Return a command as registered. Raises NotFoundError for one that was never synchronised."""
        for scope in (guild_id, None):
            for command in self.wire_commands.get(scope, ()):
                if command["name"] == name and command["type"] == kind:
                    return command
        known = ", ".join(sorted(one.name for one in self.commands())) or "none"
        raise NotFoundError(f"no command {name!r} of kind {kind} was registered; there is: {known}")

    # -- asking

    async def ask(
        self, kind: int, by: Member, channel: Channel, content: Json, *, source: Message | None = None
    ) -> Response:
        """Send INTERACTION_CREATE and wait for the answer. Raises NoAnswerError."""
        pending = Pending(self._world.ids.mint(), by, channel, time.monotonic(), source)
        pending.command_name = content.get("name")
        self._pending[pending.token] = pending
        self._stage.gateway.emit("INTERACTION_CREATE", self._wire(pending, kind, content))
        await _wait(pending.answered, self.first_response_seconds, f"interaction {kind} of {by.name}", content)
        await _wait(pending.settled, ANSWER_SECONDS, f"the deferred answer to {by.name}", content)
        return self.response(pending)

    def response(self, pending: Pending) -> Response:
        """Return the answer as it stands."""
        kinds = {
            Callback.DEFER_UPDATE: ResponseKind.DEFERRED_UPDATE,
            Callback.UPDATE: ResponseKind.UPDATE,
            Callback.CHOICES: ResponseKind.CHOICES,
            Callback.OPEN_MODAL: ResponseKind.MODAL,
        }
        return Response(
            interaction_id=pending.id,
            kind=kinds.get(pending.callback or Callback.SEND, ResponseKind.MESSAGE),
            by=pending.by,
            channel=pending.channel,
            message=None if pending.original is None else self._world.find_message(pending.original),
            modal=pending.modal,
            choices=pending.choices,
        )

    def pending(self, token: str) -> Pending:
        """Return an interaction by its token. Raises CallbackError."""
        try:
            return self._pending[token]
        except KeyError:
            raise CallbackError(404, 10015, "Unknown Webhook") from None

    def _wire(self, pending: Pending, kind: int, content: Json) -> Json:
        renderer, by, channel = self._stage.renderer, pending.by, pending.channel
        wire: Json = {
            "id": str(pending.id),
            "application_id": str(self._world.application_id),
            "type": kind,
            "data": content,
            "token": pending.token,
            "version": 1,
            "channel_id": str(channel.id),
            "channel": renderer.channel(channel) | {"permissions": str(self._world.permissions(by, channel))},
            "locale": by.locale,
            "app_permissions": str((1 << 53) - 1),
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(channel.guild_id or 0)},
            "attachment_size_limit": 10 * 1024 * 1024,
            "context": 0 if channel.guild_id is not None else 1,
        }
        if channel.guild_id is None:
            wire["user"] = renderer.user(by)
        else:
            guild = self._world.guild(channel.guild_id)
            wire["guild_id"] = str(guild.id)
            wire["guild"] = {"id": str(guild.id), "locale": guild.locale, "features": []}
            wire["guild_locale"] = guild.locale
            wire["member"] = renderer.member_with_user(by) | {"permissions": str(self._world.permissions(by, channel))}
        if pending.source is not None:
            wire["message"] = renderer.message(pending.source)
        return wire

    # -- answering

    def answer(self, token: str, callback: Json, files: Sequence[Attachment]) -> tuple[Pending, Message | None]:
        """Take the first response. Raises CallbackError when it is late (10062) or the second one (40060)."""
        pending = self._pending.get(token)
        if pending is None or (
            pending.callback is None and time.monotonic() - pending.asked_at > self.first_response_seconds
        ):
            raise CallbackError(404, 10062, "Unknown interaction")
        if pending.callback is not None:
            raise CallbackError(400, 40060, "Interaction has already been acknowledged.")
        pending.callback = Callback(callback["type"])
        content = callback.get("data") or {}
        message = self._take(pending, content, files)
        pending.answered.set()
        if pending.callback is not Callback.DEFER:
            pending.settled.set()
        return pending, message

    def _take(self, pending: Pending, content: Json, files: Sequence[Attachment]) -> Message | None:
        match pending.callback:
            case Callback.SEND:
                return self._first(pending, content, files)
            case Callback.DEFER:
                pending.deferred_flags = content.get("flags", 0)
            case Callback.DEFER_UPDATE | Callback.UPDATE if pending.source is not None:
                pending.original = pending.source.id
                if pending.callback is Callback.UPDATE:
                    # The card may have changed since it was clicked: change what stands there now.
                    current = self._world.find_message(pending.source.id) or pending.source
                    return self._stage.change(edited(current, content, files, self._world.clock.now()))
            case Callback.CHOICES:
                pending.choices = tuple((one["name"], str(one["value"])) for one in content.get("choices", ()))
            case Callback.OPEN_MODAL:
                inner = tuple(component_of(one) for one in content["components"])
                pending.modal = Modal(content["custom_id"], content["title"], inner)
        return None

    def _first(self, pending: Pending, content: Json, files: Sequence[Attachment]) -> Message:
        message = self._stage.post(self._message(pending, content, files))
        pending.original = message.id
        return message

    def follow_up(self, pending: Pending, content: Json, files: Sequence[Attachment]) -> Message:
        """Take a follow-up message; the first one after a deferral becomes @original."""
        if pending.callback is Callback.DEFER and pending.original is None:
            content = {**content, "flags": content.get("flags", 0) & ~EPHEMERAL | pending.deferred_flags}
            message = self._first(pending, content, files)
            pending.settled.set()
            return message
        message = self._stage.post(self._message(pending, content, files))
        pending.follow_ups.append(message.id)
        return message

    def edit_original(self, pending: Pending, content: Json, files: Sequence[Attachment]) -> Message:
        """Change @original, or fill a deferred one. Raises CallbackError while there is none."""
        if pending.original is None:
            if pending.callback is not Callback.DEFER:
                raise CallbackError(404, 10008, "Unknown Message")
            return self.follow_up(pending, content, files)
        current = self._world.find_message(pending.original)
        if current is None:
            raise CallbackError(404, 10008, "Unknown Message")
        return self._stage.change(edited(current, content, files, self._world.clock.now()))

    def drop_original(self, pending: Pending) -> None:
        """Delete @original; deleting one that was only deferred ends the waiting. Raises CallbackError."""
        message = None if pending.original is None else self._world.find_message(pending.original)
        if message is not None:
            self._stage.drop(message)
        elif pending.callback is Callback.DEFER and pending.original is None:
            pending.settled.set()
        else:
            raise CallbackError(404, 10008, "Unknown Message")

    def follow_ups(self, response: Response) -> tuple[Message, ...]:
        """Return the follow-ups to an answer so far."""
        pending = self._pending[f"interaction-{response.interaction_id}"]
        found = (self._world.find_message(one) for one in pending.follow_ups)
        return tuple(message for message in found if message is not None)

    def _message(self, pending: Pending, content: Json, files: Sequence[Attachment]) -> Message:
        return Message(
            id=self._world.ids.mint(),
            channel_id=pending.channel.id,
            guild_id=pending.channel.guild_id,
            author_id=self._world.bot.id,
            text=content.get("content") or "",
            created_at=self._world.clock.now(),
            type=COMMAND_REPLY if pending.command_name else 0,
            flags=content.get("flags", 0),
            attachments=tuple(files),
            interaction_id=pending.id,
            command_name=pending.command_name,
            invoked_by=pending.by.id,
            wire_components=tuple(content.get("components") or ()),
            wire_embeds=tuple(content.get("embeds") or ()),
            allowed_mentions=content.get("allowed_mentions"),
        )


def edited(message: Message, content: Mapping[str, object], files: Sequence[Attachment], at: datetime) -> Message:
    """Return a message with the given parts changed; what is not named stays."""
    changes: Json = {"edited_at": at}
    if "content" in content:
        changes["text"] = content["content"] or ""
    if "components" in content:
        changes["wire_components"] = tuple(content["components"] or ())  # type: ignore[arg-type]
    if "embeds" in content:
        changes["wire_embeds"] = tuple(content["embeds"] or ())  # type: ignore[arg-type]
    if isinstance(flags := content.get("flags"), int):
        # Flags such as components V2 can be set and never taken back; ephemeral and has-thread are not the client's.
        changes["flags"] = message.flags | flags
    if "attachments" in content:
        kept = {str(one["id"]) for one in content["attachments"] or ()}  # type: ignore[attr-defined]
        changes["attachments"] = (*(one for one in message.attachments if str(one.id) in kept), *files)
    return replace(message, **changes)


async def _wait(event: asyncio.Event, seconds: float, what: str, content: Json) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        named = content.get("custom_id") or content.get("name")
        raise NoAnswerError(f"the bot did not answer {what} ({named}) within {seconds:g} s") from None


def _command(wire: Json) -> Command:
    return Command(
        id=int(wire["id"]),
        name=wire["name"],
        kind=wire["type"],
        description=wire["description"],
        guild_id=int(wire["guild_id"]) if "guild_id" in wire else None,
        name_localizations=wire.get("name_localizations") or {},
        description_localizations=wire.get("description_localizations") or {},
        paths=tuple(_paths(wire)),
    )


def _paths(wire: Json) -> list[str]:
    inner = [option for option in wire.get("options", ()) if option["type"] in (1, 2)]
    if not inner:
        return [wire["name"]]
    return [f"{wire['name']} {path}" for option in inner for path in _paths(option)]
