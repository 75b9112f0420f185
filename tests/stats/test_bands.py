"""Do limits of a curve lie around it, and do the exact ones stand where it is 0 or 1?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.stats.survival.bands import band, high_of_rest, low_if_all

INTERVALS = ["log-log", "log", "plain"]


@pytest.mark.parametrize("interval", INTERVALS)
@given(share=st.floats(0.01, 0.99), error=st.floats(0.001, 2))
def test_limits_enclose_the_share_and_stay_within_0_and_1(interval: str, share: float, error: float):
    low, high = band(np.array([share]), np.array([error]), 0.95, interval)
    assert 0 <= low[0] < share < high[0] <= 1


@pytest.mark.parametrize("interval", INTERVALS)
def test_there_are_none_at_the_ends(interval: str):
    assert np.isnan(band(np.array([0.0, 1.0]), np.array([0.0, np.inf]), 0.95, interval)).all()


def test_plain_limits_are_symmetric_by_hand():
    # .5 with standard error .1 (.2 of its logarithm): .5 -/+ 1.959964 * .1
    np.testing.assert_allclose(band(np.array([0.5]), np.array([0.2]), 0.95, "plain"), [[0.3040036], [0.6959964]], 1e-7)


def test_all_of_twenty_is_the_exact_limit():
    # binom.test(20, 20)$conf.int[1] = 1 - .168433470983085
    np.testing.assert_allclose(low_if_all(np.array([20.0]), 0.95), [1 - 0.168433470983085], rtol=1e-12)
    assert np.isnan(low_if_all(np.array([0.0]), 0.95)).all()


def test_the_rest_of_five_in_twenty_is_the_exact_limit():
    # binom.test(5, 20)$conf.int[1] = .08657146910143457
    np.testing.assert_allclose(high_of_rest(np.array([5.0]), np.array([20.0]), 0.95), [1 - 0.08657146910143457], 1e-12)


@given(n=st.integers(1, 500), level=st.floats(0.5, 0.99))
def test_all_and_the_rest_of_all_mirror_each_other(n: int, level: float):
    n_cases = np.array([float(n)])
    np.testing.assert_allclose(low_if_all(n_cases, level), stats.binomtest(n, n).proportion_ci(level).low, rtol=1e-8)
    np.testing.assert_allclose(high_of_rest(n_cases, n_cases, level), 1 - low_if_all(n_cases, level), atol=1e-12)


def test_an_unknown_interval_is_refused():
    with pytest.raises(ValueError, match="log-log, log, plain"):
        band(np.array([0.5]), np.array([0.1]), 0.95, "logit")


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_is_a_share(level: float):
    for limits in (lambda: low_if_all(np.ones(1), level), lambda: high_of_rest(np.ones(1), np.ones(1), level)):
        with pytest.raises(ValueError, match="level"):
            limits()
    with pytest.raises(ValueError, match="level"):
        band(np.array([0.5]), np.array([0.1]), level)
