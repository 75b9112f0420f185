"""How large must the effect of a measure be to be seen among so many units and periods?"""

from __future__ import annotations

from math import comb, floor

import numpy as np
import pandas as pd
from scipy import optimize, stats

from analysis.stats.estimates import LEVEL, checked_level, estimate_table, ratio
from analysis.stats.models.panels import ROUNDING, two_way

#: Chance that an effect of the size returned is shown, as usual since Cohen (1988).
POWER = 0.8
#: A noise estimate on fewer degrees of freedom is itself noise: its interval spans a factor of more than 3.
MINIMUM_DF = 8
#: Non-centrality beyond which any test has power 1.
FARTHEST = 100.0
#: Digits to which shares of assignments are compared: .05 · 20 is 1, not .99….
DIGITS = 9


def detectable_difference(
    known: pd.DataFrame, planned: pd.DataFrame, level: float = LEVEL, power: float = POWER
) -> pd.DataFrame:
    """Return the smallest effect that a difference in differences would show with the given power [1]_.

    λ √(φ / Σ n d²): φ/n is the variance of a figure of n cases around unit and period effects, by what is left of the
    figures ``known``; d what is left of treated · after in the panel ``planned``. The same with n = 1 if that is more:
    noise may not shrink with n, and placebo units have theirs. λ is the non-centrality at which t with units − 2
    degrees of freedom exceeds its critical value with probability ``power``. The critical value is at the
    level that the randomisation test can keep among so many units: 1 − ``level`` rounded down to whole assignments.
    To be written down before the measure.

    Args:
        known: columns unit, period, value, n of periods without the measure.
        planned: columns unit, period, treated, after, n of the periods to be compared, those to come included.
        level: two-sided confidence level of the later test, and of the interval here.
        power: strictly between 1 − level and 1.

    Returns:
        A table of one row: estimate is the smallest detectable effect, low and high what it is at the ends of the
        chi-square interval of φ; n is units; with treated, comparison, df (of φ), sd (√φ) and power.

    Raises:
        ValueError: power out of range, or what `analysis.stats.models.panels.two_way` refuses.

    R: equal n, b periods before and a after: ``power.t.test`` with sd·√(1/a + 1/b) for equal numbers of units.

    References:
        .. [1] Bloom HS (1995) Eval Rev 19:547–556, who takes λ = t(1 − α/2) + t(power).
    """
    alpha = 1 - checked_level(level)
    if not alpha < power < 1:
        raise ValueError("power must lie between 1 - level and 1")
    treated, comparison, carried = _information(planned)
    left, df = figure_noise(known)
    flat, _ = figure_noise(known.assign(n=1.0))
    variance = max(ratio(left, carried).item(), ratio(flat, _information(planned.assign(n=1.0))[2]).item())
    kept = _kept_level(treated, comparison, alpha)
    reason = ""
    if not min(treated, comparison):
        reason = f"no {'comparison' if treated else 'treated'} units"
    elif not carried > 0:
        reason = "no periods before the measure, or none with it"
    elif not kept or treated + comparison < 3:
        reason = f"too few units: the smallest attainable p is {smallest_attainable_p(treated, comparison):.2g}"
    elif df < MINIMUM_DF:
        reason = f"fewer than {MINIMUM_DF} figures before beyond unit and period effects"
    elif not left > 0:
        reason = "no variation between units"
    figures = pd.DataFrame({"n": [treated + comparison], "estimate": np.nan, "low": np.nan, "high": np.nan})
    if not reason:
        size = _noncentrality(treated + comparison - 2, kept, power) * np.sqrt(variance)
        ends = size / np.sqrt(stats.chi2.ppf([1 - alpha / 2, alpha / 2], df))
        figures = figures.assign(estimate=size / np.sqrt(df), low=ends[0], high=ends[1])
    sd = float(np.sqrt(ratio(left, float(df))))
    figures = figures.assign(treated=treated, comparison=comparison, df=df, sd=sd, power=power)
    return estimate_table(figures, np.array([reason]), "smallest detectable difference in differences, t", level)


def smallest_attainable_p(treated: int, comparison: int) -> float:
    """Return the least p that a randomisation test of so many units can give: both signs count where halves are equal.

    R: ``1/choose(n, k)``.
    """
    sets = comb(treated + comparison, treated)
    return (2 if treated == comparison else 1) / sets


def figure_noise(known: pd.DataFrame) -> tuple[float, int]:
    """Return Σ n r² of what unit and period effects leave of figures (unit, period, value, n), and its df."""
    design = two_way(known.assign(treated=False, after=False))
    if not design.units:
        return 0.0, 0
    left = float((design.weight * design.value**2).sum()) * float(known["n"].max())
    return left, len(design.value) - design.basis.shape[1]


def _kept_level(treated: int, comparison: int, alpha: float) -> float:
    """Return the largest attainable p that is at most ``alpha``; 0 = none is."""
    least = smallest_attainable_p(treated, comparison)
    return least * floor(round(alpha / least, DIGITS))


def _information(planned: pd.DataFrame) -> tuple[int, int, float]:
    """Return treated and comparison units, and Σ n d²."""
    design = two_way(planned.assign(value=0.0))
    if not design.units:
        return 0, 0, 0.0
    left = design.left_of(design.of_treated())[:, 0]
    carried = float((design.weight * left**2).sum()) * float(planned["n"].max())
    return int(design.treated.sum()), int((~design.treated).sum()), carried if carried > ROUNDING else 0.0


def _noncentrality(df: int, alpha: float, power: float) -> float:
    critical = stats.t.ppf(1 - alpha / 2, df)
    return float(optimize.brentq(lambda size: stats.nct.sf(critical, df, size) - power, 0.0, FARTHEST, xtol=1e-12))
