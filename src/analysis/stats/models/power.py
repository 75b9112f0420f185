"""How large must the effect of a measure be to be seen among so many units?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import optimize, stats

from analysis.stats.estimates import LEVEL, Numbers, checked_level, estimate_table

#: Chance that an effect of the size returned is shown, as usual since Cohen (1988).
POWER = 0.8
#: A noise estimate on fewer changes is itself noise: its interval spans a factor of more than 3.
MINIMUM_CHANGES = 8
#: Changes that differ by less than this part of their size differ by rounding.
ROUNDING = 1e-12
#: Non-centrality beyond which any test has power 1.
FARTHEST = 100.0


def detectable_effect(changes: Numbers, treated: int, level: float = LEVEL, power: float = POWER) -> pd.DataFrame:
    """Return the smallest effect that a two-sided t test of changes would show with the given power [1]_.

    λ · s · √(1/treated + 1/comparison), s the standard deviation of the comparison units' changes, λ the
    non-centrality at which t with treated + comparison − 2 degrees of freedom exceeds its critical value with
    probability ``power``. To be written down before the measure, from changes between two windows without it.

    Args:
        changes: one per comparison unit, mean after minus mean before, in the unit of the figure; NaN is left out.
        treated: units that will get the measure.
        level: two-sided confidence level of the later test, and of the interval here.
        power: strictly between 1 − level and 1.

    Returns:
        A table of one row: estimate is the smallest detectable effect, low and high what it is at the ends of the
        chi-square interval of s; n is comparison units; with treated, sd, power.

    Raises:
        ValueError: power or treated out of range.

    R: ``power.t.test(n, sd = sd(changes), power = .8)$delta`` for equal numbers.

    References:
        .. [1] Bloom HS (1995) Eval Rev 19:547–556, who takes λ = t(1 − α/2) + t(power).
    """
    alpha = 1 - checked_level(level)
    if not alpha < power < 1 or treated < 1:
        raise ValueError("power must lie between 1 - level and 1, and treated be 1 or more")
    values = np.asarray(changes, float).ravel()
    values = values[np.isfinite(values)]
    n = len(values)
    sd = float(np.std(values, ddof=1)) if n > 1 else np.nan
    figures = pd.DataFrame({"n": [n], "estimate": np.nan, "low": np.nan, "high": np.nan})
    reason = f"fewer than {MINIMUM_CHANGES} comparison units" if n < MINIMUM_CHANGES else ""
    if not reason and np.ptp(values) <= ROUNDING * np.abs(values).max():
        reason = "no variation between comparison units"
    if not reason:
        size = _noncentrality(treated + n - 2, alpha, power) * sd * np.sqrt(1 / treated + 1 / n)
        ends = np.sqrt((n - 1) / stats.chi2.ppf([1 - alpha / 2, alpha / 2], n - 1))
        figures = figures.assign(estimate=size, low=size * ends[0], high=size * ends[1])
    figures = figures.assign(treated=treated, sd=sd, power=power)
    return estimate_table(figures, np.array([reason]), "smallest detectable effect, t; chi-square", level)


def _noncentrality(df: int, alpha: float, power: float) -> float:
    critical = stats.t.ppf(1 - alpha / 2, df)
    return float(optimize.brentq(lambda size: stats.nct.sf(critical, df, size) - power, 0.0, FARTHEST, xtol=1e-12))
