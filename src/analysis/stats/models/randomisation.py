"""How often would chance alone, had it picked the treated units, have shown such an effect?"""

from __future__ import annotations

from itertools import combinations
from math import comb, floor

import numpy as np
import pandas as pd

from analysis.stats.estimates import LEVEL, OK, Booleans, Floats, checked_level, estimate_table, ratio, sums_by
from analysis.stats.models.panels import ROUNDING, TwoWay, two_way

#: Up to so many ways of picking the treated units, each is tried; beyond, so many are drawn.
ASSIGNMENTS = 5_000
#: Digits to which shares of assignments are compared: .05 · 20 is 1, not .99….
DIGITS = 9
METHOD = "difference in differences, randomisation test and its inversion"


def randomisation_test(panel: pd.DataFrame, seed: int, level: float = LEVEL) -> pd.DataFrame:
    """Return the effect of `difference_in_differences` with p and interval from placebo assignments of its units [1]_.

    The same regression is run as if each other set of as many units had been treated. p = share of sets, the real one
    included, whose effect is at least as large in size. The interval holds every δ that the same test would not
    reject after δ is taken off the treated units' figures; both are exact if every set was equally likely [2]_.
    Up to `ASSIGNMENTS` sets all are tried, else the real one and so many others less one, drawn with ``seed``.

    Args:
        panel: see `analysis.stats.models.panels.two_way`. Units without a figure both before and after keep their
            part in the period effects and are not assigned.
        seed: of the drawn sets.
        level: two-sided confidence level.

    Returns:
        A table of one estimate in the unit of the values, n being units, with p, smallest_p (the least that so few
        units can show), assignments, treated, comparison. Where smallest_p exceeds 1 − level no interval ends and the
        figure is "not estimable: too few units".

    Conley and Taber [3]_ compare with the comparison units alone; here the real assignment counts as one of the sets,
    which keeps the level also for few of them. Units of very unequal size or noise are not exchangeable.

    R: ``combn`` over units and ``coef(lm(value ~ factor(unit) + factor(period) + d, weights = n))["d"]`` each.

    References:
        .. [1] Fisher RA (1935) The Design of Experiments; Rosenbaum PR (2002) Stat Sci 17:286–327.
        .. [2] Phipson B, Smyth GK (2010) Stat Appl Genet Mol Biol 9:39, for the sets drawn.
        .. [3] Conley TG, Taber CR (2011) Rev Econ Stat 93:113–125.
    """
    alpha = 1 - checked_level(level)
    design = two_way(panel)
    score, information = _score(design)
    able = np.diagonal(information) > ROUNDING if design.units else np.zeros(0, bool)
    real = design.treated[able]
    number = {"n": len(real), "treated": int(real.sum()), "comparison": int((~real).sum())}
    figures = pd.DataFrame({**number, "estimate": np.nan, "low": np.nan, "high": np.nan, "p": np.nan}, index=[0])
    reason = _reason(design, real)
    figures = figures.assign(smallest_p=np.nan, assignments=0)
    if not reason:
        sets = _assignments(real, seed)
        effect, carried = _placebo_effects(sets, real, score[able], information[np.ix_(able, able)])
        low, high = _inverted(effect, carried, alpha)
        smallest = (2 if 2 * real.sum() == len(real) and len(sets) < ASSIGNMENTS else 1) / len(sets)
        size = np.abs(effect)
        p = float(np.mean(size >= size[0] - ROUNDING * size.max()))
        figures = figures.assign(estimate=effect[0], low=low, high=high, p=p, smallest_p=smallest)
        figures = figures.assign(assignments=len(sets))
        too_few = round(smallest - alpha, DIGITS) > 0
        reason = f"too few units: the smallest attainable p is {smallest:.2g}" if too_few else ""
    return estimate_table(figures, np.array([reason]), METHOD, level)


def placebo_windows(panel: pd.DataFrame) -> pd.DataFrame:
    """Return the effect that the measure would have shown had it begun earlier, in windows without it.

    `difference_in_differences` of the periods before the measure, with each earlier start that leaves as many periods
    after it as the real window has, and one before it.

    Args:
        panel: see `analysis.stats.models.panels.two_way`.

    Returns:
        Columns estimate, placebo (false for the real start, the last row), as_large (share of windows with an
        estimate, the real one included, whose effect is at least as large: no less than 1 over their number) and
        status ("ok" or "not estimable: reason"); indexed by first period. Empty where no period is with the measure.
        Windows overlap, so the share is for looking: it is no p value.

    R: the same ``lm`` with a shifted ``after``.
    """
    periods = panel.groupby("period")["after"].first().astype(bool).sort_index()
    before, length = periods.index[~periods], int(periods.sum())
    starts = list(range(1, len(before) - length + 1)) if length else []
    effects = {}
    for start in starts:
        window = panel[panel["period"].isin(before[: start + length])]
        effects[before[start]] = _effect(window.assign(after=window["period"].isin(before[start:])))
    if length:
        effects[periods.index[periods][0]] = _effect(panel)
    table = pd.DataFrame({"estimate": pd.Series(effects, dtype=float)}).rename_axis("period")
    size = table["estimate"].abs().to_numpy()
    known = size[np.isfinite(size)]
    least = size - ROUNDING * known.max(initial=0.0)
    at_least = [float(np.mean(known >= one)) if np.isfinite(one) else np.nan for one in least]
    status = np.where(np.isfinite(size), OK, "not estimable: the window cannot be told apart from units and periods")
    return table.assign(placebo=np.arange(len(table)) < len(starts), as_large=at_least, status=status)


def _effect(panel: pd.DataFrame) -> float:
    design = two_way(panel)
    score, information = _score(design)
    treated = design.treated.astype(float)
    known = treated @ information @ treated
    return float(ratio(treated @ score, known if known > ROUNDING else 0.0))


def _score(design: TwoWay) -> tuple[Floats, Floats]:
    """Return s and Q such that the effect of treating the units a (0/1) is a′s / a′Qa, for any a."""
    weighted = design.weight * design.exposure[:, 0]
    shared = np.zeros((design.units, design.basis.shape[1] if design.units else 0))
    np.add.at(shared, design.unit, (np.sqrt(design.weight) * design.exposure[:, 0])[:, None] * design.basis)
    own = sums_by(design.unit, weighted * design.exposure[:, 0], design.units)
    score = sums_by(design.unit, weighted * design.value, design.units)
    return score, np.diag(own) - shared @ shared.T


def _assignments(real: Booleans, seed: int) -> Booleans:
    """Return one row per set of treated units, the real one first."""
    units, treated = len(real), int(real.sum())
    if comb(units, treated) <= ASSIGNMENTS:
        sets = np.zeros((comb(units, treated), units), dtype=bool)
        for row, chosen in enumerate(combinations(range(units), treated)):
            sets[row, list(chosen)] = True
        others = sets[(sets != real).any(axis=1)]
    else:
        order = np.random.default_rng(seed).random((ASSIGNMENTS - 1, units)).argsort(axis=1)
        others = order < treated
    return np.vstack([real, others])


def _placebo_effects(sets: Booleans, real: Booleans, score: Floats, information: Floats) -> tuple[Floats, Floats]:
    """Return each set's effect, and how much of a true effect of the real set it would pick up."""
    chosen = sets.astype(float)
    known = ((chosen @ information) * chosen).sum(axis=1)
    known = np.where(known > ROUNDING, known, 0.0)
    return ratio(chosen @ score, known), ratio(chosen @ information @ real.astype(float), known)


def _inverted(effect: Floats, carried: Floats, alpha: float) -> tuple[float, float]:
    """Return the ends of {δ: p(δ) > alpha}.

    A set with effect u that picks up v of the real one is as large as the real one at δ where |u − δv| ≥ |b − δ|:
    between (b − u)/(1 − v) and (b + u)/(1 + v), and everywhere for v = ±1. All these intervals hold b, so the ends
    are order statistics of theirs.
    """
    bounded = np.abs(carried) < 1 - ROUNDING
    first = ratio(effect[0] - effect, np.where(bounded, 1 - carried, 0.0))
    second = ratio(effect[0] + effect, np.where(bounded, 1 + carried, 0.0))
    low = np.sort(np.where(bounded, np.minimum(first, second), -np.inf))
    high = np.sort(np.where(bounded, np.maximum(first, second), np.inf))[::-1]
    rank = min(floor(round(alpha * len(effect), DIGITS)), len(effect) - 1)
    return float(low[rank]), float(high[rank])


def _reason(design: TwoWay, real: Booleans) -> str:
    """Return why nothing can be estimated ("" = it can)."""
    if not design.units:
        return "no units"
    if design.treated.all() or (len(real) and real.all()):
        return "no comparison units seen before and after"
    if not real.any():
        return "no treated units seen before and after"
    return "" if design.value.any() else "no variation"
