"""Do groups of cases take equally long?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import OK, Floats, Integers, counts_of, group_ids, ratio, sums_by
from analysis.stats.survival.risk_sets import previous, running_product, running_sum

#: An eigenvalue of the correlation of the differences below this is the linear dependence of the groups, not variance.
DEPENDENT = 1e-9
#: Fewer events in all do not test anything.
MINIMUM_EVENTS = 10
NO_GROUPS, NEVER_TOGETHER = "fewer than 2 groups", "no event while cases of two groups were at risk"


def log_rank(
    counts: pd.DataFrame, group: str, strata: Sequence[str] = (), by: Sequence[str] = (), rho: float = 0
) -> pd.DataFrame:
    """Return the log-rank test of equal curves between k groups, stratified on request, from counts per time [1]_.

    χ² = (O − E)ᵀ V⁻ (O − E) with, per stratum and time, E_g = d n_g/n and the hypergeometric variance
    V_gh = d (n − d)/(n − 1) · n_g/n · (δ_gh − n_h/n), each weighted by S(t −)^rho (squared in V), S the curve of the
    stratum, all groups together. Degrees of freedom are the rank of V: k − 1 if all groups can be compared.

    p_chi2, from that χ², raises more than 5 % false alarms in small samples (.06–.08 with 5–30 cases per group and
    nobody open). p_permutation takes the variance of Peto and Peto [2]_ in the same quadratic form: with the score
    a_i = w(t_i) [event] − Σ w d/n over times ≤ t_i, so that O_g − E_g = Σ_g a_i, per stratum
    V_gh = Σ a_i²/(N (N − 1)) · (N n_g δ_gh − n_g n_h); it errs (to .08) where groups of unequal size are censored
    differently. p, for decisions, takes the smaller of the two statistics, over df, against F(df, events − df − 1):
    .055 and less in all these cases.

    Args:
        counts: columns time, events, censored, as for `analysis.stats.survival.kaplan_meier.kaplan_meier`, with
            ``group`` and the columns of ``strata`` and ``by``; rows of the same time are added up.
        group: the column whose values are compared.
        strata: columns within which alone cases are compared; none = one stratum.
        by: columns that name the tests; none = one test.
        rho: 0 for the log-rank test, 1 for the Peto–Peto modification of the Wilcoxon test.

    Returns:
        Per test (index by): n, events, groups, statistic (χ²), df, p, p_chi2, p_permutation, method, status. Not
        testable ("not estimable: reason", statistic and every p NaN) without two groups, with fewer than
        `MINIMUM_EVENTS` events, or where no event happened while cases of two groups were at risk.

    Raises:
        ValueError: time, events or censored is negative or not whole.

    R: ``survdiff(Surv(time, event) ~ group + strata(s), rho = 0)``: statistic and p_chi2. R counts every group with a
    positive expectation as a degree of freedom, also one that never met the others within a stratum. p_permutation is
    ``coin::logrank_test(Surv(time, event) ~ group, ties.method = "mid-ranks")`` (within a stratum: the sum of its
    linear statistics and covariances over strata).

    References:
        .. [1] Mantel N (1966) Cancer Chemother Rep 50:163–170; Harrington DP, Fleming TR (1982) Biometrika 69:553–566.
        .. [2] Peto R, Peto J (1972) J R Stat Soc A 135:185–207; Hothorn T et al. (2006) Am Stat 60:257–263.
    """
    met = _meetings(counts, group, (strata, by), rho)
    n, events = met.cases.sum(axis=1), met.events.sum(axis=1)
    present = (met.cases > 0).sum(axis=1)
    statistic, df = _quadratic(met.observed - met.expected, met.variance)
    permuted, permuted_df = _quadratic(met.observed - met.expected, met.permutation)
    reason = np.select(
        [n == 0, present < 2, events < MINIMUM_EVENTS, df == 0],
        ["no cases", NO_GROUPS, f"fewer than {MINIMUM_EVENTS} events", NEVER_TOGETHER],
        default="",
    )
    tested = {
        "statistic": statistic,
        "p_chi2": stats.chi2.sf(statistic, np.maximum(df, 1)),
        "p_permutation": stats.chi2.sf(permuted, np.maximum(permuted_df, 1)),
    }
    free = np.maximum(events - df - 1, 1)
    tested["p"] = stats.f.sf(np.minimum(statistic, permuted) / np.maximum(df, 1), np.maximum(df, 1), free)
    shown = {name: np.where(reason == "", column, np.nan) for name, column in tested.items()}
    told = {"n": n, "events": events, "groups": present}
    table = pd.DataFrame({name: column.astype(int) for name, column in told.items()}, index=met.tests)
    return table.assign(
        statistic=shown["statistic"],
        df=df,
        p=shown["p"],
        p_chi2=shown["p_chi2"],
        p_permutation=shown["p_permutation"],
        method=f"log-rank, rho = {rho:g}" + (", stratified" if len(strata) else ""),
        status=[f"not estimable: {why}" if why else OK for why in reason],
    )


def observed_expected(
    counts: pd.DataFrame, group: str, strata: Sequence[str] = (), by: Sequence[str] = (), rho: float = 0
) -> pd.DataFrame:
    """Return the events observed and expected per group behind `log_rank`, weighted by S(t −)^rho.

    Arguments and errors as there.

    Returns:
        n, observed, expected; indexed by the columns of ``by`` and ``group``. O/E above 1: faster than the others.

    R: ``survdiff(...)$obs`` and ``$exp``, summed over strata.
    """
    met = _meetings(counts, group, (strata, by), rho)
    test, label = np.nonzero(met.cases)
    keys = pd.DataFrame({group: np.asarray(met.labels)[label]})
    if by:
        keys = pd.concat([met.tests.to_frame(index=False).iloc[test].reset_index(drop=True), keys], axis=1)
    index = pd.MultiIndex.from_frame(keys) if by else pd.Index(keys[group])
    columns = {"observed": met.observed[test, label], "expected": met.expected[test, label]}
    return pd.DataFrame({"n": met.cases[test, label].astype(int), **columns}, index=index)


@dataclass(frozen=True)
class _Meetings:
    """Sums over all times at which cases of several groups were at risk; arrays of tests × groups (× groups)."""

    tests: pd.Index
    labels: pd.Index
    cases: Floats
    events: Floats
    observed: Floats
    expected: Floats
    variance: Floats
    permutation: Floats


def _meetings(
    counts: pd.DataFrame, group: str, within: tuple[Sequence[str], Sequence[str]], rho: float
) -> _Meetings:
    """Return observed, expected and variance per test; ``within`` = the columns of strata and of tests."""
    strata, by = within
    events, censored = counts_of(counts, "time", "events", "censored")[1:]
    label, labels = pd.factorize(counts[group], sort=True, use_na_sentinel=False)
    rows, times = group_ids(counts, [*by, *strata, "time"])
    here = times.to_frame(index=False)
    tests, stratum = group_ids(here, by), group_ids(here, [*by, *strata])[0]
    shape = (len(here), len(labels))
    died, left = _tally(rows, label, events, shape), _tally(rows, label, events + censored, shape)
    at_risk = _from_here_on(left, stratum)
    d, n = died.sum(axis=1), at_risk.sum(axis=1)
    still_open = running_product(1 - np.nan_to_num(ratio(d, n)), stratum)
    weight = previous(still_open, stratum, 1.0)[:, None] ** rho
    spread = np.nan_to_num(ratio(d * (n - d), (n - 1) * n**2))[:, None] * weight**2
    total = partial(_sums, test=tests[0], tests=len(tests[1]))
    squares = [total(spread * at_risk * (n[:, None] * one - at_risk[:, [g]])) for g, one in enumerate(np.eye(shape[1]))]
    scores = running_sum(weight[:, 0] * np.nan_to_num(ratio(d, n)), stratum)
    squares_of_scores = d * (weight[:, 0] - scores) ** 2 + (left.sum(axis=1) - d) * scores**2
    return _Meetings(
        tests=tests[1],
        labels=pd.Index(labels),
        cases=total(left),
        events=total(died),
        observed=total(weight * died),
        expected=total(weight * at_risk * np.nan_to_num(ratio(d, n))[:, None]),
        variance=np.stack(squares, axis=-1) if squares else np.zeros((len(tests[1]), 0, 0)),
        permutation=_permutation(left, squares_of_scores, stratum, tests),
    )


def _tally(rows: Integers, label: Integers, counts: Floats, shape: tuple[int, int]) -> Floats:
    """Return the counts as a table of rows × groups."""
    tally = np.bincount(rows * shape[1] + label, weights=counts, minlength=shape[0] * shape[1])
    return tally.astype(np.float64).reshape(shape)


def _from_here_on(left: Floats, stratum: Integers) -> Floats:
    """Return the cases of each group that leave in this row or a later one of the stratum."""
    gone = pd.DataFrame(left).groupby(stratum).cumsum().to_numpy()
    ends = np.searchsorted(stratum, stratum, side="right") - 1
    return gone[ends] - gone + left


def _sums(values: Floats, test: Integers, tests: int) -> Floats:
    """Return the sums of the rows of each test, numbered in ascending order."""
    if not len(values):
        return np.zeros((tests, values.shape[1]))
    return np.asarray(np.add.reduceat(values, np.searchsorted(test, np.arange(tests)), axis=0), dtype=np.float64)


def _permutation(
    left: Floats, squares: Floats, stratum: Integers, tests: tuple[Integers, pd.Index]
) -> Floats:
    """Return the variance of the sums of scores over all ways to share the cases of a stratum among the groups."""
    strata = int(stratum[-1]) + 1 if len(stratum) else 0
    cases, test = _sums(left, stratum, strata), tests[0][np.searchsorted(stratum, np.arange(strata))]
    n = cases.sum(axis=1)
    spread = np.nan_to_num(ratio(sums_by(stratum, squares, strata), n * (n - 1)))
    shared = n[:, None, None] * cases[:, :, None] * np.eye(left.shape[1]) - cases[:, :, None] * cases[:, None, :]
    flat = (spread[:, None, None] * shared).reshape(strata, left.shape[1] ** 2)
    return _sums(flat, test, len(tests[1])).reshape(len(tests[1]), left.shape[1], left.shape[1])


def _quadratic(difference: Floats, variance: Floats) -> tuple[Floats, Integers]:
    """Return (O − E)ᵀ V⁻ (O − E) with the generalised inverse, and the rank of V."""
    deviation = np.sqrt(np.diagonal(variance, axis1=1, axis2=2))
    z = np.nan_to_num(ratio(difference, deviation))
    correlation = np.nan_to_num(ratio(variance, deviation[:, :, None] * deviation[:, None, :]))
    values, vectors = np.linalg.eigh(correlation)
    kept = values > DEPENDENT
    projected = np.einsum("tgv,tg->tv", vectors, z) ** 2
    return np.nan_to_num(ratio(projected, np.where(kept, values, 0.0))).sum(axis=1), kept.sum(axis=1)
