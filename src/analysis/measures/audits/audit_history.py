"""Which branch or partner falls short over two years, where one quarter has too few audits (clauses 4.3, 4.5)?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.measures.audits.audits import ERRORS, PASSES, checks, design_effect, sampled
from analysis.measures.breakdown import by_unit
from analysis.measures.units import judged
from analysis.params import HISTORY_QUARTERS
from analysis.run import Run
from analysis.stats.estimates import OK
from analysis.stats.intervals.sample_sizes import smallest_detectable_change
from analysis.stats.testing import ALPHA, holm
from analysis.tables.results import FIGURE_COLUMNS, LEVEL

UNIT_TYPES = ("branch", "partner")
FAMILIES = {"accuracy": ERRORS, "compliance": PASSES}
SHORT, NOT_SHOWN = "falls short", "not shown"
EXTRA = ["p_worse", "p_adjusted", "found", "detectable_share"]


def audits_of_two_years(run: Run) -> pd.DataFrame:
    """Return error and weighted pass share of each branch and partner over eight quarters, against today's target.

    ``found``: falls short by more than chance, by Holm's procedure over all of them (``p_adjusted``), or not shown.
    That at most 5 of 100 lists hold a false one is true of auditors who judge alike: their severity is not removed.
    ``detectable_share``: the smallest distance to the target that as many audits of the unit alone as this quarter's
    would show four times in five. Random audits, each quarter as known at its own date.
    """
    rows = checks(run.warehouse.history("audits", HISTORY_QUARTERS))
    parts = []
    for family, one in FAMILIES.items():
        question = replace(one, unit_types=UNIT_TYPES)
        long = by_unit(run, rows.filter(rows.family == family, rows.sampling == "random"), question)
        if len(long):
            parts.append(long.join(_detectable(by_unit(run, sampled(run, family, "random"), question)),
                                   on=["unit_type", "unit"]))
    if not parts:
        return pd.DataFrame(columns=[*FIGURE_COLUMNS, *EXTRA])
    frame = pd.concat(parts, ignore_index=True).drop(columns="customers")
    adjusted = holm(frame["p_worse"].astype(float))
    found = np.select([adjusted.isna(), adjusted <= ALPHA], ["", SHORT], NOT_SHOWN)
    return judged(run, [frame.assign(p_adjusted=adjusted, found=found)])


def _detectable(quarter: pd.DataFrame) -> pd.Series:
    """Return the smallest distance to the target that is seen, by unit type and unit, of this quarter's figures.

    At the target's own variance, p(1−p) over n times the design effect seen: at a share near 0 or 1 the figure's own
    interval is narrow by luck and would promise too much. Empty where the quarter has no figure or no target.
    """
    if quarter.empty:
        empty = pd.MultiIndex.from_tuples([], names=["unit_type", "unit"])
        return pd.Series(index=empty, dtype=float, name="detectable_share")
    keyed = quarter[quarter["status"].eq(OK)].set_index(["unit_type", "unit"])
    spread = keyed["target"] * (1 - keyed["target"]) * design_effect(keyed) / keyed["n"].astype(float)
    half = norm.ppf((1 + LEVEL) / 2) * np.sqrt(spread)
    planned = pd.DataFrame({"low": -half, "high": half, "level": LEVEL})
    return smallest_detectable_change(planned).rename("detectable_share")
