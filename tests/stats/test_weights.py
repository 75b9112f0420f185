"""Do perturbed weights change an order, or a grade, as often as they must?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.composites.scores import Scheme
from analysis.stats.composites.weights import Perturbation, grade_changes, order_changes, perturbed_weights

SCHEME = Scheme(pd.DataFrame({"floor": 0.0, "target": 100.0, "weight": [1, 1]}, index=["a", "b"]))
BANDS = pd.Series({"pass": 50, "fail": 0})


def units(**scores: tuple[float, ...]) -> pd.DataFrame:
    rows = [(unit, name, 9, value) for unit, pair in scores.items() for name, value in zip("ab", pair, strict=False)]
    table = pd.DataFrame(rows, columns=["unit", "component", "n", "estimate"])
    return table.assign(low=table["estimate"] - 1, high=table["estimate"] + 1, level=0.95, status="ok")


def test_weights_stay_in_their_band_and_sum_to_one():
    weights = perturbed_weights(SCHEME, Perturbation(seed=1, share=0.25, runs=4_000))
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-12)
    # .75/(.75 + 1.25) to 1.25/2, mean the plan's
    assert weights["a"].between(0.375, 0.625).all()
    assert weights["a"].min() < 0.40
    assert weights.shape == (4_000, 2)
    np.testing.assert_allclose(weights["a"].mean(), 0.5, atol=0.01)


def test_dirichlet_weights_have_its_mean_and_variance():
    # Dirichlet(20 * (.75, .25)): mean .75, variance .75 * .25 / 21
    plan = Scheme(SCHEME.components.assign(weight=[3, 1]))
    weights = perturbed_weights(plan, Perturbation(seed=1, concentration=20.0))
    np.testing.assert_allclose(weights["a"].mean(), 0.75, atol=0.005)
    np.testing.assert_allclose(weights["a"].var(), 0.75 * 0.25 / 21, rtol=0.05)


@pytest.mark.parametrize("concentration", [None, 5.0])
def test_a_weight_of_nothing_stays_nothing(concentration: float | None):
    free = Scheme(SCHEME.components.assign(weight=[1, 0]))
    weights = perturbed_weights(free, Perturbation(seed=1, concentration=concentration, runs=50))
    assert weights.to_numpy().tolist() == [[1.0, 0.0]] * 50


def test_the_share_of_orders_that_change_by_hand():
    # x leads y by .5(60 - 40) + .5(40 - 59): y leads where 20 w_a < 19 w_b. With u_a, u_b uniform on (.75, 1.25) that
    # is u_a < .95 u_b: area of the square between: integral of (.95 u - .75) / .25 over u from .75/.95 to 1.25
    low = 0.75 / 0.95
    expected = ((0.95 * (1.25**2 - low**2) / 2) - 0.75 * (1.25 - low)) / 0.25
    row = order_changes(units(x=(60, 40), y=(40, 59)), SCHEME, Perturbation(seed=1), ["unit"]).iloc[0]
    assert row["low"] < expected < row["high"]
    assert row["n"] == 10_000


def test_pairs_that_cannot_or_need_not_change():
    table = units(w=(50, 50), x=(60, 60), y=(60, 60), z=(90,))
    found = order_changes(table, SCHEME, Perturbation(seed=1, runs=500), ["unit"])
    assert found.index.tolist() == [(a, b) for a, b in ("wx", "wy", "wz", "xy", "xz", "yz")]
    assert found.index.names == ["unit", "other unit"]
    assert found.loc[("w", "x"), "estimate"] == 0
    assert found.loc[("x", "y"), "status"] == "not estimable: the same score under the plan's weights"
    assert found.loc[("x", "z"), "status"] == "not estimable: a unit without a composite"


def test_grades_change_where_the_plan_is_near_a_band():
    # x: 50.5 under the plan; fails where .61 w_a + .40 w_b < .5: w_a < 10/21 = .476; y is far from 50
    table = units(x=(61, 40), y=(90, 80), z=(90,))
    found = grade_changes(table, SCHEME, Perturbation(seed=1), BANDS, ["unit"])
    weights = perturbed_weights(SCHEME, Perturbation(seed=1))
    assert found["grade"].tolist()[:2] == ["pass", "pass"]
    np.testing.assert_allclose(found.loc["x", "estimate"], weights["a"].lt(10 / 21).mean(), rtol=1e-12)
    assert found.loc["y", "estimate"] == 0
    assert found["grade"].isna().tolist() == [False, False, True]
    assert found.loc["z", "status"] == "not estimable: a unit without a composite"


def test_missing_parts_are_weighed_anew_in_every_run():
    half = Scheme(SCHEME.components, minimum_weight=0.5)
    found = grade_changes(units(z=(90,)), half, Perturbation(seed=1, runs=100), BANDS)
    assert (found["estimate"].item(), found["grade"].item()) == (0, "pass")


def test_nothing_gives_nothing():
    empty = units(x=(1, 2)).iloc[:0]
    assert order_changes(empty, SCHEME, Perturbation(seed=1, runs=9), ["unit"]).empty
    assert grade_changes(empty, SCHEME, Perturbation(seed=1, runs=9), BANDS, ["unit"]).empty
    assert order_changes(units(x=(1, 2)), SCHEME, Perturbation(seed=1, runs=9), ["unit"]).empty


@pytest.mark.parametrize("wrong", [{"share": 0.0}, {"share": 1.5}, {"runs": 0}, {"concentration": -1.0}])
def test_wrong_perturbations_are_refused(wrong: dict[str, float]):
    with pytest.raises(ValueError, match="positive"):
        Perturbation(seed=1, **wrong)
