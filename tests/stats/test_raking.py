"""What does raking answer to margins that cannot be met?"""

import pandas as pd
import pytest

from analysis.stats.survey.design import WEIGHT_ONE
from analysis.stats.survey.raking import CannotRake, raked_weights

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
