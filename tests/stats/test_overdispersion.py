"""Is the excess of units over chance measured without being led by the extreme ones?"""

import numpy as np
import pytest

from analysis.stats.charts.overdispersion import additive_variance, winsorised_dispersion


def test_an_extreme_unit_counts_as_its_neighbour():
    # eleven scores -1 ... 1 and quantiles that are scores: the last becomes the one before it
    z = np.linspace(-1, 1, 11)
    wild = np.append(z[:-1], 100)
    assert winsorised_dispersion(wild) == pytest.approx(winsorised_dispersion(z))
    assert winsorised_dispersion(wild) == pytest.approx(np.mean(np.clip(z, -0.8, 0.8) ** 2))


def test_nothing_drawn_in_is_the_mean_square():
    assert winsorised_dispersion([3.0, -1.0], 0) == 5


def test_winsorised_normal_scores_keep_two_thirds():
    # as the docstring says; 1 - .2 - 2 * 1.2816 * .1755 + .2 * 1.6424 = .6787
    assert winsorised_dispersion(np.random.default_rng(1).standard_normal(200_000)) == pytest.approx(0.6787, abs=0.01)


def test_equal_units_have_the_excess_by_hand():
    # w = 4: (5 * 3 - 4) / (20 - 4) = 11/16
    assert additive_variance(3, np.full(5, 0.25)) == 11 / 16


def test_no_excess_is_no_variance():
    assert additive_variance(0.7, np.full(5, 0.25)) == 0


def test_too_few_units_give_none():
    assert np.isnan(winsorised_dispersion([]))
    assert np.isnan(additive_variance(3, [0.25]))


def test_wrong_numbers_are_refused():
    with pytest.raises(ValueError, match="winsorised"):
        winsorised_dispersion([1.0], 0.5)
    with pytest.raises(ValueError, match="finite"):
        winsorised_dispersion([np.nan])
    with pytest.raises(ValueError, match="positive"):
        additive_variance(2, [0.0, 1.0])


def test_a_giant_unit_leaves_the_weight_of_the_others():
    # weights 1e20, 1, 1: sum w - sum w^2 / sum w = (2e20 + 2 (1e20 + 1)) / (1e20 + 2), nearly 4; (3 * 2 - 2) / 4
    np.testing.assert_allclose(additive_variance(2, [1e-20, 1.0, 1.0]), 1)
