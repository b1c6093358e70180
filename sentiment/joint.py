"""What the outputs of a model say together about a complaint.

Each output is a sum over words; what one of them means depends on the others (bad feeling in a question is no
complaint, in a report it is one), and no sum over words can say that. So the complaint is weighed once more: a sum
over the outputs and over the products of each two.
"""

from __future__ import annotations

from collections.abc import Sequence

JOINED = 6
"""The first so many of `model.OUTPUTS`: all but abuse."""
MOST = 6.0
"""Log-odds beyond this, to either side, count as this much."""
SIZE = 1 + JOINED + JOINED * (JOINED + 1) // 2
"""Weights of a joint: a constant, one for each output, one for each product."""


class Joint:
    """Weighs the complaint in the light of the other outputs."""

    def __init__(self, weights: Sequence[float]) -> None:
        """Take the weights in the order of `terms`; raises ValueError for any other number of them."""
        if len(weights) != SIZE:
            raise ValueError(f"{len(weights)} weights where {SIZE} belong")
        self._constant = weights[0]
        self._rows: list[tuple[float, list[float]]] = []
        first = 1 + JOINED
        for at in range(JOINED):
            behind = first + JOINED - at
            self._rows.append((weights[1 + at], list(weights[first:behind])))
            first = behind

    def complaint(self, values: Sequence[float]) -> float:
        """Return the calibrated log-odds of a complaint from those of all outputs."""
        kept = [min(max(value, -MOST), MOST) for value in values[:JOINED]]
        total = self._constant
        for at, (weight, products) in enumerate(self._rows):
            for product, other in zip(products, kept[at:], strict=True):
                weight += product * other
            total += weight * kept[at]
        return total
