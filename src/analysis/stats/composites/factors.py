"""How much of a change in a product, or in any function of several factors, comes from each factor?"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

#: 2^12 evaluations of the function take about a second.
MOST_FACTORS = 12


def factor_effects(
    before: pd.DataFrame, after: pd.DataFrame, figure: Callable[[pd.DataFrame], float]
) -> pd.DataFrame:
    """Return what each factor adds to a change, the interactions shared evenly; the effects add up to the change.

    effect_f = Σ over sets S of the other factors of |S|! (K−|S|−1)!/K! · (F(S and f after) − F(S after)), every
    factor outside the set as before: Das Gupta's symmetric decomposition [1]_, equal to the Shapley value. With two
    factors, category share and rate, and F = Σ w r it is Kitagawa's.

    Args:
        before: one column per factor, one row per category (one row where factors are scalars).
        after: same columns, same index.
        figure: the whole figure from such a table; must not depend on the order of the rows.

    Returns:
        Indexed by factor: effect, in the unit of the figure, and before, after, the whole figure. Arithmetic of the
        two tables: no interval.

    Raises:
        ValueError: the tables do not match, hold a gap, have no or more than `MOST_FACTORS` factors, or the figure is
            not finite for a mixed table.

    R: ``DasGuptR::dgnpop(x, "pop", factors, ratefunction = "sum(a*b*c)")``.

    References:
        .. [1] Das Gupta P (1993) Standardization and decomposition of rates. US Bureau of the Census P23-186.
    """
    factors = list(before.columns)
    if list(after.columns) != factors or not after.index.equals(before.index) or before.empty:
        raise ValueError("before and after must have the same rows and factors, and at least one of each")
    if len(factors) > MOST_FACTORS:
        raise ValueError(f"more than {MOST_FACTORS} factors: the number of mixed tables doubles with each")
    if bool(before.isna().any(axis=None) or after.isna().any(axis=None)):
        raise ValueError("a factor is missing in some category: write 0 for a category that is absent")
    values = {changed: _mixed(before, after, changed, figure) for changed in _subsets(factors)}
    effects = {factor: _effect(factor, factors, values) for factor in factors}
    whole = {"before": values[frozenset()], "after": values[frozenset(factors)]}
    table = pd.DataFrame({"effect": pd.Series(effects, dtype=float)}).rename_axis("factor")
    return table.assign(**whole)


def _subsets(factors: list[str]) -> list[frozenset[str]]:
    return [frozenset(chosen) for size in range(len(factors) + 1) for chosen in combinations(factors, size)]


def _mixed(
    before: pd.DataFrame, after: pd.DataFrame, changed: frozenset[str], figure: Callable[[pd.DataFrame], float]
) -> float:
    """Return the figure with the changed factors as after and the others as before."""
    mixed = pd.DataFrame({factor: (after if factor in changed else before)[factor] for factor in before.columns})
    value = float(figure(mixed))
    if not np.isfinite(value):
        raise ValueError("the figure is not finite for a mixed table: is a factor 0 in one period only?")
    return value


def _effect(factor: str, factors: list[str], values: dict[frozenset[str], float]) -> float:
    """Return the weighted mean, over the sets of other factors, of what changing the factor adds."""
    others = [other for other in factors if other != factor]
    steps = [
        (values[chosen | {factor}] - values[chosen])
        * factorial(len(chosen))
        * factorial(len(others) - len(chosen))
        / factorial(len(factors))
        for chosen in _subsets(others)
    ]
    return float(sum(steps))
