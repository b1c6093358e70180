"""Canned replies, and switches that staff turn while the installation runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Template:
    """A canned reply. `{author}`, `{brand}`, `{case}` and `{link}` are filled in when it is used."""

    name: str
    """How staff call it; unique per brand and language, whatever the case of its letters."""
    locale: str
    text: str
    brand: str | None = None
    """The brand it speaks for; None serves every brand."""
    changed_by: str | None = None
    """Discord id of who wrote it last."""
    changed_at: datetime | None = None
    id: int = 0
    """0 until it is stored."""


class Switch(StrEnum):
    """What can be switched while the installation runs."""

    CRISIS = "crisis"
    """Staff replies need a second person."""


@dataclass(frozen=True, slots=True)
class SwitchState:
    """How a switch stands, and who turned it."""

    switch: Switch
    on: bool
    actor: str
    """Discord id."""
    turned_at: datetime
