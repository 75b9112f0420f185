"""Is the average over the autocorrelation a distribution, and right where it can be worked out by hand?"""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from analysis.stats.models.autoregression import (
    Mixture,
    TimedRegression,
    autocorrelations,
    averaged_contrasts,
    mixture_of,
    whitened,
)

TIME = np.array([0.0, 1.0, 2.0, 4.0, 5.0, 7.0, 8.0, 9.0])
VALUE = np.array([3.0, 5.0, 4.0, 8.0, 6.0, 9.0, 7.0, 7.5])
REGRESSION = TimedRegression(np.column_stack([np.ones(8), TIME]), VALUE, np.ones(8), TIME)


def single(df: int = 5) -> Mixture:
    return Mixture(np.zeros(1), np.ones(1), np.array([[2.0]]), np.array([[3.0]]), df)


def test_the_prior_is_flat_over_all_autocorrelations():
    node, weight = autocorrelations()
    moments = [weight.sum(), weight @ node, weight @ node**2, weight @ node**4]
    np.testing.assert_allclose(moments, [2, 0, 2 / 3, 2 / 5], atol=1e-12)


@pytest.mark.parametrize("rho", [-0.6, 0.0, 0.8])
def test_whitening_is_the_inverse_root_of_the_correlation(rho: float):
    correlation = np.abs(rho) ** np.abs(np.subtract.outer(TIME, TIME))
    correlation *= np.where((np.subtract.outer(TIME, TIME) % 2 == 1) & (rho < 0), -1.0, 1.0)
    rows, log_root = whitened(np.eye(8), np.diff(TIME), np.array([rho]))
    np.testing.assert_allclose(rows[0].T @ rows[0], np.linalg.inv(correlation), atol=1e-10)
    np.testing.assert_allclose(log_root, np.linalg.slogdet(correlation)[1] / 2, atol=1e-12)


def test_a_mixture_of_one_is_a_t_distribution():
    known = stats.t(5, 2, 3)
    np.testing.assert_allclose(single().below(np.array([1.0])), known.cdf(1), rtol=1e-12)
    np.testing.assert_allclose(single().density(np.array([1.0])), known.pdf(1), rtol=1e-12)
    np.testing.assert_allclose(single().quantile(0.975), known.ppf(0.975), rtol=1e-10)


def test_quantiles_undo_probabilities_far_apart():
    pair = Mixture(np.zeros(2), np.array([0.5, 0.5]), np.array([[-50.0], [50.0]]), np.array([[1.0], [0.1]]), 4)
    for probability in (0.025, 0.3, 0.5, 0.9, 0.975):
        np.testing.assert_allclose(pair.below(pair.quantile(probability)), probability, atol=1e-9)


def test_each_autocorrelation_is_least_squares_at_zero():
    mixture = mixture_of(REGRESSION, np.eye(2))
    fit = stats.linregress(TIME, VALUE)
    middle = np.argsort(np.abs(mixture.node))[:2]
    np.testing.assert_allclose(mixture.estimate[middle, 1].mean(), fit.slope, rtol=1e-2)
    np.testing.assert_allclose(mixture.std_error[middle, 1].mean(), fit.stderr, rtol=1e-2)
    np.testing.assert_allclose(mixture.weight.sum(), 1)


def test_limits_hold_the_estimate_and_p_agrees_with_them():
    row = averaged_contrasts(REGRESSION, np.array([[0.0, 1.0]]), level=0.9).iloc[0]
    assert row["low"] < row["estimate"] < row["high"]
    at_limit = replace(REGRESSION, value=VALUE - row["low"] * TIME)
    np.testing.assert_allclose(averaged_contrasts(at_limit, np.array([[0.0, 1.0]]))["p"], 0.1, rtol=1e-8)


def test_residuals_are_those_of_weighted_least_squares():
    weight = np.arange(1.0, 9.0)
    residuals = replace(REGRESSION, weight=weight).residuals()
    slope, level = np.polyfit(TIME, VALUE, 1, w=np.sqrt(weight))
    np.testing.assert_allclose(residuals, VALUE - level - slope * TIME, atol=1e-12)
    assert replace(REGRESSION, weight=weight).df == 6


def test_weights_scale_columns_and_values_by_their_root():
    columns, value = replace(REGRESSION, weight=np.full(8, 4.0)).weighted()
    np.testing.assert_allclose(columns, 2 * REGRESSION.columns)
    np.testing.assert_allclose(value, 2 * VALUE)


def test_noise_is_told_from_rounding():
    assert REGRESSION.has_noise()
    assert not replace(REGRESSION, value=0.1 + 0.7 * TIME).has_noise()
