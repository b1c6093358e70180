"""Who a feeling is about, where a text speaks of two brands.

Two ways, in this order: frames that say who wins (`switched from A to B`, `A보다 B`), and clauses: what is said in a
clause that names only the other brand is not about ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.types.mention import Hit

OWN, RIVAL = "\ue000", "\ue001"
"""Stand-ins for the brand in question and for others while frames are looked for."""
PUSH = 3.0
"""Log-odds that a frame adds to the polarity, for or against the brand in question."""

_O, _R = OWN + "+", RIVAL + "+"
_ANY_RIVAL = rf"(?:{_R}|(?:a|an|the|my)\s+(?:new\s+)?\w+|[a-z]\w+)"
_AGAINST = re.compile(
    rf"\b(?:sold|returned|ditched|dumped|left|leaving|replaced|traded|cancelled|canceled|swapped|quit)\s+(?:\w+\s+){{0,2}}{_O}"
    rf"|\b(?:switch\w*|mov\w+|went|going|jumped|chang\w+)\s+(?:\w+\s+)?(?:away\s+)?from\s+(?:\w+\s+)?{_O}"
    rf"|{_R}[\w\s']{{0,30}}\b(?:better|faster|cheaper|nicer|easier|superior|more\s\w+)\s+(?:than|to)\s+(?:\w+\s+)?{_O}"
    rf"|{_O}[\w\s']{{0,30}}\b(?:worse|slower|inferior)\s+(?:than|to)\b|\b(?:prefer|choose|pick|take)\s+{_R}"
    rf"|\b(?:unlike|not\s+like)\s+(?:\w+\s+)?{_O}"
    rf"|{_O}\W*(?:을|를)?\s*(?:팔고|버리고|해지하고|접고|탈퇴하고)|{_O}\W*(?:에서|쓰다가)\s*\S*\s*{_R}"
    rf"|{_R}[^.!?\n]{{0,12}}{_O}\W*보다|{_O}\W*보다\s*{_R}"
)
_FOR = re.compile(
    rf"\b(?:sold|returned|ditched|dumped|left|replaced|traded|swapped)\s+(?:\w+\s+){{0,2}}{_R}[\s\w]{{0,40}}{_O}"
    rf"|\b(?:switch\w*|mov\w+|went|going|jumped|chang\w+)\s+(?:from\s+{_ANY_RIVAL}\s+)?(?:over\s+)?to\s+(?:\w+\s+)?{_O}"
    rf"|{_O}[\w\s']{{0,30}}\b(?:better|faster|cheaper|nicer|easier|superior|more\s\w+)\s+(?:than|to)\b"
    rf"|\b(?:prefer|choose|pick|take)\s+{_O}|\b(?:unlike|not\s+like)\s+(?:\w+\s+)?{_R}[^.!?]{{0,40}}{_O}"
    rf"|{_R}\W*(?:을|를)?\s*(?:팔고|버리고|해지하고|접고|탈퇴하고)[^.!?\n]{{0,20}}{_O}"
    rf"|{_R}\W*(?:에서|쓰다가)\s*\S*\s*{_O}|{_O}[^.!?\n]{{0,12}}{_R}\W*보다|{_R}\W*보다\s*{_O}"
)
_CLAUSE = re.compile(
    r"[.!?\n;,]+|\b(?:but|while|whereas|although|however|now|then)\b|(?<=[가-힣])(?:는데|은데|지만|는데도|고)(?=\s)"
)
_OLD = re.compile(
    r"\b(?:my|our|the)\s+(?:old|previous|former|last|ex)\s+\w+|\bused\s+to\s+(?:have|use|own)\b"
    r"|(?:예전|이전|옛날)(?:에)?\s*(?:쓰던\s*)?\S+|전에\s*쓰던\s*\S+"
)


@dataclass(frozen=True, slots=True)
class Focus:
    """What to leave out, and which way a frame points."""

    apart: tuple[tuple[int, int], ...]
    """Spans of the window that speak of another brand only."""
    push: float
    """Added to the polarity: positive for the brand in question."""
    frame: tuple[int, int] | None
    """Where the frame stands in the window."""


def focus(window: str, own: Sequence[Hit], rivals: Sequence[Hit], start: int) -> Focus:
    """Find what of a lower-cased window (which begins at `start` of the text) is about the brand in question."""
    marked = _marked(window, own, rivals, start)
    frame = _AGAINST.search(marked)
    push = -PUSH
    if frame is None:
        frame, push = _FOR.search(marked), PUSH
    if frame is not None:
        return Focus((), push, frame.span())
    return Focus(_others(marked, has_own=OWN in marked), 0.0, None)


def _marked(window: str, own: Sequence[Hit], rivals: Sequence[Hit], start: int) -> str:
    """Put stand-ins in place of the brands' names; lengths stay."""
    for hits, sign in ((own, OWN), (rivals, RIVAL)):
        for hit in hits:
            first, last = hit.start - start, hit.end - start
            if 0 <= first < last <= len(window):
                window = window[:first] + sign * (last - first) + window[last:]
    return window


def _others(marked: str, *, has_own: bool) -> tuple[tuple[int, int], ...]:
    """Return the clauses about others only, as long as something else is left to judge."""
    clauses: list[tuple[int, int]] = []
    at = 0
    for mark in _CLAUSE.finditer(marked):
        clauses.append((at, mark.end()))
        at = mark.end()
    clauses.append((at, len(marked)))
    texts = [marked[first:last] for first, last in clauses]
    foreign = [
        OWN not in text and (RIVAL in text or (_OLD.search(text) is not None and (has_own or len(clauses) > 1)))
        for text in texts
    ]
    left = any(text.strip(" .,!?;") and not other for text, other in zip(texts, foreign, strict=True))
    if not left:
        return ()
    return tuple(clause for clause, other in zip(clauses, foreign, strict=True) if other)
