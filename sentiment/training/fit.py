"""Fitting: logistic regressions per output, pruned to a dictionary, rounded to int8, calibrated on held-out rows."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from sentiment.model import FEELINGS, INTENTS, OUTPUTS
from sentiment.training.matrix import Matrix, Table
from sentiment.training.sets import Row

FOLDS = 4
"""Parts of the training rows; each is judged once by a model that has not seen it."""
STEPS = 127
"""int8 steps to either side."""
COUNT_SCALE = 4.0
"""Counts are raised by this before fitting, so that one regularisation suits counts and signs."""
ITERATIONS = 200

MOST_FOR_NEWTON = 100_000
"""Rows up to which the slower, exact solver is used."""
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Target:
    """What one output learns: which rows say yes or no, how much each row counts, and how free the weights are."""

    answers: npt.NDArray[np.int8]
    """1 yes, 0 no, -1 does not say."""
    weights: Numbers
    freedom: float
    """Inverse of the regularisation (C)."""
    calibrates: npt.NDArray[np.bool_]
    """Rows that resemble what will be judged."""


@dataclass(slots=True)
class Fitted:
    """A model of one language in the making."""

    table: Table
    weights: Numbers = field(default_factory=lambda: np.zeros(0))
    """Features x outputs."""
    signs: Numbers = field(default_factory=lambda: np.zeros(0))
    bias: Numbers = field(default_factory=lambda: np.zeros(len(OUTPUTS)))
    links: Numbers = field(default_factory=lambda: np.zeros((len(OUTPUTS), len(OUTPUTS))))
    slopes: Numbers = field(default_factory=lambda: np.ones(len(OUTPUTS)))
    offsets: Numbers = field(default_factory=lambda: np.zeros(len(OUTPUTS)))
    held_out: Numbers = field(default_factory=lambda: np.zeros(0))
    """Rows x outputs: calibrated log-odds from models that had not seen the row."""


def fold_of(rows: Sequence[Row]) -> npt.NDArray[np.intp]:
    """Return each row's fold; fixed by the row's place, so that runs are equal."""
    return np.arange(len(rows)) * 7919 % FOLDS


def fit_language(
    table: Table,
    targets: dict[str, Target],
    folds: npt.NDArray[np.intp],
    *,
    feelings: int,
    intents: int,
    say: Callable[[str], None],
) -> Fitted:
    """Fit all outputs of one language; `feelings` and `intents` are the sizes of the two dictionaries."""
    fitted = Fitted(table)
    fitted.weights = np.zeros((table.counts.shape[1], len(OUTPUTS)))
    fitted.signs = np.zeros((table.signs.shape[1], len(OUTPUTS)))
    fitted.held_out = np.zeros((table.counts.shape[0], len(OUTPUTS)))
    for names, size, shares in (
        (FEELINGS, feelings, table.feeling_shares),
        (INTENTS, intents, table.intent_shares),
    ):
        features = sparse.hstack([table.counts @ sparse.diags(shares * COUNT_SCALE), table.signs]).tocsr()
        keep = _dictionary(features, [targets[name] for name in names if name in targets], table, size)
        for name in names:
            if name in targets:
                say(f"fitting {name}")
                _fit_output(fitted, name, targets[name], features, keep, folds, shares)
    return fitted


def quiet_solver() -> None:
    """Let the solver stop after `ITERATIONS` without a warning: the last digits of convergence buy no accuracy."""
    warnings.filterwarnings("ignore", category=ConvergenceWarning)


def _dictionary(features: Matrix, targets: Sequence[Target], table: Table, size: int) -> npt.NDArray[np.bool_]:
    """Return which features stay: those whose weights move most texts, over all targets."""
    width = table.counts.shape[1]
    spread = np.sqrt(np.asarray(table.counts.multiply(table.counts).sum(axis=0)).ravel())
    value = np.zeros(width)
    for target in targets:
        chosen = target.answers >= 0
        model = _regression(target)
        model.fit(features[chosen], target.answers[chosen], sample_weight=target.weights[chosen])
        moved = np.abs(model.coef_[0][:width]) * np.sqrt(spread)
        value = np.maximum(value, moved / moved.max())
    keep = np.zeros(width, dtype=bool)
    keep[np.argsort(-value, kind="stable")[:size]] = True
    return keep & (value > 0)


def _fit_output(
    fitted: Fitted,
    name: str,
    target: Target,
    features: Matrix,
    keep: npt.NDArray[np.bool_],
    folds: npt.NDArray[np.intp],
    shares: npt.NDArray[np.float32],
) -> None:
    """Fit one output on the kept features, with the held-out feelings as further inputs of an intent."""
    at = OUTPUTS.index(name)
    width = fitted.table.counts.shape[1]
    columns = np.concatenate([np.flatnonzero(keep), np.arange(width, features.shape[1])])
    inputs = features[:, columns]
    linked = list(range(len(FEELINGS))) if name in INTENTS else []
    if linked:
        inputs = sparse.hstack([inputs, fitted.held_out[:, linked]]).tocsr()
    raw = np.zeros(features.shape[0])
    for fold in range(FOLDS):
        seen = (target.answers >= 0) & (folds != fold)
        model = _regression(target).fit(inputs[seen], target.answers[seen], sample_weight=target.weights[seen])
        raw[folds == fold] = model.decision_function(inputs[folds == fold])
    chosen = target.answers >= 0
    model = _regression(target).fit(inputs[chosen], target.answers[chosen], sample_weight=target.weights[chosen])
    kept = int(keep.sum())
    fitted.weights[keep, at] = rounded(model.coef_[0][:kept] * COUNT_SCALE * shares[keep])
    fitted.signs[:, at] = model.coef_[0][kept : kept + fitted.table.signs.shape[1]]
    fitted.bias[at] = model.intercept_[0]
    slope, offset = _calibrated(raw, target)
    fitted.slopes[at], fitted.offsets[at] = slope, offset
    fitted.held_out[:, at] = raw * slope + offset
    for place, weight in zip(linked, model.coef_[0][kept + fitted.table.signs.shape[1] :], strict=True):
        # The link was learned for calibrated feelings; at run time it meets raw sums.
        fitted.links[place, at] = weight * fitted.slopes[place]
        fitted.bias[at] += weight * fitted.offsets[place]


def _regression(target: Target) -> Any:
    # Newton's steps reach the optimum where signs and counts differ in scale; on the many Korean reviews they take
    # too long, and stopping early does no harm there.
    if len(target.answers) <= MOST_FOR_NEWTON:
        return LogisticRegression(C=target.freedom, max_iter=100, tol=1e-2, solver="liblinear")
    return LogisticRegression(C=target.freedom, max_iter=ITERATIONS, tol=1e-4)


def _calibrated(raw: Numbers, target: Target) -> tuple[float, float]:
    """Return slope and offset of Platt's scaling (1999) over the held-out rows that resemble real use."""
    chosen = target.calibrates & (target.answers >= 0)
    if chosen.sum() < 50 or len(np.unique(target.answers[chosen])) < 2:
        return 1.0, 0.0
    platt = LogisticRegression(C=1e4).fit(raw[chosen, None], target.answers[chosen])
    return float(platt.coef_[0][0]), float(platt.intercept_[0])


def rounded(column: Numbers) -> Numbers:
    """Round a column to int8 steps; the few weights beyond the 99.95th percentile are cut to it."""
    step = scale_of(column)
    return np.clip(np.rint(column / step), -STEPS, STEPS) * step


def scale_of(column: Numbers) -> float:
    """Return what one int8 step of a column is worth."""
    top = float(np.quantile(np.abs(column), 0.9995)) if len(column) else 0.0
    return top / STEPS if top else 1.0
