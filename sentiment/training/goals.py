"""What each output learns from which rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sentiment.model import FEELINGS
from sentiment.training.fit import Target
from sentiment.training.sets import Row

EVEN = 0.4
"""How evenly features are scaled before fitting, see `fit.contrast`; from cross-validation over the training rows."""
EVEN_INTENT = 0.5
"""The same for intents."""
REVIEW_WEIGHT = 0.5
"""A sentence of a product review tells a complaint from praise, in other words than our corpus."""
DAILY_WEIGHT, DAILY_PRAISE_WEIGHT = 4.0, 0.5
"""How much an everyday remark counts against a complaint, and against praise."""
NO_OTHER_WEIGHT = 0.1
"""How much a row of ordinary talk counts against another intent than a complaint."""
CUSTOMER_FREEDOM = 0.1
"""What people say to a company differs from talk at large in so many words that few liberties are needed."""
CORPUS_FEELING_WEIGHT = 0.2
"""The same towards a feeling, which the large sets teach as well."""


@dataclass(frozen=True, slots=True)
class Goals:
    """How much the sets of one language count for the two feelings, and how free the weights are."""

    opinion: dict[str, float]
    """Source, or source and part, -> weight for `opinion`; a source that is missing does not say."""
    polarity: dict[str, float]
    opinion_freedom: float
    polarity_freedom: float
    intent_freedom: float
    """Few rows, so few liberties."""
    corpus: float
    """Our own rows are exactly what is judged: each counts like so many others towards an intent."""
    no_complaint: float
    """How much a row of ordinary talk counts against a complaint."""
    calibrates: frozenset[str]
    """Sources whose held-out rows calibrate the feelings."""


# Sentences of film reviews and of editorials were rated by how much feeling their words hold: what they call neutral
# is not what people call neutral in talk.
ENGLISH_GOALS = Goals(
    opinion={
        "en_reddit3": 1.0,
        "en_vader_gt": 0.8,
        "en_vader_gt:movieReviewSnippets": 0.1,
        "en_vader_gt:nytEditorialSnippets": 0.1,
    },
    polarity={
        "en_reddit3": 1.0,
        "en_vader_gt": 0.8,
        "en_vader_gt:movieReviewSnippets": 0.3,
        "en_vader_gt:nytEditorialSnippets": 0.3,
    },
    opinion_freedom=0.02,
    polarity_freedom=0.05,
    intent_freedom=0.3,
    corpus=1.5,
    no_complaint=0.4,
    calibrates=frozenset({"en_reddit3", "corpus"}),
)
KOREAN_GOALS = Goals(
    opinion={"ko_reddit3_mt": 1.0, "ko_daily_neutral": 10.0, "ko_nsmc3": 0.1},
    polarity={"ko_reddit3_mt": 0.35, "ko_nsmc3": 1.0},
    opinion_freedom=0.06,
    polarity_freedom=0.15,
    intent_freedom=0.4,
    corpus=1.0,
    no_complaint=0.2,
    calibrates=frozenset({"ko_nsmc3", "ko_reddit3_mt", "ko_daily_neutral", "corpus"}),
)
REVIEWS = "amazonReviewSnippets"
"""The part of a set that speaks of products as customers do."""
NO_COMPLAINT = {"en_reddit3": ("neutral", "positive"), "ko_reddit3_mt": ("neutral", "positive")}
"""Sets and labels that hold no complaints to speak of, and how the models learn what ordinary talk is."""
TALK = frozenset({"en_reddit3", "ko_reddit3_mt", "ko_daily_neutral"})
"""Sets of what people say to each other."""
_FELT = {"complaint": "negative", "praise": "positive"}
"""What a product review with such a label does."""


def targets(rows: Sequence[Row], goals: Goals) -> dict[str, Target]:
    """Return the target of each output."""
    made = {
        FEELINGS[0]: _feeling(rows, goals.opinion, goals, neutral=True),
        FEELINGS[1]: _feeling(rows, goals.polarity, goals, neutral=False),
    }
    for intent in ("complaint", "praise", "question", "suggestion"):
        made[intent] = _intent(rows, intent, goals)
    made["customer"] = _customer(rows)
    made["abuse"] = _abuse(rows)
    return {name: target for name, target in made.items() if len(np.unique(target.answers[target.answers >= 0])) > 1}


def _feeling(rows: Sequence[Row], sources: dict[str, float], goals: Goals, *, neutral: bool) -> Target:
    answers = np.full(len(rows), -1, dtype=np.int8)
    weights = np.ones(len(rows))
    for at, row in enumerate(rows):
        weight = CORPUS_FEELING_WEIGHT if row.source == "corpus" else _share(row, sources)
        # A film review with a middling number of stars is mixed, not without opinion.
        if not weight or row.label is None or (row.source == "ko_nsmc3" and row.label == "neutral"):
            continue
        weights[at] = weight
        if neutral:
            answers[at] = row.label != "neutral"
        elif row.label != "neutral":
            answers[at] = row.label == "positive"
    freedom = goals.opinion_freedom if neutral else goals.polarity_freedom
    calibrates = np.array([row.source in goals.calibrates for row in rows])
    if neutral:
        calibrates &= np.array([row.source != "ko_nsmc3" for row in rows])
    return Target(answers, weights, freedom, calibrates, EVEN)


def _share(row: Row, sources: dict[str, float]) -> float:
    return sources.get(f"{row.source}:{row.part}", sources.get(row.source, 0.0))


def _intent(rows: Sequence[Row], intent: str, goals: Goals) -> Target:
    answers = np.full(len(rows), -1, dtype=np.int8)
    weights = np.ones(len(rows))
    for at, row in enumerate(rows):
        if row.source == "corpus":
            answers[at] = row.intent == intent
            weights[at] = goals.corpus
        elif row.source == "ko_daily_neutral" and intent in ("complaint", "praise"):
            answers[at] = 0
            weights[at] = DAILY_WEIGHT if intent == "complaint" else DAILY_PRAISE_WEIGHT
        elif (row.label in NO_COMPLAINT.get(row.source, ()) and intent == "complaint") or (
            row.source in NO_COMPLAINT and row.label == "neutral" and intent in ("praise", "suggestion")
        ):
            answers[at] = 0
            weights[at] = goals.no_complaint if intent == "complaint" else NO_OTHER_WEIGHT
        elif row.part == REVIEWS and row.label != "neutral" and intent in _FELT:
            answers[at] = row.label == _FELT[intent]
            weights[at] = REVIEW_WEIGHT
    own = np.array([row.source == "corpus" for row in rows])
    return Target(answers, weights, goals.intent_freedom, own, EVEN_INTENT)


def _customer(rows: Sequence[Row]) -> Target:
    """Our rows are what people write to and about companies, the sets of comments are talk."""
    sides = {"corpus": 1, **dict.fromkeys(TALK, 0)}
    answers = np.array([sides.get(row.source, -1) for row in rows], dtype=np.int8)
    return Target(answers, np.ones(len(rows)), CUSTOMER_FREEDOM, answers >= 0, even=1.0)


def _abuse(rows: Sequence[Row]) -> Target:
    answers = np.array([-1 if row.abuse is None else int(bool(row.abuse)) for row in rows], dtype=np.int8)
    return Target(answers, np.ones(len(rows)), 0.05, answers >= 0, even=1.0)
