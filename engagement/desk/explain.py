"""The words behind a judgement, looked up again when a person asks for them."""

from __future__ import annotations

from collections.abc import Callable

from core.ports.judging import Judge, Matcher
from core.types.assessment import Evidence
from core.types.mention import StoredMention

__all__ = ["Explainer"]


class Explainer:
    """Judges a stored text once more, this time with its evidence: storing it would keep texts twice."""

    def __init__(self, judge: Judge, matcher: Callable[[], Matcher]) -> None:
        self._judge = judge
        self._matcher = matcher

    def evidence(self, mention: StoredMention) -> tuple[Evidence, ...]:
        """Return what decided, the heaviest first; nothing for a purged mention."""
        if mention.text is None:
            return ()
        matcher = self._matcher()
        brand = next((brand for brand in matcher.brands if brand.name == mention.brand), None)
        found = self._judge.assess(mention.text, brand, matcher.match(mention.text), evidence=True).evidence
        return tuple(sorted(found, key=lambda one: -abs(one.weight)))
