"""How did the year go: eight quarters of each indicator, and the mean of four of them (clauses 3.1, 3.3)?"""

from __future__ import annotations

import pandas as pd

from analysis.measures.changes import worded
from analysis.measures.past import AGAIN, FIGURES, headlines, past
from analysis.measures.units import COMPANY, judged
from analysis.quarter import QUARTERS_PER_YEAR, Quarter
from analysis.run import Run
from analysis.stats.intervals.combination import linear_combination

ROLLING = "mean of four quarters, each counting alike; quarters independent, MOVER"
QUARTER, YEAR, CHANGE = "quarter", "year", "change of the year"
NAMES = ["indicator", "event"]
WHY_NOT = "not estimable: a quarter of the four has no figure"


def years(run: Run) -> pd.DataFrame:
    """Return the plan's indicators of the company over eight quarters and their rolling years, one row per period.

    ``period``: a ``quarter`` (each as known at its own date, told under today's definitions), the ``year`` of four
    quarters up to ``quarter``, and the ``change of the year`` on the four quarters before. A year is the mean of its
    quarters, with its interval; a quarter without a figure leaves the year without one. ``change``: better, worse or
    not shown, of a change alone.
    """
    now, before = headlines(run, run.params.plan.indicators), past(run)
    before = before[before["stage"].eq(AGAIN) & before["indicator"].isin(run.params.plan.indicators)]
    every = pd.concat([before[[*FIGURES, "quarter"]], now[[*FIGURES, "quarter"]]], ignore_index=True)
    told = every[every["unit_type"].eq(COMPANY)].assign(period=QUARTER)
    last, first = ([str(run.quarter.plus(-back)) for back in range(start, start + QUARTERS_PER_YEAR)]
                   for start in (0, QUARTERS_PER_YEAR))
    share = 1 / QUARTERS_PER_YEAR
    sums = [(YEAR, str(run.quarter), dict.fromkeys(last, share)),
            (YEAR, first[0], dict.fromkeys(first, share)),
            (CHANGE, str(run.quarter), dict.fromkeys(last, share) | dict.fromkeys(first, -share))]
    shown = told[told["quarter"].map(Quarter.parse) > run.quarter.plus(-2 * QUARTERS_PER_YEAR)]
    parts = [shown, *(_sum(told, weights).assign(period=period, quarter=quarter) for period, quarter, weights in sums)]
    frame = judged(run, parts)
    changes = frame["period"].eq(CHANGE)
    return frame.assign(target=frame["target"].mask(changes), verdict=frame["verdict"].mask(changes, "no target"),
                        change=worded(run, frame).where(changes, ""))


def _sum(told: pd.DataFrame, weights: dict[str, float]) -> pd.DataFrame:
    """Return the weighted sum over quarters of each indicator; where a quarter has none, why there is no sum."""
    rows = told[told["quarter"].isin(weights)]
    found = linear_combination(rows.assign(coefficient=rows["quarter"].map(weights)), ROLLING, NAMES)
    whole = rows[rows["status"].eq("ok")].groupby(NAMES)["quarter"].nunique().reindex(found.index, fill_value=0)
    short = whole < len(weights)
    found = found.assign(**{name: found[name].mask(short) for name in ("estimate", "low", "high")},
                         status=found["status"].mask(short, WHY_NOT))
    return found.reset_index().assign(unit_type=COMPANY, unit=COMPANY)[FIGURES]
