"""What does raking answer to margins that cannot be met?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.survey.design import WEIGHT_ONE
from analysis.stats.survey.raking import CannotRake, Raking, fitted, raked_weights, targets, trimmed

MARGINS = pd.DataFrame({"variable": ["a", "a"], "category": ["x", "y"], "customers": [30, 10]})
CELLS = pd.DataFrame({"a": ["x", "y"], "count": [10, 10]})


def test_one_margin_is_post_stratification_by_hand():
    # 30 people for 10 answers, 10 for 10
    assert raked_weights(CELLS, MARGINS).tolist() == [3 * WEIGHT_ONE, WEIGHT_ONE]


def test_bounds_out_of_reach_are_refused():
    with pytest.raises(CannotRake, match="widen"):
        raked_weights(CELLS, MARGINS, (0.9, 1.1))


@pytest.mark.parametrize(
    ("cells", "margins", "message"),
    [
        (CELLS.assign(a=["x", "z"]), MARGINS, "without a margin"),
        (CELLS.assign(count=[10, 0]), MARGINS, "but no answers"),
        (CELLS, pd.concat([MARGINS, MARGINS.assign(variable="count", category=[10, 11])]), "but no answers"),
        (CELLS.assign(b="m"), pd.concat([MARGINS, MARGINS.iloc[:1].assign(variable="b", category="m")]), "totals"),
    ],
)
def test_margins_that_cannot_be_met_are_named(cells: pd.DataFrame, margins: pd.DataFrame, message: str):
    with pytest.raises(CannotRake, match=message):
        raked_weights(cells, margins)


def test_contradicting_margins_do_not_settle():
    both = MARGINS.assign(variable="b", customers=[10, 30])
    with pytest.raises(CannotRake, match="does not settle"):
        raked_weights(CELLS.assign(b=CELLS["a"]), pd.concat([MARGINS, both]))


def test_no_margins_leave_the_design_weights():
    assert raked_weights(CELLS.assign(weight=[5, 7]), MARGINS.iloc[:0]).tolist() == [5, 7]


@pytest.mark.parametrize("bounds", [(1.0, 2.0), (0.5, 0.9), (-0.1, 2)])
def test_bounds_must_enclose_the_mean(bounds: tuple[float, float]):
    with pytest.raises(ValueError, match="below 1"):
        raked_weights(CELLS, MARGINS, bounds)


def test_design_weights_must_be_positive_integers():
    with pytest.raises(ValueError, match="positive integer"):
        raked_weights(CELLS.assign(weight=0.5), MARGINS)


def test_categories_are_numbered_and_their_totals_stand_in_that_order():
    ((position, total),) = targets(CELLS.iloc[::-1], MARGINS)
    assert position.tolist() == [1, 0]
    assert total.tolist() == [30, 10]


def test_a_fit_reproduces_each_margin():
    rows, columns = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    margins = [(rows, np.array([30.0, 10])), (columns, np.array([15.0, 25]))]
    weight = fitted(np.ones(4), np.array([4.0, 3, 2, 5]), margins)
    for position, total in margins:
        np.testing.assert_allclose(np.bincount(position, weight * [4, 3, 2, 5]), total, rtol=1e-10)


def test_trimming_keeps_the_sum_and_the_bounds():
    weight, count = np.array([1.0, 2, 8]), np.array([5.0, 3, 2])
    within = trimmed(weight, count, Raking(MARGINS, (0.5, 2.0)))
    mean = 27 / 10
    np.testing.assert_allclose(within @ count, weight @ count, rtol=1e-14)
    assert 0.5 * mean - 1e-12 <= within.min()
    assert within.max() <= 2 * mean + 1e-12
    assert trimmed(weight, count, Raking(MARGINS)).tolist() == weight.tolist()
