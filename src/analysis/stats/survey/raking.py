"""Which weights make the answers match the known margins of the population?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.stats.estimates import Floats, Integers, counts_of, sums_by
from analysis.stats.survey.design import WEIGHT_ONE

#: Largest relative correction of any category in a full turn that still counts as converged.
TOLERANCE = 1e-11
MAXIMUM_TURNS = 1_000


class CannotRake(ValueError):
    """The margins cannot be met by these answers; the message says which one and why."""


def raked_weights(counts: pd.DataFrame, margins: pd.DataFrame, bounds: tuple[float, float] | None = None) -> pd.Series:
    """Return weights under which the answers reproduce every margin, by iterative proportional fitting [1]_.

    Args:
        counts: one row per cell: a column for each variable of ``margins``, weight (integer, in billionths: the
            design weight, kept if absent at 1) and count.
        margins: columns variable, category, customers (population total of the category, 0 or more).
        bounds: lowest and highest weight allowed, as multiples of the mean; the excess is then spread evenly over the
            answers inside the bounds, again until none lies outside. Margins are met only nearly after trimming.

    Returns:
        The new weight of an answer in each row, integer in billionths, on the index of ``counts``.

    Raises:
        CannotRake: a category of the answers is not in the margins, a populated category has no answers, the totals
            of two variables differ, the turns do not converge, or the bounds leave nobody inside.

    R: ``rake(d, list(~a, ~b), list(pop_a, pop_b), control = list(maxit = 1000, epsilon = 1e-12))``, then
    ``trimWeights(strict = TRUE)``; R's default stops at a change of 1 person, which is not
    converged, and R does not see margins that contradict each other, since its weights then repeat turn by turn.

    References:
        .. [1] Deming WE, Stephan FF (1940) Ann Math Stat 11:427–444.
    """
    (count,) = counts_of(counts, "count")
    weight = counts["weight"].to_numpy(float) / WEIGHT_ONE if "weight" in counts else np.ones(len(counts))
    targets = [_target(counts, count, margin) for _, margin in margins.groupby("variable", sort=True)]
    totals = [float(total.sum()) for _, total in targets]
    if not np.allclose(totals, totals[0], rtol=TOLERANCE, atol=0):
        raise CannotRake("the margins add up to different totals: were they drawn on different days?")
    weight = _converged(weight, count, targets)
    weight = weight if bounds is None else _trimmed(weight, count, bounds)
    return pd.Series(np.rint(weight * WEIGHT_ONE).astype(np.int64), index=counts.index, name="weight")


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


def _converged(weight: Floats, count: Floats, targets: list[tuple[Integers, Floats]]) -> Floats:
    for _ in range(MAXIMUM_TURNS):
        corrections = []
        for position, total in targets:
            reached = sums_by(position, weight * count, len(total))
            factor = np.divide(total, reached, out=np.ones_like(total), where=reached > 0)
            weight = weight * factor[position]
            corrections.append(float(np.max(np.abs(factor - 1))))
        # In the first turn each margin is met as it is touched: only a turn that corrects nothing has met them all.
        if max(corrections) <= TOLERANCE:
            return weight
    raise CannotRake("the margins contradict each other in the cells that were answered: raking does not settle")


def _trimmed(weight: Floats, count: Floats, bounds: tuple[float, float]) -> Floats:
    mean = float(np.sum(weight * count) / np.sum(count))
    low, high = bounds[0] * mean, bounds[1] * mean
    while bool(((weight < low) | (weight > high)).any()):
        outside = (weight < low) | (weight > high)
        room = float(np.sum(count[~outside]))
        if room == 0:
            raise CannotRake("no weight lies within the bounds: widen them")
        excess = float(np.sum((weight - np.clip(weight, low, high)) * count))
        weight = np.where(outside, np.clip(weight, low, high), weight + excess / room)
    return weight
