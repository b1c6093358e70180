"""What stands on the stand-in Discord, as frozen snapshots: an edit makes a new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from lab.server import Json


class ChannelKind(IntEnum):
    """Discord's channel types, those that the product meets."""

    TEXT = 0
    DIRECT = 1
    CATEGORY = 4
    ANNOUNCEMENT = 5
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15

    @property
    def is_thread(self) -> bool:
        """Tell whether it lives under another channel and comes and goes with THREAD events."""
        return self in (ChannelKind.PUBLIC_THREAD, ChannelKind.PRIVATE_THREAD)


class ComponentKind(IntEnum):
    """Discord's component types, those with a meaning here."""

    ROW = 1
    BUTTON = 2
    SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT = 10
    CONTAINER = 17
    LABEL = 18
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


@dataclass(frozen=True, slots=True)
class Role:
    """A role of a guild; `permissions` is Discord's bit field."""

    id: int
    guild_id: int
    name: str
    permissions: int = 0


@dataclass(frozen=True, slots=True)
class Guild:
    """A server."""

    id: int
    name: str
    locale: str = "en-US"
    owner_id: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A person, or a bot, in a guild. The same person in another guild has the same id."""

    id: int
    guild_id: int
    name: str
    display: str | None = None
    """The name others see, where it is another."""
    locale: str = "en-US"
    is_bot: bool = False
    role_ids: tuple[int, ...] = ()
    joined_at: datetime | None = None

    @property
    def mention(self) -> str:
        """How a message names them."""
        return f"<@{self.id}>"


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel, thread or direct-message channel."""

    id: int
    guild_id: int | None
    name: str
    kind: ChannelKind = ChannelKind.TEXT
    parent_id: int | None = None
    topic: str = ""
    position: int = 0
    is_nsfw: bool = False
    visible_to: tuple[int, ...] | None = None
    """Roles that may see it; None is everyone."""
    owner_id: int | None = None
    """Who opened a thread."""
    recipient_id: int | None = None
    """The person on the other side of a direct-message channel."""
    is_archived: bool = False
    is_locked: bool = False
    opened_at: datetime | None = None
    """For threads."""

    @property
    def mention(self) -> str:
        """How a message names it."""
        return f"<#{self.id}>"


@dataclass(frozen=True, slots=True)
class Component:
    """One component of a message or modal, with what stands inside it."""

    kind: int
    custom_id: str = ""
    label: str = ""
    text: str = ""
    """What a text display says, or a text input holds."""
    url: str = ""
    is_disabled: bool = False
    is_required: bool = True
    style: int = 0
    values: tuple[str, ...] = ()
    """The options of a select."""
    children: tuple[Component, ...] = ()

    def walk(self) -> Iterator[Component]:
        """Yield this component and everything inside it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Reaction:
    """Who reacted with one emoji."""

    emoji: str
    """A Unicode emoji, or `name:id`."""
    user_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message."""

    id: int
    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands now."""

    id: int
    channel_id: int
    guild_id: int | None
    author_id: int
    text: str
    created_at: datetime
    edited_at: datetime | None = None
    type: int = 0
    reply_to: int | None = None
    thread_id: int | None = None
    """The thread that was opened from it."""
    flags: int = 0
    attachments: tuple[Attachment, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    nonce: str | None = None
    interaction_id: int | None = None
    command_name: str | None = None
    invoked_by: int | None = None
    wire_components: tuple[Json, ...] = field(default=(), repr=False)
    """As the bot sent them; use `components`."""
    wire_embeds: tuple[Json, ...] = field(default=(), repr=False)
    allowed_mentions: Json | None = field(default=None, repr=False)

    @property
    def components(self) -> tuple[Component, ...]:
        """The components, outermost first."""
        return tuple(component_of(one) for one in self.wire_components)

    @property
    def is_ephemeral(self) -> bool:
        """Only the person who asked can see it."""
        return bool(self.flags & 64)

    @property
    def shown_text(self) -> str:
        """Everything a person can read in it: content, embeds, text displays, labels."""
        parts = [self.text]
        for embed in self.wire_embeds:
            parts += _embed_texts(embed)
        for component in self.walk():
            parts += [component.text, component.label, component.url]
        return "\n".join(part for part in parts if part)

    def walk(self) -> Iterator[Component]:
        """Yield every component, however deep."""
        for component in self.components:
            yield from component.walk()

    def button(self, start: str) -> Component | None:
        """Return the first button or select whose custom id, or label, starts so."""
        for one in self.walk():
            if one.custom_id and (one.custom_id.startswith(start) or one.label.startswith(start)):
                return one
        return None


@dataclass(frozen=True, slots=True)
class Modal:
    """A form that the bot opened."""

    custom_id: str
    title: str
    components: tuple[Component, ...]

    @property
    def fields(self) -> tuple[Component, ...]:
        """What can be filled in, from the top."""
        inputs = (one for component in self.components for one in component.walk())
        return tuple(one for one in inputs if one.custom_id)


@dataclass(frozen=True, slots=True)
class Command:
    """A registered command, as the bot synchronised it."""

    id: int
    name: str
    kind: int
    """1 slash, 2 user, 3 message."""
    description: str
    guild_id: int | None
    name_localizations: Mapping[str, str]
    description_localizations: Mapping[str, str]
    paths: tuple[str, ...]
    """What a person types: `ask`, `case view`, `case reply` …"""


class ResponseKind(StrEnum):
    """How the bot answered an interaction."""

    MESSAGE = "message"
    UPDATE = "update"
    """The message that carries the component was changed."""
    DEFERRED_UPDATE = "deferred_update"
    """It will be changed later, or not at all."""
    MODAL = "modal"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Response:
    """The bot's answer to an interaction."""

    interaction_id: int
    kind: ResponseKind
    by: Member
    """Who asked."""
    channel: Channel
    message: Message | None = None
    """What was sent or changed."""
    modal: Modal | None = None
    choices: tuple[tuple[str, str], ...] = ()
    """Autocomplete: (name, value)."""

    @property
    def text(self) -> str:
        """Everything a person can read in the answer."""
        return "" if self.message is None else self.message.shown_text


def component_of(wire: Json) -> Component:
    """Read a component as the bot sent it."""
    inner = [*wire.get("components", ()), *filter(None, (wire.get("accessory"), wire.get("component")))]
    return Component(
        kind=wire["type"],
        custom_id=wire.get("custom_id", ""),
        label=wire.get("label") or wire.get("placeholder") or "",
        text=str(wire.get("content") or wire.get("value") or wire.get("description") or ""),
        url=wire.get("url", ""),
        is_disabled=wire.get("disabled", False),
        is_required=wire.get("required", True),
        style=wire.get("style", 0),
        values=tuple(option["value"] for option in wire.get("options", ())),
        children=tuple(component_of(one) for one in inner),
    )


def _embed_texts(embed: Json) -> list[str]:
    texts = [embed.get("title", ""), embed.get("description", ""), embed.get("url", "")]
    texts += [text for one in embed.get("fields", ()) for text in (one["name"], one["value"])]
    texts += [embed.get("author", {}).get("name", ""), embed.get("footer", {}).get("text", "")]
    return [text for text in texts if text]
