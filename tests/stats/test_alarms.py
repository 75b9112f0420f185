"""When does a month raise an alarm, and when can none be judged?"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from analysis.stats.models.alarms import (
    DEFAULT,
    AlarmPlan,
    Forecast,
    effective_df,
    forecast,
    holm_of,
    moment_alpha,
    monthly_alarm,
    smallest_count,
    tail,
    variance_factors,
)

FLAT = AlarmPlan(season="none")


def series(first: int, months: int, count: int = 20, exposure: float = 100.0) -> pd.DataFrame:
    month = np.arange(first, first + months)
    return pd.DataFrame({"month": month, "count": count + (month % 5) - 2, "exposure": exposure})


BASELINE = series(24_001, 30)
NEXT = series(24_031, 3)
KNOWN = Forecast(np.array([4.0, 50.0]), np.zeros(2), 0.0, 10.0, 200.0)


def refusal(table: pd.DataFrame) -> str:
    assert table[["estimate", "low", "high", "limit_high", "p", "p_holm"]].isna().all().all()
    assert not table["alarm"].any()
    assert table["status"].nunique() == 1
    return table["status"].iloc[0]


def test_an_ordinary_month_raises_none_and_a_threefold_one_does():
    table = monthly_alarm(BASELINE, NEXT.assign(count=[20, 60, 20]))
    assert table["alarm"].tolist() == [False, True, False]
    assert table.index.tolist() == NEXT["month"].tolist()
    np.testing.assert_allclose(table["estimate"], 20, rtol=0.1)
    assert (table["low"] < table["estimate"]).all() & (table["estimate"] < table["high"]).all()


def test_the_limit_is_the_last_count_without_alarm():
    limit = monthly_alarm(BASELINE, NEXT[:1])["limit_high"].iloc[0]
    at, above = (monthly_alarm(BASELINE, NEXT[:1].assign(count=int(limit) + more)) for more in (0, 1))
    assert (at["alarm"].item(), above["alarm"].item()) == (False, True)


def test_the_limit_lies_above_the_months_own_predictive_limit():
    table = monthly_alarm(BASELINE, NEXT)
    assert (table["limit_high"] > table["high"]).all()


def test_more_looks_need_more_events():
    once = monthly_alarm(BASELINE, NEXT[:1], replace(DEFAULT, looks=1))
    year = monthly_alarm(BASELINE, NEXT[:1])
    assert once["limit_high"].item() < year["limit_high"].item()
    np.testing.assert_allclose(year["p_holm"], np.minimum(12 * once["p_holm"], 1))


def test_a_verdict_stands_when_quiet_months_follow():
    alone = monthly_alarm(BASELINE, NEXT[:1].assign(count=60))
    later = monthly_alarm(BASELINE, NEXT.assign(count=[60, 20, 20]))
    np.testing.assert_allclose(alone["p_holm"].iloc[0], later["p_holm"].iloc[0])


def test_exposure_moves_the_expectation():
    table = monthly_alarm(BASELINE, NEXT.assign(exposure=[100, 200, 300]), FLAT)
    np.testing.assert_allclose(table["estimate"] / table["estimate"].iloc[0], [1, 2, 3])


def test_a_season_is_expected():
    wave = np.exp(0.5 * np.sin(np.pi * np.arange(24_001, 24_037) / 6))
    months = pd.DataFrame({"month": np.arange(24_001, 24_037), "count": np.round(50 * wave), "exposure": 1.0})
    seen, blind = (monthly_alarm(months[:30], months[30:], plan) for plan in (DEFAULT, FLAT))
    np.testing.assert_allclose(seen["estimate"], 50 * wave[30:], rtol=0.05)
    assert seen["high"].iloc[2] < blind["high"].iloc[2]


def test_order_does_not_matter():
    pd.testing.assert_frame_equal(monthly_alarm(BASELINE[::-1], NEXT[::-1]), monthly_alarm(BASELINE, NEXT))


@pytest.mark.parametrize(("baseline", "words"), [
    (BASELINE[:0], "no months of baseline"),
    (BASELINE[:23], "fewer than 24 months of baseline"),
    (BASELINE.assign(exposure=0, count=0), "no months of baseline"),
    (BASELINE.assign(count=0), "no events in the baseline"),
])  # fmt: skip
def test_a_poor_baseline_judges_nothing(baseline: pd.DataFrame, words: str):
    assert refusal(monthly_alarm(baseline, NEXT)) == f"not estimable: {words}"


def test_a_calendar_month_never_seen_cannot_be_judged():
    months = pd.concat([series(12 * year + 1, 6) for year in range(2000, 2005)])
    table = monthly_alarm(months, series(12 * 2005 + 8, 1), AlarmPlan(season="months"))
    assert refusal(table) == "not estimable: the baseline does not show every season"


def test_a_month_without_exposure_is_refused_beside_the_others():
    table = monthly_alarm(BASELINE, NEXT.assign(exposure=[100, 0, 100], count=[60, 0, 20]))
    assert table["status"].tolist() == ["ok", "not estimable: no exposure", "ok"]
    assert table["alarm"].tolist() == [True, False, False]


def test_no_month_gives_an_empty_table():
    assert monthly_alarm(BASELINE, NEXT[:0]).empty


@pytest.mark.parametrize(("months", "words"), [
    (BASELINE[:1], "own baseline"),
    (NEXT.assign(exposure=-1), "exposure"),
    (NEXT.assign(count=0.5), "count"),
    (pd.concat([NEXT, NEXT]), "twice"),
])  # fmt: skip
def test_months_that_cannot_be_meant_are_refused(months: pd.DataFrame, words: str):
    with pytest.raises(ValueError, match=words):
        monthly_alarm(BASELINE, months)


@pytest.mark.parametrize("change", [{"family_error": 5}, {"looks": 0}, {"level": 95}])
def test_a_plan_out_of_range_is_refused(change: dict[str, float]):
    with pytest.raises(ValueError, match="as in"):
        monthly_alarm(BASELINE, NEXT, replace(DEFAULT, **change))


def test_a_forecast_without_excess_is_never_surer_than_poisson():
    np.testing.assert_allclose(tail(KNOWN, np.array([0.0, 0.0])), 1)
    assert np.all(tail(KNOWN, np.array([9.0, 70.0])) >= stats.poisson.sf([8, 69], [4, 50]))


def test_an_unsure_forecast_has_longer_tails():
    events = np.array([12.0, 90.0])
    sure = tail(replace(KNOWN, df=100.0, alpha=0.05), events)
    assert (tail(replace(KNOWN, df=10.0, alpha=0.05), events) > sure).all()
    assert (tail(replace(KNOWN, df=100.0, alpha=0.05, log_variance=np.full(2, 0.1)), events) > sure).all()
    assert (tail(replace(KNOWN, df=100.0, alpha=0.2), events) > sure).all()


def test_a_sure_forecast_is_the_gamma_poisson_law():
    sure = replace(KNOWN, alpha=1.0, baseline_mean=1e6, df=200.0)
    expected = stats.nbinom.sf([8, 120], 1, 1 / (1 + KNOWN.mean))
    np.testing.assert_allclose(tail(sure, np.array([9.0, 121.0])), expected, rtol=0.05)


@pytest.mark.parametrize(("alpha", "level", "df"), [(0.0, 10.0, 10.0), (0.4, 5.0, 9.0), (0.02, 100.0, 20.0)])
def test_the_tail_is_its_integral(alpha: float, level: float, df: float):
    # over the chance of chi-square by adaptive quadrature on either side of the kink, over z by a Riemann sum
    z = np.linspace(-8, 8, 401)
    law = stats.norm.pdf(z) / stats.norm.pdf(z).sum()

    def given(chance: float) -> float:
        s = df / stats.chi2.ppf(chance, df)
        mean = level * np.exp(z * np.sqrt(s * 0.02))
        excess = max(s * (1 + alpha * level) - 1, 0) / level
        if excess <= 1e-9:
            return float(law @ stats.poisson.sf(19, mean))
        return float(law @ stats.nbinom.sf(19, 1 / excess, 1 / (1 + excess * mean)))

    kink = stats.chi2.cdf(df * (1 + alpha * level), df)
    expected = sum(integrate.quad(given, *ends, epsrel=1e-9)[0] for ends in ((0, kink), (kink, 1)))
    found = tail(Forecast(np.array([level]), np.array([0.02]), alpha, level, df), np.array([20.0]))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_variance_factors_are_those_of_an_inverse_chi_square():
    # P(s > s0) = P(chi2(df) < df / s0); E(1/s) = 1
    s, weight = variance_factors(replace(KNOWN, alpha=0.1, df=12.0))
    np.testing.assert_allclose([weight.sum(), weight @ (1 / s)], 1, rtol=1e-6)


def test_after_one_event_a_few_raise_no_alarm_and_a_flood_does():
    baseline = BASELINE.assign(count=[1] + [0] * 29)
    table = monthly_alarm(baseline, NEXT.assign(count=[0, 1, 500]), FLAT)
    assert table["status"].eq("ok").all()
    assert table["alarm"].tolist() == [False, False, True]
    assert table["limit_high"].between(2, 10).all()


def test_the_smallest_count_is_the_first_within_the_chance():
    unsure = replace(KNOWN, df=20.0, alpha=0.1)
    count = smallest_count(unsure, 0.05)
    assert (tail(unsure, count) <= 0.05).all()
    assert (tail(unsure, count - 1) > 0.05).all()


def test_alpha_by_hand():
    # deviations ±4 around 8 twice: 2 * 16 / (8 + 64 a) = 1 gives a = 3/8
    np.testing.assert_allclose(moment_alpha(np.array([4.0, 12]), np.array([8.0, 8]), 1), 3 / 8)
    assert moment_alpha(np.array([8.0, 9]), np.array([8.5, 8.5]), 1) == 0


def test_degrees_of_freedom_by_hand():
    # alpha 0, mean 1: kurtosis 1; .7 * 2 * 20 / (2 + 2 * 1 * 20/20) = 7
    np.testing.assert_allclose(effective_df(np.ones(20), 0.0, 20), 7)
    assert effective_df(np.full(10_000, 1e6), 0.0, 9_999) == 200
    assert effective_df(np.full(30, 1 / 30), 0.0, 29) == 2.5


def test_a_forecast_of_a_flat_baseline_by_hand():
    # 30 months of 20 on 100: mean 20 per 100, variance of the log mean 1/600
    baseline = (np.full(30, 20.0), np.ones((30, 1)), np.full(30, 100.0))
    expected = forecast(baseline, np.ones((1, 1)), np.array([50.0]))
    np.testing.assert_allclose([expected.mean, expected.log_variance], [[10], [1 / 600]])
    np.testing.assert_allclose([expected.alpha, expected.baseline_mean], [0, 20])


def test_looks_to_come_count_and_missing_p_stay_missing():
    p = pd.Series([0.01, np.nan, 0.001], index=[5, 6, 7])
    np.testing.assert_allclose(holm_of(p, 4), [0.03, np.nan, 0.004])
    np.testing.assert_allclose(holm_of(p, 1), [0.01, np.nan, 0.002])
