"""What is said of a person, and when is nothing said?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.people.shrinkage import reliability, shrunken_effects

NUMBERS = ["estimate", "low", "high"]


def effects(estimate: list[float], variance: float | list[float] = 1.0) -> pd.DataFrame:
    names = list("abcdefgh")[: len(estimate)]
    return pd.DataFrame({"n": 40, "estimate": estimate, "sampling_variance": variance}, index=names)


def test_equal_variances_by_hand():
    # sum of squares 40 on 4: tau^2 = 9, R = .9
    table = shrunken_effects(effects([-4.0, -2, 0, 2, 4]))
    np.testing.assert_allclose(table["estimate"], [-3.6, -1.8, 0, 1.8, 3.6], atol=1e-12)
    np.testing.assert_allclose(table["reliability"], 0.9)
    np.testing.assert_allclose(table["probability_below"] + table["probability_below"][::-1].to_numpy(), 1)
    assert (table["low"] < table["estimate"]).all()
    assert (table["high"] > table["estimate"]).all()
    assert table["n"].tolist() == 5 * [40]


def test_order_of_rows_changes_no_digit():
    table = effects([3.0, -2, 1, 0.2, 5], [1, 2, 0.5, 1, 3])
    pd.testing.assert_frame_equal(shrunken_effects(table[::-1]), shrunken_effects(table)[::-1])


def test_level_widens():
    table = effects([-4.0, -2, 0, 2, 4])
    assert shrunken_effects(table, level=0.99)["high"].gt(shrunken_effects(table)["high"]).all()
    with pytest.raises(ValueError, match="level"):
        shrunken_effects(table, level=99)


def test_limits_never_leave_out_the_estimate():
    # Paule-Mandel next to 0 while the posterior of tau^2 is wide
    table = shrunken_effects(effects([-1.8, -0.4, 0.2, 0.3, 2.0], [1.0, 1.0, 1.0, 1.0, 1.0]))
    assert table["low"].le(table["estimate"]).all()
    assert table["high"].ge(table["estimate"]).all()


def test_no_differences_beyond_chance_name_nobody():
    table = shrunken_effects(effects([-0.5, 0, 0.1, 0.2, 0.5]))
    assert set(table["status"]) == {"not estimable: differences between persons are no larger than chance"}
    assert table[[*NUMBERS, "probability_below"]].isna().all(axis=None)
    assert table["reliability"].eq(0).all()


def test_few_persons_name_nobody():
    for some in (effects([]), effects([1.0, 9, 20, 50])):
        table = shrunken_effects(some)
        assert table["status"].eq("not estimable: fewer than 5 comparable persons").all()
        assert table[[*NUMBERS, "reliability"]].isna().all(axis=None)
        assert len(table) == len(some)


def test_who_had_no_effect_keeps_the_reason():
    told = effects([-4.0, -2, 0, np.nan, 2, 4], [1, 1, 1, np.nan, 1, 1]).assign(status="ok")
    told.loc["d", "status"] = "not estimable: not comparable"
    table = shrunken_effects(told)
    assert table.loc["d", "status"] == "not estimable: not comparable"
    assert table.loc["d", [*NUMBERS, "reliability"]].isna().all()
    np.testing.assert_allclose(table["estimate"].drop("d"), [-3.6, -1.8, 0, 1.8, 3.6], atol=1e-12)


def test_reliability_by_hand():
    np.testing.assert_allclose(reliability([1.0, 3.0], 1.0), [0.5, 0.25])
    assert reliability(1.0, 0.0) == 0


@pytest.mark.parametrize(("variance", "tau2"), [(0.0, 1.0), (-1.0, 1.0), (np.nan, 1.0), (1.0, -0.1), (1.0, np.nan)])
def test_impossible_variances_are_refused(variance: float, tau2: float):
    with pytest.raises(ValueError, match="positive"):
        reliability([variance], tau2)
