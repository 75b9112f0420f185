"""Did a measure work (clause 7.4; METHODS §4)?

The figures a measure was registered to change, as published per unit and quarter, are told again under today's
definitions; the change of its units is held against units without a measure on that indicator. Before is at most eight
quarters back; a quarter in which the measure began after its first month says neither before nor after.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analysis.measures.audits.audits import accuracy, compliance
from analysis.measures.breakdown import HISTORY_QUARTERS
from analysis.measures.complaints.complaints import complaints
from analysis.measures.complaints.feedback import feedback
from analysis.measures.improvement.relative_waits import relative_waits
from analysis.measures.people.competence import competence
from analysis.measures.response_time.response import response_time
from analysis.measures.satisfaction.satisfaction import satisfaction
from analysis.measures.summary.composite import HEADLINE_EVENT
from analysis.measures.units import COMPANY, headline_rows
from analysis.params import Action
from analysis.quarter import Quarter
from analysis.run import Run, remembered
from analysis.stats.estimates import OK
from analysis.stats.models.differences import (
    MINIMUM_TREATED,
    MINIMUM_UNITS,
    DifferenceRule,
    difference_in_differences,
)
from analysis.stats.models.power import detectable_effect
from analysis.stats.models.randomisation import randomisation_test
from analysis.stats.models.segmented import SegmentedDesign, segmented_regression
from analysis.stats.models.verdict import LARGEST_P, effect_verdict
from analysis.stats.people.heterogeneity import MINIMUM_PERSONS, between_variance

Measure = Callable[[Run], pd.DataFrame]
# Which measure publishes the indicators whose names begin so.
PUBLISHED_BY: tuple[tuple[str, Measure], ...] = (
    ("csat", satisfaction), ("nps", satisfaction), ("renew", satisfaction), ("response", relative_waits),
    ("in_limit", response_time), ("accuracy", accuracy), ("compliance", compliance), ("competence", competence),
    ("complaint", complaints), ("feedback", feedback))
MONTH, PARTED = "month", ":"
UNIT_TYPES = ("branch", "service_line", "channel", "partner", "product", "kind", "department", MONTH)
SEED = 2_024  # of the placebo assignments, where they are too many to try all
FIRST_DAYS = 31  # a measure that begins later in a quarter leaves that quarter out
NOT_YET, STILL_RUNS = "not yet evaluated", "its window still runs"
DECLARED, WITHOUT_MEASURE, NO_COMPARISON = "units declared", "all units without a measure", "none: before and after"
NUMBERS = ["n", "estimate", "low", "high", "level", "method", "status", "p", "smallest_p", "treated", "comparison"]
WORDS = ("method", "compared", "effect", "why")
TOLD = [*NUMBERS, "compared", "detectable", "by_regression", "effect", "why"]


@remembered
def effects(run: Run) -> pd.DataFrame:
    """Return what each measure opened by ``as_of`` did to its indicator, in the indicator's unit: action_id and TOLD.

    Difference in differences, clustered by unit (METHODS §4: from 10 treated and 30 units on), else by placebo
    assignments: ``compared`` with the units declared or, where so few can show nothing, with all units of their type
    that had no measure on the indicator. A measure for the whole company has an interrupted monthly series. Hours are
    compared as ratios to the company's median of the kind (their logarithms), and told in hours at the level before.
    ``detectable``: the smallest effect seen four times in five, by how units changed before the measure.
    ``by_regression``: what the pull to the mean alone would make of units that stood so far off before. ``effect``:
    effective, not shown, harmful, or not yet evaluated before the window's last quarter; ``why`` in words, against the
    effect that was registered.
    """
    taken = [one for one in run.params.actions if one.opened_on <= run.as_of.astimezone(run.params.site.zone).date()]
    history = {key: _history(run, *key) for key in {_source(one) for one in taken if _began(one) is not None}}
    rows = [_effect_of(run, one, history.get(_source(one), pd.DataFrame())) for one in taken]
    return pd.DataFrame(rows, columns=TOLD).assign(action_id=[one.action_id for one in taken]).reset_index(drop=True)


def _source(action: Action) -> tuple[Measure | None, str]:
    """Return which measure publishes the indicator, and of which type of unit: that of the problem it answers."""
    measure = next((one for prefix, one in PUBLISHED_BY if action.indicator.startswith(prefix)), None)
    if tuple(action.units) == (COMPANY,):
        return measure, MONTH
    _, unit_type, *_ = [*action.problem_id.split(PARTED), ""]
    return measure, unit_type


def _history(run: Run, measure: Measure | None, unit_type: str) -> pd.DataFrame:
    """Return the figures of eight quarters by unit under today's definitions, each as known at its own date."""
    parts = []
    for back in range(HISTORY_QUARTERS if measure and unit_type in UNIT_TYPES else 0):
        quarter = run.quarter.plus(-back)
        asked = (COMPANY, unit_type)
        own = run.earlier(quarter, *asked) if back else replace(run, unit_types=asked)
        if own is not None and measure is not None:
            rows = headline_rows(measure(own.under(run) if back else own))
            own_rows = rows[rows["unit_type"].eq(unit_type) & rows["status"].eq(OK)]
            parts.append(own_rows[["indicator", "event", "unit", "estimate", "n"]].assign(quarter=str(quarter)))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _effect_of(run: Run, action: Action, history: pd.DataFrame) -> dict[str, Any]:
    began, unit = _began(action), run.params.registry[action.indicator].unit
    direction = run.params.registry[action.indicator].direction
    if began is None or began > run.quarter:
        return _blank(NOT_YET)
    if history.empty or direction == "none":
        return _blank("not applicable" if direction == "none" else "no data")
    same = history["indicator"].eq(action.indicator) & history["event"].isin(["", _event(action)])
    told = history[same].rename(columns={"estimate": "value"})
    if unit == "hours":
        told = told[told["value"] > 0].assign(value=np.log(told["value"]))
    found, more = (_of_company if tuple(action.units) == (COMPANY,) else _of_units)(run, action, told, began)
    hours = _hours_before(run, action, began) if unit == "hours" else np.nan
    registered = abs(np.log1p(action.expected_effect / hours)) if unit == "hours" else abs(action.expected_effect)
    verdict = effect_verdict(found, direction)["verdict"].iloc[0]
    why = effect_verdict(found, direction, float(np.nan_to_num(registered)))["why"].iloc[0]
    row: dict[str, Any] = {name: found.iloc[0].get(name) for name in NUMBERS} | more
    if unit == "hours":
        row = _in_hours(row, hours)
    if run.quarter < action.window_end:
        return row | {"effect": NOT_YET, "why": STILL_RUNS}
    return row | {"effect": verdict, "why": why}


def _hours_before(run: Run, action: Action, began: Quarter) -> float:
    """Return the mean published hours of the action's units in the quarter before the measure; NaN where not told."""
    own = run.earlier(began.plus(-1), COMPANY, _source(action)[1])
    rows = response_time(own) if own is not None else pd.DataFrame(columns=["indicator", "event", "unit", "estimate"])
    same = rows["indicator"].eq(action.indicator) & rows["event"].eq(_event(action)) & rows["unit"].isin(action.units)
    return float(rows.loc[same, "estimate"].mean())


def _in_hours(row: dict[str, Any], before: float) -> dict[str, Any]:
    """Return a row of log ratios in hours at the level ``before``."""
    told = {name: before * np.expm1(row[name]) for name in ("estimate", "low", "high", "by_regression")}
    smallest = -before * np.expm1(-row["detectable"])
    return row | told | {"detectable": smallest, "method": f"{row['method']}, of logarithms"}


def _blank(status: str) -> dict[str, Any]:
    empty = dict.fromkeys(TOLD, np.nan) | dict.fromkeys(WORDS, "")
    return empty | {"status": status, "n": pd.NA}


def _began(action: Action) -> Quarter | None:
    """Return the first quarter that is wholly, but for a month, with the measure; None where it has not begun."""
    if action.started_on is None:
        return None
    quarter = Quarter.of(action.started_on)
    late = (action.started_on - quarter.start).days >= FIRST_DAYS
    return quarter.plus(1) if late else quarter


def _event(action: Action) -> str:
    """Return the event of the problem that the measure was taken against, else the one that headlines."""
    *_, last = action.problem_id.split(":")
    return last if last in ("first_response", "resolution") else HEADLINE_EVENT


def _timed(action: Action, told: pd.DataFrame, began: Quarter) -> pd.DataFrame:
    """Return the rows before the measure and within its window, with ``after``."""
    first = Quarter.of(action.started_on or date.max)
    quarter = told["quarter"].map(Quarter.parse)
    after = quarter.map(lambda one: began <= one <= action.window_end)
    return told.assign(after=after, period=told["quarter"])[after | quarter.map(lambda one: one < first)]


def _of_units(run: Run, action: Action, told: pd.DataFrame, began: Quarter) -> tuple[pd.DataFrame, dict[str, Any]]:
    panel = _timed(action, told, began).assign(treated=lambda rows: rows["unit"].isin(action.units))
    panel = panel.astype({"n": float})
    free = panel[panel["treated"] | ~panel["unit"].isin(_with_measure(run, action))]
    declared = free[free["treated"] | free["unit"].isin(action.comparison_units)]
    found, compared = _tested(run, declared), DECLARED
    if not action.comparison_units or not found["smallest_p"].iloc[0] <= LARGEST_P:
        found, compared = _tested(run, free), WITHOUT_MEASURE
    treated = panel[panel["treated"] & ~panel["after"]]
    power = detectable_effect(_changes_before(panel), max(1, treated["unit"].nunique()), run.level).iloc[0]
    return found, {"compared": compared, "detectable": power["estimate"], "by_regression": _by_regression(panel)}


def _with_measure(run: Run, action: Action) -> set[str]:
    """Return the units that another measure on the same indicator was begun in by now."""
    return {unit for one in run.params.actions for unit in one.units
            if one.action_id != action.action_id and one.indicator == action.indicator
            and (began := _began(one)) is not None and began <= run.quarter}


def _tested(run: Run, panel: pd.DataFrame) -> pd.DataFrame:
    units = panel.groupby("unit")["treated"].first()
    if units.sum() >= MINIMUM_TREATED and len(units) >= MINIMUM_UNITS:
        return difference_in_differences(panel, DifferenceRule(level=run.level)).assign(smallest_p=0.0)
    return randomisation_test(panel, SEED, run.level)


def _changes_before(panel: pd.DataFrame) -> pd.Series:
    """Return how each unit changed between the halves of the time before the measure, quarters by their cases."""
    before = panel[~panel["after"]]
    quarters = sorted(before["period"].unique())
    late = before["period"].isin(quarters[len(quarters) // 2:])
    sums = before.assign(late=late, total=before["value"] * before["n"]).groupby(["unit", "late"])[["total", "n"]].sum()
    means = (sums["total"] / sums["n"]).unstack("late").reindex(columns=[False, True])
    return means[True] - means[False]


def _by_regression(panel: pd.DataFrame) -> float:
    """Return (R − 1) times how far the treated stood off the mean before, R the reliability of a unit's figure then.

    R by the spread between units against that between a unit's own quarters.
    """
    before = panel[~panel["after"]]
    units = before.groupby("unit")["value"].agg(["mean", "var", "count"])
    units = units[units["count"] > 1]
    if len(units) < MINIMUM_PERSONS or not units["var"].mean() > 0:
        return np.nan
    noise = units["var"].mean() / units["count"]
    spread = between_variance(pd.DataFrame({"estimate": units["mean"], "sampling_variance": noise})).iloc[0]
    reliability = np.nan_to_num(spread["estimate"]) / (np.nan_to_num(spread["estimate"]) + noise.mean())
    treated = before.loc[before["treated"], "value"].mean()
    return float((reliability - 1) * (treated - before["value"].mean()))


def _of_company(run: Run, action: Action, told: pd.DataFrame, began: Quarter) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the mean effect on the company's months: an interrupted series, 12 months before and 6 after at least."""
    rows = _timed(action, told, began)
    count = pd.PeriodIndex(rows["unit"], freq="M")
    series = pd.DataFrame({"month": 12 * count.year + count.month, "value": rows["value"].to_numpy(),
                           "n": rows["n"].to_numpy(float)})
    first = began.start
    design = SegmentedDesign(change=12 * first.year + first.month)
    found = segmented_regression(series, design, run.level).loc[["mean effect"]]
    return found.assign(smallest_p=0.0, treated=1, comparison=0), {
        "compared": NO_COMPARISON, "detectable": np.nan, "by_regression": np.nan}
