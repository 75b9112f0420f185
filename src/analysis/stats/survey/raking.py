"""Which weights make the answers match the known margins of the population?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.stats.estimates import Floats, Integers, counts_of, sums_by
from analysis.stats.survey.linearisation import WEIGHT_ONE, design_weights

#: Largest relative correction of any category in a full turn that still counts as converged.
TOLERANCE = 1e-11
MAXIMUM_TURNS = 1_000


class CannotRake(ValueError):
    """The margins cannot be met by these answers; the message says which one and why."""


@dataclass(frozen=True)
class Raking:
    """What the weights are raked to.

    Args:
        margins: columns variable, category, customers (population total of the category, 0 or more).
        bounds: lowest and highest weight allowed, as multiples of the mean raked weight; None = no trimming.
    """

    margins: pd.DataFrame
    bounds: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.bounds is not None and not 0 <= self.bounds[0] < 1 < self.bounds[1]:
            raise ValueError("bounds are multiples of the mean weight: the lower must be below 1, the upper above")


#: Each row's category number, and the categories' totals.
Target = tuple[Integers, Floats]


def raked_weights(counts: pd.DataFrame, margins: pd.DataFrame, bounds: tuple[float, float] | None = None) -> pd.Series:
    """Return weights under which the answers reproduce every margin, by iterative proportional fitting [1]_.

    Margin after margin, w ← w · total / Σ w over each category, until a full turn changes nothing. Trimming (if
    bounded) sets each weight outside the bounds to the nearer one and spreads what that takes away (or adds) evenly,
    the same amount per answer, over the answers inside the bounds; again until none lies outside. It keeps the sum of
    the weights, and meets the margins only nearly.

    Args:
        counts: one row per cell: a column for each variable of ``margins``, weight (integer, in billionths: the
            design weight, kept if absent at 1) and count.
        margins: as in `Raking`.
        bounds: as in `Raking`.

    Returns:
        The new weight of an answer in each row, integer in billionths, on the index of ``counts``.

    Raises:
        CannotRake: a category of the answers is not in the margins, a populated category has no answers, the totals
            of two variables differ, the turns do not converge, or the bounds leave nobody inside.
        ValueError: a count is not a count, or the bounds do not enclose 1.

    R: ``r <- rake(d, list(~a, ~b), list(pop_a, pop_b), control = list(maxit = 1000, epsilon = 1e-12))``, then, m being
    ``mean(weights(r))``, ``trimWeights(r, lower = bounds[1] * m, upper = bounds[2] * m, strict = TRUE)``. R's default
    raking stops at a change of 1 person, which is not converged, and R does not see margins that contradict each
    other, since its weights then repeat turn by turn. R's default ``strict = FALSE`` trims once, after which weights
    may lie outside the bounds again. R's bounds are weights, ours multiples of their mean.

    References:
        .. [1] Deming WE, Stephan FF (1940) On a least squares adjustment of a sampled frequency table when the
           expected marginal totals are known. Ann Math Stat 11:427–444.
    """
    count = counts["count"].to_numpy(float)
    raked = fitted(design_weights(counts), count, targets(counts, margins))
    whole = np.rint(trimmed(raked, count, Raking(margins, bounds)) * WEIGHT_ONE)
    return pd.Series(whole.astype(np.int64), index=counts.index, name="weight")


def targets(counts: pd.DataFrame, margins: pd.DataFrame) -> list[Target]:
    """Return, per variable of ``margins`` in alphabetical order, where each row belongs and what it must add up to."""
    (count,) = counts_of(counts, "count")
    found = [_target(counts, count, margin) for _, margin in margins.groupby("variable", sort=True)]
    totals = [float(total.sum()) for _, total in found]
    if not np.allclose(totals, totals[:1], rtol=TOLERANCE, atol=0):
        raise CannotRake("the margins add up to different totals: were they drawn on different days?")
    return found


def fitted(weight: Floats, count: Floats, margins: list[Target]) -> Floats:
    """Return the weights after as many turns as it takes, untrimmed."""
    for _ in range(MAXIMUM_TURNS):
        corrections = [0.0]
        for position, total in margins:
            reached = sums_by(position, weight * count, len(total))
            factor = np.divide(total, reached, out=np.ones_like(total), where=reached > 0)
            weight = weight * factor[position]
            corrections.append(float(np.max(np.abs(factor - 1))))
        # In the first turn each margin is met as it is touched: only a turn that corrects nothing has met them all.
        if max(corrections) <= TOLERANCE:
            return weight
    raise CannotRake("the margins contradict each other in the cells that were answered: raking does not settle")


def trimmed(weight: Floats, count: Floats, raking: Raking) -> Floats:
    """Return the weights within the bounds, what is cut off spread over the others."""
    if raking.bounds is None or not count.any():
        return weight
    mean = float(np.sum(weight * count) / np.sum(count))
    low, high = raking.bounds[0] * mean, raking.bounds[1] * mean
    while bool(((weight < low) | (weight > high)).any()):
        outside = (weight < low) | (weight > high)
        room = float(np.sum(count[~outside]))
        if room == 0:
            raise CannotRake("no weight lies within the bounds: widen them")
        excess = float(np.sum((weight - np.clip(weight, low, high)) * count))
        weight = np.where(outside, np.clip(weight, low, high), weight + excess / room)
    return weight


def _target(counts: pd.DataFrame, count: Floats, margin: pd.DataFrame) -> tuple[Integers, Floats]:
    """Return each row's category number and the categories' totals, for one variable."""
    variable = margin["variable"].iloc[0]
    totals = margin.groupby("category")["customers"].sum()
    position = totals.index.get_indexer(pd.Index(counts[variable]))
    if bool((position < 0).any()):
        raise CannotRake(f"{variable}: some answers are of a category without a margin")
    answered = sums_by(position, count, len(totals))
    if bool(((answered > 0) != totals.gt(0).to_numpy()).any()):
        raise CannotRake(f"{variable}: some category has people but no answers, or answers but no people")
    return position, totals.to_numpy(float)
