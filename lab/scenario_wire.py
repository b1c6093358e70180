"""The files of a scenario as they are decoded; only the loader sees these."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Unknown keys are errors: a misspelt one would otherwise be lost silently."""


class BrandTable(_Strict, frozen=True):
    """`[[brands]]`."""

    name: str
    terms: list[str]
    exclusions: list[str] = []
    competitor: bool = False


class RedditTable(_Strict, frozen=True):
    """`[reddit]`."""

    subreddits: list[str]
    account: str
    staff_accounts: list[str] = []
    bots: list[str] = []


class RoleTable(_Strict, frozen=True):
    """`[[discord.roles]]`."""

    name: str
    permissions: list[str] = []


class ChannelTable(_Strict, frozen=True):
    """`[[discord.channels]]`."""

    name: str
    topic: str = ""
    locale: str = "en-US"
    private: bool = False


class MemberTable(_Strict, frozen=True):
    """`[[discord.members]]`."""

    name: str
    display: str | None = None
    locale: str = "en-US"
    roles: list[str] = []
    bot: bool = False


class DiscordTable(_Strict, frozen=True):
    """`[discord]`."""

    guild: str
    staff_channel: str
    report_channel: str
    channels: list[ChannelTable]
    members: list[MemberTable]
    locale: str = "en-US"
    staff_roles: list[str] = []
    roles: list[RoleTable] = []


class ScenarioFile(_Strict, frozen=True):
    """`scenario.toml`."""

    title: str
    start: date
    days: int
    timezone: str
    brands: list[BrandTable]
    reddit: RedditTable
    discord: DiscordTable
    articles: str | None = None


class WantLine(_Strict, frozen=True):
    """What a person would want done about one mention."""

    brand: str
    label: Literal["negative", "neutral", "positive"]
    intent: Literal["complaint", "praise", "question", "suggestion", "other"]
    decision: Literal["thank", "flag", "review", "moderate", "ignore"]


class EventLine(_Strict, frozen=True):
    """One line of `posts.jsonl`."""

    at: str
    on: Literal["reddit", "discord"]
    do: Literal["post", "comment", "message", "edit", "delete", "react", "claim", "reply", "resolve", "answer"]
    id: str | None = None
    place: str | None = msgspec.field(name="in", default=None)
    by: str | None = None
    title: str | None = None
    text: str | None = None
    under: str | None = None
    ref: str | None = None
    want: WantLine | list[WantLine] | None = None
    lang: str = ""
    kind: str = ""
