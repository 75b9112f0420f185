"""Does the posterior behave where its ends are known?"""

import numpy as np
import pytest
from scipy import stats

from analysis.stats.people import posterior as module
from analysis.stats.people.posterior import mixture_quantile, posterior


def test_wide_spread_leaves_each_person_alone():
    # true differences a thousand times larger than the errors: the posterior is N(y, v)
    y, v = np.linspace(-1_000, 1_000, 30), np.full(30, 1.0)
    known = posterior(y, v)
    np.testing.assert_allclose(known.quantile(0.975) - y, stats.norm.ppf(0.975), rtol=5e-3)
    np.testing.assert_allclose(known.below(y), 0.5, atol=5e-3)


def test_mirrored_effects_have_mirrored_limits():
    y, v = np.array([-3.0, -1, 0, 0.5, 4]), np.array([1.0, 2, 0.3, 0.7, 1])
    one, two = posterior(y, v), posterior(-y, v)
    np.testing.assert_allclose(one.quantile(0.1), -two.quantile(0.9), rtol=1e-8)
    np.testing.assert_allclose(one.probability_below_mean(), 1 - two.probability_below_mean(), rtol=1e-8)


def test_quantiles_and_probabilities_are_inverse():
    known = posterior(np.array([[-3.0, -1, 0, 0.5, 4], [0, 0, 0, 0, 0.1]]), np.array([1.0, 2, 0.3, 0.7, 1]))
    for probability in (0.001, 0.5, 0.975):
        np.testing.assert_allclose(known.below(known.quantile(probability)), probability, rtol=1e-6)
    np.testing.assert_allclose(known.weight.sum(axis=-2), 1)


@pytest.mark.parametrize(("persons", "nodes"), [(999, 48), (1_000, 20), (10_000, 12)])
def test_many_persons_need_fewer_nodes(persons: int, nodes: int, monkeypatch: pytest.MonkeyPatch):
    generator = np.random.default_rng(1)
    v = np.geomspace(0.1, 3, persons)
    y = generator.normal(0, 0.5, persons) + generator.normal(0, 1, persons) * np.sqrt(v)
    few = posterior(y, v)
    monkeypatch.setattr(module, "NODES", {0: (100, 1e-8)})
    many = posterior(y, v)
    assert (few.weight.size, many.weight.size) == (nodes, 100)
    np.testing.assert_allclose(few.quantile(0.975), many.quantile(0.975), rtol=1e-5, atol=2e-5)


def test_a_flat_stretch_is_crossed_by_halving():
    # two narrow components far apart: Newton's step leaves the bracket
    weight, centre = np.array([[0.5], [0.5]]), np.array([[0.0], [1_000.0]])

    def law(value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        z = value - centre
        return (weight * stats.norm.cdf(z)).sum(axis=0), (weight * stats.norm.pdf(z)).sum(axis=0)

    parts = centre + stats.norm.ppf(0.9)
    np.testing.assert_allclose(mixture_quantile(0.9, law, parts, weight), 1_000 + stats.norm.ppf(0.8), rtol=1e-10)


def test_effects_closer_than_chance_keep_the_tail_of_the_spread(monkeypatch: pytest.MonkeyPatch):
    # sums of squares of .02 where 4 are expected: a grid that reaches further changes nothing
    y, v = np.array([-0.1, 0, 0, 0, 0.1]), np.ones(5)
    narrow = posterior(y, v).quantile(0.975)
    monkeypatch.setattr(module, "NODES", {0: (300, 1e-12)})
    np.testing.assert_allclose(posterior(y, v).quantile(0.975), narrow, rtol=1e-5)


@pytest.mark.parametrize("effects", [[1.0, 2, 3, 4], [1.0, 1, 1, 1, 1]])
def test_too_few_or_equal_effects_are_refused(effects: list[float]):
    with pytest.raises(ValueError, match="5 persons or more"):
        posterior(np.array(effects), np.ones(len(effects)))
