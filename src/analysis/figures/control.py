"""How do several control charts stand side by side, what can they claim, and what does a test of raters say?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.charts import control_chart
from analysis.figures.left_out import OK, with_figures
from analysis.figures.style import SKY, WIDTH_INCHES
from analysis.wording import Wording
from analysis.wording.numbers import SMALLEST_P

ACROSS = 2  # charts side by side
CHART_INCHES = 2.3
NOW_OPACITY = 0.18
MONTHS_LABELLED = 6  # every so many, the newest included; more do not fit half a page
ROOM = 0.05  # above and below, of the range
CERTAIN = 0.05  # p below it: beyond chance


def control_panels(charts: pd.DataFrame, say: Wording) -> Figure:
    """Return a figure of small charts, two to a row: one per indicator and unit, on one scale per indicator.

    ``charts`` as of `control_chart`, with indicator, unit and ``watched``: the months that are shaded. One without
    limits is left out (`analysis.figures.left_out`).
    """
    heads = charts.drop_duplicates(["indicator", "unit"])
    groups = [one for one in charts.groupby(["indicator", "unit"], sort=False) if one[1]["status"].eq(OK).any()]
    drawn = Figure(figsize=(WIDTH_INCHES, CHART_INCHES * max(1, -(-len(groups) // ACROSS))), layout="constrained")
    axes = drawn.subplots(-(-len(groups) // ACROSS), ACROSS, squeeze=False).ravel() if groups else [drawn.subplots()]
    with_figures(heads.assign(estimate=0.0), axes[0], say)
    by_unit = charts["indicator"].nunique() == 1
    for ax, ((indicator, unit), rows) in zip(axes, groups, strict=False):
        control_chart(rows, ax, say).set_title(say.term(unit) if by_unit else say.title(str(indicator)), loc="left")
        ax.set_ylabel("")
        _shade(ax, rows.reset_index(drop=True))
        _scale(ax, charts[charts["indicator"] == indicator])
    for ax in axes[len(groups):]:
        ax.set_axis_off()
    return drawn


def _shade(ax: Axes, rows: pd.DataFrame) -> None:
    """Shade the watched months and label every sixth month."""
    watched = rows.index[rows["watched"].astype(bool)]
    if len(watched):
        ax.axvspan(watched[0] - 0.5, watched[-1] + 0.5, color=SKY, alpha=NOW_OPACITY, linewidth=0)
    shown = list(range(len(rows) - 1, -1, -MONTHS_LABELLED))
    ax.set_xticks(shown, [str(rows["period"].iloc[place]) for place in shown], rotation=0, ha="center")


def _scale(ax: Axes, rows: pd.DataFrame) -> None:
    """Give all charts of one indicator the same scale, so that they compare."""
    values = rows[["estimate", "limit_low", "limit_high"]].to_numpy(float)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    room = ROOM * (high - low or 1.0)
    ax.set_ylim(low - room, high + room)


def alarms_sentence(alarms: pd.DataFrame, say: Wording) -> str:
    """Return how many points of the quarter lie beyond their limits, and how many chance alone would put there."""
    row = alarms.iloc[0]
    if row["status"] != "ok":
        return say("No month was held against limits ({status}): the points are for looking.",
                   status=say.status(str(row["status"])))
    return say("{points} monthly points of {charts} charts were held against their limits; {beyond} lie beyond. If "
               "nothing had changed, {expected} would lie beyond on average, one or more with a probability of at "
               "least {chance}.", points=int(row["points"]), charts=int(row["charts"]), beyond=int(row["beyond"]),
               expected=say.number(row["expected_alarms"], 2), chance=say.share(row["chance_any"], 0))


def raters_sentence(tested: pd.DataFrame, say: Wording) -> str:
    """Return whether raters differ in severity beyond chance, and how many stand out; nobody is named.

    ``tested``: one row with raters, p, stand_out, chance_any and status.
    """
    row = tested.iloc[0]
    if row["status"] != "ok":
        return say("Differences in severity: {status}.", status=say.status(str(row["status"])))
    p = say("p = {p}", p=say.number(row["p"], 3))
    if row["p"] < SMALLEST_P:
        p = say("p < {p}", p=say.number(SMALLEST_P, 3))
    if row["p"] < CERTAIN:
        return say("The {raters} raters differ in severity by more than chance ({p}). Standing out from the others: "
                   "{found}. If all were alike, anybody would stand out in at most {chance} of quarters.",
                   raters=int(row["raters"]), p=p, found=int(row["stand_out"]), chance=say.share(row["chance_any"], 0))
    return say("Differences in severity between the {raters} raters are no larger than chance ({p}).",
               raters=int(row["raters"]), p=p)
