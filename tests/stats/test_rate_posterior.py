"""Does the posterior of rates behave where its ends are known?"""

import numpy as np
import pytest
from scipy import stats

from analysis.stats.people import rate_posterior as module
from analysis.stats.people.rate_posterior import GammaLaw, fitted_law, rate_posterior

EVENTS, EXPECTED = np.array([0.0, 1, 9, 2, 14, 3, 0, 5]), np.array([2.0, 3, 4, 2, 5, 4, 1, 5])


def likelihood(law: GammaLaw) -> float:
    chance = law.shape / (law.shape + law.mean * EXPECTED)
    return float(stats.nbinom.logpmf(EVENTS, law.shape, chance).sum())


@pytest.mark.parametrize(("mean", "shape"), [(1.01, 1), (0.99, 1), (1, 1.02), (1, 0.98), (1.01, 1.01)])
def test_no_law_nearby_is_more_likely(mean: float, shape: float):
    best = fitted_law(EVENTS, EXPECTED)
    assert likelihood(GammaLaw(best.mean * mean, best.shape * shape)) < likelihood(best)


def test_quantiles_and_probabilities_are_inverse():
    known = rate_posterior(EVENTS, EXPECTED, fitted_law(EVENTS, EXPECTED))
    for probability in (0.001, 0.5, 0.975):
        np.testing.assert_allclose(known.below(known.quantile(probability)), probability, rtol=1e-6)
    np.testing.assert_allclose(known.weight.sum(), 1)


def test_unit_of_expectation_only_rescales():
    one = rate_posterior(EVENTS, EXPECTED, fitted_law(EVENTS, EXPECTED))
    ten = rate_posterior(EVENTS, 10 * EXPECTED, fitted_law(EVENTS, 10 * EXPECTED))
    np.testing.assert_allclose(one.quantile(0.9), 10 * ten.quantile(0.9), rtol=1e-5)
    np.testing.assert_allclose(one.probability_below_mean(), ten.probability_below_mean(), rtol=1e-4)


def test_twice_the_nodes_change_only_the_sixth_digit(monkeypatch: pytest.MonkeyPatch):
    law = fitted_law(EVENTS, EXPECTED)
    few = rate_posterior(EVENTS, EXPECTED, law).quantile(0.975)
    monkeypatch.setattr(module, "VARIANCE_NODES", 64)
    monkeypatch.setattr(module, "MEAN_NODES", 37)
    np.testing.assert_allclose(rate_posterior(EVENTS, EXPECTED, law).quantile(0.975), few, rtol=1e-5)


def test_more_events_mean_a_higher_rate():
    known = rate_posterior(EVENTS, np.full(8, 4.0), fitted_law(EVENTS, np.full(8, 4.0)))
    order = np.argsort(EVENTS, kind="stable")
    assert (np.diff(known.quantile(0.5)[order]) >= 0).all()
    assert (np.diff(known.probability_below_mean()[order]) <= 0).all()


def test_two_narrow_laws_without_any_event():
    assert fitted_law(np.zeros(3), np.ones(3)) == GammaLaw(0.0, float("inf"))
    assert fitted_law(np.array([2.0, 2, 2]), np.ones(3)) == GammaLaw(2.0, float("inf"))
