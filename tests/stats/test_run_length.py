"""Does the CUSUM's limit buy the run length asked for?"""

import numpy as np
import pytest

from analysis.stats.charts.run_length import (
    CusumDesign,
    average_run_length,
    designed_limit,
    reference_value,
)


@pytest.mark.parametrize("ratio", [0.6, 1.5])
@pytest.mark.parametrize(("expected", "dispersion"), [(0.3, 1.0), (4.0, 1.0), (4.0, 2.5), (500.0, 12.0)])
def test_the_limit_is_the_smallest_that_will_do(expected: float, dispersion: float, ratio: float):
    design = CusumDesign(40, ratio, dispersion)
    limit = designed_limit(expected, design)
    assert limit.run_length_in_control == average_run_length(limit.limit, expected, design) >= 40
    step = 0.01 if expected < 1 else 0.1 if expected < 10 else 1
    assert limit.limit <= step or average_run_length(limit.limit - step, expected, design) < 40
    assert limit.run_length_changed < limit.run_length_in_control


@pytest.mark.parametrize("ratio", [0.6, 1.5])
@pytest.mark.parametrize("dispersion", [1.0, 1.0000001, 3.0])
def test_the_reference_lies_between_both_expectations(ratio: float, dispersion: float):
    reference = reference_value([40.0, 20.0], CusumDesign(100, ratio, dispersion))
    assert (np.sign(reference - [40, 20]) == np.sign(ratio - 1)).all()
    assert (np.sign(reference - np.array([40, 20]) * ratio) == np.sign(1 - ratio)).all()


def test_bursts_need_a_wider_limit():
    limits = [designed_limit(4, CusumDesign(50, dispersion=dispersion)).limit for dispersion in (1, 2, 4)]
    assert limits == sorted(limits)
    assert limits[0] < limits[2]


def test_a_limit_of_one_step_is_a_single_poisson_tail():
    # S >= .1 as soon as x > k = 2.5: run length 1 / P(X >= 3)
    assert average_run_length(0.1, 2, CusumDesign(100)) == pytest.approx(1 / (1 - 5 * np.exp(-2)))


def test_equal_seasons_are_none():
    design = CusumDesign(100)
    np.testing.assert_allclose(average_run_length(5, [2, 2, 2], design), average_run_length(5, 2, design))
    assert average_run_length(5, [1, 3], design) != pytest.approx(average_run_length(5, [3, 1], design))


@pytest.mark.parametrize("wrong", [{"run_length": 1}, {"rate_ratio": 1}, {"rate_ratio": 0}, {"dispersion": 0.9}])
def test_designs_without_sense_are_refused(wrong: dict):
    with pytest.raises(ValueError, match="run_length"):
        CusumDesign(**{"run_length": 50} | wrong)


@pytest.mark.parametrize("expected", [0, -1, np.nan, [], [1, 0]])
def test_a_period_that_expects_nothing_is_refused(expected):
    with pytest.raises(ValueError, match="expected"):
        designed_limit(expected, CusumDesign(50))


@pytest.mark.parametrize("limit", [0, -1, 1e6])
def test_limits_off_the_scale_are_refused(limit: float):
    with pytest.raises(ValueError, match="limit"):
        average_run_length(limit, 2, CusumDesign(50))
