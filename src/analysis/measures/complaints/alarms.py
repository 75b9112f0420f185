"""Did more complaints come in a month of this quarter than the months before let expect (METHODS §2)?

Two families are looked at. The company: Holm's rule over the twelve months of a year, so that in a year without change
any alarm has a chance of 5 % at most. The products: Holm's rule over all products and months of the quarter, so that a
quarter in which none changed raises any alarm with a chance of 5 % at most. The baseline is every month before the
quarter, as known at its own date: a wave among them raises what is expected, so that an alarm is missed, not invented.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.measures.complaints.series import complaint_series
from analysis.measures.units import COMPANY
from analysis.run import Run
from analysis.stats.intervals.rate_ratios import rate_ratio
from analysis.stats.intervals.rates import pearson_dispersion
from analysis.stats.models.alarms import DEFAULT, AlarmPlan, holm_of, monthly_alarm
from analysis.stats.models.trend import MINIMUM_MONTHS

# With one yearly wave in place of two, 18 months of baseline keep 5 % (tests/coverage/test_coverage_models.py).
SHORT = AlarmPlan(season="harmonic", minimum_months=18)
ALARM, QUIET = "alarm", "no alarm"
WAVE = "complaint_wave_ratio"
FIGURES = {"n": "n", "estimate": "expected", "low": "expected_low", "high": "expected_high",
           "limit_high": "limit_count", "p": "p", "status": "alarm_status"}
COLUMNS = ["product", "indicator", "unit", *FIGURES.values(), "p_adjusted", "alarm"]
WAVE_COLUMNS = ["indicator", "product", "months", "n", "estimate", "low", "high", "level", "method", "status"]


def month_alarms(run: Run) -> pd.DataFrame:
    """Return the verdict on each month of the quarter, for the company (``product`` '') and each product.

    ``expected`` complaints with the limits of that month alone; ``limit_count``: the largest count that raises no alarm
    by itself; ``p`` and ``p_adjusted`` (Holm, see above); ``alarm``: "alarm", "no alarm" or "not estimable: …".
    """
    company, products = (_family(run, unit_type) for unit_type in (COMPANY, "product"))
    return pd.concat([company.assign(product=""), products], ignore_index=True)[COLUMNS]


def _family(run: Run, unit_type: str) -> pd.DataFrame:
    series = complaint_series(run, unit_type)
    judged = series["period"].isin(run.quarter.months)
    looks = DEFAULT.looks if unit_type == COMPANY else int(judged.sum())
    parts = [_judged(one, one["period"].isin(run.quarter.months), looks) for _, one in series.groupby("unit")
             if one["period"].isin(run.quarter.months).any()]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    found = pd.concat(parts, ignore_index=True)
    adjusted = holm_of(found["p"], looks)
    words = np.where(adjusted.le(DEFAULT.family_error), ALARM, QUIET)
    return found.assign(p_adjusted=adjusted, alarm=np.where(found["p"].notna(), words, found["alarm_status"]))


def _judged(series: pd.DataFrame, now: pd.Series, looks: int) -> pd.DataFrame:
    baseline = series[~now & (series["month"] < series.loc[now, "month"].min())]
    plan = replace(SHORT if len(baseline) < MINIMUM_MONTHS else DEFAULT, looks=looks)
    table = monthly_alarm(baseline, series[now], plan).rename(columns=FIGURES)
    months = series[now].set_index("month").loc[table.index]
    return table[list(FIGURES.values())].assign(
        product=months["unit"], indicator=months["indicator"], unit=months["period"]).reset_index(drop=True)


def waves(run: Run, alarms: pd.DataFrame) -> pd.DataFrame:
    """Return, for the company and each product with an alarm, how many times as high the rate was as before.

    The months with an alarm together against every month before the quarter; the limits allow for bursts as strong as
    before. ``months`` are the months; ``n`` the complaints of both sides. Chosen because it was high, such a ratio is
    more likely too high than too low.
    """
    raised = alarms[alarms["alarm"] == ALARM]
    parts = [_wave(run, str(product), sorted(rows["unit"])) for product, rows in raised.groupby("product")]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=WAVE_COLUMNS)


def _wave(run: Run, product: str, months: list[str]) -> pd.DataFrame:
    series = complaint_series(run, "product" if product else COMPANY)
    series = series[series["unit"] == (product or COMPANY)]
    now, before = (series[rows] for rows in (series["period"].isin(months), series["period"] < run.quarter.months[0]))
    rate = before["count"].sum() / before["exposure"].sum()
    burst = pearson_dispersion(before["count"], before["exposure"] * rate, len(before) - 1)
    sides = pd.DataFrame({"count": [now["count"].sum()], "exposure": [now["exposure"].sum()],
                          "base_count": [before["count"].sum()], "base_exposure": [before["exposure"].sum()],
                          "dispersion": [burst]})
    return rate_ratio(sides, run.level).assign(indicator=WAVE, product=product, months="; ".join(months))[WAVE_COLUMNS]


def with_alarms(trend: pd.DataFrame, alarms: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of ``trend`` with what was expected of them and the alarm; '' where a month was not judged."""
    told = trend.merge(alarms.drop(columns=["n", "alarm_status"]), how="left", on=["product", "indicator", "unit"])
    return told.assign(alarm=told["alarm"].astype("str").fillna(""))
