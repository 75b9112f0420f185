"""How sure are we of a share, a mean or a Net Promoter Score?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from analysis.stats.estimates import (
    LEVEL,
    MINIMUM_N_MEAN,
    MINIMUM_N_SHARE,
    Booleans,
    Floats,
    Numbers,
    aligned,
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
#: Rocks (2016): pseudo-answers given to promoters and to detractors; the other 1.5 of the 3 go to passives.
NPS_ADDED_EACH = 0.75
NPS_ADDED = 3.0
NPS_SCALE = 100.0
#: A spread between clusters needs two of them.
MINIMUM_CLUSTERS = 2
TOO_FEW_CLUSTERS = "fewer than 2 clusters"
NO_VARIATION = "no variation between clusters"


def wilson(count: Numbers, n: Numbers, level: float = LEVEL, minimum_n: int = MINIMUM_N_SHARE) -> pd.DataFrame:
    """Return shares with Wilson's score interval [1]_.

    (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n), without continuity correction.

    Args:
        count: answers of the kind counted, 0 … n.
        n: answers in all; same shape, or a scalar.
        level: two-sided confidence level.
        minimum_n: below it the row is not estimable. Coverage at 95 % averages .949 over n = 10 … 300 and p = .5 … .99,
            but dips near 1: .904 at n = 10 and down to .843 at n = 17 for p = .99 (and as near 0).

    Returns:
        A table of estimates (shares 0–1) on the index of ``count``.

    Raises:
        ValueError: a count is negative, not whole, or above its n.

    R: ``prop.test(count, n, correct = FALSE)$conf.int``; R's default ``correct = TRUE`` is wider.
    Computed by statsmodels ``proportion_confint(method="wilson")``, which is 1e-17 off 0 and 1 at count 0 and n;
    there the limit is set to 0 and 1.

    References:
        .. [1] Wilson EB (1927) J Am Stat Assoc 22:209–212; worked examples in Newcombe RG (1998) Stat Med 17:857–872.
    """
    return _share(count, n, (level, minimum_n), "wilson")


def clopper_pearson(count: Numbers, n: Numbers, level: float = LEVEL, minimum_n: int = MINIMUM_N_SHARE) -> pd.DataFrame:
    """Return shares with the exact interval of Clopper and Pearson [1]_, for errors that must not be understated.

    low = B(α/2; x, n−x+1), high = B(1−α/2; x+1, n−x), B the beta quantile. Coverage is never below ``level``, at the
    price of width (99 % and more in small samples near 1), so ``minimum_n`` may be set to 1 without harm.
    Arguments, result and errors as in `wilson`.

    R: ``binom.test(count, n)$conf.int``, the same.

    References:
        .. [1] Clopper CJ, Pearson ES (1934) Biometrika 26:404–413.
    """
    return _share(count, n, (level, minimum_n), "beta")


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
        minimum_n: fewer answers are not estimable; nor are fewer than two clusters or clusters all alike.

    Returns:
        A table of estimates in the unit of the values, indexed by group, with std_error, df and clusters.

    R: ``d <- svydesign(ids = ~cluster, weights = ~1, data); m <- svymean(~v, d); confint(m, df = degf(d))``;
    ``confint`` without ``df`` takes the normal quantile.

    References:
        .. [1] Cochran WG (1977) Sampling Techniques, 3rd ed., section 9A.
    """
    figures = _cluster_ratio(sums, by)
    reason = first_reason(
        figures["n"],
        minimum_n,
        (figures["clusters"].lt(MINIMUM_CLUSTERS).to_numpy(), TOO_FEW_CLUSTERS),
        (_no_spread(figures), NO_VARIATION),
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
    figures = _cluster_ratio(sums, by)
    few = figures["clusters"].lt(MINIMUM_CLUSTERS).to_numpy()
    reason = first_reason(figures["n"], minimum_n, (few, TOO_FEW_CLUSTERS))
    return estimate_table(korn_graubard(figures, level), reason, "ratio share, cluster-robust Korn-Graubard", level)


def nps(promoters: Numbers, passives: Numbers, detractors: Numbers, level: float = LEVEL) -> pd.DataFrame:
    """Return the Net Promoter Score, 100 (p − d), with the adjusted Wald interval [1]_.

    The estimate is the plain score. The limits use three answers more: ¾ are added to the promoters, ¾ to the
    detractors and the remaining 1½ to the passives, so that with p̃, d̃ over ñ = n + 3 they are
    100 (p̃ − d̃ ± z √((p̃ + d̃ − (p̃ − d̃)²) / ñ)), cut at −100 and 100. Fewer than `MINIMUM_N_SHARE` answers are not
    estimable.

    Args:
        promoters: answers 9–10; counts, like the next two.
        passives: answers 7–8.
        detractors: answers 0–6.
        level: two-sided confidence level.

    Returns:
        A table of estimates (−100 … 100) on the index of the first Series.

    R: no base function; ``qnorm(.975) * sqrt((p + d - (p - d)^2) / (n + 3))`` around ``p - d``.

    References:
        .. [1] Rocks B (2016) Interval estimation for the "net promoter score". Am Stat 70:365–372.
    """
    table = aligned(promoters=promoters, passives=passives, detractors=detractors)
    pro, passive, con = counts_of(table, *table.columns)
    n = pro + passive + con
    share_pro, share_con = (pro + NPS_ADDED_EACH) / (n + NPS_ADDED), (con + NPS_ADDED_EACH) / (n + NPS_ADDED)
    centre = share_pro - share_con
    half = _z(level) * np.sqrt((share_pro + share_con - centre**2) / (n + NPS_ADDED))
    figures = pd.DataFrame(
        {
            "n": n.astype(int),
            "estimate": NPS_SCALE * ratio(pro - con, n),
            "low": NPS_SCALE * np.maximum(centre - half, -1),
            "high": NPS_SCALE * np.minimum(centre + half, 1),
        },
        index=table.index,
    )
    return estimate_table(figures, first_reason(n, MINIMUM_N_SHARE), "NPS, adjusted Wald (n + 3)", level)


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
    share, std_error = figures["estimate"].to_numpy(float), figures["std_error"].to_numpy(float)
    n, df = figures["n"].to_numpy(float), np.maximum(figures["df"].to_numpy(float), 1)
    effective = np.where(_no_spread(figures), n, ratio(share * (1 - share), std_error**2))
    tail = (1 + checked_level(level)) / 2
    effective = effective * (stats.t.ppf(tail, np.maximum(n - 1, 1)) / stats.t.ppf(tail, df)) ** 2
    low = _beta_quantile(1 - tail, effective * share, effective * (1 - share) + 1)
    high = _beta_quantile(tail, effective * share + 1, effective * (1 - share))
    return figures.assign(low=np.where(share <= 0, 0.0, low), high=np.where(share >= 1, 1.0, high))


def t_limits(figures: pd.DataFrame, level: float = LEVEL) -> pd.DataFrame:
    """Return ``figures`` (estimate, std_error, df) with low and high = estimate ± t(df) · std_error."""
    df = figures["df"].to_numpy(float)
    tail = (1 + checked_level(level)) / 2
    half = np.where(df >= 1, stats.t.ppf(tail, np.maximum(df, 1)), np.nan) * figures["std_error"]
    return figures.assign(low=figures["estimate"] - half, high=figures["estimate"] + half)


def _share(count: Numbers, n: Numbers, asked: tuple[float, int], method: str) -> pd.DataFrame:
    level, minimum_n = asked
    table = aligned(count=count, n=n)
    kind, answers = counts_of(table, "count", "n")
    if bool(np.any(kind > answers)):
        raise ValueError("count exceeds n in some row: were the two arguments exchanged?")
    low, high = proportion_confint(kind, np.maximum(answers, 1), alpha=1 - checked_level(level), method=method)
    figures = pd.DataFrame(
        {
            "n": answers.astype(int),
            "estimate": ratio(kind, answers),
            "low": np.where(kind == 0, 0.0, low),
            "high": np.where(kind == answers, 1.0, high),
        },
        index=table.index,
    )
    names = {"wilson": "share, Wilson", "beta": "share, Clopper-Pearson"}
    return estimate_table(figures, first_reason(answers, minimum_n), names[method], level)


def _cluster_ratio(sums: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return n, estimate, std_error, df, clusters per group."""
    ids, groups = group_ids(sums, by)
    counts_of(sums, "n")
    clusters = sums.assign(group=ids).groupby(["group", "cluster"], dropna=False)[["n", "total"]].sum().reset_index()
    clusters = clusters[clusters["n"].gt(0)]
    group, size, total = (clusters[column].to_numpy() for column in ("group", "n", "total"))
    n = sums_by(group, size, len(groups))
    mean = ratio(sums_by(group, total, len(groups)), n)
    number = sums_by(group, np.ones(len(group)), len(groups))
    squares = sums_by(group, (total - mean[group] * size) ** 2, len(groups))
    variance = ratio(number * ratio(squares, number - 1), n**2)
    columns = {"n": n.astype(int), "estimate": mean, "std_error": np.sqrt(variance)}
    return pd.DataFrame({**columns, "df": np.maximum(number - 1, 0), "clusters": number.astype(int)}, index=groups)


def _no_spread(figures: pd.DataFrame) -> Booleans:
    """Return where the standard error is 0 up to rounding: such an interval would have no width."""
    scale = figures["estimate"].abs().clip(lower=1.0)
    return figures["std_error"].le(np.finfo(float).eps * scale).to_numpy()


def _beta_quantile(probability: float, a: Floats, b: Floats) -> Floats:
    usable = (a > 0) & (b > 0)
    return np.where(usable, stats.beta.ppf(probability, np.where(usable, a, 1), np.where(usable, b, 1)), np.nan)


def _z(level: float) -> float:
    return float(stats.norm.ppf((1 + checked_level(level)) / 2))
