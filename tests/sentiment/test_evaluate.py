from __future__ import annotations

import pytest

from sentiment.evaluate import calibration_error, confusion_table, evaluate, reliability, table


def test_figures_by_hand() -> None:
    found = evaluate(["a", "a", "a", "b", "b", "c"], ["a", "a", "b", "b", "c", "c"])
    assert found.of("a").precision == 1
    assert found.of("a").recall == pytest.approx(2 / 3)
    assert found.of("b").f1 == pytest.approx(0.5)
    assert found.of("c").precision == 0.5
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.macro_f1 == pytest.approx((0.8 + 0.5 + 2 / 3) / 3)
    assert found.confusion == ((2, 1, 0), (0, 1, 1), (0, 0, 1))
    assert confusion_table(found)[1] == ("a", "2", "1", "0")
    assert table(found)[-1] == ("macro-F1 / accuracy", "", "0.667", "0.656", "6")


def test_a_class_that_is_only_called_does_not_count_in_the_mean() -> None:
    found = evaluate(["a", "a"], ["a", "z"])
    assert found.macro_f1 == pytest.approx(2 / 3)
    assert found.of("z").support == 0
    with pytest.raises(KeyError):
        found.of("q")


def test_nothing_gives_zeros() -> None:
    assert evaluate([], []).accuracy == 0
    with pytest.raises(ValueError, match="zip"):
        evaluate(["a"], [])


def test_calibration() -> None:
    assert calibration_error([0.25, 0.25, 0.25, 0.25], [True, False, False, False]) == 0
    assert calibration_error([1.0, 1.0], [False, False]) == 1
    assert reliability([0.05, 0.95, 1.0], [False, True, True]) == [
        (0.0, 0.05, 0.0, 1),
        (0.9, pytest.approx(0.975), 1.0, 2),
    ]
