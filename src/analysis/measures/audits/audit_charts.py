"""Do errors and broken rules stay, month by month, within the band of the months before (clauses 3.2, 4.5)?

Charts are for looking (METHODS §2): a point beyond its limits asks for a look and is no verdict. Laney's limits allow
for months that differ by more than chance, and so for checks that come several to an audit or weigh more than others.
"""

from __future__ import annotations

import ibis
import pandas as pd

from analysis.measures.audits.audits import ERRORS, PASSES, SEVERITY_WEIGHTS, checks
from analysis.measures.units import COMPANY, has_unit, narrowed, unit_rows
from analysis.params import HISTORY_QUARTERS
from analysis.run import Run, remembered
from analysis.stats.charts.false_alarms import runs_false_alarms
from analysis.stats.charts.laney import laney_share_chart
from analysis.stats.charts.runs import WESTERN_ELECTRIC
from analysis.stats.charts.series import MINIMUM_BASELINE

WATCHED_QUARTERS = HISTORY_QUARTERS + 1  # the quarter itself and the two years before it
UNIT_TYPES = (COMPANY, "service_line")
FAMILIES = {"accuracy": ERRORS.indicator, "compliance": PASSES.indicator}
KEYS = ["indicator", "unit_type", "unit"]
COLUMNS = [*KEYS, "period", "watched", "n", "estimate", "centre", "limit_low", "limit_high", "beyond", "sigma_z",
           "status"]
ALARM_COLUMNS = ["charts", "points", "beyond", "expected_alarms", "chance_any", "status"]


@remembered
def audit_charts(run: Run) -> pd.DataFrame:
    """Return Laney's p′ chart of the error share and of the weighted pass share, by month, company and lines.

    Random audits alone. Limits rest on the months before the quarter, at least 20 of them; ``watched``: a month of
    the quarter. ``beyond``: outside of its limits. ``n``: checks. ``sigma_z``: how many times as wide as independent
    checks would have them, told of the error share alone, whose checks all weigh alike. Without a baseline
    there are no limits to hold a month against, hence no ``estimate``: ``status`` says so.
    """
    points = _points(run)
    found = [_chart(run, rows, dict(zip(KEYS, map(str, names), strict=True))) for names, rows in points.groupby(KEYS)]
    return pd.concat(found, ignore_index=True)[COLUMNS] if found else pd.DataFrame(columns=COLUMNS)


def _points(run: Run) -> pd.DataFrame:
    """Return count and n (weighted for the rules), and the checks, of each month, unit and indicator."""
    rows = checks(run.warehouse.history("audits", WATCHED_QUARTERS))
    rows = rows.filter(rows.sampling == "random")
    parts = []
    for unit_type in [one for one in UNIT_TYPES if run.asks(one) and has_unit(rows, one)]:
        told = unit_rows(run, narrowed(rows, UNIT_TYPES, "family", "severity", "month", "failed"), unit_type)
        counts = told.group_by("unit", "family", "severity", "month").agg(
            checked=ibis._.count(), failed=ibis._.failed.cast("int64").sum())
        parts.append(run.warehouse.reduce(counts).assign(unit_type=unit_type))
    found = pd.concat(parts, ignore_index=True)
    of_rules = found["family"] == "compliance"
    weight = found["severity"].map(SEVERITY_WEIGHTS).where(of_rules, 1).astype("int64")
    count = found["failed"].where(~of_rules, found["checked"] - found["failed"])
    found = found.assign(indicator=found["family"].map(FAMILIES), n=weight * found["checked"], count=weight * count)
    return found.groupby([*KEYS, "month"])[["count", "n", "checked"]].sum().reset_index()


def _chart(run: Run, points: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    points = points.rename(columns={"month": "period"}).sort_values("period", ignore_index=True)
    now = points["period"] >= run.quarter.months[0]
    chart = laney_share_chart(points[["period", "count", "n"]], max(1, int((~now).sum())))
    weighted = names["indicator"] == PASSES.indicator
    sigma_z = chart["sigma_z"].where(chart["status"].eq("ok") & (not weighted))
    return chart.assign(**names, watched=now, n=points["checked"], sigma_z=sigma_z,
                        estimate=chart["estimate"].where(chart["status"].eq("ok")))


def chart_alarms(charts: pd.DataFrame) -> pd.DataFrame:
    """Return how many points of the quarter lie beyond their limits, and how many chance alone would put there.

    One row: ``charts`` and ``points`` that were watched, ``beyond``, ``expected_alarms``, ``chance_any`` (the
    probability of one or more): three-sigma limits taken as known and points as normal, so at least that many.
    """
    told = charts[charts["watched"].astype(bool) & charts["status"].eq("ok")]
    if told.empty:
        status = f"not estimable: fewer than {MINIMUM_BASELINE} baseline points" if len(charts) else "no data"
        return pd.DataFrame([[0, 0, 0, float("nan"), float("nan"), status]], columns=ALARM_COLUMNS)
    by_luck = runs_false_alarms(WESTERN_ELECTRIC[:1], 1, len(told)).iloc[0]
    row = [told.groupby(KEYS).ngroups, len(told), int(told["beyond"].sum()), by_luck["expected_alarms"],
           by_luck["alarm_any"], "ok"]
    return pd.DataFrame([row], columns=ALARM_COLUMNS)
