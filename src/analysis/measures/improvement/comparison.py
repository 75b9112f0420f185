"""Did units with a measure change more than units without one, and could that be seen (METHODS §4)?

Difference in differences, clustered by unit (from 10 treated and 30 units on), else by placebo assignments: against the
units declared or, where so few can show nothing, against all units of their type that had no measure on the indicator.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from analysis.measures.improvement.windows import AFTER, BEFORE, CHOSEN
from analysis.params import Action
from analysis.stats.estimates import OK
from analysis.stats.models.differences import (
    MINIMUM_TREATED,
    MINIMUM_UNITS,
    DifferenceRule,
    difference_in_differences,
)
from analysis.stats.models.power import detectable_difference, smallest_attainable_p
from analysis.stats.models.randomisation import randomisation_test
from analysis.stats.models.verdict import LARGEST_P

SEED = 2_024  # of the placebo assignments, where they are too many to try all
DECLARED, WITHOUT_MEASURE = "units declared", "all units without a measure"
BELOW, TOO_FEW = "cannot be shown: expected effect below what can be seen", "cannot be shown: too few units"
NO_BASELINE = "not estimable: no quarter before but those that chose the units"


class Held(NamedTuple):
    """The units held against one another: their rows (unit, period, value, n, treated, phase), and how they are named.

    ``value`` in the scale of the comparison.
    """

    rows: pd.DataFrame
    compared: str


def held(rows: pd.DataFrame, action: Action, busy: set[str]) -> Held:
    """Return which rows of `windows.phased` are compared: the declared units if they can show anything, else all free.

    ``busy``: units in which another measure on the indicator fell into the same time.
    """
    panel = rows.assign(treated=rows["unit"].isin(action.units), period=rows["quarter"]).astype({"n": float})
    free = panel[panel["treated"] | ~panel["unit"].isin(busy)]
    declared = free[free["treated"] | free["unit"].isin(action.comparison_units)]
    enough = _smallest_p(declared) <= LARGEST_P
    return Held(declared, DECLARED) if enough else Held(free, WITHOUT_MEASURE)


def difference(panel: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return the effect by the rows of `held`, those of CHOSEN left out: one row with p, smallest_p, treated, ….

    ``by_regression``: what the quarters that chose the units, taken as before, would have added to it.
    """
    found = _tested(panel[panel["phase"] != CHOSEN], level)
    if not panel["phase"].eq(BEFORE).any():
        found = found.assign(status=NO_BASELINE)
    whole = _tested(panel, level) if panel["phase"].eq(CHOSEN).any() else found
    return found.assign(by_regression=whole["estimate"] - found["estimate"])


def _tested(panel: pd.DataFrame, level: float) -> pd.DataFrame:
    timed = panel.assign(after=panel["phase"].eq(AFTER))
    units = timed.groupby("unit")["treated"].first()
    if units.sum() >= MINIMUM_TREATED and len(units) >= MINIMUM_UNITS:
        return difference_in_differences(timed, DifferenceRule(level=level)).assign(smallest_p=0.0)
    return randomisation_test(timed, SEED, level)


def detectable(panel: pd.DataFrame, quarters_with: int, level: float) -> pd.DataFrame:
    """Return the smallest effect seen four times in five over so many quarters with the measure.

    Noise by all quarters before; the quarters to come are taken to have as many cases as the baseline had.
    """
    before = panel[panel["phase"] != AFTER]
    baseline = before[before["phase"] == BEFORE].assign(after=False)
    units = baseline.groupby("unit").agg(n=("n", "mean"), treated=("treated", "first")).reset_index()
    to_come = [units.assign(period=f"with {one}", after=True) for one in range(quarters_with)]
    return detectable_difference(before, pd.concat([baseline, *to_come], ignore_index=True), level)


def foreseen(smallest: float, status: str, expected: float) -> str:
    """Return in words whether the registered effect can be shown, by estimate and status of `detectable`."""
    if status != OK:
        return TOO_FEW if "too few units" in status else status
    return "can be shown" if abs(expected) >= smallest else BELOW


def _smallest_p(panel: pd.DataFrame) -> float:
    """Return the least p that the units seen before can give; 0 where clustered errors are trusted, 1 without any."""
    units = panel[panel["phase"] == BEFORE].groupby("unit")["treated"].first()
    treated, comparison = int(units.sum()), int((~units.astype(bool)).sum())
    if treated >= MINIMUM_TREATED and treated + comparison >= MINIMUM_UNITS:
        return 0.0
    return smallest_attainable_p(treated, comparison) if treated and comparison else 1.0
