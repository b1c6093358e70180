"""Kinds of abuse: lists first, then for Korean a linear model that knows spellings no list holds."""

from __future__ import annotations

from collections.abc import Sequence

from core.types.assessment import AbuseKind
from sentiment.cues import Cue

SURE_FROM = 0.9
"""Probability from which the linear model calls harassment by itself: a clean complaint must never be."""


def abuse_kinds(found: Sequence[Cue], probability: float) -> tuple[AbuseKind, ...]:
    """Return the kinds of abuse in a text, in the order of the lists."""
    kinds = [AbuseKind(one.towards) for one in found]
    if probability >= SURE_FROM and not kinds:
        kinds.append(AbuseKind.HARASSMENT)
    return tuple(dict.fromkeys(kinds))
