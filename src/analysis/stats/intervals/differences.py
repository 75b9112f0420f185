"""How much do two figures differ, and how sure are we of the gap?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.stats.estimates import (
    LEVEL,
    MINIMUM_N_SHARE,
    OK,
    estimate_table,
    ratio,
)
from analysis.stats.intervals.combination import linear_combination
from analysis.stats.intervals.means import t_limits
from analysis.stats.intervals.shares import wilson

COUNTS = ("count", "n", "base_count", "base_n")


def share_difference(counts: pd.DataFrame, level: float = LEVEL, minimum_n: int = MINIMUM_N_SHARE) -> pd.DataFrame:
    """Return the difference of two independent shares, p − p₀, with Newcombe's interval (his method 10) [1]_.

    low = d − √((p − l)² + (u₀ − p₀)²), high = d + √((u − p)² + (p₀ − l₀)²), where l, u and l₀, u₀ are Wilson's limits.

    Args:
        counts: columns count and n (the figure), base_count and base_n (what it is compared with); one row a pair.
        level: two-sided confidence level.
        minimum_n: fewer answers on either side are not estimable.

    Returns:
        A table of estimates (−1 … 1) on the index of ``counts``; n is the sum of both sides.

    Raises:
        ValueError: a count is negative, not whole, or above its n.

    R: ``DescTools::BinomDiffCI(x1, n1, x2, n2, method = "score")``; ``prop.test(c(x1, x2), c(n1, n2))`` gives Wald's
    limits, with a continuity correction.

    References:
        .. [1] Newcombe RG (1998) Stat Med 17:873–890, table II.
    """
    rows = counts[list(COUNTS)].reset_index(drop=True)
    figure = wilson(rows["count"], rows["n"], level, minimum_n).assign(coefficient=1, pair=rows.index)
    base = wilson(rows["base_count"], rows["base_n"], level, minimum_n).assign(coefficient=-1, pair=rows.index)
    parts = pd.concat([figure, base], ignore_index=True)
    return linear_combination(parts, "difference of shares, Newcombe", ["pair"], level).set_axis(counts.index)


def mean_difference(means: pd.DataFrame, bases: pd.DataFrame, level: float = LEVEL) -> pd.DataFrame:
    """Return the difference of two independent means, row by row, with the t interval of Welch [1]_.

    d ± t(ν) √(s² + s₀²), s the standard errors, and Welch–Satterthwaite's ν = (s² + s₀²)² / (s⁴/f + s₀⁴/f₀) from their
    degrees of freedom f. So the means may be plain, clustered or design-weighted.

    Args:
        means: a table of estimates with std_error and df, as of `analysis.stats.intervals.means.mean_t`.
        bases: what each is compared with: such a table of the same length and order.
        level: two-sided confidence level of the difference.

    Returns:
        A table of estimates on the index of ``means``, with std_error and df; n is the sum. Not estimable, with the
        reason, where one of the two is not.

    Raises:
        ValueError: the two tables differ in length.

    R: ``t.test(x, y)$conf.int``, whose default (``var.equal = FALSE``) is this.

    References:
        .. [1] Welch BL (1947) Biometrika 34:28–35.
    """
    if len(means) != len(bases):
        raise ValueError("means and bases must pair row by row: is a group missing on one side?")
    first, second = (table[["estimate", "std_error", "df", "n"]].to_numpy(float).T for table in (means, bases))
    variances = first[1] ** 2, second[1] ** 2
    total = variances[0] + variances[1]
    df = ratio(total**2, ratio(variances[0] ** 2, first[2]) + ratio(variances[1] ** 2, second[2]))
    columns = {"n": (first[3] + second[3]).astype(int), "estimate": first[0] - second[0]}
    figures = pd.DataFrame({**columns, "std_error": np.sqrt(total), "df": df}, index=means.index)
    status = means["status"].where(means["status"].ne(OK).to_numpy(), bases["status"].to_numpy())
    reason = status.where(status.ne(OK), "").str.removeprefix("not estimable: ").to_numpy(str)
    return estimate_table(t_limits(figures, level), reason, "difference of means, Welch t", level)
