"""Is a unit judged by the others alone, and the more carefully the fewer they are?"""

import numpy as np
import pytest

from analysis.stats.charts.predictive import predictive_p

COUNT = np.array([18.0, 25, 20, 22, 17, 60, 21, 19])
EVEN, ALL = np.ones(8), np.ones(8, dtype=bool)


def test_only_the_odd_one_is_unlikely():
    p = predictive_p(COUNT, EVEN, ALL)
    assert p[5] < 0.001 < 0.05 < np.delete(p, 5).min()


def test_a_unit_does_not_vouch_for_itself():
    # left out of the null or not, it is judged by the same others; they are judged without it once it is left out
    null = np.arange(8) != 5
    full, without = predictive_p(COUNT, EVEN, ALL), predictive_p(COUNT, EVEN, null)
    np.testing.assert_allclose(full[5], without[5], rtol=0.2)
    assert without[1] < full[1]


def test_few_units_need_more_evidence_than_many():
    units = [np.append(np.tile([17.0, 23.0], pairs), 45) for pairs in (3, 30)]
    few, many = (predictive_p(x, np.ones(len(x)), np.ones(len(x), bool))[-1] for x in units)
    assert many < few / 3


def test_a_count_and_its_mirror_are_both_found():
    p = predictive_p(np.append(np.tile([95.0, 105.0], 10), [40, 180]), np.ones(22), np.arange(22) < 20)
    assert (p[-2:] < 1e-4).all()
    assert (p[:-2] > 0.5).all()


def test_bursts_hide_what_calm_shows():
    calm, bursty = np.tile([29.0, 31.0], 10), np.tile([15.0, 45.0], 10)
    p = [predictive_p(np.append(x, 55), np.ones(21), np.ones(21, bool))[-1] for x in (calm, bursty)]
    assert p[0] < 0.01 < 0.05 < p[1]


def test_exposures_explain_counts():
    exposure = np.array([1.0, 2, 3, 4, 5, 6, 7, 8])
    p = predictive_p(10 * exposure, exposure, ALL)
    assert (p > 0.9).all()
    np.testing.assert_allclose(predictive_p(10 * exposure, exposure * 1e6, ALL), p, rtol=1e-6)


def test_a_target_takes_the_place_of_the_others():
    # eight units say little about their dispersion, so twice the target is no more than unlikely
    assert (predictive_p(np.full(8, 20.0), EVEN, ALL, target=40.0) < 0.05).all()
    assert (predictive_p(np.full(8, 20.0), EVEN, ALL, target=80.0) < 0.001).all()
    assert (predictive_p(np.full(8, 20.0), EVEN, ALL, target=20.0) > 0.9).all()


def test_one_unit_with_all_events_has_a_p():
    p = predictive_p(np.array([30.0, 0, 0, 0, 0, 0]), np.ones(6), np.ones(6, bool))
    assert np.isfinite(p).all()
    # the others stand for half an event, so it is less likely than beside one
    assert 0 < p[0] < predictive_p(np.array([30.0, 1, 0, 0, 0, 0]), np.ones(6), np.ones(6, bool))[0] / 2


@pytest.mark.parametrize("count", [[10, 0, 0, 0, 0], [1e6, 9e5, 1e6, 1e6, 1e6], [2, 2, 2, 2, 2]])
def test_p_is_a_probability(count: list[float]):
    p = predictive_p(np.array(count, float), np.ones(5), np.ones(5, bool))
    assert ((p >= 0) & (p <= 1)).all()
