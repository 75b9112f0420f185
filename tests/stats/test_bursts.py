"""Do exact limits widen with bursts and stay silent without a baseline?"""

import numpy as np
import pandas as pd

from analysis.stats.charts.bursts import burst_chart, gamma_poisson_limits


def points(count, exposure=1.0) -> pd.DataFrame:
    return pd.DataFrame({"period": range(len(count)), "count": count, "exposure": exposure})


def test_even_counts_have_poisson_limits():
    chart = burst_chart(points([9, 10, 11, 10] * 6))
    assert chart["dispersion"].eq(1).all()
    # qpois(pnorm(c(-3, 3)), 10)
    assert chart[["limit_low", "limit_high"]].iloc[0].tolist() == [2, 21]


def test_a_count_beyond_is_the_count_whose_tail_is_short():
    chart = burst_chart(points([10, 8, 12, 9, 11] * 5 + [22, 21, 1, 2]), 25)
    assert chart["beyond"].tolist() == [False] * 25 + [True, False, True, False]
    assert np.sign(chart["z"].iloc[25:]).tolist() == [1, 1, -1, -1]
    assert (chart["beyond"] <= chart["p"].lt(0.0027)).all()


def test_limits_contain_all_but_the_tails():
    low, high, p = gamma_poisson_limits(np.array([20.0, 0.0]), np.array([20.0, 20.0]), 3.0)
    assert low[0] < 20 < high[0]
    assert p[0] > 0.9 > 0.01 > p[1]


def test_no_baseline_no_exposure_no_event():
    short, none = burst_chart(points([1, 2])), burst_chart(points([0] * 25))
    assert short["status"].eq("not estimable: fewer than 20 baseline points").all()
    assert none["status"].eq("not estimable: no variation in the baseline").all()
    assert none[["limit_low", "limit_high", "z", "p"]].isna().all(axis=None)
    assert not none["beyond"].any()
    gap = burst_chart(points([3, 5] * 13, [0.0, *[1.0] * 25]))
    assert gap["status"].tolist() == ["not estimable: no exposure", *["ok"] * 25]


def test_an_empty_table_is_an_empty_chart():
    assert burst_chart(points([])).empty
