"""Do the monthly rate of complaints and their decision in time stay within the band of the months before?

Charts are for looking (METHODS §2): Laney's limits allow for months that differ by more than sampling, but not for
season. A point beyond them asks for a look; the alarm is that of the monthly model.
"""

from __future__ import annotations

import pandas as pd

from analysis.measures.complaints.handling import TIMELY, timely_rules, timely_tally
from analysis.measures.complaints.series import WATCHED_QUARTERS, complaint_series
from analysis.measures.units import COMPANY
from analysis.run import Run
from analysis.stats.charts.laney import laney_rate_chart, laney_share_chart

COLUMNS = ["indicator", "period", "n", "estimate", "centre", "limit_low", "limit_high", "beyond", "sigma_z", "status"]


def complaint_charts(run: Run) -> pd.DataFrame:
    """Return, month by month, the rate of complaints (Laney's u′) and the share decided in time (Laney's p′).

    Limits rest on the months before the quarter, at least 20 of them; ``sigma_z``: how many times as wide as chance
    alone would have them. ``beyond``: outside of its limits. ``n``: complaints of the rate, judged cases of the share.
    Without a baseline there are no limits to hold a month against, hence no ``estimate``: ``status`` says so.
    """
    found = [part for part in (_rates(run), _shares(run)) if len(part)]
    chart = pd.concat(found, ignore_index=True)[COLUMNS] if found else pd.DataFrame(columns=COLUMNS)
    return chart.assign(estimate=chart["estimate"].where(chart["status"].eq("ok")))


def _rates(run: Run) -> pd.DataFrame:
    series = complaint_series(run, COMPANY)
    if series.empty:
        return series
    chart = laney_rate_chart(series[["period", "count", "exposure"]], _before(run, series["period"]))
    return chart.assign(indicator=series["indicator"].iloc[0])


def _before(run: Run, periods: pd.Series) -> int:
    """Return how many points lie before the quarter; at least one, which is too few for limits anyway."""
    return max(1, int((periods < run.quarter.months[0]).sum()))


def _shares(run: Run) -> pd.DataFrame:
    points = timely_months(run)
    if points.empty:
        return points
    return laney_share_chart(points, _before(run, points["period"])).assign(indicator=TIMELY)


def timely_months(run: Run) -> pd.DataFrame:
    """Return, per month of receipt, how many complaints were judged by their limit (``n``) and in time (``count``).

    Each quarter by its own rules, as known at its own date of knowledge.
    """
    before = [run.quarter.plus(-back) for back in range(WATCHED_QUARTERS - 1, 0, -1)]
    runs = [*(then for one in before if (then := run.earlier(one, COMPANY)) is not None), run]
    parts = [_months(one) for one in runs]
    return pd.concat([part for part in parts if len(part)] or [pd.DataFrame()], ignore_index=True)


def _months(run: Run) -> pd.DataFrame:
    rows = run.warehouse.table("complaints")
    rules = timely_rules(run)
    decided = int(run.warehouse.reduce(rows.agg(n=rows.decided_at.count()))["n"].iloc[0]) if rules else 0
    if not decided:
        return pd.DataFrame()
    return timely_tally(run, rules, rows.mutate(unit=rows.received_day.strftime("%Y-%m"))).rename(
        columns={"unit": "period"})
