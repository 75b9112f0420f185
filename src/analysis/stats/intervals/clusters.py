"""How sure are we of a mean or a share over answers that come in clusters?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import (
    LEVEL,
    MINIMUM_N_MEAN,
    MINIMUM_N_SHARE,
    Booleans,
    Floats,
    checked_level,
    counts_of,
    estimate_table,
    first_reason,
    group_ids,
    ratio,
    sums_by,
)
from analysis.stats.intervals.means import t_limits

#: A spread between clusters needs two of them.
MINIMUM_CLUSTERS = 2
#: With fewer whose mean is not the commonest, t covers less than .94 on average over item shapes and cluster sizes.
MINIMUM_OFF_MODE = 6
TOO_FEW_CLUSTERS = "fewer than 2 clusters"
NO_VARIATION = "no variation between clusters"


def cluster_mean(
    sums: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL, minimum_n: int = MINIMUM_N_MEAN
) -> pd.DataFrame:
    """Return a mean over answers that come in clusters, with a cluster-robust t interval [1]_.

    Ratio estimator m = Σ T_g / Σ N_g over G clusters, variance G/(G−1) Σ (T_g − m N_g)² / (Σ N_g)², G−1 degrees of
    freedom. Clusters without answers are left out.

    Args:
        sums: columns cluster, n (answers) and total (sum of their values), with the columns of ``by``; rows of the
            same cluster are added up.
        by: columns that name the groups; none = one row for the whole table.
        level: two-sided confidence level.
        minimum_n: fewer answers are not estimable; nor are fewer than two clusters or clusters all alike, nor fewer
            than `MINIMUM_OFF_MODE` clusters whose mean is not the commonest: on a top-heavy item t would cover .87
            with 10 clusters and .86 with 20 of two answers; so it covers .91 (within-cluster correlation 0 … .3).

    Returns:
        A table of estimates in the unit of the values, indexed by group, with std_error, df and clusters.

    Raises:
        ValueError: n is not a count, or a cluster with answers has no total.

    R: ``d <- svydesign(ids = ~cluster, weights = ~1, data); m <- svymean(~v, d); confint(m, df = degf(d))``;
    ``confint`` without ``df`` takes the normal quantile.

    References:
        .. [1] Cochran WG (1977) Sampling Techniques, 3rd ed., section 9A.
    """
    figures, off_mode = _cluster_ratio(sums, by)
    reason = first_reason(
        figures["n"],
        minimum_n,
        (figures["clusters"].lt(MINIMUM_CLUSTERS).to_numpy(), TOO_FEW_CLUSTERS),
        (_no_spread(figures), NO_VARIATION),
        (off_mode < MINIMUM_OFF_MODE, f"fewer than {MINIMUM_OFF_MODE} clusters off the commonest mean"),
    )
    return estimate_table(t_limits(figures, level), reason, "ratio mean, cluster-robust t", level)


def cluster_share(
    sums: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL, minimum_n: int = MINIMUM_N_SHARE
) -> pd.DataFrame:
    """Return a share over answers that come in clusters, with the interval of Korn and Graubard.

    Estimate and standard error are those of `cluster_mean`; the limits come from `korn_graubard`, because the t
    interval leaves 0–1 and fails near the ends. For the t interval call `cluster_mean` on the same table.
    Arguments and result as there; ``total`` counts the answers of the kind.

    Raises:
        ValueError: a total is not a count, or exceeds its n.

    R: ``svyciprop(~v, svydesign(ids = ~cluster, weights = ~1, data), method = "beta")``; see `korn_graubard`.
    """
    total, n = counts_of(sums, "total", "n")
    if bool(np.any(total > n)):
        raise ValueError("total exceeds n in some cluster: a share counts each answer once at most")
    figures, _ = _cluster_ratio(sums, by)
    few = figures["clusters"].lt(MINIMUM_CLUSTERS).to_numpy()
    reason = first_reason(figures["n"], minimum_n, (few, TOO_FEW_CLUSTERS))
    return estimate_table(korn_graubard(figures, level), reason, "ratio share, cluster-robust Korn-Graubard", level)


def korn_graubard(figures: pd.DataFrame, level: float = LEVEL) -> pd.DataFrame:
    """Return ``figures`` with low and high of Korn and Graubard's interval [1]_ for a share with a design effect.

    Clopper–Pearson with x = n* p and n* = p(1−p)/se² · (t(n−1)/t(df))². Where the spread says nothing (p = 0, p = 1,
    all units alike) n* starts from n instead, as for the health statistics of the United States [2]_.

    Args:
        figures: columns n, estimate (share), std_error, df.
        level: two-sided confidence level.

    R: ``svyciprop(method = "beta")``, which has no interval at 0 and 1. In simulation (3 … 60 clusters, within-cluster
    correlation 0 … .1, p = .5 … .99) it covers .948 and more, the t interval .16 and more.

    References:
        .. [1] Korn EL, Graubard BI (1998) Surv Methodol 24:193–201.
        .. [2] Parker JD et al. (2017) Vital Health Stat 2(175).
    """
    share, tail = figures["estimate"].to_numpy(float), (1 + checked_level(level)) / 2
    n, df = figures["n"].to_numpy(float), figures["df"].to_numpy(float)
    effective = design_n(figures) * spread_known(n, df, 1 - tail)
    low = _beta_quantile(1 - tail, effective * share, effective * (1 - share) + 1)
    high = _beta_quantile(tail, effective * share + 1, effective * (1 - share))
    return figures.assign(low=np.where(share <= 0, 0.0, low), high=np.where(share >= 1, 1.0, high))


def design_n(figures: pd.DataFrame) -> Floats:
    """Return the n* of `korn_graubard` before its degrees of freedom: p(1−p)/se², n where the spread says nothing."""
    share, std_error = figures["estimate"].to_numpy(float), figures["std_error"].to_numpy(float)
    return np.where(_no_spread(figures), figures["n"].to_numpy(float), ratio(share * (1 - share), std_error**2))


def spread_known(n: Floats, df: Floats, tail: float | Floats) -> Floats:
    """Return what n* is multiplied with for limits that leave ``tail`` on either side: (t(n−1)/t(df))²."""
    quantiles: Floats = stats.t.isf(tail, np.maximum(n - 1, 1)) / stats.t.isf(tail, np.maximum(df, 1))
    return quantiles**2


def _cluster_ratio(sums: pd.DataFrame, by: Sequence[str]) -> tuple[pd.DataFrame, Floats]:
    """Return n, estimate, std_error, df, clusters per group, and its clusters off the commonest cluster mean."""
    ids, groups = group_ids(sums, by)
    (answers,) = counts_of(sums, "n")
    if not bool(np.isfinite(sums["total"].to_numpy(float, na_value=np.nan)[answers > 0]).all()):
        raise ValueError("total must be a number wherever n counts answers: were unanswered ones counted?")
    clusters = sums.assign(group=ids).groupby(["group", "cluster"], dropna=False)[["n", "total"]].sum().reset_index()
    clusters = clusters[clusters["n"].gt(0)]
    group, size, total = (clusters[column].to_numpy() for column in ("group", "n", "total"))
    n = sums_by(group, size, len(groups))
    mean = ratio(sums_by(group, total, len(groups)), n)
    number = sums_by(group, np.ones(len(group)), len(groups))
    squares = sums_by(group, (total - mean[group] * size) ** 2, len(groups))
    variance = ratio(number * ratio(squares, number - 1), n**2)
    columns = {"n": n.astype(int), "estimate": mean, "std_error": np.sqrt(variance)}
    alike = clusters.groupby(["group", total / size]).size().groupby("group").max()
    off_mode = number - alike.reindex(range(len(groups)), fill_value=0).to_numpy(float)
    columns |= {"df": np.maximum(number - 1, 0), "clusters": number.astype(int)}
    return pd.DataFrame(columns, index=groups), off_mode


def _no_spread(figures: pd.DataFrame) -> Booleans:
    """Return where the standard error is 0 up to rounding: such an interval would have no width."""
    scale = figures["estimate"].abs().clip(lower=1.0)
    return figures["std_error"].le(np.finfo(float).eps * scale).to_numpy()


def _beta_quantile(probability: float, a: Floats, b: Floats) -> Floats:
    usable = (a > 0) & (b > 0)
    return np.where(usable, stats.beta.ppf(probability, np.where(usable, a, 1), np.where(usable, b, 1)), np.nan)
