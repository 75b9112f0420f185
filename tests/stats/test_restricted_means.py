"""What do restricted means answer when few ended, few were followed, all ended at once, or nobody came?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.survival.kaplan_meier import kaplan_meier
from analysis.stats.survival.restricted_means import restricted_mean, restricted_mean_difference

WITHHELD = ["estimate", "low", "high", "std_error"]


def curve_of(*rows: tuple[int, int, int]) -> pd.DataFrame:
    return kaplan_meier(pd.DataFrame(list(rows), columns=["time", "events", "censored"]))


def refusal(table: pd.DataFrame) -> str:
    assert table[WITHHELD].isna().all().all()
    return table["status"].item().removeprefix("not estimable: ")


EVEN = curve_of((10, 20, 0), (20, 20, 0))


def test_without_open_cases_it_is_the_mean():
    # 20 times 10 and 20 times 20: mean 15, standard error 5/sqrt(40) (divisor n); to 15: 12.5, 2.5/sqrt(40)
    table = pd.concat([restricted_mean(EVEN, until) for until in (20, 1_000, 15)])
    np.testing.assert_allclose(table["estimate"], [15, 15, 12.5], rtol=1e-12)
    np.testing.assert_allclose(table["std_error"], [5 / 40**0.5, 5 / 40**0.5, 2.5 / 40**0.5], rtol=1e-12)
    assert table["events"].tolist() == [40, 40, 20]


def test_limits_stay_within_the_horizon():
    # one of ten at 1, nine at 99: 89.2 + 1.96 * 98 * sqrt(.1 * .9 / 10) is 107; mirrored, 10.8 - 18 is below 0
    assert restricted_mean(curve_of((1, 1, 0), (99, 9, 0)), 100, minimum_n=5)["high"].item() == 100
    assert restricted_mean(curve_of((1, 9, 0), (99, 1, 0)), 100, minimum_n=5)["low"].item() == 0


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "no cases"),
        ([(5, 29, 0)], "fewer than 30 cases"),
        ([(5, 20, 20)], "no case was followed to 10"),
        ([(5, 9, 0), (20, 31, 0)], "fewer than 10 events within 10"),
        ([(5, 10, 30), (8, 1, 0), (20, 1, 3)], "fewer than 10 cases followed to 10"),
        ([(5, 40, 0)], "all events at the same time"),
        ([(20, 0, 40)], "fewer than 10 events within 10"),
        ([(0, 40, 0)], "all events at the same time"),
    ],
)
def test_there_is_no_mean_without_enough_to_tell(rows: list[tuple[int, int, int]], reason: str):
    assert refusal(restricted_mean(curve_of(*rows), 10)) == reason


def test_a_smaller_minimum_lowers_the_others():
    assert restricted_mean(curve_of((1, 2, 0), (2, 2, 0), (5, 0, 2)), 5, minimum_n=3)["status"].item() == "ok"


def test_groups_do_not_touch_each_other():
    counts = pd.DataFrame({"g": list("baab"), "time": [1, 10, 20, 5], "events": [20, 20, 20, 20], "censored": 0})
    table = restricted_mean(kaplan_meier(counts, ["g"]).iloc[::-1], 20, ["g"])
    np.testing.assert_allclose(table["estimate"], [15, 3], rtol=1e-12)
    assert table.index.tolist() == ["a", "b"]


@pytest.mark.parametrize("until", [0, -1])
def test_the_horizon_lies_above_0(until: float):
    with pytest.raises(ValueError, match="above 0"):
        restricted_mean(EVEN, until)


def test_a_difference_by_hand():
    # 15 - 12.5 to the same horizon, variances 25/40 + 6.25/40
    other = restricted_mean(curve_of((10, 20, 0), (15, 20, 0)), 20)
    table = restricted_mean_difference(restricted_mean(EVEN, 20), other)
    np.testing.assert_allclose(table[["n", "estimate", "std_error"]], [[80, 2.5, (31.25 / 40) ** 0.5]], rtol=1e-12)
    assert 0.004 < table["p"].item() < 0.005  # 2.5 / .8839 = 2.828: 2 (1 - pnorm(2.828)) = .0047


def test_a_difference_needs_both():
    ok, none = restricted_mean(EVEN, 20), restricted_mean(curve_of(), 20)
    assert refusal(restricted_mean_difference(ok, none)) == "no cases"
    assert refusal(restricted_mean_difference(none, ok)) == "no cases"
    assert refusal(restricted_mean_difference(ok, ok.iloc[:0])) == "no second mean"
    assert restricted_mean_difference(ok.iloc[:0], ok).empty


def test_a_difference_is_of_one_horizon_and_level():
    for other in (restricted_mean(EVEN, 15), restricted_mean(EVEN.assign(level=0.9), 20)):
        with pytest.raises(ValueError, match="one horizon and one level"):
            restricted_mean_difference(restricted_mean(EVEN, 20), other)
