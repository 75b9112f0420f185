"""When does the sum alarm, and when does it start anew?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.charts.cusum import cumulated, cusum, reached
from analysis.stats.charts.run_length import CusumDesign

DESIGN = CusumDesign(100)  # k = 2.5 for 2 expected


def points(count, expected=2.0) -> pd.DataFrame:
    return pd.DataFrame({"period": range(len(count)), "count": count, "expected": expected})


def test_the_sum_alarms_at_its_limit_and_starts_anew():
    chart = cusum(points([4, 3, 5, 3, 0]), DESIGN, 4.5)
    np.testing.assert_allclose(chart["cusum"], [1.5, 2.0, 4.5, 0.5, 0])
    assert chart["alarm"].tolist() == [False, False, True, False, False]
    assert chart["since"].tolist() == [1, 2, 3, 1, 0]
    assert chart["reference"].eq(2.5).all()


def test_a_decrease_is_watched_from_below():
    # k = (2 - 1)/log 2 = 1.4427, rounded to 1.4
    chart = cusum(points([0, 0, 5]), CusumDesign(100, 0.5), 2.8)
    np.testing.assert_allclose(chart["cusum"], [1.4, 2.8, 0])
    assert chart["alarm"].tolist() == [False, True, False]


def test_a_period_that_expects_nothing_leaves_the_sum():
    chart = cusum(points([4, 9, 4], [2.0, 0.0, 2.0]), DESIGN, 10)
    assert chart["status"].tolist() == ["ok", "not estimable: nothing expected", "ok"]
    assert np.isnan(chart["cusum"][1])
    assert chart["cusum"][2] == 3


def test_nothing_expected_anywhere_and_no_point_at_all():
    chart = cusum(points([4, 5], np.nan), DESIGN, 1)
    assert not chart["alarm"].any()
    assert chart["cusum"].isna().all()
    assert cusum(points([]), DESIGN, 1).empty


def test_the_order_of_rows_does_not_matter():
    table = points([4, 3, 5, 3, 0])
    pd.testing.assert_frame_equal(cusum(table.iloc[::-1], DESIGN, 4.5), cusum(table, DESIGN, 4.5))


def test_the_method_names_the_law():
    assert cusum(points([1]), DESIGN, 1)["method"].item() == "Poisson CUSUM"
    assert cusum(points([1]), CusumDesign(100, dispersion=2), 1)["method"].item() == "negative binomial CUSUM"


def test_tenths_that_add_up_reach_their_limit():
    total, since = cumulated(np.array([0.1, 0.2, -1.0]), 0.3)
    assert reached(total, 0.3).tolist() == [False, True, False]
    assert since.tolist() == [1, 2, 0]


@pytest.mark.parametrize(("expected", "limit"), [(-1.0, 1), (1.0, 0)])
def test_negative_expectations_and_limits_are_refused(expected: float, limit: float):
    with pytest.raises(ValueError, match="expected"):
        cusum(points([1], expected), DESIGN, limit)
