"""Has the rate of complaints crept up over the last year, by steps too small for a monthly alarm (METHODS §2)?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.complaints.series import MONTHS_PER_YEAR, complaint_series
from analysis.measures.units import COMPANY
from analysis.run import Run
from analysis.stats.charts.cusum import cusum
from analysis.stats.charts.run_length import CusumDesign, designed_limit
from analysis.stats.intervals.rates import pearson_dispersion

BASELINE_MONTHS = 12  # a whole year, so that each season is in the level once
# One false alarm in twenty years if the level were known. From a baseline of one year it is not: in simulation 4–17 %
# of unchanged years raised an alarm (mean counts 5–90, variance 1–4 times the mean), a rise by half was found in
# 95–100 % at 90 complaints a month, in 60–95 % at 12 and in 40–75 % at 5.
RUN_LENGTH = 240.0
RATE_RATIO = 1.5
LEAST_EVENTS = 24  # of the baseline; from fewer its level is a guess
MOST_DEVIATION = 500.0  # complaints; a limit for counts that vary more takes too long to work out
COLUMNS = ["product", "month", "n", "expected", "reference", "cusum", "since", "limit", "alarm", "method", "status"]
FEW_MONTHS = f"fewer than {BASELINE_MONTHS} months of baseline"
FEW_EVENTS = f"fewer than {LEAST_EVENTS} complaints in the baseline"
MANY = "the counts are too large for a limit"


def complaint_drift(run: Run) -> pd.DataFrame:
    """Return the CUSUM of the last twelve months, for the company (``product`` '') and each product.

    Expected: the rate of all months before those, times the month's exposure. ``cusum`` adds up what exceeds
    ``reference``; at ``limit`` it raises an ``alarm`` (true/false) and starts anew. ``since``: months since it last was
    0, where a drift probably began. The limit's run length is RUN_LENGTH months for the company, and as many times that
    as there are products for each product, so that all of them together have as few false alarms.
    """
    parts = [_unit(one, str(product), charts) for unit_type in (COMPANY, "product")
             for series in [complaint_series(run, unit_type)] for charts in [series["unit"].nunique()]
             for product, one in series.groupby("unit")]
    found = pd.concat([part for part in parts if len(part)] or [pd.DataFrame(columns=COLUMNS)], ignore_index=True)
    return found.assign(product=found["product"].astype("str").replace(COMPANY, ""))[COLUMNS]


def _unit(series: pd.DataFrame, product: str, charts: int) -> pd.DataFrame:
    first = series["month"].max() - MONTHS_PER_YEAR + 1
    before, now = series[series["month"] < first], series[series["month"] >= first]
    refusal = FEW_MONTHS if len(before) < BASELINE_MONTHS else (
        FEW_EVENTS if before["count"].sum() < LEAST_EVENTS else "")
    if refusal:
        return _refused(now, product, refusal)
    rate = before["count"].sum() / before["exposure"].sum()
    burst = max(1.0, pearson_dispersion(before["count"], before["exposure"] * rate, len(before) - 1))
    expected = now["exposure"] * rate
    if np.sqrt(burst * expected.mean()) > MOST_DEVIATION:
        return _refused(now, product, MANY)
    design = CusumDesign(RUN_LENGTH * charts, RATE_RATIO, burst)
    points = pd.DataFrame({"period": now["period"], "count": now["count"], "expected": expected})
    found = cusum(points, design, designed_limit(float(expected.mean()), design).limit)
    return found.rename(columns={"period": "month"}).assign(product=product)


def _refused(now: pd.DataFrame, product: str, why: str) -> pd.DataFrame:
    told = now.assign(product=product, month=now["period"], n=now["count"], alarm=False)
    return told.assign(status=f"not estimable: {why}").reindex(columns=COLUMNS)
