"""Which branch or partner falls short over two years, where one quarter has too few audits (clauses 4.3, 4.5)?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.measures.audits.audits import ERRORS, PASSES, checks, sampled
from analysis.measures.breakdown import by_unit
from analysis.measures.units import judged
from analysis.params import HISTORY_QUARTERS
from analysis.run import Run
from analysis.stats.intervals.sample_sizes import smallest_detectable_change
from analysis.stats.testing import ALPHA, holm
from analysis.tables.results import FIGURE_COLUMNS

UNIT_TYPES = ("branch", "partner")
FAMILIES = {"accuracy": ERRORS, "compliance": PASSES}
SHORT, NOT_SHOWN = "falls short", "not shown"
EXTRA = ["p_worse", "p_adjusted", "found", "detectable_share"]


def audits_of_two_years(run: Run) -> pd.DataFrame:
    """Return error and weighted pass share of each branch and partner over eight quarters, against today's target.

    ``found``: falls short by more than chance, by Holm's procedure over all of them (``p_adjusted``), or not shown.
    ``detectable_share``: the smallest distance to a target that this quarter's audits of the unit alone would show four
    times in five. Random audits, each quarter as known at its own date; the severity of auditors is not removed.
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
    """Return the smallest distance seen, by unit type and unit, of this quarter's figures."""
    if quarter.empty:
        empty = pd.MultiIndex.from_tuples([], names=["unit_type", "unit"])
        return pd.Series(index=empty, dtype=float, name="detectable_share")
    keyed = quarter.set_index(["unit_type", "unit"])
    return smallest_detectable_change(keyed).rename("detectable_share")
