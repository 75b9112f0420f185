"""Who leaves the default, and what does each condition do?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.people.flags import FlagRule, Simulation, flagged_by_luck, flags, simulated_flags

RULE = FlagRule()
#: persons: clearly below, clearly above, and one each who fails a condition
SHRUNKEN = pd.DataFrame({
    "reliability": [0.8, 0.7, 0.69, 0.9, 0.9, 0.9, 0.9],
    "probability_below": [0.976, 0.02, 0.99, 0.975, 0.99, 0.99, 0.99],
    "status": "ok",
}, index=["low", "high", "unreliable", "near the mean", "new quarter differs", "no new quarter", "withheld"])
NEWEST = pd.DataFrame({
    "estimate": [-2.0, 2, -2, -2, -1, np.nan, -2], "std_error": [1.0, 1, 1, 1, 1, np.nan, 1], "df": 60, "status": "ok",
}, index=SHRUNKEN.index)
NEWEST.loc["no new quarter", "status"] = "not estimable: no answers"


def judged(f_test_p: float = 0.01, rule: FlagRule = RULE) -> pd.DataFrame:
    shrunken = SHRUNKEN.copy()
    shrunken.loc["withheld", "status"] = "not estimable: not comparable"
    return flags(shrunken, NEWEST, f_test_p, rule)


def test_a_person_leaves_the_default_only_if_all_four_hold():
    directions = judged()["direction"].to_dict()
    assert (directions.pop("low"), directions.pop("high")) == ("below", "above")
    assert set(directions.values()) == {"cannot be distinguished"}


def test_each_condition_is_told():
    table = judged()
    assert table.index[~table["reliable"]].tolist() == ["unreliable"]
    assert table.index[~table["beyond_mean"]].tolist() == ["near the mean"]
    assert table.index[~table["newest_agrees"]].tolist() == ["new quarter differs", "no new quarter", "withheld"]
    # pt(-2, 60) and pt(-1, 60) in R
    expected = [0.02501652183, 0.02501652183, 0.1606632516]
    np.testing.assert_allclose(table["newest_p"].iloc[[0, 1, 4]], expected, rtol=1e-8)


def test_nobody_is_without_a_reason():
    status = judged()["status"]
    assert status["withheld"] == "not estimable: not comparable"
    assert status["no new quarter"] == "not estimable: no answers"
    assert flags(SHRUNKEN, NEWEST.iloc[1:], 0.01)["status"]["low"] == "not estimable: no cases in the newest period"
    assert status.drop(["withheld", "no new quarter"]).eq("ok").all()


@pytest.mark.parametrize("p", [0.05, 0.5, np.nan])
def test_without_differences_in_the_group_nobody_is_flagged(p: float):
    table = judged(p)
    assert table["direction"].eq("cannot be distinguished").all()
    assert not table["f_test"].any()


def test_the_newest_quarter_must_point_the_same_way():
    turned = flags(SHRUNKEN, NEWEST.assign(estimate=-NEWEST["estimate"]), 0.01)
    assert turned["direction"].eq("cannot be distinguished").all()


def test_thresholds_come_from_the_rule():
    assert judged(rule=FlagRule(reliability=0.6))["direction"]["unreliable"] == "below"
    assert judged(rule=FlagRule(probability=0.9))["direction"]["near the mean"] == "below"
    assert judged(rule=FlagRule(newest_p=0.2))["direction"]["new quarter differs"] == "below"
    assert judged(0.06, FlagRule(f_test_p=0.1))["direction"]["low"] == "below"


def test_nobody_to_judge_is_an_empty_table():
    assert flags(SHRUNKEN[:0], NEWEST, 0.01).empty


def window(n: object, people: int = 10) -> pd.DataFrame:
    return pd.DataFrame({"n": n, "sampling_variance": 1 / np.broadcast_to(np.asarray(n, float), people), "df": 200,
                         "status": "ok"})


def test_luck_flags_hardly_anybody_but_real_differences_are_found():
    row = flagged_by_luck(window(120), window(30), simulation=Simulation(2_000)).iloc[0]
    assert row["n"] == 10
    assert 0 <= row["low"] <= row["estimate"] < 0.01
    assert row["high"] > row["estimate"]
    found = flagged_by_luck(window(120), window(30), simulation=Simulation(500, tau_squared=0.1)).iloc[0]
    assert found["low"] > 2


def test_simulated_flags_repeat_themselves_and_follow_the_seed():
    drawn = [simulated_flags(window(120), window(30), FlagRule(), Simulation(200, seed, 0.1)) for seed in (1, 1, 2)]
    assert (drawn[0] == drawn[1]).all()
    assert (drawn[0] != drawn[2]).any()
    assert drawn[0].shape == (200, 10)


def test_a_person_without_a_newest_quarter_is_never_flagged():
    newest = window(30).drop(index=3)
    newest.loc[4, "status"] = "not estimable: no answers"
    drawn = simulated_flags(window(120), newest, FlagRule(), Simulation(300, tau_squared=1.0)).mean(axis=0)
    assert (drawn[[3, 4]] == 0).all()
    assert (np.delete(drawn, [3, 4]) > 0.2).all()


def test_the_newest_quarter_alone_agrees_one_time_in_ten_when_it_tells_nothing():
    # next to no scores in the newest quarter: it agrees with either side with probability .1
    rule = FlagRule(f_test_p=2, reliability=0, probability=0)
    drawn = simulated_flags(window(1_000), window(1), rule, Simulation(4_000, tau_squared=0.01))
    assert drawn.mean() == pytest.approx(0.1, abs=0.03)


def test_few_persons_have_no_expectation():
    row = flagged_by_luck(window(120, 4), window(30, 4)).iloc[0]
    assert row["status"] == "not estimable: fewer than 5 comparable persons"
    assert np.isnan(row["estimate"])


def test_without_a_newest_quarter_of_anybody_nobody_is_flagged():
    window = pd.DataFrame({"sampling_variance": np.ones(20), "df": 500, "status": "ok"})
    newest = window.assign(status="not estimable: no cases")
    drawn = simulated_flags(window, newest, RULE, Simulation(runs=400, tau_squared=25.0))
    assert drawn.shape == (400, 20)
    assert not drawn.any()


def test_a_given_gap_is_found_more_often_the_wider_it_is():
    window = pd.DataFrame({"sampling_variance": np.ones(20), "df": 500, "status": "ok"})
    newest = window.assign(sampling_variance=4.0)
    found = [simulated_flags(window, newest, RULE, Simulation(runs=400, tau_squared=2.0, gap=gap))[:, 0].mean()
             for gap in (0.0, 3.0, 6.0, 12.0)]
    assert found == sorted(found)
    assert found[0] < 0.05
    assert found[-1] > 0.95
