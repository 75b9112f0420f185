"""What do logistic regressions answer without events, with separation, and by hand?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.models.logistic import firth, logit

Z = 1.959963984540054
TWO_BY_TWO = pd.DataFrame({"x": [1, 0], "count": [30, 15], "n": [40, 40]})
NUMBERS = ["estimate", "low", "high", "coefficient", "std_error", "p"]
BOTH = pytest.mark.parametrize("fit", [logit, firth])


def refusal(table: pd.DataFrame) -> str:
    assert table[NUMBERS].isna().all().all()
    assert table["status"].nunique() == 1
    return table["status"].iloc[0]


def test_two_by_two_by_hand():
    # odds ratio (30 * 25) / (10 * 15) = 5, variance of its logarithm Σ 1/n (Woolf 1955)
    row, error = logit(TWO_BY_TWO, ["x"]).loc["x"], np.sqrt(1 / 30 + 1 / 10 + 1 / 15 + 1 / 25)
    limits = [5, 5 * np.exp(-Z * error), 5 * np.exp(Z * error)]
    np.testing.assert_allclose(row[["estimate", "low", "high"]].astype(float), limits, rtol=1e-8)
    np.testing.assert_allclose(row["std_error"], error, rtol=1e-8)


def test_firth_of_a_two_by_two_adds_a_half_to_each_cell():
    # a saturated model under Jeffreys' prior (Firth 1993, section 3): (30.5 * 25.5) / (10.5 * 15.5)
    table = firth(TWO_BY_TWO, ["x"])
    np.testing.assert_allclose(table["estimate"]["x"], 30.5 * 25.5 / (10.5 * 15.5), rtol=1e-8)
    np.testing.assert_allclose(table["estimate"]["(Intercept)"], 15.5 / 25.5, rtol=1e-8)


def test_firth_estimates_where_logit_refuses():
    table = pd.DataFrame({"x": [1, 0], "count": [20, 10], "n": [20, 20]})
    assert refusal(logit(table, ["x"])) == "not estimable: quasi-complete separation (column x)"
    row = firth(table, ["x"]).loc["x"]
    np.testing.assert_allclose(row["estimate"], 20.5 / 0.5, rtol=1e-8)
    assert 1 < row["low"] < row["estimate"] < row["high"] < np.inf
    assert row["p"] < 0.05


@BOTH
def test_without_drivers_it_is_the_odds_of_the_share(fit):
    table = fit(pd.DataFrame({"count": [12, 8], "n": [30, 20]}), [])
    odds = 20 / 30 if fit is logit else 20.5 / 30.5
    np.testing.assert_allclose(table["estimate"], [odds], rtol=1e-8)
    assert table[["n", "events"]].to_numpy().tolist() == [[50, 20]]


@BOTH
def test_rows_of_one_case_are_counts_in_any_order(fit):
    generator = np.random.default_rng(1)
    cases = pd.DataFrame({"x": generator.integers(0, 4, 80), "n": 1})
    cases["count"] = (generator.random(80) < 0.2 + 0.15 * cases["x"]).astype(int)
    grouped = cases.groupby("x", as_index=False).sum()
    pd.testing.assert_frame_equal(fit(cases, ["x"]), fit(grouped[::-1], ["x"]))


@BOTH
def test_changing_sign_and_unit_changes_the_coefficient_alone(fit):
    generator = np.random.default_rng(2)
    cases = pd.DataFrame({"x": generator.normal(size=60), "n": 3, "count": generator.integers(0, 4, 60)})
    plain, turned = fit(cases, ["x"]).loc["x"], fit(cases.assign(x=-10 * cases["x"] + 3), ["x"]).loc["x"]
    np.testing.assert_allclose(plain["coefficient"], -10 * turned["coefficient"], rtol=1e-6)
    np.testing.assert_allclose(np.log(plain["low"]), -10 * np.log(turned["high"]), rtol=1e-6)
    np.testing.assert_allclose(plain["p"], turned["p"], rtol=1e-6)


@BOTH
@pytest.mark.parametrize(("counts", "n", "words"), [
    ([0, 0], [0, 0], "no cases"),
    ([1, 0], [1, 0], "fewer than 30 cases"),
    ([0, 0], [20, 20], "all outcomes alike"),
    ([20, 20], [20, 20], "all outcomes alike"),
])  # fmt: skip
def test_nothing_to_compare_is_not_estimable(fit, counts: list[int], n: list[int], words: str):
    assert refusal(fit(pd.DataFrame({"x": [0, 1], "count": counts, "n": n}), ["x"])) == f"not estimable: {words}"


@BOTH
def test_more_terms_than_cases_are_not_estimable(fit):
    cells = pd.DataFrame({"x": [0, 1], "count": [1, 0], "n": 1})
    assert fit(cells, ["x"], minimum_n=1)["status"].eq("not estimable: no more cases than terms").all()


@BOTH
def test_an_empty_table_is_not_estimable(fit):
    assert refusal(fit(pd.DataFrame({"x": [], "count": [], "n": []}), ["x"])) == "not estimable: no cases"


@BOTH
def test_constant_and_dependent_drivers_are_refused_beside_the_others(fit):
    cells = pd.DataFrame({"x": [0, 1, 0, 1], "y": [0, 0, 1, 1], "count": [5, 9, 7, 11], "n": 20})
    wide = fit(cells.assign(twin=2 * cells["y"], one=1), ["x", "y", "twin", "one"])
    assert wide["status"].eq("ok").tolist() == [False, True, False, False, False]
    whole = fit(cells, ["x", "y"]).loc["x", NUMBERS].astype(float)
    np.testing.assert_allclose(wide.loc["x", NUMBERS].astype(float), whole, rtol=1e-6)


def test_more_events_than_cases_are_refused():
    with pytest.raises(ValueError, match="exceeds n"):
        logit(TWO_BY_TWO.assign(count=50), ["x"])


def test_gaps_are_refused():
    with pytest.raises(ValueError, match="gaps"):
        firth(TWO_BY_TWO.assign(x=[1, np.nan]), ["x"])


@BOTH
def test_a_level_is_a_share(fit):
    with pytest.raises(ValueError, match="level"):
        fit(TWO_BY_TWO, ["x"], 95)
