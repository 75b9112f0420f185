"""How much disagreement is there between pairs of raters, against that expected from the shares of the values?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.stats.agreement.limits import jackknife, jackknife_figures
from analysis.stats.agreement.ratings import RatedUnits
from analysis.stats.estimates import Floats, Integers, ratio

#: Shares of values (rows × values) to the agreement expected by chance and half its derivative (rows × values).
Chance = Callable[[Floats], tuple[Floats, Floats]]


def chance_corrected(units: RatedUnits, weight: Floats, chance: Chance) -> pd.DataFrame:
    """Return the figures of (p_a − p_e)/(1 − p_e) per group, std_error being Gwet's linearised one [1]_.

    p_a averages the weighted agreement p_i of pairs of raters over the m units rated twice or more; p_e = chance(π),
    π the mean over all n units of their shares of the values. Variance Σ (x_i − x)² / (n (n−1)) with
    x_i = (n/m) (p_i − p_e)/(1 − p_e) [0 for a unit rated once] − 2 (1 − x) (p_e,i − p_e)/(1 − p_e), p_e,i half the
    derivative of p_e in the direction of the unit's shares.

    Args:
        units: rows of units with at least one rating.
        weight: agreement of each pair of values (values × values).
        chance: from shares to p_e and half its derivative.

    Returns:
        The columns of `analysis.stats.agreement.limits.jackknife_figures`; n counts units rated twice or more.

    References:
        .. [1] Gwet KL (2014) Handbook of Inter-Rater Reliability, 4th ed., chapter 5; R ``irrCAC``.
    """
    size = units.raters
    shares = units.given / np.maximum(size, 1)[:, None]
    pairs = size * (size - 1)
    agreed = (units.given * (units.given @ weight - 1)).sum(axis=1)
    rated_twice = (pairs > 0).astype(float)
    apart = np.where(pairs > 0, 1 - agreed / np.maximum(pairs, 1), 0.0)

    def disagreements(sums: Floats, _: Integers) -> tuple[Floats, Floats]:
        return ratio(sums[:, 1], sums[:, 0]), 1 - chance(ratio(sums[:, 3:], sums[:, [2]]))[0]

    features = np.column_stack([rated_twice, apart, np.ones(len(size)), shares])
    parts = jackknife(units, features, disagreements)
    figures = jackknife_figures(units, parts)
    by_chance, slope = chance(ratio(units.total(shares), units.size()[:, None]))
    estimate, above = parts.coefficient, 1 - by_chance
    n, twice = figures["n"].to_numpy(float), units.total(rated_twice)
    own = units.group
    observed = rated_twice * (1 - apart - by_chance[own]) * ratio(n, twice)[own]
    expected = (shares * slope[own]).sum(axis=1) - by_chance[own]
    influence = ratio(observed - 2 * (1 - estimate[own]) * expected, above[own])
    variance = ratio(units.total((influence - estimate[own]) ** 2), n * (n - 1))
    return figures.assign(n=twice.astype(int), std_error=np.sqrt(variance))
