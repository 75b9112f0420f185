"""Which pairs fall, and does the family-wise level cost what it should?"""

import numpy as np
import pytest

from analysis.stats import pairs
from analysis.stats.pairs import Comparison, better_pairs, difference_errors, own_pairs

ONE = Comparison(seed=1)


def test_the_critical_place_keeps_the_level():
    # (4000 + 1) * .95 = 3800.95, (19 + 1) * .95 = 19 exactly
    assert Comparison(1).place == 3_801
    assert Comparison(1, draws=19).place == 19
    with pytest.raises(ValueError, match="too few"):
        _ = Comparison(1, draws=18).place


def test_difference_errors_by_hand():
    # 1 + 4 - 2 * 1 = 3; two that move as one differ without error
    covariance = np.array([[1.0, 1.0], [1.0, 4.0]])
    np.testing.assert_allclose(difference_errors(covariance), [[0, 3**0.5], [3**0.5, 0]], rtol=1e-12)
    assert (difference_errors(np.ones((2, 2))) == 0).all()


@pytest.mark.parametrize(("gap", "falls"), [(2.90, True), (2.65, False)])
def test_two_units_differ_beyond_the_normal_quantile(gap: float, falls: bool):
    # One difference, se sqrt(2): 1.96 * sqrt(2) = 2.77
    found = better_pairs(np.array([gap, 0.0]), np.eye(2), ONE)
    assert found.tolist() == [[False, falls], [False, False]]
    assert [counts.tolist() for counts in own_pairs(np.array([gap, 0.0]), np.eye(2), ONE)] == [[0, falls], [falls, 0]]


def test_step_down_finds_what_the_single_step_misses():
    # Quantiles of the studentised range over sqrt(2) for 3 units, infinite df: 2.344 (qtukey(.95, 3, Inf) / sqrt(2)).
    # Once unit 0 has fallen from 1 and 2, their own two-sided gap needs 1.96 plus the two reverse hypotheses' share.
    values, error = np.array([20.0, 2.2 * 2**0.5, 0.0]), np.eye(3)
    assert not better_pairs(values, error, Comparison(1, stepwise=False))[1, 2]
    assert better_pairs(values, error, ONE)[1, 2]


@pytest.mark.parametrize(("gap", "falls"), [(2.45, True), (2.24, False)])
def test_the_single_step_is_tukeys(gap: float, falls: bool):
    # qtukey(.95, 3, Inf) / sqrt(2) = 2.3437 (R 4.2.2)
    values = np.array([gap * 2**0.5, gap * 2**0.5 / 2, 0.0])
    assert better_pairs(values, np.eye(3), Comparison(1, stepwise=False, draws=20_000))[0, 2] == falls


def test_correlated_estimates_are_easier_to_tell_apart():
    # correlation .9: the difference has error sqrt(.2), and 1 is 2.2 of it
    values = np.array([1.0, 0.0])
    assert better_pairs(values, np.array([[1, 0.9], [0.9, 1]]), ONE)[0, 1]
    assert not better_pairs(values, np.eye(2), ONE)[0, 1]


@pytest.mark.parametrize("share", [0.001, 0.06, 1.0])
def test_looking_at_the_largest_draws_first_changes_nothing(share: float, monkeypatch: pytest.MonkeyPatch):
    # Too few of them, as many as the level leaves beyond, all of them
    values, error = np.random.default_rng(2).normal(size=20) * 4, np.eye(20)
    expected = better_pairs(values, error, ONE)
    monkeypatch.setattr(pairs, "TOP_SHARE", share)
    assert (better_pairs(values, error, ONE) == expected).all()
    assert expected.sum() > better_pairs(values, error, Comparison(1, stepwise=False)).sum()


def test_one_unit_and_none_have_no_pairs():
    assert not better_pairs(np.array([1.0]), np.eye(1), ONE).any()
    assert own_pairs(np.array([]), np.eye(0), ONE)[0].tolist() == []
