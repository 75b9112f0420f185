"""How do scores vary between units, between raters and beyond both?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.stats.agreement.ratings import Units, refuse_repeats
from analysis.stats.estimates import Booleans, Floats, counts_of, group_ids, ratio, sums_by

#: Places of what is summed over units, before the ratings of each rater.
UNIT, SIZE, SIZE_SQUARE, TOTAL, OF_MEAN, SQUARES, RATERS = range(7)


@dataclass(frozen=True)
class ScoredUnits(Units):
    """Units and their scores as deviations from the group's mean (units × raters; NaN = not rated).

    ``shared`` marks the raters of each group if they are known and rated all its units (groups × raters), else none.
    ``left_out`` counts units without a rating of every rater; ``at_mode`` is the share of scores equal to the
    group's most frequent one, ``off_mode`` the units with another.
    """

    scores: Floats
    shared: Booleans
    left_out: Floats
    at_mode: Floats
    off_mode: Floats

    def features(self) -> Floats:
        """Return per unit 1, its ratings k, k², their sum t, t²/k, their squares' sum, and each rater's score."""
        size = np.isfinite(self.scores).sum(axis=1).astype(float)
        scores = np.nan_to_num(self.scores)
        total = scores.sum(axis=1)
        columns = [np.ones(len(size)), size, size**2, total, ratio(total**2, size), (scores**2).sum(axis=1)]
        return np.column_stack([*columns, scores]) if self.shared.any() else np.column_stack(columns)


def scored_units(ratings: pd.DataFrame, by: Sequence[str] = ()) -> ScoredUnits:
    """Return units and scores from a long table of ratings.

    Args:
        ratings: one row per rating: unit, value (number; missing = not rated), with the columns of ``by``. With the
            column rater, units that some rater of the group did not rate are left out (and counted); without it
            every unit stands and raters count as different for every unit. ``count`` as in
            `analysis.stats.agreement.ratings.rated_units`.
        by: columns that name the groups; none = one group.

    Raises:
        ValueError: a rater rated a unit twice, or ``count`` is not a count.
    """
    named = "rater" in ratings
    group, groups = group_ids(ratings, by)
    kept = ratings["value"].notna().to_numpy() & (ratings["count"].gt(0).to_numpy() if "count" in ratings else True)
    rows = ratings.assign(group=group)[kept].sort_values([*by, "unit", "rater" if named else "value"])
    unit, _ = group_ids(rows, [*by, "unit"])
    refuse_repeats(rows, unit)
    first = np.unique(unit, return_index=True)[1]
    count = counts_of(rows, "count")[0] if "count" in rows else np.ones(len(rows))
    if not np.array_equal(count[first][unit], count):
        raise ValueError("count differs within a unit: it is the number of units rated alike, not of raters")
    rater = rows["rater"] if named else pd.Series(unit).groupby(unit).cumcount()
    column, _ = pd.factorize(rater, sort=True)
    scores = np.full((len(first), int(column.max(initial=-1)) + 1), np.nan)
    scores[unit, column] = rows["value"].to_numpy(float)
    return _complete(Units(groups, rows["group"].to_numpy()[first], count[first]), scores, named)


def mean_squares(sums: Floats) -> pd.DataFrame:
    """Return the mean squares of a one-way or, with a sum per rater, a two-way layout without repeats [1]_.

    Between units Σ t²/k − T²/N on n − 1; within units Σ y² − Σ t²/k on N − n; between raters Σ S_j²/n − T²/N on
    k − 1 and the residual, what is then left of within, on (n − 1)(k − 1).

    Args:
        sums: sums over units of `ScoredUnits.features` (rows × features).

    Returns:
        One row per row of ``sums``: n, k (ratings per unit; (N − Σk²/N)/(n − 1) where unequal), between, within,
        raters, residual, df_within, df_residual, total (the sum of squares about the mean).

    References:
        .. [1] Shrout PE, Fleiss JL (1979) Psychol Bull 86:420–428; Searle SR (1987) Linear Models for Unbalanced Data,
           section 3.
    """
    n, ratings = sums[:, UNIT], sums[:, SIZE]
    mean = ratio(sums[:, TOTAL] ** 2, ratings)
    within = sums[:, SQUARES] - sums[:, OF_MEAN]
    of_raters = ratio((sums[:, RATERS:] ** 2).sum(axis=1), n) - mean
    k = ratio(ratings - ratio(sums[:, SIZE_SQUARE], ratings), n - 1)
    df_residual = (n - 1) * (k - 1)
    return pd.DataFrame({
        "n": n,
        "k": k,
        "between": ratio(sums[:, OF_MEAN] - mean, n - 1),
        "within": ratio(within, ratings - n),
        "raters": ratio(of_raters, k - 1),
        "residual": ratio(within - of_raters, df_residual),
        "df_within": ratings - n,
        "df_residual": df_residual,
        "total": sums[:, SQUARES] - mean,
    })


def _complete(units: Units, scores: Floats, named: bool) -> ScoredUnits:
    """Return the units without those that a known rater of their group left out."""
    rated = np.isfinite(scores)
    shared = units.total(rated.astype(float)) > 0
    keep = (rated == shared[units.group]).all(axis=1) if named else np.ones(len(scores), bool)
    left_out = sums_by(units.group, units.count * ~keep, len(units.groups))
    kept = Units(units.groups, units.group[keep], units.count[keep])
    scores = scores[keep]
    total = kept.total(np.column_stack([np.isfinite(scores).sum(axis=1), np.nansum(scores, axis=1)]))
    centred = scores - ratio(total[:, 1], total[:, 0])[kept.group][:, None]
    at_mode, off_mode = _concentration(kept, scores)
    return ScoredUnits(kept.groups, kept.group, kept.count, centred, shared & named, left_out, at_mode, off_mode)


def _concentration(units: Units, scores: Floats) -> tuple[Floats, Floats]:
    """Return, per group, the share of its most frequent score (the first among equals) and the units with another."""
    groups = len(units.groups)
    row, column = np.nonzero(np.isfinite(scores))
    table = pd.DataFrame({"group": units.group[row], "value": scores[row, column], "times": units.count[row]})
    times = table.groupby(["group", "value"])["times"].sum()
    mode = times.loc[times.groupby("group").idxmax()].reset_index() if len(times) else times.reset_index()
    value, share = np.full(groups, np.nan), np.full(groups, np.nan)
    value[mode["group"]] = mode["value"]
    share[mode["group"]] = mode["times"] / table.groupby("group")["times"].sum().to_numpy()
    off = (np.isfinite(scores) & (scores != value[units.group][:, None])).any(axis=1)
    return share, sums_by(units.group, units.count * off, groups)
