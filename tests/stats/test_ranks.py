"""Are rank sets as wide as the data leave them, and no wider?"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.stats.ranks import Ranking, candidates, marginal_rank_sets, simultaneous_rank_sets

ONE = Ranking(seed=1)
LIMITS = ["low", "high"]
BOTH = pytest.mark.parametrize("sets", [simultaneous_rank_sets, marginal_rank_sets])


def units(estimates: list[float], std_error: object = 1.0) -> pd.DataFrame:
    index = [f"u{number:02}" for number in range(len(estimates))]
    return pd.DataFrame({"estimate": estimates, "std_error": std_error}, index=index)


@BOTH
def test_two_units_are_ranked_beyond_1_96_errors(sets):
    # se of the difference 5: 9.8 = 1.96 of it
    assert sets(units([10.2, 0.0], [3.0, 4.0]), ONE)[LIMITS].to_numpy().tolist() == [[1, 1], [2, 2]]
    assert sets(units([9.3, 0.0], [3.0, 4.0]), ONE)[LIMITS].to_numpy().tolist() == [[1, 2], [1, 2]]


@BOTH
def test_far_apart_each_rank_is_known_and_the_direction_turns_it(sets):
    table = sets(units([30.0, 10.0, 20.0]), ONE)
    assert table[["estimate", *LIMITS]].to_numpy().tolist() == [[1, 1, 1], [3, 3, 3], [2, 2, 2]]
    turned = sets(units([30.0, 10.0, 20.0]), Ranking(seed=1, largest_first=False))
    assert turned[["estimate", *LIMITS]].to_numpy().tolist() == [[3, 3, 3], [1, 1, 1], [2, 2, 2]]


@BOTH
def test_identical_estimates_may_have_any_rank(sets):
    table = sets(units([5.0] * 4), ONE)
    assert table[["n", "estimate", *LIMITS]].to_numpy().tolist() == [[4, 1, 1, 4]] * 4
    assert table["status"].eq("ok").all()
    assert table["level"].eq(0.95).all()


@BOTH
def test_units_without_an_error_are_not_ranked(sets):
    table = sets(units([1.0, 90.0, np.nan, 50.0], [1.0, 1.0, 1.0, 0.0]), ONE)
    assert table["status"].tolist()[2:] == ["not estimable: no estimate with a standard error above 0"] * 2
    assert table[["n", *LIMITS]].to_numpy().tolist()[:2] == [[2, 2, 2], [2, 1, 1]]
    assert table.loc["u02":, ["estimate", *LIMITS]].isna().all().all()


@BOTH
def test_one_unit_has_no_rank_and_none_no_row(sets):
    assert sets(units([1.0]), ONE)["status"].tolist() == ["not estimable: fewer than 2 units to rank"]
    assert sets(units([]), ONE).empty


def test_the_method_says_which_sets():
    assert simultaneous_rank_sets(units([1.0, 2.0]), ONE)["method"].iloc[0] == "simultaneous rank set, max-t, step-down"
    single = Ranking(1, stepwise=False)
    assert marginal_rank_sets(units([1.0, 2.0]), single)["method"].iloc[0] == "marginal rank set, max-t"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=2, max_size=9), st.integers(0, 99))
def test_sets_are_nested_and_hold_the_estimate(values: list[float], seed: int):
    error = np.linspace(0.5, 2, len(values))
    table = units(values, error)
    wide = simultaneous_rank_sets(table, Ranking(seed, stepwise=False, draws=1_000))
    steps = simultaneous_rank_sets(table, Ranking(seed, draws=1_000))
    assert (wide["low"].le(steps["low"]) & wide["high"].ge(steps["high"])).all()
    assert steps["low"].le(steps["estimate"]).all()
    assert steps["high"].ge(steps["estimate"]).all()


def test_bonferroni_is_wider():
    table = units([0.0, 0.5, 1.0, 2.5, 4.0, 5.0], [0.5, 1, 0.5, 1, 0.5, 1])
    x, se = table["estimate"].to_numpy(), table["std_error"].to_numpy()
    t = (x[:, None] - x) / np.sqrt(se[:, None] ** 2 + se**2)
    wins = t > stats.norm.isf(0.025 / 15)
    steps = simultaneous_rank_sets(table, ONE)
    assert (steps["low"] >= 1 + wins.sum(axis=0)).all()
    assert (steps["high"] <= 6 - wins.sum(axis=1)).all()


@BOTH
def test_row_order_does_not_matter(sets):
    table = units([0.0, 0.5, 1.0, 2.5, 4.0, 5.0], [0.5, 1, 0.5, 1, 0.5, 1])
    shuffled = table.iloc[[3, 0, 5, 1, 4, 2]]
    pd.testing.assert_frame_equal(sets(shuffled, ONE), sets(table, ONE).loc[shuffled.index])


def test_covariance_replaces_the_errors():
    # u00 - u01 has variance 1 + 1 - 1.9 = .1; independent it would be 2
    table = units([1.0, 0.0])
    covariance = pd.DataFrame([[1, 0.95], [0.95, 1]], table.index, table.index)
    assert simultaneous_rank_sets(table, ONE, covariance)["high"].tolist() == [1, 2]
    assert simultaneous_rank_sets(table, ONE)["high"].tolist() == [2, 2]


def test_units_that_move_as_one_are_not_ranked():
    table = units([1.0, 0.0, 5.0, 9.0])
    covariance = pd.DataFrame(np.eye(4), table.index, table.index)
    covariance.loc["u00", "u01"] = covariance.loc["u01", "u00"] = 1.0
    ranked = simultaneous_rank_sets(table, ONE, covariance)
    assert ranked["status"].tolist()[:2] == ["not estimable: its difference from another unit has no error"] * 2
    assert ranked["n"].tolist() == [2] * 4


@pytest.mark.parametrize("matrix", [[[1, 2], [2, 1]], [[1, 0.5], [0.1, 1]]])
def test_what_is_no_covariance_is_refused(matrix):
    table = units([1.0, 0.0])
    with pytest.raises(ValueError, match="symmetric"):
        simultaneous_rank_sets(table, ONE, pd.DataFrame(matrix, table.index, table.index))
    with pytest.raises(ValueError, match="each once"):
        simultaneous_rank_sets(table, ONE, pd.DataFrame(np.eye(3)).astype(float))


def test_wrong_units_are_refused():
    with pytest.raises(ValueError, match="twice"):
        simultaneous_rank_sets(units([1.0, 0.0]).set_axis(["a", "a"]), ONE)
    with pytest.raises(ValueError, match="negative"):
        simultaneous_rank_sets(units([1.0, 0.0], [-1.0, 1.0]), ONE)
    with pytest.raises(ValueError, match="level"):
        simultaneous_rank_sets(units([1.0, 0.0]), Ranking(1, level=95))


def test_candidates_for_the_best_and_the_worst():
    sets = simultaneous_rank_sets(units([30.0, 10.0, 20.0, 20.1, np.nan]), ONE)
    chosen = candidates(sets, 2)
    assert chosen["may_be_best"].tolist()[:4] == [True, False, True, True]
    assert chosen["may_be_worst"].tolist()[:4] == [False, True, True, True]
    assert chosen.loc["u04"].isna().all()


def test_candidates_need_simultaneous_sets_and_whole_places():
    table = units([3.0, 1.0])
    with pytest.raises(ValueError, match="simultaneous"):
        candidates(marginal_rank_sets(table, ONE), 1)
    with pytest.raises(ValueError, match="tau"):
        candidates(simultaneous_rank_sets(table, ONE), 0)
