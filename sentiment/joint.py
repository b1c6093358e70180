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
        self._weights = tuple(weights)

    def complaint(self, values: Sequence[float]) -> float:
        """Return the calibrated log-odds of a complaint from those of all outputs."""
        kept = values[:JOINED]
        if max(kept) > MOST or min(kept) < -MOST:
            kept = [min(max(value, -MOST), MOST) for value in kept]
        # Written out: a loop over 27 terms takes four times as long, and this is asked of every text.
        a, b, c, d, e, f = kept
        (k, wa, wb, wc, wd, we, wf, aa, ab, ac, ad, ae, af, *others) = self._weights
        bb, bc, bd, be, bf, cc, cd, ce, cf, dd, de, df, ee, ef, ff = others
        return (
            k
            + a * (wa + aa * a + ab * b + ac * c + ad * d + ae * e + af * f)
            + b * (wb + bb * b + bc * c + bd * d + be * e + bf * f)
            + c * (wc + cc * c + cd * d + ce * e + cf * f)
            + d * (wd + dd * d + de * e + df * f)
            + e * (we + ee * e + ef * f)
            + f * (wf + ff * f)
        )
