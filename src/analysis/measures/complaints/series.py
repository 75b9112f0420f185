"""Which monthly counts of complaints are watched, and against how much business?"""

from __future__ import annotations

import ibis
import pandas as pd

from analysis.measures.complaints.exposure import cells, denominators, told_months
from analysis.measures.units import has_unit, narrowed, unit_rows
from analysis.params import HISTORY_QUARTERS
from analysis.run import Run

WATCHED_QUARTERS = HISTORY_QUARTERS + 1  # the quarter itself and the two years before it
MONTHS_PER_YEAR = 12
COUNT = "complaints_received_count"
COLUMNS = ["indicator", "unit", "period", "month", "count", "exposure"]


def complaint_series(run: Run, unit_type: str, quarters: int = WATCHED_QUARTERS) -> pd.DataFrame:
    """Return every known month with business of every unit: how many complaints, from how much exposure.

    Columns: ``indicator`` (the rate per policies; the count alone, exposure 1 a month, where no policies were
    delivered), ``unit``, ``period`` ("2024-07"), ``month`` (its running number, 12 · year + calendar month), ``count``,
    ``exposure`` (in the rate's unit).
    """
    per_policies = denominators(run, quarters)[0]
    found = cells(run, per_policies, unit_type).rename(columns={"month": "period"})
    indicator = per_policies.indicator
    if not found["exposure"].gt(0).any():
        found, indicator = _counts(run, unit_type, quarters), COUNT
    found = found[found["exposure"] > 0]
    return found.assign(indicator=indicator, month=running_month(found["period"]))[COLUMNS].reset_index(drop=True)


def running_month(period: pd.Series) -> pd.Series:
    """Return 12 · year + calendar month of "2024-07"."""
    text = period.astype("str")
    return text.str[:4].astype("int64") * MONTHS_PER_YEAR + text.str[5:7].astype("int64")


def _counts(run: Run, unit_type: str, quarters: int) -> pd.DataFrame:
    """Return the count of every unit in each known month; one without a complaint has 0."""
    rows = narrowed(run.warehouse.history("complaints", quarters), (unit_type,), "received_day")
    if not has_unit(rows, unit_type):
        return pd.DataFrame(columns=["unit", "period", "count", "exposure"])
    told = unit_rows(run, rows, unit_type).mutate(period=ibis._.received_day.strftime("%Y-%m"))
    counts = run.warehouse.reduce(told.group_by("unit", "period").agg(count=ibis._.count()))
    every = pd.MultiIndex.from_product([counts["unit"].unique(), told_months(run, quarters)], names=["unit", "period"])
    full = counts.set_index(["unit", "period"])["count"].reindex(every, fill_value=0)
    return full.reset_index().assign(exposure=1.0)
