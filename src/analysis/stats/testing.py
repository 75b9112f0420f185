"""Which figures miss their target by more than chance, when many are looked at?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize.elementwise import find_root

from analysis.stats.estimates import OK, Floats, Numbers, aligned, counts_of
from analysis.stats.intervals.clusters import design_n, spread_known

Worse = Literal["above", "below"]
Scale = Literal["identity", "log", "logit"]
Rule = Literal["each", "holm", "benjamini-hochberg"]

#: Largest chance of a false rejection (of one, of any, or share of false among the rejected, by the rule).
ALPHA = 0.05
#: True hypotheses looked at for Holm's worst case: it lies at 2, and beyond 100 the bound is α to four digits.
MOST_TRUE = 100
NO_TESTS = "not estimable: no tests"
#: Where a p-value is looked for: smaller ones are told as the first, larger ones are of no concern.
P_BETWEEN = (1e-100, 0.4999)


def one_sided_share_p(count: Numbers, n: Numbers, target: Numbers, worse: Worse) -> pd.Series:
    """Return the exact binomial p-value of a share against its target.

    P(X ≥ count | n, target) when values above the target are worse, P(X ≤ count | n, target) when those below are.
    NaN where n = 0.

    Args:
        count: answers of the kind counted.
        n: answers in all.
        target: share 0–1.
        worse: the bad side of the target; the alternative that is tested.

    Raises:
        ValueError: a count is not a count or exceeds n, or a target lies outside 0–1.

    R: ``binom.test(count, n, p = target, alternative = "greater")$p.value`` ("less" for ``worse="below"``).
    """
    table = aligned(count=count, n=n, target=target)
    kind, answers = counts_of(table, "count", "n")
    aim = table["target"].to_numpy(float, na_value=np.nan)
    if bool(np.any(kind > answers)) or not bool(np.all((aim >= 0) & (aim <= 1))):
        raise ValueError("count must not exceed n, and a share's target must lie within 0 and 1")
    tail = stats.binom.sf(kind - 1, answers, aim) if _is_above(worse) else stats.binom.cdf(kind, answers, aim)
    return pd.Series(np.where(answers > 0, tail, np.nan), index=table.index, name="p")


def one_sided_p(estimates: pd.DataFrame, target: Numbers, worse: Worse, scale: Scale = "identity") -> pd.Series:
    """Return a p-value of each estimate against its target, by Student's t on the scale of its interval.

    t = (estimate − target) / s, where s is the half of the interval that faces the target over the quantile of its
    level; so p < (1 − level)/2 exactly when the whole interval lies on the bad side, as verdicts are given.
    NaN where an estimate's status is not "ok", the target is missing, or the interval has no width on the facing side.

    Args:
        estimates: a table of estimates of this package. ``df``: the degrees of freedom behind each interval; without
            them, or where missing, normal. A normal tail of .0001 on 7 degrees of freedom is .0014.
        target: in the unit of the estimates.
        worse: the bad side of the target; the alternative that is tested.
        scale: where the estimate is nearly normal: "log" for rates, "logit" for shares. A row with a value at the
            end of that scale (a rate of 0) is compared on the plain scale.

    Raises:
        ValueError: another bad side, or another scale.

    R: ``pt((estimate - target) / s, df, lower.tail = FALSE)``, for ``worse="above"``.
    """
    if scale not in get_args(Scale):
        raise ValueError('scale must be "identity", "log" or "logit"')
    table = estimates.assign(target=aligned(n=estimates["n"], target=target)["target"])
    plain = table[["estimate", "low", "high", "target"]].to_numpy(float, na_value=np.nan).T
    inside = {"identity": np.ones(len(table), bool), "log": (plain > 0).all(0)}
    inside["logit"] = inside["log"] & (plain < 1).all(0)
    estimate, low, high, aim = np.where(inside[scale], _transformed(plain, scale), plain)
    df = table["df"].astype(float).fillna(np.inf).to_numpy() if "df" in table else np.inf
    quantile = stats.t.ppf((1 + table["level"].to_numpy(float)) / 2, df)
    facing = np.where(aim > estimate, high - estimate, estimate - low) / quantile
    usable = table["status"].eq(OK).to_numpy() & np.isfinite(aim) & (facing > 0)
    z = np.where(usable, estimate - aim, np.nan) / np.where(usable, facing, 1.0)
    tail = stats.t.sf(z, df) if _is_above(worse) else stats.t.cdf(z, df)
    return pd.Series(tail, index=table.index, name="p")


def one_sided_design_share_p(figures: pd.DataFrame, target: Numbers, worse: Worse) -> pd.Series:
    """Return the p-value of a clustered or weighted share: the α at which Korn and Graubard's limit is its target.

    α is the probability, under the target, that n* answers show so bad a share or a worse one; n* is that of
    `analysis.stats.intervals.clusters.korn_graubard` for limits that leave α on either side, and falls with it. So p <
    (1 − level)/2 exactly when the interval lies wholly on the bad side. A normal tail on the logit scale is too thin:
    of shares at their target told by 8 clusters, .0007 had p ≤ .00014, and .0001 have it here. NaN without target.

    Args:
        figures: columns n, estimate (share), std_error, df; ``target`` and ``worse`` as in `one_sided_share_p`.

    R: ``uniroot(function(a) confint(svyciprop(~v, d, method = "beta", level = 1 - 2 * a))[1] - target, c(0, .5))``.
    """
    aim = aligned(n=figures["n"], target=target)["target"].to_numpy(float, na_value=np.nan)
    share = figures["estimate"].to_numpy(float)
    bad, limit = (share, aim) if _is_above(worse) else (1 - share, 1 - aim)

    rest = (design_n(figures), figures["n"].to_numpy(float), figures["df"].to_numpy(float), bad, limit)
    least, most = np.log(P_BETWEEN)
    found = find_root(lambda log, *of: _design_tail(np.exp(log), *of) - np.exp(log), (least, most), args=rest)
    above = _design_tail(np.full(len(figures), np.exp(most)), *rest)
    p = pd.Series(np.where(above < np.exp(most), np.exp(found.x), above), index=figures.index, name="p")
    return p.where(np.isfinite(aim))


def two_sided_p(estimates: pd.DataFrame, target: Numbers, scale: Scale = "identity") -> pd.Series:
    """Return a p-value of each estimate against its target when either side would be news.

    Twice the smaller of the two `one_sided_p`, at most 1: below 1 − level exactly when the interval excludes the
    target. Arguments and NaN as there.

    R: ``2 * pt(-abs(estimate - target) / s, df)``.
    """
    above = one_sided_p(estimates, target, "above", scale)
    below = one_sided_p(estimates, target, "below", scale)
    return (2 * above.where(above < below, below)).clip(upper=1)


def holm(p: pd.Series) -> pd.Series:
    """Return p-values adjusted by Holm's step-down rule [1]_, on the same index; NaN (no test) stays NaN.

    A family-wise error of α is kept by acting on adjusted p ≤ α, whatever the dependence. A NaN does not count as a
    test.

    Raises:
        ValueError: a p-value lies outside 0–1.

    R: ``p.adjust(p, "holm")``, the same, NA included.

    References:
        .. [1] Holm S (1979) Scand J Stat 6:65–70.
    """
    return _adjusted(p, _holm)


def benjamini_hochberg(p: pd.Series) -> pd.Series:
    """Return p-values adjusted by Benjamini and Hochberg's step-up rule [1]_; NaN (no test) stays NaN.

    Acting on adjusted p ≤ α keeps the expected share of false among the rejected at α or below, for independent or
    positively dependent tests. A NaN does not count as a test.

    Raises:
        ValueError: a p-value lies outside 0–1.

    R: ``p.adjust(p, "BH")``, the same, NA included. Computed by scipy ``false_discovery_control``.

    References:
        .. [1] Benjamini Y, Hochberg Y (1995) J R Stat Soc B 57:289–300.
    """
    return _adjusted(p, stats.false_discovery_control)


def rejections(p: pd.Series, rule: Rule = "holm", alpha: float = ALPHA) -> pd.DataFrame:
    """Return how many tests a rule rejects, and how many of them to expect by luck alone at most.

    With m tests, of which m₀ ≤ m (unknown) hypotheses are true, V false rejections are expected to number at most:

    - each (p ≤ α): E V = m₀ α ≤ m α, whatever the dependence;
    - holm (adjusted p ≤ α): the largest over m₀ ≤ m of Σ_i P(Bin(m₀, α/(m₀ − i + 1)) ≥ i), for independent tests;
      α for one test, α + ¾α² (.0519 at .05) for two or more. P(V ≥ 1) ≤ α whatever the dependence;
    - benjamini-hochberg: E(V/R) ≤ α m₀/m, so about α times the R rejected.

    One-sided and two-sided p-values are treated alike; of the false rejections of two-sided tests half are expected
    on either side.

    Args:
        p: p-values, not adjusted; NaN = no test made.
        rule: what is rejected.
        alpha: the rule's level.

    Returns:
        One row: tests, rejected, expected_false, alpha, rule, status ("not estimable: no tests" if none was made).

    Raises:
        ValueError: a p-value lies outside 0–1, the rule is unknown, or alpha is not strictly between 0 and 1.

    R: ``sum(p.adjust(p, "holm") <= .05)``; ``max(sapply(1:m, function(k) sum(pbinom(0:(k - 1), k, .05 / (k:1),
    lower.tail = FALSE))))`` for Holm's bound.
    """
    if not 0 < alpha < 1:
        raise ValueError("alpha must lie strictly between 0 and 1, as in .05")
    tests = int(p.notna().sum())
    adjusted = {"each": _checked_p, "holm": holm, "benjamini-hochberg": benjamini_hochberg}
    if rule not in adjusted:
        raise ValueError('rule must be "each", "holm" or "benjamini-hochberg"')
    rejected = int(adjusted[rule](p).le(alpha).sum())
    expected = {"each": tests * alpha, "holm": _holm_bound(tests, alpha), "benjamini-hochberg": rejected * alpha}
    row = {"tests": tests, "rejected": rejected, "expected_false": expected[rule] if tests else np.nan}
    return pd.DataFrame([{**row, "alpha": alpha, "rule": rule, "status": OK if tests else NO_TESTS}])


def _adjusted(p: pd.Series, rule: Callable[[Floats], Floats]) -> pd.Series:
    made = _checked_p(p).notna()
    adjusted = pd.Series(np.nan, index=p.index, name=p.name, dtype=float)
    if made.any():
        adjusted[made] = rule(p[made].to_numpy(float))
    return adjusted


def _holm(p: Floats) -> Floats:
    """Return the largest of (m − i + 1) p_(i) up to each place, at most 1.

    Written out: statsmodels' ``multipletests`` collects garbage on every call, which takes longer than the rest.
    """
    order = np.argsort(p, kind="stable")
    raised = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return np.asarray(raised[np.argsort(order, kind="stable")], dtype=np.float64)


def _checked_p(p: pd.Series) -> pd.Series:
    if not bool(p.dropna().between(0, 1).all()):
        raise ValueError("p must hold p-values within 0 and 1, or gaps: were test statistics passed?")
    return p.astype(float)


def _holm_bound(tests: int, alpha: float) -> float:
    """Return the largest expected number of false rejections of Holm's rule over the numbers of true hypotheses."""
    true, i = np.meshgrid(np.arange(1, min(tests, MOST_TRUE) + 1), np.arange(1, min(tests, MOST_TRUE) + 1))
    share = np.where(i <= true, alpha / np.maximum(true - i + 1, 1), 0.0)
    return float(stats.binom.sf(i - 1, true, share).sum(axis=0).max(initial=0.0))


def _transformed(values: Floats, scale: Scale) -> Floats:
    if scale == "identity":
        return values
    positive = np.log(np.where(values > 0, values, 1.0))
    return positive if scale == "log" else positive - np.log1p(-np.where(values < 1, values, 0.0))


def _design_tail(alpha: Floats, effective: Floats, n: Floats, df: Floats, bad: Floats, limit: Floats) -> Floats:
    """Return the probability of a share ``bad`` or more where ``limit`` is true, with the n* of limits at α."""
    answers = effective * spread_known(n, df, alpha)
    tail: Floats = stats.beta.cdf(limit, np.where(bad > 0, answers * bad, 1.0), answers * (1 - bad) + 1)
    return np.where(bad > 0, tail, 1.0)


def _is_above(worse: Worse) -> bool:
    if worse not in ("above", "below"):
        raise ValueError('worse must be "above" or "below"')
    return worse == "above"
