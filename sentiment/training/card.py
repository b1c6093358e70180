"""The model card: what was trained on what, with which figures. Written by every training run."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import numpy as np

from sentiment.evaluate import calibration_error, reliability
from sentiment.model import OUTPUTS
from sentiment.training.fit import COUNT_SCALE, FOLDS, Fitted
from sentiment.training.goals import ENGLISH_GOALS, KOREAN_GOALS, targets
from sentiment.training.sets import TRAIN_SETS, Row, corpus_rows, measured

_MARGIN = 50
"""Bins with fewer rows say nothing and are left out of the table."""


def write_card(
    folder: Path, models: dict[str, tuple[list[Row], Fitted, int]], hashes: dict[str, str], *, version: str
) -> None:
    """Write `README.md` beside the model files."""
    lines = [
        f"# Model card, version {version}",
        "",
        "Written by `python -m sentiment.train`; do not edit. For sets that never train see docs/judgement.md.",
        "",
        "Logistic regressions over words, pairs of words (the text's edges among them), word classes and character",
        "n-grams (int8), VADER, emoji, cues and the outer form of a text.",
        "Features are scaled by their contrast before fitting; all outputs together weigh the complaint once more.",
        f"Counts are scaled by {COUNT_SCALE:g}; calibration is Platt's on {FOLDS} held-out folds of the training rows.",
        "",
        "## Data",
        "| set | rows | licence | origin | SHA-256 |",
        "| --- | --- | --- | --- | --- |",
    ]
    counts = Counter(row.source for rows, _, _ in models.values() for row in rows)
    lines += [
        f"| train/{one.file} | {counts[one.file.split('.')[0]]} | {one.licence} | {one.origin} | `{hashes[one.file]}` |"
        for one in TRAIN_SETS
        if counts[one.file.split(".")[0]]
    ]
    own = [row for row in corpus_rows() if not measured(row.text)]
    digest = hashlib.sha256("\n".join(sorted(row.text for row in own)).encode()).hexdigest()
    lines.append(f"| sentiment/corpus, two thirds | {len(own)} | Apache-2.0 | written for this project | `{digest}` |")
    lines += ["", "## Files", "| file | bytes | features | SHA-256 |", "| --- | --- | --- | --- |"]
    for language, (_, fitted, size) in models.items():
        file = folder / f"{language}.npz"
        features = int(np.any(fitted.weights != 0, axis=1).sum())
        lines.append(f"| {file.name} | {size} | {features} | `{hashlib.sha256(file.read_bytes()).hexdigest()}` |")
    for language, (rows, fitted, _) in models.items():
        lines += _calibration(language, rows, fitted)
    (folder / "README.md").write_text("\n".join(lines) + "\n", "utf-8")


def _calibration(language: str, rows: list[Row], fitted: Fitted) -> list[str]:
    """Return accuracy, calibration error and the reliability table of each output, on held-out rows."""
    lines = ["", f"## Held-out figures, {language}", "| output | rows | accuracy | ECE |", "| --- | --- | --- | --- |"]
    tables: list[str] = []
    goals = ENGLISH_GOALS if language == "en" else KOREAN_GOALS
    for name, target in targets(rows, goals).items():
        chosen = np.flatnonzero(target.calibrates & (target.answers >= 0))
        if not len(chosen):
            continue
        probabilities = (1 / (1 + np.exp(-fitted.held_out[chosen, OUTPUTS.index(name)]))).tolist()
        happened = (target.answers[chosen] == 1).tolist()
        right = float(
            np.mean([(probability >= 0.5) == did for probability, did in zip(probabilities, happened, strict=True)])
        )
        error = calibration_error(probabilities, happened)
        lines.append(f"| {name} | {len(chosen)} | {right:.3f} | {error:.3f} |")
        bins = [
            f"{low:.1f}: {promised:.2f} → {came:.2f} ({count})"
            for low, promised, came, count in reliability(probabilities, happened)
            if count >= _MARGIN
        ]
        tables.append(f"- {name}: " + ", ".join(bins))
    return [*lines, "", "Reliability (bin: promised → came, rows):", *tables]
