"""Did a measure work (clause 7.4; METHODS §4)?

The figures a measure was registered to change are held, before and after it, against those of units without one
(`comparison`); what says nothing of before or after, and what chose the units, is left out (`windows`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.measures.improvement.comparison import detectable, difference, foreseen, held
from analysis.measures.improvement.histories import histories, taken, without_figures
from analysis.measures.improvement.windows import (
    BEFORE,
    CHOSEN,
    began,
    judged_over,
    looked_at,
    missed,
    phased,
    touched,
)
from analysis.measures.units import COMPANY
from analysis.params import Action
from analysis.run import Run, remembered
from analysis.stats.models.segmented import SegmentedDesign, segmented_regression
from analysis.stats.models.verdict import NOT_SHOWN, effect_verdict

NOT_YET, STILL_RUNS = "not yet evaluated", "its window still runs"
NEVER_WITH, NO_BETTER = "its window ended before it began", "neither way of its indicator is better"
NO_COMPARISON = "none: before and after"
NO_FORESIGHT = "not estimable: no comparison units"
Row = dict[str, Any]
NUMBERS = ["n", "estimate", "low", "high", "level", "method", "status", "p", "smallest_p", "treated", "comparison"]
WORDS = ("method", "compared", "effect", "why", "foreseen")
TOLD = [*NUMBERS, "compared", "detectable", "foreseen", "by_regression", "effect", "why"]
IN_HOURS = ("estimate", "low", "high", "by_regression")


@remembered
def effects(run: Run) -> pd.DataFrame:
    """Return what each measure opened by ``as_of`` did to its indicator, in the indicator's unit: action_id and TOLD.

    Difference in differences against the units ``compared``. A measure for the whole company has an interrupted
    monthly series. Hours of units are compared as ratios to the company's median of the kind (their logarithms), and
    told in hours at the level before. ``detectable``: the smallest effect seen four times in five over the window, by
    how units' quarters differed before; ``foreseen``: whether the registered effect can be shown so. Both stand there
    before the measure begins. ``by_regression``: what the quarters that chose the units would have added to the
    estimate. ``effect``: effective, not shown, harmful, or not yet evaluated before the window's last quarter; ``why``
    in words, against the effect that was registered. What can never be judged is not shown either once its window is
    over, and ``why`` says what is missing.
    """
    history = histories(run)
    rows = [effect_of(run, one, history[one.action_id]) for one in taken(run)]
    told = pd.DataFrame(rows, columns=TOLD).assign(action_id=[one.action_id for one in taken(run)])
    return told.reset_index(drop=True)


def effect_of(run: Run, action: Action, history: pd.DataFrame) -> Row:
    """Return TOLD of one measure by its `histories.histories`."""
    direction, begun = run.params.registry[action.indicator].direction, began(action, run.quarter) is not None
    rows = phased(action, history, run.quarter)
    if missed(action, run.quarter):
        return _blank("not applicable") | {"effect": NOT_SHOWN, "why": NEVER_WITH}
    if direction == "none" or rows.empty:
        status, why = _cannot(action, direction, begun)
        over = run.quarter >= action.window_end
        return _blank(status) | {"effect": NOT_SHOWN if over else "", "why": why, "foreseen": "" if begun else why}
    row = (_of_company if tuple(action.units) == (COMPANY,) else _of_units)(run, action, rows)
    row["foreseen"] = foreseen(row["detectable"], str(row["foreseen"]), action.expected_effect)
    if not begun:
        why = STILL_RUNS if action.started_on is not None else ""
        return _blank(NOT_YET) | {name: row[name] for name in ("compared", "detectable", "foreseen")} | {"why": why}
    if run.quarter < action.window_end:
        return row | {"effect": NOT_YET, "why": STILL_RUNS}
    found = pd.DataFrame([row])
    registered = effect_verdict(found, direction, abs(action.expected_effect))
    return row | {"effect": effect_verdict(found, direction)["verdict"].iloc[0], "why": registered["why"].iloc[0]}


def _cannot(action: Action, direction: str, begun: bool) -> tuple[str, str]:
    """Return the status, and in words why there is nothing to judge by."""
    if direction == "none":
        return "not applicable", NO_BETTER
    return "no data" if begun else NOT_YET, without_figures(action)


def _blank(status: str) -> Row:
    empty = dict.fromkeys(TOLD, np.nan) | dict.fromkeys(WORDS, "")
    return empty | {"status": status, "n": pd.NA}


def _of_units(run: Run, action: Action, rows: pd.DataFrame) -> Row:
    """Return TOLD but for the verdict; ``foreseen`` is the status of ``detectable``."""
    timed = bool(rows["hours"].notna().any())
    usable = rows[rows["estimate"] > 0] if timed else rows
    value = np.log(usable["estimate"].astype(float)) if timed else usable["estimate"]
    panel, compared = held(usable.assign(value=value), action, busy_units(run, action))
    found = difference(panel, run.level).iloc[0]
    smallest = detectable(panel, len(judged_over(action, run.quarter)), run.level).iloc[0]
    row = {name: found.get(name) for name in (*NUMBERS, "by_regression")} | {
        "compared": compared, "detectable": smallest["estimate"], "foreseen": smallest["status"]}
    return _in_hours(row, panel) if timed else row


def _in_hours(row: Row, panel: pd.DataFrame) -> Row:
    """Return a row of log ratios in hours, at the level of the treated units before."""
    before = panel[panel["treated"] & panel["phase"].eq(BEFORE)]
    level = float((before["hours"] * before["n"]).sum() / before["n"].sum()) if len(before) else np.nan
    told = {name: level * np.expm1(float(row[name])) for name in IN_HOURS}
    smallest = -level * np.expm1(-float(row["detectable"]))
    return row | told | {"detectable": smallest, "method": f"{row['method']}, of logarithms"}


def busy_units(run: Run, action: Action) -> set[str]:
    """Return the units in which another measure on the indicator began within the time looked at, but at its start."""
    now, known = run.quarter, looked_at(action, run.quarter)
    others = [one for one in run.params.actions
              if one.action_id != action.action_id and one.indicator == action.indicator]
    return {unit for one in others for unit in one.units
            if known[0] <= touched(one, now) <= known[-1] and began(one, now) != known[0]}


def _of_company(run: Run, action: Action, rows: pd.DataFrame) -> Row:
    """Return the mean effect on the company's months: an interrupted series, 12 months before and 6 after at least."""
    known = rows[rows["phase"] != CHOSEN]
    month = pd.PeriodIndex(known["unit"], freq="M")
    series = pd.DataFrame({"month": 12 * month.year + month.month, "value": known["estimate"].to_numpy(float),
                           "n": known["n"].to_numpy(float)})
    first = (began(action, run.quarter) or touched(action, run.quarter)).start
    design = SegmentedDesign(change=12 * first.year + first.month)
    found = segmented_regression(series, design, run.level).loc["mean effect"]
    return {name: found.get(name) for name in NUMBERS} | {
        "smallest_p": 0.0, "treated": 1, "comparison": 0, "by_regression": np.nan, "compared": NO_COMPARISON,
        "detectable": np.nan, "foreseen": NO_FORESIGHT}
