"""Is a change found where it is, and none named where nothing is shown?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.models import changepoint as module
from analysis.stats.models.changepoint import change_likelihood, changepoint, level_search


def series(shift: float = 4.0, months: int = 30, at: int = 12) -> pd.DataFrame:
    value = np.random.default_rng(9).standard_normal(months) + shift * (np.arange(months) >= at)
    return pd.DataFrame({"month": 500 + np.arange(months), "value": value})


def test_a_large_change_is_found_with_its_levels():
    row = changepoint(series(), seed=1).iloc[0]
    assert (row["estimate"], row["status"], row["n"]) == (512, "ok", 30)
    assert row["low"] <= 512 <= row["high"] <= row["low"] + 4
    np.testing.assert_allclose(row["before"], series()["value"][:12].mean())
    np.testing.assert_allclose(row["shift"], row["after"] - row["before"])


def test_an_enormous_change_leaves_one_month():
    row = changepoint(series(1e4), seed=1).iloc[0]
    assert row["low"] == row["estimate"] == row["high"] == 512
    assert row["p"] == 1 / (module.DRAWS + 1)


def test_no_change_is_not_estimable_and_says_p():
    row = changepoint(series(0), seed=1).iloc[0]
    assert row["status"] == f"not estimable: no change shown (p = {row['p']:.2g})"
    assert np.isnan(row[["estimate", "low", "high"]].astype(float)).all()
    assert row["p"] > 0.05


def test_a_slow_wave_is_no_change():
    # A random walk: sup F alone (23) would be far beyond its 5 % limit of 8.9 without autocorrelation
    walk = pd.DataFrame({"month": np.arange(36), "value": np.random.default_rng(3).standard_normal(36).cumsum()})
    row = changepoint(walk, seed=1).iloc[0]
    assert row["sup_f"] > 8.9
    assert row["p"] > 0.05
    assert row["autocorrelation"] > 0.5


def test_sup_f_is_the_largest_f_by_brute_force():
    search = level_search(series(1))
    value = search.value
    total = ((value - value.mean()) ** 2).sum()
    parts = [sum(((part - part.mean()) ** 2).sum() for part in np.split(value, [first])) for first in search.first]
    np.testing.assert_allclose(search.sup_f(value[None, :]), max((total - left) / left * 28 for left in parts))


def test_weights_count_like_repeated_months():
    # Squares explained by two levels, as if the month of weight 2 stood there twice
    search = level_search(series().assign(n=[2.0] * 30))
    between, around = search.explained(search.value[None, :])
    plain = level_search(series())
    np.testing.assert_allclose(between, plain.explained(plain.value[None, :])[0])
    uneven = level_search(series().assign(n=[4, *[2] * 29]))
    np.testing.assert_allclose(uneven.explained(np.r_[1.0, np.zeros(29)][None, :])[1], 1 - 1 / 15.5)
    assert around > between.max()


def test_candidates_leave_out_the_ends():
    first = level_search(series(months=40)).first
    assert (first.min(), first.max()) == (6, 34)


def test_likelihood_shares_add_up_and_peak_at_the_change():
    node, of_node, of_month = change_likelihood(level_search(series()))
    np.testing.assert_allclose([of_node.sum(), of_month.sum()], 1)
    assert of_month.idxmax() == 512
    assert len(node) == len(of_node)


def test_simulated_series_have_the_autocorrelation_of_the_likelihood():
    search = level_search(series(months=200))
    drawn = module._without_change(search, np.array([0.0, 1.0]), np.array([-0.9, 0.6]), seed=1)
    assert drawn.shape == (module.DRAWS, 200)
    correlation = (drawn[:, 1:] * drawn[:, :-1]).mean() / (drawn**2).mean()
    np.testing.assert_allclose(correlation, 0.6, atol=0.01)


def test_noise_is_larger_where_a_month_rests_on_less():
    search = level_search(series(months=40).assign(n=[1, 4] * 20))
    drawn = module._without_change(search, np.array([1.0]), np.array([0.0]), seed=1)
    np.testing.assert_allclose(drawn[:, 0].std() / drawn[:, 1].std(), 2, rtol=0.1)


def test_same_seed_same_bytes_and_row_order_does_not_matter():
    table = series(1.2)
    again = changepoint(table.sample(frac=1, random_state=1), seed=7)
    pd.testing.assert_frame_equal(changepoint(table, seed=7), again)


def test_a_high_level_hides_no_change():
    found, far = (changepoint(series().assign(value=series()["value"] + more), seed=1) for more in (0, 1e9))
    assert far["status"].item() == found["status"].item()
    np.testing.assert_allclose(far["sup_f"], found["sup_f"], rtol=1e-5)


def test_a_missing_month_moves_nothing_else():
    row = changepoint(series().drop(index=20), seed=1).iloc[0]
    assert (row["estimate"], row["n"]) == (512, 29)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (series().iloc[:0], "no months"),
        (series().assign(n=0), "no months"),
        (series(months=23), "fewer than 24 months"),
        (series().assign(value=0.1), "no variation"),
        (series().assign(value=lambda x: (x["month"] > 515) * 0.3), "no variation around two levels"),
    ],
)
def test_too_little_is_refused(table: pd.DataFrame, words: str):
    row = changepoint(table, seed=1).iloc[0]
    assert row["status"] == f"not estimable: {words}"
    assert np.isnan(row[["estimate", "low", "high", "p"]].astype(float)).all()
