"""How long judging takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter

from core.ports.judging import Judge
from core.types.assessment import Assessment
from core.types.brand import Brand
from core.types.mention import Hit


class TimedJudge:
    """A judge whose judgements are timed."""

    def __init__(self, judge: Judge, scored: Callable[[float], None]) -> None:
        """Wrap a judge; `scored` hears the seconds of each judgement."""
        self._judge = judge
        self._scored = scored

    def assess(self, text: str, brand: Brand | None, hits: Sequence[Hit], *, evidence: bool = False) -> Assessment:
        """Judge, as the port says."""
        began = perf_counter()
        assessment = self._judge.assess(text, brand, hits, evidence=evidence)
        self._scored(perf_counter() - began)
        return assessment
