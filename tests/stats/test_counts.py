"""What do count regressions answer without events, without exposure, and by hand?"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.models.counts import (
    NEGATIVE_BINOMIAL,
    POISSON,
    count_fit,
    count_refusal,
    count_regression,
    used_cells,
)

NUMBERS = ["estimate", "low", "high", "coefficient", "std_error", "p"]
EVEN = pd.DataFrame({"x": [0, 0, 0, 1, 1, 1], "count": [9, 10, 11, 19, 20, 21], "exposure": 10.0})
BURSTS = pd.DataFrame({"x": [0, 0, 0, 0, 1, 1, 1, 1], "count": [2, 25, 8, 5, 14, 60, 3, 43], "exposure": 10.0})


def refusal(table: pd.DataFrame) -> str:
    assert table[NUMBERS].isna().all().all()
    assert table["status"].nunique() == 1
    return table["status"].iloc[0]


def test_even_counts_are_poisson_by_hand():
    # rates 1 and 2; variance of the log ratio 1/30 + 1/60; no overdispersion, so scale 1 and t(4) = 2.776445
    row = count_regression(EVEN, ["x"]).loc["x"]
    error = np.sqrt(1 / 30 + 1 / 60)
    np.testing.assert_allclose(row["std_error"], error, rtol=1e-8)
    limits = [2, 2 * np.exp(-2.7764451051977987 * error), 2 * np.exp(2.7764451051977987 * error)]
    np.testing.assert_allclose(row[["estimate", "low", "high"]].astype(float), limits, rtol=1e-8)
    assert row["method"] == f"rate ratio, {POISSON} regression, scaled t"
    assert (row["scale"], row["alpha"], row["df"]) == (1, 0, 4)
    assert np.isnan(row["theta"])


def test_the_intercept_is_the_rate_where_all_terms_are_zero():
    table = count_regression(EVEN, ["x"])
    np.testing.assert_allclose(table["estimate"]["(Intercept)"], 1, rtol=1e-10)
    assert table[["n", "cells"]].to_numpy().tolist() == [[90, 6], [90, 6]]


def test_one_mean_by_the_score_of_theta():
    # without terms the mean is that of the counts, and theta solves the score: both checked from the density
    fit = count_fit(BURSTS["count"].to_numpy(float), np.ones((8, 1)), np.ones(8))
    np.testing.assert_allclose(fit.expected, 20, rtol=1e-9)
    sizes = 1 / fit.alpha * np.array([0.999, 1, 1.001])
    heights = [stats.nbinom.logpmf(BURSTS["count"], size, size / (size + 20)).sum() for size in sizes]
    assert heights[1] == max(heights)


def test_bursts_are_negative_binomial_and_wider():
    row = count_regression(BURSTS, ["x"]).loc["x"]
    assert row["method"] == f"rate ratio, {NEGATIVE_BINOMIAL} regression, scaled t"
    np.testing.assert_allclose(row["estimate"], 120 / 40, rtol=1e-6)
    np.testing.assert_allclose(row["theta"] * row["alpha"], 1)
    assert row["std_error"] > 2 * np.sqrt(1 / 40 + 1 / 120)


def test_dispersion_by_hand():
    # expected 10 and 30: deviations (8² + 15² + 2² + 5²)/10 + (16² + 30² + 27² + 13²)/30 on 6 degrees of freedom
    expected = (318 / 10 + 2054 / 30) / 6
    np.testing.assert_allclose(count_regression(BURSTS, ["x"])["dispersion"], expected, rtol=1e-8)


def test_the_scale_is_pearsons_of_the_fit():
    fit = count_fit(BURSTS["count"].to_numpy(float), np.c_[np.ones(8), BURSTS["x"]], np.ones(8))
    variance = fit.expected + fit.alpha * fit.expected**2
    np.testing.assert_allclose(fit.pearson, ((BURSTS["count"] - fit.expected) ** 2 / variance).sum() / 6)
    assert count_regression(BURSTS, ["x"])["scale"].iloc[0] == pytest.approx(max(1, fit.pearson))


@pytest.mark.parametrize("seed", [41, 42, 56])
def test_wild_counts_and_exposures_have_a_maximum(seed: int):
    # exposures over twelve powers of ten; the score of each coefficient is 0 at the maximum
    generator = np.random.default_rng(seed)
    exposure = 10.0 ** generator.integers(-6, 7, 40)
    counts = generator.negative_binomial(0.1, 0.1 / (0.1 + 5e4), 40) + generator.poisson(5, 40).astype(float)
    design = np.c_[np.ones(40), generator.normal(size=40) * 5]
    fit = count_fit(counts, design, exposure)
    score = design.T @ ((counts - fit.expected) / (1 + fit.alpha * fit.expected))
    np.testing.assert_allclose(score, 0, atol=1e-6)


def test_exposure_is_divided_out():
    more = BURSTS.assign(exposure=30.0)
    np.testing.assert_allclose(count_regression(more, ["x"])["estimate"], [1 / 3, 3], rtol=1e-6)


def test_order_and_cells_without_exposure_do_not_matter():
    table = count_regression(BURSTS, ["x"])
    empty = pd.DataFrame({"x": [5], "count": [0], "exposure": [0.0]})
    pd.testing.assert_frame_equal(count_regression(pd.concat([BURSTS[::-1], empty]), ["x"]), table)


@pytest.mark.parametrize(("cells", "words"), [
    (EVEN[:0], "no cells"),
    (EVEN.assign(exposure=0, count=0), "no cells"),
    (EVEN.assign(count=0), "no events"),
    (EVEN[2:4], "no more cells than terms"),
    (EVEN[:1], "no more cells than terms"),
    (EVEN.assign(count=[0, 0, 0, 4, 5, 6]), "quasi-complete separation (column x)"),
])  # fmt: skip
def test_what_cannot_be_modelled_is_not_estimable(cells: pd.DataFrame, words: str):
    assert refusal(count_regression(cells, ["x"])) == f"not estimable: {words}"


def test_few_cells_are_not_estimable_where_asked():
    assert refusal(count_regression(EVEN, ["x"], minimum_cells=7)) == "not estimable: fewer than 7 cells"


def test_a_constant_term_is_refused():
    table = count_regression(EVEN.assign(y=1), ["x", "y"])
    assert table["status"].eq("ok").tolist() == [False, True, False]
    np.testing.assert_allclose(table["estimate"]["x"], 2, rtol=1e-8)


def test_without_terms_there_is_a_rate():
    np.testing.assert_allclose(count_regression(EVEN, [])["estimate"], [1.5], rtol=1e-10)


@pytest.mark.parametrize(("column", "value", "words"), [
    ("count", 0.5, "count"), ("exposure", -1.0, "exposure"), ("x", np.nan, "gaps"), ("exposure", 0.0, "no exposure"),
])  # fmt: skip
def test_bad_input_is_refused(column: str, value: float, words: str):
    with pytest.raises(ValueError, match=words):
        count_regression(EVEN.assign(**{column: value}), ["x"])


def test_used_cells_are_sorted_and_exposed():
    cells = pd.DataFrame({"x": [2, 1, 0], "count": [3, 4, 0], "exposure": [1, 2, 0]})
    assert used_cells(cells, ["x"]).to_dict("list") == {"exposure": [2, 1], "x": [1, 2], "count": [4, 3]}


def test_a_season_seen_once_empty_is_separation():
    cells = EVEN.assign(count=[1, 2, 0, 3, 2, 4], y=[0, 0, 1, 0, 0, 0])
    assert count_refusal(cells.astype(float), ["x", "y"], 1) == "quasi-complete separation (column y)"
    assert count_refusal(cells.astype(float), ["x"], 1) == ""
