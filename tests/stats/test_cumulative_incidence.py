"""What do competing causes answer when one never happened, all ended at once, few were followed, or nobody came?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.survival.cumulative_incidence import cumulative_incidence, incidence_by

CAUSES = ["decided", "withdrawn"]
WITHHELD = ["estimate", "low", "high"]


def curve_of(*rows: tuple[int, int, int, int]) -> pd.DataFrame:
    return cumulative_incidence(pd.DataFrame(list(rows), columns=["time", *CAUSES, "censored"]), CAUSES)


def refusals(table: pd.DataFrame) -> set[str]:
    assert table[WITHHELD].isna().all().all()
    return {why.removeprefix("not estimable: ") for why in table["status"]}


def test_shares_add_up():
    curve = curve_of((1, 3, 2, 1), (4, 2, 2, 3), (9, 1, 1, 5))
    total = curve.groupby("time")[["incidence"]].sum()["incidence"].to_numpy() + curve["survival"].to_numpy()[:3]
    np.testing.assert_allclose(total, 1, rtol=1e-12)


def test_curves_come_in_the_order_of_causes():
    counts = pd.DataFrame({"g": ["b", "a"], "time": 1, "decided": 5, "withdrawn": 6, "censored": 1})
    curve = cumulative_incidence(counts, ["withdrawn", "decided"], ["g"])
    assert curve[["g", "cause", "events"]].to_numpy().tolist() == [
        ["a", "withdrawn", 6], ["a", "decided", 5], ["b", "withdrawn", 6], ["b", "decided", 5],
    ]
    assert incidence_by(curve, 1, ["g"])["n"].to_dict() == {(g, cause): 12 for g in "ab" for cause in CAUSES}


def test_a_cause_that_never_happened_has_an_exact_limit():
    # none of 20 that ended otherwise or were followed on: 1 - .025^(1/20) = .168433470983085
    table = incidence_by(curve_of((1, 15, 0, 5), (2, 0, 0, 5)), 1).loc[["withdrawn"]]
    np.testing.assert_allclose(table[WITHHELD], [[0, 0, 0.168433470983085]], rtol=1e-8)


def test_before_the_first_time_nobody_has_ended():
    table = incidence_by(curve_of((3, 10, 10, 0)), 2)
    np.testing.assert_allclose(table[WITHHELD], [[0, 0, 0.168433470983085]] * 2, rtol=1e-8)


def test_all_by_one_cause_have_exact_limits():
    table = incidence_by(curve_of((3, 20, 0, 0)), 3)
    limits = [[1, 1 - 0.168433470983085, 1], [0, 0, 0.168433470983085]]
    np.testing.assert_allclose(table.loc[CAUSES, WITHHELD], limits, rtol=1e-8)
    # 19 of 20, one censored earlier: binom.test(19, 20)$conf.int[1] = .7512672
    table = incidence_by(curve_of((2, 0, 0, 1), (3, 19, 0, 0)), 3).loc[["decided"]]
    np.testing.assert_allclose(table["low"], 0.7512672, rtol=1e-7)


def test_all_done_stays_done():
    assert incidence_by(curve_of((3, 12, 8, 0)), 1_000)["estimate"].to_dict() == {"decided": 0.6, "withdrawn": 0.4}


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        ([(5, 0, 0, 20)], {"no case was followed to 6"}),
        ([(5, 3, 4, 2)], {"fewer than 10 cases"}),
        ([(5, 0, 0, 0)], {"no cases"}),
        ([(0, 0, 0, 20)], {"no case was followed to 6"}),
        ([(5, 5, 5, 9), (6, 1, 0, 0)], {"fewer than 5 cases followed to 6"}),
    ],
)
def test_there_is_no_share_without_enough_to_tell(rows: list[tuple[int, int, int, int]], reasons: set[str]):
    assert refusals(incidence_by(curve_of(*rows), 6)) == reasons


def test_nobody_gives_an_empty_curve():
    curve = curve_of()
    assert curve.empty
    assert incidence_by(curve, 5).empty


def test_level_is_that_of_the_curve():
    counts = pd.DataFrame({"time": [1, 2], "decided": [5, 5], "withdrawn": 5, "censored": 5})
    table = incidence_by(cumulative_incidence(counts, CAUSES, level=0.8), 1)
    assert table["level"].eq(0.8).all()
    assert (table["high"] < incidence_by(cumulative_incidence(counts, CAUSES), 1)["high"]).all()


def test_causes_are_named_and_counted():
    counts = pd.DataFrame({"time": [1], "decided": [1.5], "withdrawn": [1], "censored": [0]})
    with pytest.raises(ValueError, match="name the columns"):
        cumulative_incidence(counts, [])
    with pytest.raises(ValueError, match="decided"):
        cumulative_incidence(counts, CAUSES)
