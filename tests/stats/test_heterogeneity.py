"""When do persons not differ by more than chance, and when can nothing be said?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.people.heterogeneity import between_variance, q_root, tau_squared, usable_effects, weighted

NUMBERS = ["estimate", "low", "high"]


def effects(estimate: list[float], variance: float | list[float] = 1.0) -> pd.DataFrame:
    return pd.DataFrame({"n": 1, "estimate": estimate, "sampling_variance": variance})


def test_equal_variances_by_hand():
    # effects -2, 0, 2 (sum of squares 8) of variance 1: tau^2 = 8 / 2 - 1 by both methods, the mean's error √(4 / 3)
    for method in ("PM", "DL"):
        row = between_variance(effects([-2, 0, 2]), method).iloc[0]
        assert row[["n", "q", "df", "mean"]].astype(float).tolist() == [3, 8, 2, 0]
        assert row["estimate"] == pytest.approx(3)
        assert row["mean_std_error"] == pytest.approx(np.sqrt(4 / 3))
        assert row["i_squared"] == pytest.approx(0.75)
        assert row["low"] <= row["estimate"] <= row["high"]


def test_no_more_than_chance_is_an_answer_of_zero():
    row = between_variance(effects([-0.5, 0, 0.5])).iloc[0]
    assert (row["status"], row["estimate"], row["low"], row["i_squared"]) == ("ok", 0, 0, 0)
    assert row["high"] > 0


@pytest.mark.parametrize(("estimate", "reason"), [
    ([], "no comparable persons"), ([1.0], "fewer than 2 comparable persons"),
    ([1.0, 1.0, 1.0], "the effects lie closer together than chance allows"),
])
def test_what_says_nothing_is_not_estimable(estimate: list[float], reason: str):
    row = between_variance(effects(estimate)).iloc[0]
    assert row["status"] == f"not estimable: {reason}"
    assert row[NUMBERS].isna().all()
    assert row["n"] == len(estimate)


def test_persons_without_an_effect_are_left_out_and_order_is_not_seen():
    table = effects([3, np.nan, -2, 1], [1, np.nan, 2, 0.5]).assign(status=["ok", "not estimable: x", "ok", "ok"])
    y, v = usable_effects(table)
    assert (y.tolist(), v.tolist()) == ([-2, 1, 3], [2, 0.5, 1])
    pd.testing.assert_frame_equal(between_variance(table), between_variance(table[::-1]))


def test_one_batch_is_many_single_runs():
    y, v = np.random.default_rng(1).normal(0, 2, (5, 7)), np.geomspace(0.1, 3, 7)
    for method in ("PM", "DL"):
        np.testing.assert_allclose(tau_squared(y, v, method), [tau_squared(row, v, method) for row in y])
    root = q_root(y, v, 4.0)
    np.testing.assert_allclose(weighted(y, v, root)[2][root > 0], 4)
    np.testing.assert_allclose(weighted(y, v, 0.0)[0], y @ (1 / v) / (1 / v).sum())


def test_q_root_starts_at_zero():
    assert q_root(np.array([0.0, 0.1]), np.ones(2), 1.0) == 0
    assert q_root(np.array([1.0, 1.0]), np.ones(2), 0.0) == 0


@pytest.mark.parametrize("variance", [0.0, -1.0, np.nan, np.inf])
def test_variances_must_be_positive(variance: float):
    with pytest.raises(ValueError, match="sampling_variance positive"):
        usable_effects(effects([1, 2], variance))


def test_wrong_level_and_method_are_refused():
    with pytest.raises(ValueError, match="level"):
        between_variance(effects([1, 2]), level=95)
    with pytest.raises(ValueError, match="Paule-Mandel"):
        tau_squared(np.zeros(3), np.ones(3), "REML")


def test_a_giant_weight_does_not_cancel_the_others():
    # weights 1e20, 1, 1 and effects 0, 2, -2: mean 0, Q = 8, sum w - sum w^2 / sum w nearly 4: (8 - 2) / 4
    found = tau_squared(np.array([0.0, 2.0, -2.0]), np.array([1e-20, 1.0, 1.0]), "DL")
    np.testing.assert_allclose(found, 1.5)
