"""How right a judge is: precision, recall and F1 per class, macro-F1, accuracy, confusion table; the only place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """How right one class is; all shares 0..1."""

    name: str
    precision: float
    """Of the rows called so, the share that is so; 0 where none was called so."""
    recall: float
    """Of the rows that are so, the share called so; 0 where there is none."""
    f1: float
    support: int
    """Rows that are so."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures of one comparison."""

    classes: tuple[ClassFigures, ...]
    accuracy: float
    macro_f1: float
    """Mean F1 over the classes that occur in the truth."""
    rows: int
    confusion: tuple[tuple[int, ...], ...]
    """Counts by [truth][called], both in the order of `classes`."""

    def of(self, name: str) -> ClassFigures:
        """Return the figures of one class. Raises KeyError for an unknown one."""
        for figures in self.classes:
            if figures.name == name:
                return figures
        raise KeyError(name)


def evaluate(truth: Sequence[str], called: Sequence[str]) -> Evaluation:
    """Compare labels row by row; classes come in the order of their names.

    Raises ValueError when the two differ in length.
    """
    pairs = Counter(zip(map(str, truth), map(str, called), strict=True))
    names = sorted({name for pair in pairs for name in pair})
    confusion = tuple(tuple(pairs[is_so, said] for said in names) for is_so in names)
    classes = tuple(_figures(name, at, confusion) for at, name in enumerate(names))
    rows = sum(pairs.values())
    right = sum(confusion[at][at] for at in range(len(names)))
    real = [figures.f1 for figures in classes if figures.support]
    return Evaluation(
        classes=classes,
        accuracy=right / rows if rows else 0.0,
        macro_f1=sum(real) / len(real) if real else 0.0,
        rows=rows,
        confusion=confusion,
    )


def _figures(name: str, at: int, confusion: tuple[tuple[int, ...], ...]) -> ClassFigures:
    right = confusion[at][at]
    support = sum(confusion[at])
    called = sum(row[at] for row in confusion)
    precision = right / called if called else 0.0
    recall = right / support if support else 0.0
    total = precision + recall
    return ClassFigures(name, precision, recall, 2 * precision * recall / total if total else 0.0, support)


def table(evaluation: Evaluation) -> list[tuple[str, str, str, str, str]]:
    """Return rows for people: class, precision, recall, F1, rows; the last one is the macro mean and the accuracy."""
    rows = [
        (figures.name, f"{figures.precision:.3f}", f"{figures.recall:.3f}", f"{figures.f1:.3f}", str(figures.support))
        for figures in evaluation.classes
    ]
    rows.append(
        ("macro-F1 / accuracy", "", f"{evaluation.accuracy:.3f}", f"{evaluation.macro_f1:.3f}", str(evaluation.rows))
    )
    return rows


def confusion_table(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """Return the confusion counts for people: a header row, then one row per true class."""
    names = [figures.name for figures in evaluation.classes]
    return [("", *names), *((name, *map(str, row)) for name, row in zip(names, evaluation.confusion, strict=True))]


def calibration_error(probabilities: Sequence[float], happened: Sequence[bool], *, bins: int = 10) -> float:
    """Return the expected calibration error: mean gap between what was promised and what came, weighted by rows.

    Bins are of equal width (Guo et al., ICML 2017).
    """
    gaps = 0.0
    for _, promised, came, count in reliability(probabilities, happened, bins=bins):
        gaps += abs(promised - came) * count
    return gaps / len(probabilities) if probabilities else 0.0


def reliability(
    probabilities: Sequence[float], happened: Sequence[bool], *, bins: int = 10
) -> list[tuple[float, float, float, int]]:
    """Return per non-empty bin: its lower edge, the mean probability, the share that happened, the rows."""
    grouped: dict[int, list[tuple[float, bool]]] = {}
    for probability, did in zip(probabilities, happened, strict=True):
        grouped.setdefault(min(int(probability * bins), bins - 1), []).append((probability, did))
    return [
        (
            bin_ / bins,
            sum(probability for probability, _ in rows) / len(rows),
            sum(did for _, did in rows) / len(rows),
            len(rows),
        )
        for bin_, rows in sorted(grouped.items())
    ]
