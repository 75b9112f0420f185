"""Which ranks are compatible with the data, for one unit or for all at once?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.stats.estimates import Floats, estimate_table
from analysis.stats.pairs import ROUNDING, Comparison, better_pairs, difference_errors, own_pairs

SIMULTANEOUS = "simultaneous rank set"
MARGINAL = "marginal rank set"
UNRANKED = "no estimate with a standard error above 0"
ALONE = "fewer than 2 units to rank"
INSEPARABLE = "its difference from another unit has no error"


@dataclass(frozen=True)
class Ranking(Comparison):
    """How units are ranked: seed, level, stepwise and draws of a `Comparison`, and the direction."""

    #: Whether rank 1 is the largest estimate.
    largest_first: bool = True


def simultaneous_rank_sets(
    units: pd.DataFrame, ranking: Ranking, covariance: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return sets that hold the true ranks of all units together with the probability of the level [1]_.

    Unit j's rank is 1 + the number of units truly better. Tied units may take every rank from there to p − the number
    truly worse, and the sets cover all of these. low = 1 + units better for certain, high = p − units worse for
    certain, by the step-down max-t test of all p(p−1) ordered pairs (`better_pairs`). The sets hold for a large n of
    each unit: estimates nearly normal, errors nearly known.

    Args:
        units: columns estimate and std_error, one row per unit, index = the units (unique).
        ranking: seed, direction, level, draws.
        covariance: of the estimates, units × units; its diagonal replaces std_error. None = independent estimates.

    Returns:
        A table of estimates on the units' index: estimate is the rank of the estimate (equal ones share the better
        rank), n the units ranked. A unit without an estimate or with a std_error of 0 is "not estimable" and not
        ranked among the others; nor is a lone unit, nor two that differ without error.

    Raises:
        ValueError: a unit occurs twice, draws are too few for the level, or the covariance does not fit.

    R: ``csranks::csranks(x, diag(se^2), simul = TRUE, R = …)``. It interpolates the quantile of the draws; here the
    critical value is the ⌈(draws + 1) · level⌉-th smallest maximum, which keeps the level for any number of draws.

    References:
        .. [1] Mogstad M, Romano JP, Shaikh AM, Wilhelm D (2024) Rev Econ Stud 91:476–518.
    """
    return _rank_sets(units, ranking, covariance, SIMULTANEOUS)


def marginal_rank_sets(units: pd.DataFrame, ranking: Ranking, covariance: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return, for each unit, a set that holds its own true rank with the probability of the level [1]_.

    As `simultaneous_rank_sets`, but the hypotheses are only those that compare the unit with each other one, with a
    critical value of its own: for a question about one unit named beforehand. The sets of several units together
    hold less often than the level. Arguments, result and errors as there.

    R: ``csranks::csranks(x, diag(se^2), simul = FALSE, R = …)``.

    References:
        .. [1] Mogstad M, Romano JP, Shaikh AM, Wilhelm D (2024) Rev Econ Stud 91:476–518.
    """
    return _rank_sets(units, ranking, covariance, MARGINAL)


def candidates(sets: pd.DataFrame, tau: int) -> pd.DataFrame:
    """Return which units may be among the ``tau`` best, and which among the ``tau`` worst.

    The projection sets {j: low_j ≤ tau} and {j: high_j > p − tau}: together they hold all units truly of such a
    rank with at least the level of the simultaneous sets [1]_.

    Args:
        sets: a result of `simultaneous_rank_sets`.
        tau: how many places; 1 or more.

    Returns:
        Columns may_be_best, may_be_worst (True, False; missing where a unit was not ranked), on the units' index.

    Raises:
        ValueError: the sets are not simultaneous ones, or tau is not a whole number of 1 or more.

    R: ``csranks::cstaubest(x, diag(se^2), tau)`` and ``cstauworst``.

    References:
        .. [1] Mogstad M, Romano JP, Shaikh AM, Wilhelm D (2024) Rev Econ Stud 91:476–518.
    """
    if not bool(sets["method"].str.startswith(SIMULTANEOUS).all()):
        raise ValueError("sets must be simultaneous: marginal sets do not hold for all units at once")
    if tau < 1 or tau != int(tau):
        raise ValueError("tau must be a whole number of places, 1 or more")
    chosen = {"may_be_best": sets["low"].le(tau), "may_be_worst": sets["high"].gt(sets["n"] - tau)}
    ranked = sets["low"].notna()
    return pd.DataFrame({name: answer.astype("boolean").where(ranked) for name, answer in chosen.items()})


def _rank_sets(units: pd.DataFrame, ranking: Ranking, covariance: pd.DataFrame | None, kind: str) -> pd.DataFrame:
    # Sorted: a unit's draws must not depend on the order of the rows.
    ordered = units.sort_index()
    if not ordered.index.is_unique:
        raise ValueError("a unit occurs twice: the index must name each unit once")
    errors = _covariance(ordered, covariance)
    usable = np.isfinite(ordered["estimate"].to_numpy(float, na_value=np.nan)) & (np.diag(errors) > 0)
    same = (difference_errors(errors) <= 0) & ~np.eye(len(errors), dtype=bool)
    twins = usable & (same & usable).any(axis=1)
    ranked = usable & ~twins
    reason = np.select([~usable, twins, ranked & (ranked.sum() < 2)], [UNRANKED, INSEPARABLE, ALONE], default="")
    values = ordered["estimate"].to_numpy(float, na_value=np.nan)[ranked] * (1 if ranking.largest_first else -1)
    limits = _limits(values, errors[np.ix_(ranked, ranked)], ranking, kind)
    figures = pd.DataFrame(limits, index=ordered.index[ranked], columns=["low", "high"]).astype(float)
    figures["estimate"] = 1.0 + (values > values[:, None]).sum(axis=1)
    figures = figures.reindex(ordered.index).assign(n=int(ranked.sum()))
    method = f"{kind}, max-t" + (", step-down" if ranking.stepwise else "")
    return estimate_table(figures, reason.astype(str), method, ranking.level).loc[units.index]


def _limits(values: Floats, covariance: Floats, ranking: Ranking, kind: str) -> Floats:
    """Return low and high rank per unit: 1 + units better for certain, and the number of units − those worse."""
    if kind == MARGINAL:
        better, worse = own_pairs(values, covariance, ranking)
    else:
        pairs = better_pairs(values, covariance, ranking)
        better, worse = pairs.sum(axis=0), pairs.sum(axis=1)
    return np.column_stack([1 + better, len(values) - worse]).astype(np.float64)


def _covariance(units: pd.DataFrame, covariance: pd.DataFrame | None) -> Floats:
    """Return the covariance matrix in the order of the units; a missing error becomes 0."""
    if covariance is None:
        std_error = units["std_error"].to_numpy(float, na_value=np.nan)
        if bool((std_error < 0).any()):
            raise ValueError("std_error is negative: was a difference or a lower limit passed?")
        return np.diag(np.where(np.isfinite(std_error), std_error, 0.0) ** 2)
    own = sorted(units.index)
    if sorted(covariance.index) != own or sorted(covariance.columns) != own:
        raise ValueError("covariance must have the units, each once, as its index and as its columns")
    matrix = covariance.loc[units.index, units.index].to_numpy(float)
    scale = float(np.abs(np.diag(matrix)).max(initial=0.0)) * ROUNDING
    if not np.allclose(matrix, matrix.T, rtol=0, atol=scale) or bool((np.linalg.eigvalsh(matrix) < -scale).any()):
        raise ValueError("covariance must be symmetric and have no negative eigenvalue: was a gap or a product passed?")
    return np.asarray((matrix + matrix.T) / 2, dtype=np.float64)
