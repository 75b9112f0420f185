"""How sure are we of the mean of an item?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import (
    LEVEL,
    MINIMUM_N_MEAN,
    checked_level,
    counts_of,
    estimate_table,
    first_reason,
    group_ids,
    ratio,
    sums_by,
)

#: Fewer answers off the mode make the t interval too narrow: at n = 5, 5.6 % of samples are all equal.
MINIMUM_OFF_MODE = 5


def mean_t(
    value_counts: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL, minimum_n: int = MINIMUM_N_MEAN
) -> pd.DataFrame:
    """Return the mean of an item with Student's t interval, from the number of answers per value.

    m ± t(n−1) s/√n, with s² = Σ c(v−m)²/(n−1).

    Args:
        value_counts: columns value (a score; NaN = unanswered, left out) and count, with the columns of ``by``.
        by: columns that name the groups; none = one row for the whole table.
        level: two-sided confidence level.
        minimum_n: fewer answers are not estimable. Fewer than `MINIMUM_OFF_MODE` answers off the mode never are.

    Returns:
        A table of estimates in the unit of ``value``, indexed by group, with std_error.

    Raises:
        ValueError: a count is negative or not whole.

    R: ``t.test(rep(value, count))$conf.int``, which has no lower bound on n and stops on constant data.
    """
    ids, groups = group_ids(value_counts, by)
    tally = value_counts.assign(group=ids).groupby(["group", "value"])["count"].sum().reset_index()
    (count,), value, group = counts_of(tally, "count"), tally["value"].to_numpy(float), tally["group"].to_numpy(np.intp)
    n = sums_by(group, count, len(groups))
    mean = ratio(sums_by(group, count * value, len(groups)), n)
    spread = sums_by(group, count * (value - mean[group]) ** 2, len(groups))
    std_error = np.sqrt(ratio(ratio(spread, n - 1), n))
    mode = tally.groupby("group")["count"].max().reindex(range(len(groups)), fill_value=0).to_numpy(float)
    reason = first_reason(
        n, minimum_n, (n - mode < MINIMUM_OFF_MODE, f"fewer than {MINIMUM_OFF_MODE} answers off the mode")
    )
    figures = pd.DataFrame(
        {"n": n.astype(int), "estimate": mean, "std_error": std_error, "df": np.maximum(n - 1, 0)}, index=groups
    )
    return estimate_table(t_limits(figures, level), reason, "mean, Student t", level)


def t_limits(figures: pd.DataFrame, level: float = LEVEL) -> pd.DataFrame:
    """Return ``figures`` (estimate, std_error, df) with low and high = estimate ± t(df) · std_error."""
    df = figures["df"].to_numpy(float)
    tail = (1 + checked_level(level)) / 2
    half = np.where(df >= 1, stats.t.ppf(tail, np.maximum(df, 1)), np.nan) * figures["std_error"]
    return figures.assign(low=figures["estimate"] - half, high=figures["estimate"] + half)
