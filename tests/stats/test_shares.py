"""What do the intervals of a share answer to few, equal, absent and wrong answers?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.intervals.shares import clopper_pearson, jeffreys, modified_wilson, wilson

NUMBERS = ["estimate", "low", "high"]
INTERVALS = [wilson, modified_wilson, jeffreys, clopper_pearson]


@pytest.mark.parametrize("share", INTERVALS)
def test_shares_of_few_answers_are_not_estimable(share):
    table = share(pd.Series([0, 1, 9, 9], index=list("wxyz")), [0, 1, 9, 10])
    expected = ["not estimable: no answers", *["not estimable: fewer than 10 answers"] * 2, "ok"]
    assert table["status"].tolist() == expected
    assert table.index.tolist() == list("wxyz")
    assert table.loc["w":"y", NUMBERS].isna().all().all()


def test_the_minimum_is_the_callers():
    # One failure of one: the exact upper limit is 1 and the lower .025.
    np.testing.assert_allclose(clopper_pearson(1, 1, minimum_n=1)[NUMBERS], [[1, 0.025, 1]], rtol=1e-12)


@pytest.mark.parametrize("share", INTERVALS)
def test_all_equal_answers_touch_the_end_exactly(share):
    table = share([0, 50], 50)
    assert (table["low"][0], table["high"][1]) == (0.0, 1.0)
    np.testing.assert_allclose(table["high"][0], 1 - table["low"][1], rtol=1e-12)


@pytest.mark.parametrize("share", INTERVALS)
@pytest.mark.parametrize(("count", "n"), [(11, 10), (-1, 10), (2.5, 10), (1, np.nan)])
def test_what_is_not_a_share_is_refused(share, count: float, n: float):
    with pytest.raises(ValueError, match="count"):
        share(count, n)


@pytest.mark.parametrize("share", INTERVALS)
def test_no_rows_give_no_rows(share):
    assert share([], []).empty


@pytest.mark.parametrize(("n", "near"), [(50, 2), (51, 3)])
def test_the_modification_reaches_two_or_three_answers_from_an_end(n: int, near: int):
    counts = np.arange(n + 1)
    plain, modified = wilson(counts, n), modified_wilson(counts, n)
    changed = (plain[["low", "high"]] != modified[["low", "high"]]).any(axis=1)
    assert counts[changed].tolist() == [*range(1, near + 1), *range(n - near, n)]


def test_the_modified_interval_is_the_same_from_both_ends():
    table = modified_wilson([3, 97], 100)
    np.testing.assert_allclose(table["low"][0], 1 - table["high"][1], rtol=1e-12)
    assert modified_wilson(3, 4)["status"].item() == "not estimable: fewer than 10 answers"
