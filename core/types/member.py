"""Community members as the bot knows them: by key, never by a profile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.types.action import Purpose
from core.types.post import Source


class ContactRule(StrEnum):
    """What a person told us about being written to."""

    OPT_OUT = "opt_out"
    """Nothing but answers to their own questions."""
    OPT_IN = "opt_in"
    """Takes an opt-out back."""
    CONSENT = "consent"
    """Agreed to one purpose."""
    WITHDRAWN = "withdrawn"
    """Takes the consent to one purpose back."""


@dataclass(frozen=True, slots=True)
class ContactWish:
    """One wish of one person on one platform; the newest per purpose counts."""

    author_key: str
    source: Source
    rule: ContactRule
    purpose: Purpose | None
    """The purpose consented to; None for an opt-out of everything and for taking it back."""
    given_at: datetime


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """What moderators set per Discord guild; None falls back to the config file."""

    guild_id: str
    locale: str | None = None
    staff_channel: str | None = None
    report_channel: str | None = None
    staff_roles: tuple[str, ...] = ()
    listen: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    timezone: str | None = None
    """IANA name; holds from the next start on."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of the knowledge base that may answer a question."""

    article: str
    """File name of the article, relative to the knowledge folder."""
    title: str
    heading: str
    text: str
    """Quoted as it stands, Markdown."""
    score: float
    """Higher answers better; only comparable within one search."""
    locale: str
    url: str | None = None
