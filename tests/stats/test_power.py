"""Does the smallest detectable effect have the power it names, and keep still without noise to go by?"""

import numpy as np
import pytest
from scipy import stats

from analysis.stats.models.power import detectable_effect

CHANGES = np.random.default_rng(4).standard_normal(20)


def test_it_is_detected_four_times_out_of_five():
    size = detectable_effect(CHANGES, 10)["estimate"].item()
    error = np.std(CHANGES, ddof=1) * np.sqrt(1 / 10 + 1 / 20)
    critical = stats.t.ppf(0.975, 28)
    np.testing.assert_allclose(stats.nct.sf(critical, 28, size / error), 0.8, rtol=1e-9)


def test_units_without_a_change_are_left_out():
    whole, gap = (detectable_effect(np.r_[CHANGES, more], 10) for more in ([], [np.nan, np.inf]))
    assert whole.equals(gap)


def test_more_treated_units_see_more():
    sizes = [detectable_effect(CHANGES, treated)["estimate"].item() for treated in (1, 3, 10, 100)]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([], "fewer than 8"),
        ([1.0] * 7, "fewer than 8"),
        ([1.0, 2, 3, 4, 5, 6, 7, np.nan], "fewer than 8"),
        ([0.1] * 9, "no variation"),
        ([0.3, 0.1 + 0.2] * 9, "no variation"),
    ],
)
def test_without_noise_to_go_by_there_is_none(changes: list[float], words: str):
    row = detectable_effect(changes, 3).iloc[0]
    assert words in row["status"]
    assert np.isnan(row["estimate"])


@pytest.mark.parametrize(("treated", "power"), [(0, 0.8), (5, 1.0), (5, 0.04)])
def test_impossible_requests_are_refused(treated: int, power: float):
    with pytest.raises(ValueError, match="power"):
        detectable_effect(CHANGES, treated, power=power)
