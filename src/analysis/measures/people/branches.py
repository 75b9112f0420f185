"""Does a whole branch stand out, so that what is the branch's cannot be told from what is the person's?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analysis.measures.people.cases import SCORED
from analysis.measures.people.fitting import Fit
from analysis.measures.people.scoring import Scoring
from analysis.stats.estimates import OK
from analysis.stats.people.flags import ABOVE, BELOW
from analysis.stats.people.heterogeneity import MINIMUM_PERSONS, tau_squared
from analysis.stats.testing import ALPHA, holm

LEAST_PEOPLE = 2  # one person alone is no branch
SIDES = {-1.0: BELOW, 0.0: "", 1.0: ABOVE}
COLUMNS = ["indicator", "event", "branch", "people", "apart", "p", "p_adjusted", "stands_out"]


def standing_branches(people: pd.DataFrame, scored: Scoring) -> pd.DataFrame:
    """Return per indicator and branch how far its people lie off their groups' means together, and COLUMNS.

    Effects are weighted by 1 / (τ² + v); ``apart``: how far; ``p`` two-sided against the people of all other
    branches, Holm over the branches of an indicator; ``stands_out``: below, above, or "".
    """
    parts = []
    for asked in SCORED.values():
        fits = [fit for (name, _), fit in scored.fits.items() if name == asked.name]
        if fits:
            found = _of_branches(pooled_effects(fits), people)
            parts.append(found.assign(indicator=asked.indicator, event=asked.event))
    return pd.concat(parts, ignore_index=True)[COLUMNS] if parts else pd.DataFrame(columns=COLUMNS)


def pooled_effects(fits: Sequence[Fit]) -> pd.DataFrame:
    """Return the ``effect`` of everybody off the weighted mean of the own group, with its ``weight`` 1 / (τ² + v)."""
    return pd.concat([_weighted(fit.effects) for fit in fits])


def _weighted(effects: pd.DataFrame) -> pd.DataFrame:
    ok = effects[effects["status"].eq(OK)]
    y, v = (ok[name].to_numpy(float) for name in ("estimate", "sampling_variance"))
    weight = 1 / (v + (float(tau_squared(y, v)) if len(y) >= MINIMUM_PERSONS else 0.0))
    mean = (weight * y).sum() / weight.sum() if len(y) else 0.0
    return pd.DataFrame({"effect": y - mean, "weight": weight}, index=ok.index)


def _of_branches(effects: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    told = effects.join(people.set_index("employee_id")["branch"], how="inner")
    told = told.assign(pull=told["weight"] * told["effect"])
    sums = told.groupby("branch")[["weight", "pull"]].sum().assign(people=told.groupby("branch").size())
    rest = told[["weight", "pull"]].sum() - sums[["weight", "pull"]]
    comparable = (sums["people"] >= LEAST_PEOPLE) & (rest["weight"] > 0)
    sums, rest = sums[comparable], rest[comparable]
    gap = sums["pull"] / sums["weight"] - rest["pull"] / rest["weight"]
    p = pd.Series(2 * stats.norm.sf(gap.abs() / np.sqrt(1 / sums["weight"] + 1 / rest["weight"])), sums.index)
    adjusted = holm(p)
    return pd.DataFrame({"people": sums["people"], "apart": gap, "p": p, "p_adjusted": adjusted,
                         "stands_out": np.sign(gap).where(adjusted <= ALPHA, 0.0).map(SIDES)}).reset_index()


def beside_branch(people: pd.DataFrame, rows: pd.DataFrame, branches: pd.DataFrame, side: pd.Series) -> pd.Series:
    """Return for which ``rows`` (employee_id, indicator, event) the branch stands out on the person's ``side``."""
    branch = rows["employee_id"].map(people.set_index("employee_id")["branch"])
    keys = pd.MultiIndex.from_arrays([rows["indicator"], rows["event"], branch])
    found = branches.set_index(["indicator", "event", "branch"])["stands_out"].reindex(keys)
    return pd.Series(found.to_numpy(), rows.index).eq(side) & side.isin([BELOW, ABOVE])


