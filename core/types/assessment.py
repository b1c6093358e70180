"""What the judges found out about one mention."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Label(StrEnum):
    """Sentiment towards the brand in question."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Intent(StrEnum):
    """What the writer wants. A complaint is not the same as a negative text."""

    COMPLAINT = "complaint"
    PRAISE = "praise"
    QUESTION = "question"
    SUGGESTION = "suggestion"
    OTHER = "other"


class AbuseKind(StrEnum):
    """Kinds of abuse; a furious but clean complaint is none."""

    HARASSMENT = "harassment"
    HATE = "hate"
    THREAT = "threat"
    SEXUAL = "sexual"
    SPAM = "spam"


class Language(StrEnum):
    """Language of a text, by its share of Hangul."""

    ENGLISH = "en"
    KOREAN = "ko"
    MIXED = "mixed"
    UNDETERMINED = "und"


class Caution(StrEnum):
    """Why a label is less sure than its numbers: each keeps the bot from acting alone."""

    SARCASM = "sarcasm"
    MIXED_FEELINGS = "mixed_feelings"
    NEWS = "news"
    ADVERT = "advert"
    RIVAL = "rival"
    """The feeling may be about another brand in the same text."""


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Calibrated probabilities of the three labels; they add up to 1."""

    negative: float
    neutral: float
    positive: float


@dataclass(frozen=True, slots=True)
class IntentScores:
    """How much speaks for each intent, each 0..1 on its own."""

    complaint: float = 0.0
    praise: float = 0.0
    question: float = 0.0
    suggestion: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """A word or cue that decided, at its place in the original text."""

    start: int
    end: int
    text: str
    weight: float
    """Positive pulls towards `towards`, negative away from it."""
    towards: str
    """A label, intent or abuse kind."""
    cue: str
    """A short code of what was found: `word`, `fault`, `wait`, `refund`, `negation`, `emoji` …"""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The judgement of one text for one brand."""

    label: Label
    score: float
    """-1 (negative) .. 1 (positive)."""
    probabilities: Probabilities
    intent: Intent
    intents: IntentScores
    language: Language
    model: str
    """Version of the models and rules that judged, e.g. `2026.11-en3-ko2`."""
    abuse_kinds: tuple[AbuseKind, ...] = ()
    cautions: tuple[Caution, ...] = ()
    library_score: float | None = None
    """VADER's own compound score of the untouched text, where it is (partly) English."""
    error: str | None = None
    """Why nothing could be judged, as a code such as `not_text`; None for what was judged."""
    evidence: tuple[Evidence, ...] = field(default=(), compare=False)
    """Only filled in when asked for."""
