"""Have complaints risen, month by month, for the business there was (clause 4.6)?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.breakdown import labelled, number_of, plain_count
from analysis.measures.complaints.alarms import month_alarms, with_alarms
from analysis.measures.complaints.exposure import Denominator, denominators, month_rates, told_months
from analysis.measures.units import COMPANY, judged
from analysis.params import HISTORY_QUARTERS
from analysis.run import Run, remembered
from analysis.tables.results import blank_figures

COUNT, PER_POLICIES = "complaints_received_count", "complaints_per_10k_policies"


@remembered
def complaint_trend(run: Run) -> pd.DataFrame:
    """Return the complaints of each month of eight quarters: the count and every rate there is exposure for.

    ``n`` is the count, ``exposure`` in the unit of the rate, ``dispersion`` variance over mean of the months;
    ``product`` ('' = all) parts the rate per policies. Each quarter as known at its own ``as_of``. The months of the
    quarter have what was expected of them and the ``alarm`` of `complaints.alarms.month_alarms` beside the rate
    per policies (beside the count where no policies were delivered); elsewhere ``alarm`` is ''.
    """
    parts = [_counts(run), *(_rates(run, one, COMPANY) for one in denominators(run)),
             _rates(run, denominators(run)[0], "product")]
    found = [part for part in parts if len(part)] or [blank_figures(COUNT, COMPANY, [COMPANY], "no data")]
    frame = pd.concat(found, ignore_index=True)
    blank = {name: frame.get(name, np.nan) for name in ("exposure", "dispersion")}
    product = frame["product"].fillna("") if "product" in frame else ""
    return judged(run, [with_alarms(frame.assign(**blank, product=product, target=np.nan), month_alarms(run))])


def _counts(run: Run) -> pd.DataFrame:
    """Return the count of each known month; one without a complaint has 0."""
    rows = run.warehouse.history("complaints", HISTORY_QUARTERS).select("received_day")
    counts = run.warehouse.reduce(number_of(rows.mutate(unit=rows.received_day.strftime("%Y-%m")), ["unit"]))
    every = counts.set_index("unit").reindex(pd.Index(told_months(run), name="unit"), fill_value=0).reset_index()
    return labelled(plain_count(every, ["unit"]), COUNT, "month")


def _rates(run: Run, denominator: Denominator, unit_type: str) -> pd.DataFrame:
    found = month_rates(run, denominator, unit_type)
    if found.empty:
        return found
    rows = labelled(found.set_index("month").rename_axis("unit"), denominator.indicator, "month")
    return rows.assign(product="" if unit_type == COMPANY else found["unit"].to_numpy())


def most_complained_of(trend: pd.DataFrame, products: int = 3, months: int = 9) -> pd.DataFrame:
    """Return the newest ``months`` of the ``products`` whose rate per policies rose highest in them.

    For drawing: the month in ``month``, the product as unit.
    """
    rows = trend[(trend["product"] != "") & (trend["unit_type"] == "month")]
    rows = rows[rows["unit"].isin(sorted(rows["unit"].unique())[-months:])]
    highest = rows.groupby("product")["estimate"].max().nlargest(products).index
    rows = rows[rows["product"].isin(highest)]
    return rows.assign(month=rows["unit"], unit=rows["product"])
