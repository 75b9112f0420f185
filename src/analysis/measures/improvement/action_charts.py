"""How did the figure of a measure's units run, beside that of the units it is held against (clause 7.4)?

Charts are for looking: the verdict is that of `effects`. A unit's month is too thin for most figures, so a point is a
quarter: the published figures of the units, weighted by their n. The limits are three standard errors by how the
units' quarters differed before the measure, which is known from many more figures than the line shows; they are
re-based on the quarters with the measure once there are two. A company-wide measure has a chart of its months.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.improvement.comparison import held
from analysis.measures.improvement.effects import busy_units
from analysis.measures.improvement.histories import histories, taken
from analysis.measures.improvement.windows import AFTER, BEFORE, began, phased
from analysis.measures.units import COMPANY
from analysis.params import Action
from analysis.run import Run, remembered
from analysis.stats.charts.series import LIMIT_Z
from analysis.stats.charts.shewhart import individuals_chart
from analysis.stats.models.power import MINIMUM_DF, figure_noise

WITH, WITHOUT = "units with it", "units without"
FEWEST_RE_BASED = 2  # points with the measure; of one the limits would lie around itself
COLUMNS = ["action_id", "indicator", "side", "period", "phase", "n", "estimate", "centre", "limit_low", "limit_high",
           "beyond", "limits_status"]


@remembered
def action_charts(run: Run) -> pd.DataFrame:
    """Return COLUMNS: the chart of the units of each measure that has begun, and of those it is held against.

    In the unit of ``indicator``; ``phase``: before, chosen (by these the units were picked; held against the limits
    from before, no part of them) or after. ``limits_status``: why there are none.
    """
    history = histories(run)
    parts = [_of_action(run, one, phased(one, history[one.action_id], run.quarter))
             for one in taken(run) if began(one, run.quarter)]
    found = [part for part in parts if len(part)]
    return pd.concat(found, ignore_index=True)[COLUMNS] if found else pd.DataFrame(columns=COLUMNS)


def _of_action(run: Run, action: Action, rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        return rows
    if tuple(action.units) == (COMPANY,):
        return _of_months(rows).assign(action_id=action.action_id, indicator=action.indicator, side=WITH)
    value = rows["hours"].where(rows["hours"].notna(), rows["estimate"]).astype(float)
    panel, _ = held(rows.assign(value=value), action, busy_units(run, action))
    left, df = figure_noise(panel[panel["phase"] != AFTER])
    noise = left / df if df >= MINIMUM_DF else np.nan
    sides = {WITH: panel[panel["treated"]], WITHOUT: panel[~panel["treated"]]}
    told = pd.concat([_chart(part, noise).assign(side=side) for side, part in sides.items()])
    return told.assign(action_id=action.action_id, indicator=action.indicator)


def _chart(panel: pd.DataFrame, noise: float) -> pd.DataFrame:
    """Return the n-weighted mean of each quarter with its limits; ``noise`` is the variance of a figure of one case."""
    sums = panel.assign(total=panel["value"] * panel["n"]).groupby(["period", "phase"])[["total", "n"]].sum()
    points = sums.assign(estimate=sums["total"] / sums["n"]).reset_index()
    before, after = points[points["phase"] == BEFORE], points[points["phase"] == AFTER]
    old = float(before["total"].sum() / before["n"].sum()) if len(before) else np.nan
    new = float(after["total"].sum() / after["n"].sum()) if len(after) >= FEWEST_RE_BASED else old
    centre = points["phase"].eq(AFTER).map({True: new, False: old})
    width = LIMIT_Z * np.sqrt(noise / points["n"])
    return _told(points.assign(centre=centre, limit_low=centre - width, limit_high=centre + width))


def _told(points: pd.DataFrame) -> pd.DataFrame:
    limited = points[["limit_low", "limit_high"]].notna().all(axis=1)
    beyond = points["estimate"].lt(points["limit_low"]) | points["estimate"].gt(points["limit_high"])
    why = f"not estimable: fewer than {MINIMUM_DF} figures before beyond unit and period effects"
    return points.assign(beyond=beyond, n=points["n"].astype("int64"),
                         limits_status=limited.map({True: "ok", False: why}))


def _of_months(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the company's months, each phase within limits of its own; the months of CHOSEN in those from before."""
    points = rows.assign(period=rows["unit"], value=rows["estimate"].astype(float)).sort_values("period")
    known, after = points[points["phase"] != AFTER], points[points["phase"] == AFTER]
    charts = [individuals_chart(part[["period", "value"]], baseline) for part, baseline in (
        (known, max(1, int(known["phase"].eq(BEFORE).sum()))), (after, None)) if len(part)]
    told = pd.concat(charts, ignore_index=True).drop(columns="n").rename(columns={"status": "limits_status"})
    return told.merge(points[["period", "phase", "n"]], on="period")
