"""What the outputs of a model say together about a complaint.

Each output is a sum over words; what one of them means depends on the others (bad feeling in a question is no
complaint, in a report it is one), and no sum over words can say that. So the complaint is weighed once more: a sum
over the outputs and over the products of each two.
"""

from __future__ import annotations

from collections.abc import Sequence

JOINED = 7
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
        # Written out: a loop over 35 terms takes four times as long, and this is asked of every text.
        a, b, c, d, e, f, g = kept
        k, wa, wb, wc, wd, we, wf, wg, aa, ab, ac, ad, ae, af, ag, *others = self._weights
        bb, bc, bd, be, bf, bg, cc, cd, ce, cf, cg, dd, de, df, dg, ee, ef, eg, ff, fg, gg = others
        return (
            k
            + a * (wa + aa * a + ab * b + ac * c + ad * d + ae * e + af * f + ag * g)
            + b * (wb + bb * b + bc * c + bd * d + be * e + bf * f + bg * g)
            + c * (wc + cc * c + cd * d + ce * e + cf * f + cg * g)
            + d * (wd + dd * d + de * e + df * f + dg * g)
            + e * (we + ee * e + ef * f + eg * g)
            + f * (wf + ff * f + fg * g)
            + g * (wg + gg * g)
        )
