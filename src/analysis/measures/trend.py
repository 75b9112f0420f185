"""Have complaints risen, month by month, for the business there was (clause 4.6)?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.breakdown import HISTORY_QUARTERS, Question, by_unit, labelled, number_of, plain_count
from analysis.measures.exposure import Denominator, denominators, month_rates
from analysis.measures.units import COMPANY, judged
from analysis.run import Run
from analysis.tables.results import blank_figures

COUNT, PER_POLICIES = "complaints_received_count", "complaints_per_10k_policies"
NOT_YET = "not yet evaluated"


def complaint_trend(run: Run) -> pd.DataFrame:
    """Return the complaints of each month of eight quarters: the count and every rate there is exposure for.

    ``n`` is the count, ``exposure`` in the unit of the rate, ``dispersion`` variance over mean of the months;
    ``product`` ('' = all) parts the rate per policies. Each quarter as known at its own ``as_of``. ``alarm`` reads "not
    yet evaluated" until alarms are made (METHODS §2).
    """
    rows = run.warehouse.history("complaints", HISTORY_QUARTERS)
    rows = rows.mutate(month=rows.received_day.strftime("%Y-%m"))
    counts = by_unit(run, rows, Question(COUNT, ("month",), number_of, plain_count))
    parts = [counts.drop(columns=["p_worse", "customers"], errors="ignore"),
             *(_rates(run, one, COMPANY) for one in denominators(run)), _rates(run, denominators(run)[0], "product")]
    found = [part for part in parts if len(part)] or [blank_figures(COUNT, COMPANY, [COMPANY], "no data")]
    frame = pd.concat(found, ignore_index=True)
    blank = {name: frame.get(name, np.nan) for name in ("exposure", "dispersion")}
    product = frame["product"].fillna("") if "product" in frame else ""
    return judged(run, [frame.assign(**blank, product=product, alarm=NOT_YET, target=np.nan)])


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
