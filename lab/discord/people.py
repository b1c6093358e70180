"""Acting as the people of the stand-in Discord: write, edit, delete, react, use commands, press, fill in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.errors import NotFoundError
from lab.discord.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT, Interactions
from lab.discord.stage import DEFAULT, REPLY, Stage
from lab.discord.types import (
    Attachment,
    Channel,
    ChannelKind,
    Component,
    ComponentKind,
    Member,
    Message,
    Response,
    Role,
)
from lab.server import Json

OptionValue = str | int | float | bool | Member | Channel | Role
SUBCOMMAND, GROUP = 1, 2
"""Option types that lead on to others."""
SLASH, ON_USER, ON_MESSAGE = 1, 2, 3
"""Command types."""


class People:
    """What members do. Each call happens at the shared clock's time."""

    def __init__(self, stage: Stage, interactions: Interactions) -> None:
        self._stage = stage
        self._world = stage.world
        self._interactions = interactions

    # -- writing

    async def say(
        self,
        member: Member,
        channel: Channel,
        text: str,
        *,
        reply_to: Message | None = None,
        attachments: Sequence[tuple[str, bytes]] = (),
    ) -> Message:
        """Write a message."""
        mint = self._world.ids.mint
        return self._stage.post(
            Message(
                id=mint(),
                channel_id=channel.id,
                guild_id=channel.guild_id,
                author_id=member.id,
                text=text,
                created_at=self._world.clock.now(),
                reply_to=None if reply_to is None else reply_to.id,
                type=DEFAULT if reply_to is None else REPLY,
                attachments=tuple(Attachment(mint(), name, content) for name, content in attachments),
            )
        )

    async def whisper(self, member: Member, text: str) -> Message:
        """Write a direct message to the bot."""
        return await self.say(member, self._world.direct_channel(member.id), text)

    async def edit(self, message: Message, text: str) -> Message:
        """Change a message, as its author."""
        current = self._world.message(message.channel_id, message.id)
        return self._stage.change(replace(current, text=text, edited_at=self._world.clock.now()))

    async def delete(self, message: Message) -> None:
        """Delete a message."""
        self._stage.drop(self._world.message(message.channel_id, message.id))

    async def delete_many(self, channel: Channel, messages: list[Message]) -> None:
        """Delete several messages of one channel at once, as moderators do."""
        self._stage.drop_many(channel, messages)

    async def react(self, member: Member, message: Message, emoji: str) -> Message:
        """Add a reaction."""
        return self._stage.react(self._world.message(message.channel_id, message.id), member, emoji)

    async def unreact(self, member: Member, message: Message, emoji: str) -> Message:
        """Take a reaction back."""
        return self._stage.unreact(self._world.message(message.channel_id, message.id), member, emoji)

    async def start_thread(
        self, member: Member, parent: Channel, name: str, *, on: Message | None = None, text: str = ""
    ) -> Channel:
        """Open a thread, on a message or free; in a forum this is a new post with `text` as its first message."""
        starter = None if on is None else self._world.message(on.channel_id, on.id)
        thread = self._stage.open_thread(parent, name, member, starter=starter)
        if text:
            first = Message(
                id=thread.id if parent.kind is ChannelKind.FORUM else self._world.ids.mint(),
                channel_id=thread.id,
                guild_id=thread.guild_id,
                author_id=member.id,
                text=text,
                created_at=self._world.clock.now(),
            )
            self._stage.post(first)
        return thread

    # -- asking the bot

    async def slash(
        self, member: Member, channel: Channel, path: str, options: Mapping[str, OptionValue] | None = None
    ) -> Response:
        """Use a slash command, e.g. `slash(mina, staff, "case view", {"id": 3})`.

        Raises NotFoundError where the command, or an option, was not registered, and NoAnswerError.
        """
        return await self._interactions.ask(COMMAND, member, channel, self._command(channel, path, options or {}, None))

    async def autocomplete(
        self,
        member: Member,
        channel: Channel,
        path: str,
        focused: str,
        options: Mapping[str, OptionValue],
    ) -> tuple[tuple[str, str], ...]:
        """Type into an option and return what is offered: (name, value). `options` holds what is typed so far."""
        content = self._command(channel, path, options, focused)
        return (await self._interactions.ask(AUTOCOMPLETE, member, channel, content)).choices

    async def use_menu(self, member: Member, channel: Channel, name: str, target: Message | Member) -> Response:
        """Use a context-menu command on a message or a member."""
        on_message = isinstance(target, Message)
        command = self._interactions.find_command(name, ON_MESSAGE if on_message else ON_USER, channel.guild_id)
        content: Json = {
            "id": command["id"],
            "name": name,
            "type": command["type"],
            "target_id": str(target.id),
            "resolved": (
                {"messages": {str(target.id): self._stage.renderer.message(target)}}
                if isinstance(target, Message)
                else self._resolved([target])
            ),
        }
        return await self._interactions.ask(COMMAND, member, channel, content)

    async def press(self, member: Member, message: Message, custom_id: str) -> Response:
        """Press a button. Raises NotFoundError where the message has no such button, or it is disabled."""
        return await self._use_component(member, message, custom_id, {"component_type": int(ComponentKind.BUTTON)})

    async def select(self, member: Member, message: Message, custom_id: str, values: Sequence[str]) -> Response:
        """Choose in a select."""
        found = _component(message, custom_id)
        return await self._use_component(
            member, message, custom_id, {"component_type": found.kind, "values": list(values)}
        )

    async def submit_modal(self, opened: Response, values: Mapping[str, str]) -> Response:
        """Fill in the form that `opened` brought and send it. Keys are custom ids, or labels, of its fields."""
        modal = opened.modal
        if modal is None:
            raise NotFoundError("that answer opened no form")
        rows = [_filled(one, values) for one in modal.components]
        content = {"custom_id": modal.custom_id, "components": [row for row in rows if row is not None]}
        source = self._interactions.pending(f"interaction-{opened.interaction_id}").source
        return await self._interactions.ask(MODAL_SUBMIT, opened.by, opened.channel, content, source=source)

    def follow_ups(self, response: Response) -> tuple[Message, ...]:
        """Return the follow-up messages to an answer so far."""
        return self._interactions.follow_ups(response)

    # -- inside

    async def _use_component(self, member: Member, message: Message, custom_id: str, content: Json) -> Response:
        current = self._world.find_message(message.id) or message
        if _component(current, custom_id).is_disabled:
            raise NotFoundError(f"{custom_id} is disabled")
        channel = self._world.channel(message.channel_id)
        return await self._interactions.ask(
            COMPONENT, member, channel, {"custom_id": custom_id} | content, source=current
        )

    def _command(self, channel: Channel, path: str, options: Mapping[str, OptionValue], focused: str | None) -> Json:
        name, *steps = path.split()
        command = self._interactions.find_command(name, SLASH, channel.guild_id)
        declared = command.get("options", [])
        chain = []
        for step in steps:
            found = next((one for one in declared if one["name"] == step and one["type"] in (SUBCOMMAND, GROUP)), None)
            if found is None:
                raise NotFoundError(f"/{path} was not registered")
            chain.append(found)
            declared = found.get("options", [])
        filled = [_option(declared, path, name, value, focused) for name, value in options.items()]
        for step in reversed(chain):
            filled = [{"type": step["type"], "name": step["name"], "options": filled}]
        named = [value for value in options.values() if isinstance(value, Member | Channel | Role)]
        content: Json = {"id": command["id"], "name": name, "type": SLASH, "options": filled}
        if "guild_id" in command:
            content["guild_id"] = command["guild_id"]
        return content | ({"resolved": self._resolved(named)} if named else {})

    def _resolved(self, named: Sequence[Member | Channel | Role]) -> Json:
        renderer = self._stage.renderer
        resolved: Json = {}
        for one in named:
            match one:
                case Member():
                    resolved.setdefault("users", {})[str(one.id)] = renderer.user(one)
                    resolved.setdefault("members", {})[str(one.id)] = renderer.member(one) | {"permissions": "0"}
                case Channel():
                    resolved.setdefault("channels", {})[str(one.id)] = renderer.channel(one) | {"permissions": "0"}
                case Role():
                    resolved.setdefault("roles", {})[str(one.id)] = renderer.role(one, 1)
        return resolved


def _option(declared: Sequence[Json], path: str, name: str, value: OptionValue, focused: str | None) -> Json:
    found = next((one for one in declared if one["name"] == name), None)
    if found is None:
        raise NotFoundError(f"/{path} has no option {name!r}; it has: {', '.join(one['name'] for one in declared)}")
    plain = str(value.id) if isinstance(value, Member | Channel | Role) else value
    return {"type": found["type"], "name": name, "value": plain} | ({"focused": True} if name == focused else {})


def _component(message: Message, custom_id: str) -> Component:
    found = next((one for one in message.walk() if one.custom_id == custom_id), None)
    if found is None:
        there = ", ".join(one.custom_id for one in message.walk() if one.custom_id) or "none"
        raise NotFoundError(f"message {message.id} has no component {custom_id!r}; it has: {there}")
    return found


def _filled(component: Component, values: Mapping[str, str], label: str = "") -> Json | None:
    """Return what a client submits for one component of a form; texts that only show something give None."""
    if component.kind == ComponentKind.ROW:
        return {"type": 1, "components": [_filled(one, values) for one in component.children]}
    if component.kind == ComponentKind.LABEL:
        return {"type": 18, "component": _filled(component.children[0], values, component.label)}
    if not component.custom_id:
        return None
    value = values.get(component.custom_id, values.get(label or component.label))
    submitted: Json = {"type": component.kind, "custom_id": component.custom_id}
    match component.kind:
        case ComponentKind.TEXT_INPUT:
            return submitted | {"value": component.text if value is None else value}
        case ComponentKind.RADIO_GROUP:
            return submitted | {"value": value}
        case ComponentKind.CHECKBOX:
            return submitted | {"value": value == "true"}
        case _:
            return submitted | {"values": [] if value is None else [value]}
