"""The joint beside its formula written out."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.joint import JOINED, MOST, SIZE, Joint
from sentiment.model import OUTPUTS

FIGURES = st.floats(-12, 12)


@given(st.lists(FIGURES, min_size=SIZE, max_size=SIZE), st.lists(FIGURES, min_size=len(OUTPUTS), max_size=len(OUTPUTS)))
def test_a_joint_adds_outputs_and_products_of_two(weights: list[float], values: list[float]) -> None:
    kept = [min(max(value, -MOST), MOST) for value in values[:JOINED]]
    terms = [1.0, *kept, *(one * other for one, other in itertools.combinations_with_replacement(kept, 2))]
    total = sum(weight * term for weight, term in zip(weights, terms, strict=True))
    assert Joint(weights).complaint(values) == pytest.approx(total, abs=1e-6)


def test_any_other_number_of_weights_is_refused() -> None:
    with pytest.raises(ValueError, match="36 belong"):
        Joint([0.0] * (SIZE - 1))
