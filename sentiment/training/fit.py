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

from sentiment.joint import JOINED, MOST, SIZE
from sentiment.model import FEELINGS, INTENTS, OUTPUTS
from sentiment.training.matrix import Matrix, Table
from sentiment.training.sets import Row

FOLDS = 4
"""Parts of the training rows; each is judged once by a model that has not seen it."""
STEPS = 127
"""int8 steps to either side."""
JOINT_FREEDOM = 0.05
"""Inverse of the regularisation of the joint."""
INTENT_SIGNS = 2.0
"""Signs are raised by this for intents: few rows have to teach them."""
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
    even: float = 1.0
    """Share of a feature's scale that is the same for all, see `contrast`."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What outputs of one kind are fitted on."""

    counts: Matrix
    """Rows x features, raised by their shares and `COUNT_SCALE`."""
    signs: Numbers
    """Rows x signs, raised by `raised`."""
    shares: npt.NDArray[np.float32]
    raised: float


@dataclass(slots=True)
class Fitted:
    """A model of one language in the making."""

    table: Table
    weights: Numbers = field(default_factory=lambda: np.zeros(0))
    """Features x outputs."""
    signs: Numbers = field(default_factory=lambda: np.zeros(0))
    bias: Numbers = field(default_factory=lambda: np.zeros(len(OUTPUTS)))
    slopes: Numbers = field(default_factory=lambda: np.ones(len(OUTPUTS)))
    offsets: Numbers = field(default_factory=lambda: np.zeros(len(OUTPUTS)))
    joint: Numbers = field(default_factory=lambda: np.zeros(SIZE))
    """Weights of the joint, see sentiment/joint.py."""
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
    for names, size, shares, raised in (
        (FEELINGS, feelings, table.feeling_shares, 1.0),
        (INTENTS, intents, table.intent_shares, INTENT_SIGNS),
    ):
        signs = table.signs.astype(np.float64) * raised
        inputs = Inputs(table.counts @ sparse.diags(shares * COUNT_SCALE), signs, shares, raised)
        keep = _dictionary(inputs, [targets[name] for name in names if name in targets], table, size)
        for name in names:
            if name in targets:
                say(f"fitting {name}")
                _fit_output(fitted, name, targets[name], inputs, keep, folds)
    if "complaint" in targets:
        _fit_joint(fitted, targets["complaint"], folds)
    return fitted


def quiet_solver() -> None:
    """Let the solver stop after `ITERATIONS` without a warning: the last digits of convergence buy no accuracy."""
    warnings.filterwarnings("ignore", category=ConvergenceWarning)


def contrast(counts: Matrix, answers: npt.NDArray[np.int8], even: float) -> Numbers:
    """Return the scale of each feature: the more its share differs between yes and no, the freer its weight.

    The mean is 1; of each scale the share `even` is the same for all. The log-ratio of counts is that of Wang and
    Manning (ACL 2012).
    """
    if even == 1.0:
        return np.ones(counts.shape[1])
    there = counts.astype(bool).astype(np.float64)
    yes, no = (1.0 + np.asarray(there[answers == answer].sum(axis=0)).ravel() for answer in (1, 0))
    ratio = np.abs(np.log((yes / yes.sum()) / (no / no.sum())))
    scale: Numbers = even + (1 - even) * ratio / ratio.mean()
    return scale


def _scaled(inputs: Inputs, target: Target, chosen: npt.NDArray[np.bool_]) -> tuple[Matrix, Numbers]:
    """Return all inputs of all rows, scaled by the contrast of the chosen ones, and the scales."""
    scales = contrast(inputs.counts[chosen], target.answers[chosen], target.even)
    return sparse.hstack([inputs.counts @ sparse.diags(scales), inputs.signs]).tocsr(), scales


def _dictionary(inputs: Inputs, targets: Sequence[Target], table: Table, size: int) -> npt.NDArray[np.bool_]:
    """Return which features stay: those whose weights move most texts, over all targets."""
    width = table.counts.shape[1]
    spread = np.sqrt(np.asarray(table.counts.multiply(table.counts).sum(axis=0)).ravel())
    value = np.zeros(width)
    for target in targets:
        chosen = target.answers >= 0
        features, scales = _scaled(inputs, target, chosen)
        model = _regression(target)
        model.fit(features[chosen], target.answers[chosen], sample_weight=target.weights[chosen])
        moved = np.abs(model.coef_[0][:width]) * scales * np.sqrt(spread)
        value = np.maximum(value, moved / moved.max())
    keep = np.zeros(width, dtype=bool)
    keep[np.argsort(-value, kind="stable")[:size]] = True
    return keep & (value > 0)


def _fit_output(
    fitted: Fitted,
    name: str,
    target: Target,
    inputs: Inputs,
    keep: npt.NDArray[np.bool_],
    folds: npt.NDArray[np.intp],
) -> None:
    """Fit one output on the kept features."""
    at = OUTPUTS.index(name)
    kept = Inputs(inputs.counts[:, np.flatnonzero(keep)], inputs.signs, inputs.shares[keep], inputs.raised)
    raw = np.zeros(len(target.answers))
    says = target.answers >= 0
    for fold in range(FOLDS):
        seen = says & (folds != fold)
        features, _ = _scaled(kept, target, seen)
        model = _regression(target).fit(features[seen], target.answers[seen], sample_weight=target.weights[seen])
        raw[folds == fold] = model.decision_function(features[folds == fold])
    features, scales = _scaled(kept, target, says)
    model = _regression(target).fit(features[says], target.answers[says], sample_weight=target.weights[says])
    words, plain = np.split(model.coef_[0], [len(scales)])
    fitted.weights[keep, at] = rounded(words * scales * COUNT_SCALE * kept.shares)
    fitted.signs[:, at] = plain * inputs.raised
    fitted.bias[at] = model.intercept_[0]
    fitted.slopes[at], fitted.offsets[at] = _calibrated(raw, target)
    fitted.held_out[:, at] = raw * fitted.slopes[at] + fitted.offsets[at]


def products(held_out: Numbers) -> Numbers:
    """Return the terms of the joint for each row: its outputs, then the products of each two."""
    kept = np.clip(held_out[:, :JOINED], -MOST, MOST)
    return np.hstack([kept, *(kept[:, at : at + 1] * kept[:, at:] for at in range(JOINED))])


def _fit_joint(fitted: Fitted, target: Target, folds: npt.NDArray[np.intp]) -> None:
    """Fit how all held-out outputs together speak for a complaint, calibrated like any output."""
    terms = products(fitted.held_out)
    says = target.answers >= 0
    centre, spread = terms[says].mean(axis=0), terms[says].std(axis=0)
    terms = (terms - centre) / spread
    joint = LogisticRegression(C=JOINT_FREEDOM, max_iter=ITERATIONS)
    raw = np.zeros(len(terms))
    for fold in range(FOLDS):
        seen = says & (folds != fold)
        joint.fit(terms[seen], target.answers[seen], sample_weight=target.weights[seen])
        raw[folds == fold] = joint.decision_function(terms[folds == fold])
    joint.fit(terms[says], target.answers[says], sample_weight=target.weights[says])
    slope, offset = _calibrated(raw, target)
    weights = joint.coef_[0] / spread
    fitted.joint = np.concatenate([[joint.intercept_[0] - weights @ centre], weights]) * slope
    fitted.joint[0] += offset
    fitted.held_out[:, OUTPUTS.index("complaint")] = raw * slope + offset


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
