"""What do differences of shares and of means answer when a side says nothing?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.intervals.differences import mean_difference, share_difference

PAIR = pd.DataFrame({"count": [5], "n": [20], "base_count": [5], "base_n": [20]}, index=["a"])
MEAN = pd.DataFrame({"n": [40], "estimate": [3.0], "std_error": [0.3], "df": [39], "status": ["ok"]}, index=["a"])
REFUSED = MEAN.assign(estimate=np.nan, std_error=np.nan, status="not estimable: no answers")


def test_equal_shares_differ_by_nothing_with_a_symmetric_interval():
    row = share_difference(PAIR).loc["a"]
    assert row["estimate"] == 0
    np.testing.assert_allclose(row["low"], -row["high"])
    assert row["n"] == 40


@pytest.mark.parametrize("change", [{"count": 0, "n": 0}, {"base_count": 0, "base_n": 0}])
def test_a_side_without_answers_leaves_no_difference_of_shares(change: dict):
    row = share_difference(PAIR.assign(**change)).loc["a"]
    assert row["status"] == "not estimable: no answers"
    assert np.isnan(row["estimate"])


@pytest.mark.parametrize(("means", "bases"), [(MEAN, REFUSED), (REFUSED, MEAN)])
def test_a_side_without_mean_leaves_no_difference_of_means(means: pd.DataFrame, bases: pd.DataFrame):
    row = mean_difference(means, bases).loc["a"]
    assert row["status"] == "not estimable: no answers"
    assert row[["estimate", "low", "high", "std_error"]].isna().all()


def test_no_pairs_give_no_rows():
    assert share_difference(PAIR.iloc[:0]).empty
    assert mean_difference(MEAN.iloc[:0], MEAN.iloc[:0]).empty


def test_sides_of_different_length_are_refused():
    with pytest.raises(ValueError, match="row by row"):
        mean_difference(MEAN, MEAN.iloc[:0])
