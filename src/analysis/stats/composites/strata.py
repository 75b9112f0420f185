"""Does a difference between two groups survive when they are compared stratum by stratum?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import (
    LEVEL,
    MINIMUM_N_SHARE,
    OK,
    Floats,
    checked_level,
    counts_of,
    estimate_table,
    first_reason,
    group_ids,
    ratio,
    sums_by,
)
from analysis.stats.intervals.combination import linear_combination
from analysis.stats.intervals.shares import wilson

COUNTS = ("count_1", "n_1", "count_0", "n_0")
POOLED, STANDARDISED = "pooled", "standardised"
ONE_SIDED = "stratum with answers in both groups"
EMPTY_GROUP = f"fewer than {MINIMUM_N_SHARE} answers in a group"
#: Wald limits of a difference: fewer answers of either kind in a group, and simulated intervals fall below .90.
MINIMUM_EACH = 5
#: Agresti and Caffo: answers added to each share where only its variance is meant.
PSEUDO_ANSWERS = 2
RARE = f"fewer than {MINIMUM_EACH} answers of either kind over both groups"
ALL_ALIKE = "no variation within the groups of any stratum"
RARE_IN_ONE = f"fewer than {MINIMUM_EACH} answers of either kind in a group"
SATO = "Mantel-Haenszel difference, Sato"
DIRECT = "directly standardised difference, Wald with pseudo-answers"


def stratum_differences(
    strata: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL, minimum_n: int = MINIMUM_N_SHARE
) -> pd.DataFrame:
    """Return the difference of two shares, group 1 − group 0, in each stratum, with Newcombe's limits [1]_.

    Args:
        strata: columns stratum, count_1, n_1, count_0, n_0, with the columns of ``by``; rows of the same stratum are
            added up.
        by: columns that name the comparisons; none = one.
        level: two-sided confidence level.
        minimum_n: fewer answers in either group are not estimable.

    Returns:
        A table of estimates (differences of shares) with index ``by`` and stratum.

    Raises:
        ValueError: a count is not a count or exceeds its n.

    R: ``DescTools::BinomDiffCI(x1, n1, x0, n0, method = "score")``.

    References:
        .. [1] Newcombe RG (1998) Stat Med 17:873–890, method 10.
    """
    keys = [*by, "stratum"]
    table = _summed(strata, keys)
    one = wilson(table["count_1"], table["n_1"], level, minimum_n).assign(coefficient=1.0)
    other = wilson(table["count_0"], table["n_0"], level, minimum_n).assign(coefficient=-1.0)
    parts = pd.concat([table[keys].join(group) for group in (one, other)])
    return linear_combination(parts, "difference of shares, Newcombe", keys, level)


def mantel_haenszel(strata: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL) -> pd.DataFrame:
    """Return the difference of two shares common to the strata, by Mantel and Haenszel, with Sato's variance [1]_.

    d = Σ (x₁n₀ − x₀n₁)/N / Σ n₁n₀/N over the strata of N = n₁ + n₀; variance (d ΣP + ΣQ)/(Σ n₁n₀/N)² with
    P = (n₁²x₀ − n₀²x₁ + n₁n₀(n₀ − n₁)/2)/N², Q = (x₁(n₀ − x₀) + x₀(n₁ − x₁))/(2N); d ± z se. It holds for few
    large strata and for many small ones. Strata with one group alone carry no weight.

    Args:
        strata: as in `stratum_differences`.
        by: columns that name the comparisons; none = one.
        level: two-sided confidence level.

    Returns:
        A table of estimates indexed by comparison, with std_error and strata (those with both groups). Not estimable
        below `MINIMUM_N_SHARE` answers in a group, or `MINIMUM_EACH` answers of either kind over both, counted in
        those strata; nor where each group is of one kind throughout (metafor: an interval of width 0).

    Raises:
        ValueError: a count is not a count or exceeds its n.

    R: ``metafor::rma.mh(measure = "RD", ai = x1, n1i = n1, ci = x0, n2i = n0)``.

    References:
        .. [1] Sato T (1989) Biometrics 45:1323–1324; Greenland S, Robins JM (1985) Biometrics 41:55–68.
    """
    table, ids, groups = _compared(strata, by)
    x1, n1, x0, n0 = (table[name].to_numpy() for name in COUNTS)
    total = n1 + n0
    weight = sums_by(ids, ratio(n1 * n0, total), len(groups))
    difference = ratio(sums_by(ids, ratio(x1 * n0 - x0 * n1, total), len(groups)), weight)
    p = sums_by(ids, ratio(n1**2 * x0 - n0**2 * x1 + n1 * n0 * (n0 - n1) / 2, total**2), len(groups))
    q = sums_by(ids, ratio(x1 * (n0 - x0) + x0 * (n1 - x1), 2 * total), len(groups))
    variance = np.maximum(ratio(difference * p + q, weight**2), 0.0)
    figures = _wald(difference, variance, groups, level)
    return _told(table, (ids, groups), figures, (SATO, level))


def direct_standardisation(strata: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL) -> pd.DataFrame:
    """Return the difference of two shares with both groups given the strata of the two together [1]_.

    d = Σ W (p₁ − p₀), W = (n₁ + n₀)/Σ(n₁ + n₀), taken as known; d ± z se with se² = Σ W² (p̃₁(1−p̃₁)/n₁ +
    p̃₀(1−p̃₀)/n₀). In se² alone each share is drawn to the group's: p̃ = (x + 2 P)/(n + 2), P = (X + 1)/(N + 2) over
    all strata [2]_: with p itself strata that are all alike counted as certain, and the limits covered .77–.95 where
    these cover .92 and more. What the groups would differ by with the same mix, also where the strata disagree.
    Arguments, result and errors as in `mantel_haenszel`, but each group needs `MINIMUM_EACH` answers of either kind.

    R: ``weighted.mean(p1 - p0, n1 + n0)``; no base function for the limits.

    References:
        .. [1] Fleiss JL, Levin B, Paik MC (2003) Statistical Methods for Rates and Proportions, 3rd ed., chapter 19.
        .. [2] Agresti A, Caffo B (2000) Am Stat 54:280–288, for pseudo-answers in a Wald interval.
    """
    table, ids, groups = _compared(strata, by)
    weight = ratio(table["n_1"] + table["n_0"], sums_by(ids, table["n_1"] + table["n_0"], len(groups))[ids])
    difference, variance = np.zeros(len(groups)), np.zeros(len(groups))
    for group, sign in ((1, 1.0), (0, -1.0)):
        count, n = table[f"count_{group}"].to_numpy(), table[f"n_{group}"].to_numpy()
        whole = (sums_by(ids, count, len(groups)) + 1) / (sums_by(ids, n, len(groups)) + PSEUDO_ANSWERS)
        drawn = (count + PSEUDO_ANSWERS * whole[ids]) / (n + PSEUDO_ANSWERS)
        difference += sums_by(ids, sign * weight * ratio(count, n), len(groups))
        variance += sums_by(ids, weight**2 * ratio(drawn * (1 - drawn), n), len(groups))
    figures = _wald(difference, variance, groups, level)
    return _told(table, (ids, groups), figures, (DIRECT, level))


def simpson(strata: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL) -> pd.DataFrame:
    """Return a headline difference pooled over the strata beside the standardised one, and whether the sign turns.

    pooled: all strata in one (`stratum_differences`, Newcombe); standardised: `mantel_haenszel`. Simpson's reversal
    is the two having opposite signs [1]_; it is certain at the level if both intervals leave out 0.

    Args:
        strata: as in `stratum_differences`.
        by: columns that name the comparisons; none = one.
        level: two-sided confidence level.

    Returns:
        A table of estimates with index ``by`` and view (pooled, standardised), with strata (those with both groups),
        against (strata whose own difference has the sign opposite to the pooled one; missing where that is not
        estimable), sign_turns and certain (True, False; missing where either view is not estimable).

    Raises:
        ValueError: a count is not a count or exceeds its n.

    R: ``prop.test(c(x1, x0), c(n1, n0))`` on the sums (Wald limits) beside ``metafor::rma.mh(measure = "RD", …)``.

    References:
        .. [1] Simpson EH (1951) J R Stat Soc B 13:238–241; Bickel PJ, Hammel EA, O'Connell JW (1975) Science
           187:398–404.
    """
    standardised = mantel_haenszel(strata, by, level)
    pooled = _pooled(strata, by, level)
    sign = np.sign(pooled["estimate"].to_numpy(float))
    told = pooled["status"].eq(OK).to_numpy() & standardised["status"].eq(OK).to_numpy()
    turns = sign * np.sign(standardised["estimate"].to_numpy(float)) < 0
    clear = [(table["low"].gt(0) | table["high"].lt(0)).to_numpy() for table in (pooled, standardised)]
    table, ids, groups = _compared(strata, by)
    own = np.sign(ratio(table["count_1"], table["n_1"]) - ratio(table["count_0"], table["n_0"]))
    against = sums_by(ids, own * sign[ids] < 0, len(groups)).astype(int)
    facts = pd.DataFrame({
        "strata": standardised["strata"],
        "against": pd.Series(against, standardised.index).astype("Int64").where(np.isfinite(sign)),
        "sign_turns": pd.Series(turns, standardised.index).astype("boolean").where(told),
        "certain": pd.Series(turns & clear[0] & clear[1], standardised.index).astype("boolean").where(told),
    })
    views = {POOLED: pooled, STANDARDISED: standardised.drop(columns=["strata", "std_error"])}
    joined = pd.concat([view.join(facts).assign(view=name) for name, view in views.items()])
    joined = joined.set_index("view", append=bool(by))
    return joined.sort_index(level=list(range(len(by))), sort_remaining=False, kind="stable") if by else joined


def _pooled(strata: pd.DataFrame, by: Sequence[str], level: float) -> pd.DataFrame:
    """Return the difference over all strata taken as one, per comparison."""
    ids, groups = group_ids(strata, by)
    sums = {name: sums_by(ids, strata[name], len(groups)) for name in COUNTS}
    return stratum_differences(pd.DataFrame({"stratum": np.arange(len(groups)), **sums}), (), level).set_axis(groups)


def _summed(strata: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the counts per key, sorted; raise ValueError unless each count is one and within its n."""
    x1, n1, x0, n0 = counts_of(strata, *COUNTS)
    if bool(np.any(x1 > n1) or np.any(x0 > n0)):
        raise ValueError("count exceeds n in some stratum: a share counts each answer once at most")
    return strata.groupby(keys, dropna=False, observed=True)[list(COUNTS)].sum().astype(float).reset_index()


def _compared(strata: pd.DataFrame, by: Sequence[str]) -> tuple[pd.DataFrame, np.ndarray, pd.Index]:
    """Return the strata with both groups, their comparison's number, and all comparisons."""
    table = _summed(strata, [*by, "stratum"])
    ids, groups = group_ids(table, by)
    both = (table["n_1"].gt(0) & table["n_0"].gt(0)).to_numpy()
    return table[both], ids[both], groups


def _wald(difference: Floats, variance: Floats, groups: pd.Index, level: float) -> pd.DataFrame:
    """Return estimate, low, high, std_error from difference ± z √variance."""
    std_error = np.sqrt(variance)
    half = stats.norm.ppf((1 + checked_level(level)) / 2) * std_error
    limits = {"estimate": difference, "low": difference - half, "high": difference + half}
    return pd.DataFrame({**limits, "std_error": std_error}, index=groups)


def _told(
    table: pd.DataFrame, numbered: tuple[np.ndarray, pd.Index], figures: pd.DataFrame, told: tuple[str, float]
) -> pd.DataFrame:
    """Return the figures as estimates with n and strata, withheld where too few answers stand behind them."""
    (ids, groups), (method, level) = numbered, told
    x1, n1, x0, n0 = (sums_by(ids, table[name].to_numpy(), len(groups)) for name in COUNTS)
    both = np.minimum(x1 + x0, n1 + n0 - x1 - x0)
    either = np.minimum(np.minimum(x1, n1 - x1), np.minimum(x0, n0 - x0))
    scarce, why = (both, RARE) if method == SATO else (either, RARE_IN_ONE)
    few = np.minimum(n1, n0) < MINIMUM_N_SHARE
    alike = (~figures["std_error"].gt(0)).to_numpy()
    reasons = [(few, EMPTY_GROUP), (scarce < MINIMUM_EACH, why), (alike, ALL_ALIKE)]
    reason = first_reason(n1 + n0, 0, *reasons, of=ONE_SIDED)
    strata = sums_by(ids, np.ones(len(ids)), len(groups)).astype(int)
    return estimate_table(figures.assign(n=(n1 + n0).astype(int), strata=strata), reason, method, level)
