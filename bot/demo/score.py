"""How well the run judged, against what a person would have wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.types.decision import DecisionKind
from core.types.post import PostRef
from engagement.intake.pipeline import TakenMention
from lab.events import Written
from sentiment.evaluate import ClassFigures, Evaluation, evaluate

NOTHING = "no mention"
"""Stands on either side where there is no mention of the brand."""
SHOWN = (DecisionKind.FLAG, DecisionKind.THANK)


@dataclass(slots=True)
class Decisions:
    """The first decision about each mention, by native id and brand."""

    made: dict[tuple[str, str], str]

    def add(self, stored: Iterable[TakenMention]) -> None:
        """Note a batch; a later decision about an edited post is not what the scenario wants to see."""
        for one in stored:
            mention = one.judged.mention
            self.made.setdefault((mention.post.ref.native_id, mention.brand), one.judged.decision.kind.value)


@dataclass(frozen=True, slots=True)
class Score:
    """Precision and recall of what the bot did by itself."""

    evaluation: Evaluation
    shown: tuple[ClassFigures, ...]
    """Flags and thanks."""


def score(posts: Iterable[Written], refs: Mapping[str, PostRef], decisions: Decisions) -> Score:
    """Compare what was decided with what was wanted, over every mention that either side sees."""
    wanted: dict[tuple[str, str], str] = {}
    for post in posts:
        ref = refs.get(post.id)
        if ref is not None:
            wanted.update({(ref.native_id, want.brand): want.decision.value for want in post.wants})
    keys = sorted(wanted.keys() | decisions.made.keys())
    truth = [wanted.get(key, NOTHING) for key in keys]
    called = [decisions.made.get(key, NOTHING) for key in keys]
    evaluation = evaluate(truth, called)
    return Score(evaluation, tuple(evaluation.of(kind.value) for kind in SHOWN))
