"""Which branch or partner has more or fewer complaints than chance allows for the requests it handled?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.breakdown import labelled
from analysis.measures.complaints.exposure import cells, denominators, quarter_rates
from analysis.measures.units import judged
from analysis.run import Run
from analysis.stats.charts.funnel import GAMMA_POISSON, funnel_curve, rate_funnel
from analysis.stats.charts.limits import LIMIT_COLUMNS
from analysis.tables.results import blank_figures

UNIT_TYPES = ("branch", "partner")
TOLD = ["expected", "centre", *LIMIT_COLUMNS, "p", "dispersion", "between"]
GRID_POINTS = 60
YES, NO = "yes", "no"


def complaint_funnel(run: Run) -> pd.DataFrame:
    """Return each branch's and partner's complaints per 1,000 requests with the limits of chance for its size.

    The figure and its interval are those of `complaints`. ``expected``: complaints at the rate of all; ``centre`` and
    the limits in the rate's unit, gamma-Poisson, learnt from the units not flagged; ``p`` and ``p_adjusted`` (Holm over
    the units of one level, 5 %): how surprising the unit is given the others. ``stands_out``: "yes", "no", or why it
    cannot be told; ``funnel_dispersion``: variance over mean between units.
    """
    requests = denominators(run)[-1]
    parts = [part for unit_type in UNIT_TYPES if len(part := _of_type(run, unit_type))]
    blank = blank_figures(requests.indicator, UNIT_TYPES[0], ["none"], "no data").assign(stands_out="no data")
    frame = pd.concat(parts or [blank], ignore_index=True)
    missing = {name: frame.get(name, np.nan) for name in ("exposure", "p_adjusted", "funnel_dispersion", *TOLD[:-2])}
    return judged(run, [frame.drop(columns=["between"], errors="ignore").assign(**missing, target=np.nan)])


def _of_type(run: Run, unit_type: str) -> pd.DataFrame:
    requests = denominators(run)[-1]
    figures = quarter_rates(run, requests, unit_type)
    if figures.empty:
        return figures
    funnel = _funnel(run, unit_type)
    rows = labelled(figures.set_index("unit"), requests.indicator, unit_type).drop(columns="dispersion")
    told = funnel[TOLD].rename(columns={"dispersion": "funnel_dispersion"})
    told = told.assign(p_adjusted=funnel["p_holm"], stands_out=np.where(
        funnel["status"].eq("ok"), np.where(funnel["flagged"], YES, NO), funnel["status"]))
    return rows.join(told, on="unit")


def _funnel(run: Run, unit_type: str) -> pd.DataFrame:
    monthly = cells(run, denominators(run)[-1], unit_type)
    own = monthly[monthly["month"].isin(run.quarter.months)]
    return rate_funnel(own.groupby("unit")[["count", "exposure"]].sum(), GAMMA_POISSON)


def funnel_lines(run: Run, unit_type: str) -> pd.DataFrame:
    """Return the limits of the funnel of ``unit_type`` over its range of sizes, to be drawn: size, centre, limits."""
    funnel = _funnel(run, unit_type)
    sizes = funnel.loc[funnel["exposure"] > 0, "exposure"]
    if sizes.empty:
        return pd.DataFrame(columns=["size", "centre", *LIMIT_COLUMNS], dtype=float)
    return funnel_curve(funnel, np.geomspace(sizes.min() * 0.8, sizes.max() * 1.1, GRID_POINTS), GAMMA_POISSON)
