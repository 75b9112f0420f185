"""Has the smallest detectable effect the power it names, and does it keep still without noise to go by?"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.models.power import detectable_difference, figure_noise, smallest_attainable_p


def panel(units: int, periods: int, treated: int = 4, seed: int = 4) -> pd.DataFrame:
    drawn = np.random.default_rng(seed)
    unit, period = np.indices((units, periods)).reshape(2, -1)
    value = drawn.standard_normal(units)[unit] + drawn.standard_normal(periods)[period]
    return pd.DataFrame({"unit": unit, "period": period, "value": value + drawn.standard_normal(len(unit)),
                         "treated": unit < treated, "n": 25.0})


def planned(units: int, treated: int, before: int, after: int) -> pd.DataFrame:
    rows = panel(units, before + after, treated)
    return rows.assign(after=rows["period"] >= before)


def noise_by_hand(known: pd.DataFrame) -> float:
    """Return the residual mean square of a balanced two-way table without replication."""
    wide = known.pivot_table(index="unit", columns="period", values="value").to_numpy()
    left = wide - wide.mean(axis=0) - wide.mean(axis=1)[:, None] + wide.mean()
    return float((left**2).sum() / ((wide.shape[0] - 1) * (wide.shape[1] - 1)))


def test_it_is_detected_four_times_out_of_five() -> None:
    """Balanced: the standard error is sd √(1/before + 1/after) √(1/treated + 1/comparison), t with units − 2."""
    known = panel(14, 5)
    row = detectable_difference(known, planned(14, 4, 3, 2)).iloc[0]
    error = np.sqrt(noise_by_hand(known) * (1 / 3 + 1 / 2) * (1 / 4 + 1 / 10))
    kept = np.floor(0.05 * 1001) / 1001
    power = stats.nct.sf(stats.t.ppf(1 - kept / 2, 12), 12, row["estimate"] / error)
    assert power == pytest.approx(0.8, abs=1e-9)
    assert (row["treated"], row["comparison"], row["df"]) == (4, 10, 52)


def test_noise_counts_cases() -> None:
    known = panel(6, 4)
    left, df = figure_noise(known)
    assert left / df == pytest.approx(25 * noise_by_hand(known))
    assert df == 15


def test_its_limits_are_those_of_the_noise() -> None:
    row = detectable_difference(panel(14, 5), planned(14, 4, 3, 2)).iloc[0]
    ends = row["estimate"] * np.sqrt(52 / stats.chi2.ppf([0.975, 0.025], 52))
    assert [row["low"], row["high"]] == pytest.approx(list(ends))


def test_more_units_and_longer_windows_see_more() -> None:
    known = panel(14, 5)
    sizes = [detectable_difference(known, planned(units, treated, 3, after))["estimate"].item()
             for units, treated, after in ((8, 3, 2), (14, 3, 2), (14, 6, 2), (14, 6, 6))]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(("treated", "comparison", "least"), [(3, 5, 1 / 56), (1, 5, 1 / 6), (3, 3, 2 / 20)])
def test_the_least_p_is_one_set_of_units_among_all(treated: int, comparison: int, least: float) -> None:
    assert smallest_attainable_p(treated, comparison) == pytest.approx(least)


@pytest.mark.parametrize(("known", "plan", "words"), [
    (panel(12, 4), planned(6, 1, 3, 2), "too few units: the smallest attainable p is 0.17"),
    (panel(12, 4), planned(6, 6, 3, 2), "no comparison units"),
    (panel(12, 4), planned(6, 0, 3, 2), "no treated units"),
    (panel(12, 4), planned(12, 4, 3, 0), "none with it"),
    (panel(12, 4), planned(12, 4, 3, 2).iloc[:0], "no treated units"),
    (panel(12, 1), planned(12, 4, 3, 2), "fewer than 8 figures"),
    (panel(12, 4).iloc[:0], planned(12, 4, 3, 2), "fewer than 8 figures"),
    (panel(12, 4).assign(value=1.0), planned(12, 4, 3, 2), "no variation"),
])
def test_without_units_or_noise_to_go_by_there_is_none(known: pd.DataFrame, plan: pd.DataFrame, words: str) -> None:
    row = detectable_difference(known, plan).iloc[0]
    assert words in row["status"]
    assert np.isnan(row["estimate"])


@pytest.mark.parametrize("power", [1.0, 0.04])
def test_impossible_requests_are_refused(power: float) -> None:
    with pytest.raises(ValueError, match="power"):
        detectable_difference(panel(12, 4), planned(12, 4, 3, 2), power=power)
