"""Do independent estimates add up, with the limits that each brings along?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.stats.intervals.combination import linear_combination
from analysis.stats.intervals.shares import wilson

NUMBERS = ["estimate", "low", "high"]


@pytest.mark.parametrize(("counts", "expected"), [
    ((56, 70, 48, 80), (0.2, 0.0524, 0.3339)), ((9, 10, 3, 10), (0.6, 0.1705, 0.8090)),
    ((10, 10, 0, 10), (1, 0.6075, 1)), ((5, 56, 0, 29), (0.0893, -0.0381, 0.1926)),
])
def test_difference_of_shares_is_newcombes(counts: tuple[int, ...], expected: tuple[float, ...]) -> None:
    """Newcombe (1998) Stat Med 17:873, table II, method 10."""
    shares = wilson(list(counts[::2]), list(counts[1::2]), minimum_n=1).assign(coefficient=[1, -1])
    row = linear_combination(shares, "difference").iloc[0]
    assert row[NUMBERS].astype(float).round(4).tolist() == list(expected)


def test_symmetric_limits_add_in_quadrature() -> None:
    """By hand: half-widths 3 and 4 weighed 1 give 5; n adds up."""
    parts = pd.DataFrame({"n": [10, 20], "estimate": [1.0, 2.0], "low": [-2.0, -2.0], "high": [4.0, 6.0],
                          "status": "ok", "coefficient": 1})
    row = linear_combination(parts, "sum").iloc[0]
    assert (row["n"], *row[NUMBERS]) == (30, 3, -2, 8)


def test_one_part_that_is_not_estimable_leaves_none() -> None:
    parts = wilson([9, 3, 9], [12, 5, 12]).assign(coefficient=0.5, unit=["a", "a", "b"])
    combined = linear_combination(parts, "mean", by=["unit"])
    assert combined["status"].to_dict() == {"a": "not estimable: fewer than 10 answers", "b": "ok"}
    assert combined.loc["a", NUMBERS].isna().all()


def test_nothing_to_combine_is_not_nought() -> None:
    parts = wilson([9], [12]).assign(coefficient=1, unit="a").iloc[:0]
    assert linear_combination(parts, "mean")["status"].item() == "not estimable: nothing to combine"
    assert linear_combination(parts, "mean", by=["unit"]).empty
