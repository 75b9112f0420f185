"""What does a monthly trend answer in a short, flat or empty series?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.models.trend import checked_months, monthly_trend, season_columns

MONTHS = np.arange(12 * 2021 + 1, 12 * 2021 + 37)
SEASONS = ["none", "harmonic", "two harmonics", "months"]


def series(growth: float = 1.0, wave: float = 0.0) -> pd.DataFrame:
    """Expected counts themselves: 100 at the middle, ``growth`` a year."""
    mean = 100 * growth ** ((MONTHS - MONTHS.mean()) / 12) * np.exp(wave * np.cos(np.pi * MONTHS / 6))
    return pd.DataFrame({"month": MONTHS, "count": np.round(1000 * mean), "exposure": 1000.0})


@pytest.mark.parametrize("season", SEASONS)
def test_growth_and_level_are_found(season: str):
    table = monthly_trend(series(1.2), season)
    np.testing.assert_allclose(table["estimate"], [1.2, 100], rtol=1e-3)
    assert table.index.tolist() == ["year", "level"]
    assert table["status"].eq("ok").all()
    assert table["months"].eq(36).all()


@pytest.mark.parametrize("season", SEASONS[1:])
def test_a_season_is_taken_out(season: str):
    np.testing.assert_allclose(monthly_trend(series(1.2, 0.4), season)["estimate"], [1.2, 100], rtol=1e-3)


def test_without_season_a_wave_is_spread():
    assert monthly_trend(series(1.2, 0.4), "none")["std_error"]["year"] > 0.03


def test_the_level_has_no_test():
    p = monthly_trend(series(1.2))["p"]
    assert p["year"] < 0.001
    assert np.isnan(p["level"])


def test_rising_exposure_is_no_trend():
    rising = series().assign(exposure=lambda table: table["exposure"] * 1.3 ** ((MONTHS - MONTHS.mean()) / 12))
    np.testing.assert_allclose(monthly_trend(rising)["estimate"]["year"], 1 / 1.3, rtol=1e-3)


def test_order_does_not_matter():
    pd.testing.assert_frame_equal(monthly_trend(series(1.2, 0.1)[::-1]), monthly_trend(series(1.2, 0.1)))


@pytest.mark.parametrize("months", [0, 1, 23])
def test_short_series_are_not_estimable(months: int):
    table, words = monthly_trend(series()[:months]), "fewer than 24 months" if months else "no months"
    assert table["status"].eq(f"not estimable: {words}").all()
    assert table[["estimate", "low", "high", "p"]].isna().all().all()


def test_months_without_exposure_do_not_count():
    table = series()
    table.loc[:12, ["count", "exposure"]] = 0
    assert monthly_trend(table)["status"].eq("not estimable: fewer than 24 months").all()


def test_no_events_have_no_trend():
    assert monthly_trend(series().assign(count=0))["status"].eq("not estimable: no events").all()


def test_a_calendar_month_without_events_has_no_level():
    table = series().assign(count=lambda table: table["count"].where(MONTHS % 12 != 5, 0))
    assert monthly_trend(table, "months")["status"].str.startswith("not estimable: quasi-complete separation").all()


@pytest.mark.parametrize("season", SEASONS)
def test_a_season_adds_up_to_nothing_over_a_year(season: str):
    columns = season_columns(pd.Series(MONTHS[:12]), season)
    np.testing.assert_allclose(columns.sum(), 0, atol=1e-12)
    assert len(columns.columns) == {"none": 0, "harmonic": 2, "two harmonics": 4, "months": 11}[season]
    assert columns.empty or np.linalg.matrix_rank(columns.to_numpy()) == len(columns.columns)


def test_waves_by_hand():
    first = season_columns(pd.Series([3], index=["march"]), "two harmonics").loc["march"]
    np.testing.assert_allclose(first, [1, 0, 0, -1], atol=1e-12)


def test_effects_by_hand():
    columns = season_columns(pd.Series([13, 24]), "months")
    assert columns.loc[0].tolist() == [1] + [0] * 10
    assert columns.loc[1].tolist() == [-1] * 11


def test_an_unknown_season_is_refused():
    with pytest.raises(ValueError, match="season"):
        monthly_trend(series(), "winter")


def test_a_month_occurs_once_and_is_a_running_number():
    with pytest.raises(ValueError, match="twice"):
        checked_months(pd.concat([series(), series()]))
    with pytest.raises(ValueError, match="month"):
        checked_months(series().assign(month=series()["month"] + 0.5))
    assert checked_months(series()[::-1])["month"].is_monotonic_increasing
