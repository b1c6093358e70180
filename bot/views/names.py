"""Names of the domain's codes as people read them; each is a message id of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.text import Translate, mark
from core.types.assessment import AbuseKind, Caution, Intent, Label
from core.types.decision import DecisionKind
from core.types.post import Source

LABEL: Mapping[Label, str] = MappingProxyType(
    {
        Label.NEGATIVE: mark("negative"),
        Label.NEUTRAL: mark("neutral"),
        Label.POSITIVE: mark("positive"),
    }
)
INTENT: Mapping[Intent, str] = MappingProxyType(
    {
        Intent.COMPLAINT: mark("complaint"),
        Intent.PRAISE: mark("praise"),
        Intent.QUESTION: mark("question"),
        Intent.SUGGESTION: mark("suggestion"),
        Intent.OTHER: mark("other"),
    }
)
TOWARDS: Mapping[str, str] = MappingProxyType(
    {
        **{label.value: words for label, words in LABEL.items()},
        **{intent.value: words for intent, words in INTENT.items()},
        AbuseKind.HARASSMENT: mark("harassment"),
        AbuseKind.HATE: mark("hate"),
        AbuseKind.THREAT: mark("threat"),
        AbuseKind.SEXUAL: mark("sexual content"),
        AbuseKind.SPAM: mark("spam"),
        Caution.SARCASM: mark("sarcasm"),
        Caution.MIXED_FEELINGS: mark("mixed feelings"),
        Caution.NEWS: mark("news"),
        Caution.ADVERT: mark("advertising"),
        Caution.RIVAL: mark("another brand"),
        "style": mark("manner of writing"),
    }
)
"""What a word or cue can speak for."""
DECISION: Mapping[DecisionKind, str] = MappingProxyType(
    {
        DecisionKind.THANK: mark("thank"),
        DecisionKind.FLAG: mark("flag"),
        DecisionKind.REVIEW: mark("review"),
        DecisionKind.MODERATE: mark("moderate"),
        DecisionKind.IGNORE: mark("no action"),
    }
)
FEED_STATE: Mapping[str, str] = MappingProxyType(
    {
        "ok": mark("working"),
        "late": mark("late"),
        "closed": mark("closed to us"),
        "no_credentials": mark("no valid credentials"),
        "no_message_content": mark("may not read messages: switch on the Message Content intent"),
        "not_served": mark("not served: no credentials in the configuration"),
        "suspended": mark("account suspended"),
        "shadow_banned": mark("nobody sees what our account writes: shadow-banned"),
        "stopped": mark("stopped"),
    }
)

CLOSED_REASON: Mapping[str, str] = MappingProxyType(
    {
        "private": mark("private"),
        "banned": mark("banned"),
        "quarantined": mark("quarantined"),
        "renamed": mark("renamed, or never there"),
        "forbidden": mark("we may not read it"),
        "not_found": mark("not found"),
        "gone": mark("gone for good"),
        "legal": mark("withheld for legal reasons"),
        "no_history_permission": mark("no permission to read the history"),
        "rejected": mark("not accepted any more"),
    }
)
"""What a closed feed's detail says."""


def place(t: Translate, source: Source, container: str, name: str | None) -> str:
    """Name the place a post stands in: `r/gadgets`, `#help`, or the container of a file. Not escaped."""
    if source is Source.REDDIT:
        return f"r/{container}"
    if source is Source.DISCORD:
        return name or t("a Discord channel")
    return name or container
