"""What do rates answer without exposure, without events, and when events come in bursts?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.intervals.rates import pearson_dispersion, rate

NUMBERS = ["estimate", "low", "high"]


def test_without_exposure_there_is_no_rate():
    table = rate(pd.Series([0, 12], index=["a", "b"]), [0, 0])
    assert table["status"].eq("not estimable: no exposure").all()
    assert table[NUMBERS].isna().all().all()
    assert table.index.tolist() == ["a", "b"]


def test_no_event_is_the_rule_of_three():
    # -log(.025) = 3.6889 events at the most
    np.testing.assert_allclose(rate(0, 2)[NUMBERS], [[0, 0, -np.log(0.025) / 2]], rtol=1e-12)


def test_no_event_in_bursts_by_hand():
    # P(0) = (1/phi)^(mu/(phi-1)) = .025
    np.testing.assert_allclose(rate(0, 1, 3)["high"], 2 * np.log(40) / np.log(3), rtol=1e-10)


def test_the_rate_is_per_unit_of_exposure():
    one, ten = rate(7, 1), rate(7, 10)
    np.testing.assert_allclose(one[NUMBERS], 10 * ten[NUMBERS], rtol=1e-12)


def test_near_dispersion_one_the_limits_meet_poisson():
    np.testing.assert_allclose(rate([0, 5, 500], 1, 1 + 1e-7)[NUMBERS], rate([0, 5, 500], 1)[NUMBERS], rtol=1e-6)


def test_bursts_widen_and_evenness_does_not_narrow():
    width = rate(40, 1, [0.5, 1, 2, 12]).eval("high - low")
    assert width[0] == width[1] < width[2] < width[3]
    assert rate(40, 1, 0.5)["dispersion"].item() == 1


def test_an_unknown_dispersion_is_no_rate():
    assert rate(5, 1, np.nan)["status"].item() == "not estimable: the dispersion is unknown"


def test_negative_exposure_is_refused():
    with pytest.raises(ValueError, match="exposure"):
        rate(1, -1)


def test_fractions_of_events_are_refused():
    with pytest.raises(ValueError, match="count"):
        rate(1.5, 1)


def test_dispersion_by_hand():
    # (4 - 2)^2/2 + (0 - 2)^2/2 = 4 on one degree of freedom; the empty third cell expected nothing
    assert pearson_dispersion([4, 0, 0], [2, 2, 0], 1) == 4


def test_no_degree_of_freedom_gives_no_dispersion():
    assert np.isnan(pearson_dispersion([4, 0], [2, 2], 0))
    assert np.isnan(pearson_dispersion([], [], 1))


@pytest.mark.parametrize("expected", [0, -1, np.nan])
def test_events_where_none_could_be_are_refused(expected: float):
    with pytest.raises(ValueError, match="expected"):
        pearson_dispersion([1], [expected], 1)


@pytest.mark.parametrize(("exposure", "dispersion", "reason"), [
    (np.inf, 1, "no exposure"), (np.nan, 1, "no exposure"), (0, 1, "no exposure"),
    (1, np.nan, "the dispersion is unknown"), (1, np.inf, "the dispersion is unknown"),
])
def test_what_is_unknown_leaves_no_rate(exposure: float, dispersion: float, reason: str):
    row = rate(3, exposure, dispersion).iloc[0]
    assert row["status"] == f"not estimable: {reason}"
    assert row[["estimate", "low", "high"]].isna().all()
