"""How grave a case is, and when its first response is due."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from core.types.assessment import AbuseKind, Assessment
from core.types.case import CaseKind, Severity

__all__ = ["SEVERITY_ORDER", "graver", "severity_of"]

SEVERITY_ORDER = (Severity.LOW, Severity.NORMAL, Severity.HIGH, Severity.URGENT)
GRAVE_COMPLAINT = 0.8
GRAVE_SCORE = -0.6
"""A complaint that is both this sure and this bitter is of high severity."""
_DANGEROUS = frozenset({AbuseKind.THREAT, AbuseKind.HATE, AbuseKind.SEXUAL})


@lru_cache(maxsize=8)
def _urgent(terms: tuple[str, ...]) -> re.Pattern[str] | None:
    """Compile urgent terms: Latin ones as whole words, Korean ones wherever they stand (particles follow)."""
    parts = [rf"\b{re.escape(term)}\b" if term.isascii() else re.escape(term) for term in terms if term.strip()]
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def severity_of(kind: CaseKind, text: str, assessment: Assessment | None, urgent_terms: Sequence[str]) -> Severity:
    """Return the severity of a case that a mention, or a request in these words, opens."""
    if kind is CaseKind.ABUSE:
        dangerous = assessment is not None and _DANGEROUS & set(assessment.abuse_kinds)
        return Severity.HIGH if dangerous else Severity.LOW
    urgent = _urgent(tuple(urgent_terms))
    names_danger = urgent is not None and urgent.search(text) is not None
    if kind is CaseKind.COMPLAINT:
        if names_danger:
            return Severity.URGENT
        grave = (
            assessment is not None
            and assessment.intents.complaint >= GRAVE_COMPLAINT
            and assessment.score <= GRAVE_SCORE
        )
        return Severity.HIGH if grave else Severity.NORMAL
    if names_danger:
        return Severity.HIGH
    return Severity.LOW if kind is CaseKind.REVIEW else Severity.NORMAL


def graver(one: Severity, other: Severity) -> Severity:
    """Return the graver of two."""
    return max(one, other, key=SEVERITY_ORDER.index)
