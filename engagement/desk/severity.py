"""How grave a case is, and when its first response is due."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from core.types.assessment import AbuseKind, Assessment
from core.types.case import CaseKind, Severity

__all__ = ["SEVERITY_ORDER", "graver", "severity_of", "widely_seen"]

SEVERITY_ORDER = (Severity.LOW, Severity.NORMAL, Severity.HIGH, Severity.URGENT)
GRAVE_COMPLAINT = 0.8
GRAVE_SCORE = -0.6
"""A complaint that is both this sure and this bitter is of high severity."""
_DANGEROUS = frozenset({AbuseKind.THREAT, AbuseKind.HATE, AbuseKind.SEXUAL})


@lru_cache(maxsize=8)
def _urgent(terms: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return urgent terms, case-folded, each with its pattern: Latin ones are whole words, Korean ones stand anywhere.

    (Particles follow them.) Looking for the plain term first is ten times as fast as `re` with all of them.
    """
    return tuple(
        (term.casefold(), re.compile(rf"\b{re.escape(term)}\b" if term.isascii() else re.escape(term), re.IGNORECASE))
        for term in terms
        if term.strip()
    )


def _names_danger(text: str, terms: Sequence[str]) -> bool:
    folded = text.casefold()
    there = [pattern for term, pattern in _urgent(tuple(terms)) if term in folded]
    return any(pattern.search(text) is not None for pattern in there)


def severity_of(kind: CaseKind, text: str, assessment: Assessment | None, urgent_terms: Sequence[str]) -> Severity:
    """Return the severity of a case that a mention, or a request in these words, opens."""
    if kind is CaseKind.ABUSE:
        dangerous = assessment is not None and _DANGEROUS & set(assessment.abuse_kinds)
        return Severity.HIGH if dangerous else Severity.LOW
    names_danger = _names_danger(text, urgent_terms)
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


def widely_seen(kind: CaseKind, severity: Severity) -> Severity:
    """Return the severity of a case whose post many people read: high at least where somebody waits for an answer."""
    return graver(severity, Severity.HIGH) if kind in (CaseKind.COMPLAINT, CaseKind.QUESTION) else severity
