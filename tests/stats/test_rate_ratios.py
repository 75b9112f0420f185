"""What does a ratio of rates answer without events, without exposure, and when events come in bursts?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.intervals.rate_ratios import rate_ratio

NUMBERS = ["estimate", "low", "high"]
ONE = pd.DataFrame({"count": [40], "exposure": [1.0], "base_count": [20], "base_exposure": [1.0]}, index=["x"])


@pytest.mark.parametrize(("change", "reason"), [
    ({"exposure": 0}, "no exposure"), ({"base_exposure": 0}, "no exposure"),
    ({"base_count": 0}, "no events to compare with"), ({"dispersion": np.nan}, "the dispersion is unknown"),
    ({"count": 0, "base_count": 0, "dispersion": 3}, "no events to compare with"),
])
def test_without_a_base_there_is_no_ratio(change: dict, reason: str):
    table = rate_ratio(ONE.assign(**change))
    assert table["status"].item() == f"not estimable: {reason}"
    assert table[NUMBERS].isna().all(axis=None)


@pytest.mark.parametrize("dispersion", [1, 3])
def test_rates_exchanged_turn_the_ratio_over(dispersion: float):
    there = rate_ratio(ONE.assign(dispersion=dispersion))
    turned = ONE.set_axis(["base_count", "base_exposure", "count", "exposure"], axis=1)
    back = rate_ratio(turned.assign(dispersion=dispersion))
    np.testing.assert_allclose(there[["estimate", "low", "high"]], 1 / back[["estimate", "high", "low"]], rtol=1e-8)


def test_bursts_widen_and_near_one_meet_the_binomial():
    widths = [rate_ratio(ONE.assign(dispersion=phi)).eval("high / low").item() for phi in (0.5, 1, 1 + 1e-6, 2, 12)]
    assert widths[0] == widths[1]
    np.testing.assert_allclose(widths[2], widths[1], rtol=1e-5)
    assert widths[2] < widths[3] < widths[4]


def test_no_event_in_bursts_by_hand():
    # M = 10 events, all of the base, phi = 2: P(0) = B(10p, 20 - 10p) / B(10p, 10 - 10p); at p = .1: 18! 9! / 19! / 8!
    chance = 9 / 19
    table = rate_ratio(ONE.assign(count=0, base_count=10, dispersion=2), level=1 - 2 * chance)
    np.testing.assert_allclose(table[NUMBERS], [[0, 0, 1 / 9]], rtol=1e-8)


def test_what_is_no_rate_is_refused():
    with pytest.raises(ValueError, match="exposure"):
        rate_ratio(ONE.assign(base_exposure=-1))
    with pytest.raises(ValueError, match="count"):
        rate_ratio(ONE.assign(count=1.5))
    assert rate_ratio(ONE.iloc[:0]).empty


@pytest.mark.parametrize(("change", "reason"), [
    ({"exposure": np.inf}, "no exposure"), ({"base_exposure": np.nan}, "no exposure"),
    ({"dispersion": np.inf}, "the dispersion is unknown"),
])
def test_what_is_unknown_leaves_no_ratio(change: dict, reason: str):
    table = rate_ratio(ONE.assign(**change))
    assert table["status"].item() == f"not estimable: {reason}"
    assert table[NUMBERS].isna().all().all()


@pytest.mark.parametrize("count", [7, 1_000, 100_000])
def test_a_dispersion_just_above_one_gives_the_binomial_limits(count: int):
    table = ONE.assign(count=count, base_count=count)
    binomial, near = (rate_ratio(table.assign(dispersion=phi))[NUMBERS] for phi in (1.0, 1 + 1e-8))
    np.testing.assert_allclose(near, binomial, rtol=1e-8)
