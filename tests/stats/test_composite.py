"""Does a composite carry its components' uncertainty, clipped, missing, correlated or alone?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.composites.composite import Drawing, checked_bands, composite, grade_probabilities
from analysis.stats.composites.scores import Scheme

Z = 1.959963984540054
SCHEME = Scheme(pd.DataFrame({"floor": 0.0, "target": 1.0, "weight": [2, 1, 1]}, index=list("abc")))
ONE = Drawing(seed=1)
BANDS = pd.Series({"C": 0, "A": 90, "B": 60})


def estimates(values: list[float], errors: list[float], unit: str = "u") -> pd.DataFrame:
    value, half = np.array(values), Z * np.array(errors)
    table = pd.DataFrame({"unit": unit, "component": list("abc")[: len(values)], "n": 50, "estimate": value})
    return table.assign(low=value - half, high=value + half, level=0.95, status="ok")


def limits(table: pd.DataFrame) -> np.ndarray:
    return table[["estimate", "low", "high"]].to_numpy(float)


def test_normal_parts_agree_with_the_closed_form():
    # 100 * sqrt((.5 * .03)^2 + (.25 * .02)^2 + (.25 * .04)^2) = 1.8708
    half = Z * 100 * np.sqrt((0.5 * 0.03) ** 2 + (0.25 * 0.02) ** 2 + (0.25 * 0.04) ** 2)
    found = limits(composite(estimates([0.5, 0.4, 0.6], [0.03, 0.02, 0.04]), SCHEME, ONE))
    np.testing.assert_allclose(found, [[50, 50 - half, 50 + half]], atol=0.01 * half)


def test_correlation_widens_as_the_closed_form_says():
    # all errors move as one: half-widths add
    names = list("abc")
    same = Drawing(seed=1, correlation=pd.DataFrame(np.ones((3, 3)), names, names))
    half = Z * 100 * (0.5 * 0.03 + 0.25 * 0.02 + 0.25 * 0.04)
    found = limits(composite(estimates([0.5, 0.4, 0.6], [0.03, 0.02, 0.04]), SCHEME, same))
    np.testing.assert_allclose(found, [[50, 50 - half, 50 + half]], atol=0.01 * half)


@pytest.mark.parametrize(("low", "high", "expected"), [(0.5, 0.8, [50, 80]), (0.6, 1.4, [60, 100]), (-1, 0.7, [0, 70])])
def test_one_component_keeps_its_own_limits(low: float, high: float, expected: list[float]):
    alone = Scheme(SCHEME.components.loc[["a"]])
    table = estimates([0.7], [0.1]).assign(low=low, high=high)
    np.testing.assert_allclose(limits(composite(table, alone, ONE)), [[70, *expected]], rtol=1e-12)


def test_missing_components_are_named_and_renormalised():
    table = estimates([0.5, 0.4, 0.6], [0.03, 0.02, 0.04])
    table.loc[2, "status"] = "not estimable: no answers"
    lost = composite(table, SCHEME, ONE).iloc[0]
    assert lost["status"] == "not estimable: less than 80% of the weight is present, missing: c"
    assert np.isnan(lost["estimate"])
    kept = composite(table, Scheme(SCHEME.components, minimum_weight=0.7), ONE).iloc[0]
    assert (kept["missing"], kept["weight_present"], kept["n"], kept["status"]) == ("c", 0.75, 100, "ok")
    np.testing.assert_allclose(kept["estimate"], (2 * 50 + 40) / 3, rtol=1e-12)


def test_limits_stay_on_the_scale_and_hold_the_estimate():
    table = pd.concat([estimates([1.2, 1.1, 0.99], [0.05] * 3), estimates([-0.1, 0, 0.02], [0.05] * 3, "v")])
    found = limits(composite(table, SCHEME, ONE, ["unit"]))
    assert (found[:, 1] >= 0).all()
    assert (found[:, 2] <= 100).all()
    assert (found[:, 1] <= found[:, 0]).all()
    assert (found[:, 0] <= found[:, 2]).all()
    assert limits(composite(estimates([3, 3, 3], [0.05] * 3), SCHEME, ONE)).tolist() == [[100, 100, 100]]


def test_near_the_target_the_truth_may_be_higher_than_the_draws():
    # All at their targets: half the errors are cut off; the upper limit must not fall to the estimate
    found = limits(composite(estimates([0.98, 0.97, 0.99], [0.05] * 3), SCHEME, ONE))[0]
    assert found[2] - found[0] > 1.9
    low = limits(composite(estimates([0.02, 0.03, 0.01], [0.05] * 3), SCHEME, ONE))[0]
    np.testing.assert_allclose(100 - low[[0, 2, 1]], found, atol=0.15)


def test_skewed_limits_do_not_shift_the_sum():
    # mean error centred: the middle of the draws lies within a tenth of the half-width of the estimate
    table = estimates([0.5] * 3, [0.03] * 3).assign(low=0.3, high=0.55)
    found = limits(composite(table, SCHEME, ONE))[0]
    assert abs(found[1] + found[2] - 100) < 0.35 * (found[2] - found[1])
    assert found[0] - found[1] > found[2] - found[0]


def test_units_and_seeds():
    table = pd.concat([estimates([0.5, 0.4, 0.6], [0.03] * 3, "y"), estimates([0.7, 0.4, 0.6], [0.03] * 3, "x")])
    found = composite(table, SCHEME, ONE, ["unit"])
    assert found.index.tolist() == ["x", "y"]
    pd.testing.assert_frame_equal(composite(table.iloc[::-1], SCHEME, ONE, ["unit"]), found)
    assert composite(table, SCHEME, Drawing(seed=2), ["unit"])["low"].ne(found["low"]).all()
    wide = composite(table, SCHEME, Drawing(seed=1, level=0.99), ["unit"])
    assert wide["high"].gt(found["high"]).all()


def test_no_width_is_no_interval_and_nothing_gives_nothing():
    flat = composite(estimates([0.5] * 3, [0.0] * 3), SCHEME, ONE)
    assert flat["status"].item() == "not estimable: no component has an interval with a width"
    empty = estimates([], [])
    assert composite(empty, SCHEME, ONE)["status"].str.endswith("missing: a, b, c").item()
    assert composite(empty, SCHEME, ONE, ["unit"]).empty
    assert grade_probabilities(empty, SCHEME, ONE, BANDS, ["unit"]).empty


def test_grades_by_hand():
    # one component: 80 with error 10, so P(>= 90) = P(z >= 1), P(< 60) = P(z < -2)
    alone = Scheme(SCHEME.components.loc[["a"]])
    grades = grade_probabilities(estimates([0.8], [0.1]), alone, ONE, BANDS)
    assert grades.index.tolist() == ["A", "B", "C"]
    np.testing.assert_allclose(grades["probability"], [0.158655, 0.818595, 0.022750], atol=0.001)
    assert grades["from_score"].tolist() == [90, 60, 0]


def test_grades_of_units_add_up_or_are_absent():
    table = pd.concat([estimates([0.9, 0.8, 0.95], [0.05] * 3), estimates([0.9], [0.05], "v")])
    grades = grade_probabilities(table, SCHEME, ONE, BANDS, ["unit"])
    assert grades.index.tolist() == [(unit, grade) for unit in "uv" for grade in "ABC"]
    np.testing.assert_allclose(grades.loc["u", "probability"].sum(), 1, rtol=1e-12)
    assert grades.loc["v", "probability"].isna().all()
    assert grades.loc["v", "status"].str.startswith("not estimable").all()


@pytest.mark.parametrize("bands", [{"A": 90, "B": 60}, {"A": 190, "B": 0}, {"A": 0, "B": 0}, {}])
def test_wrong_bands_are_refused(bands: dict[str, float]):
    with pytest.raises(ValueError, match="grade"):
        checked_bands(pd.Series(bands, dtype=float))


def test_wrong_drawings_are_refused():
    table, names = estimates([0.5, 0.4, 0.6], [0.03] * 3), list("abc")
    matrix = pd.DataFrame(np.eye(3) * 2, names, names)
    with pytest.raises(ValueError, match="power of 2"):
        composite(table, SCHEME, Drawing(1, draws=1_000))
    with pytest.raises(ValueError, match="1 on its diagonal"):
        composite(table, SCHEME, Drawing(1, correlation=matrix))
    with pytest.raises(ValueError, match="every component"):
        composite(table, SCHEME, Drawing(1, correlation=matrix.iloc[:2, :2]))
    with pytest.raises(ValueError, match="level"):
        composite(table, SCHEME, Drawing(1, level=95))
